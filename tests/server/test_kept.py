"""What the server gives again without asking the application is what that would have given."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import brotli
import pytest
from flask import Flask
from gunicorn.config import Config
from gunicorn.http import get_parser, wsgi
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client, TestResponse

from survey.server import kept
from survey.server.kept import Repeater
from survey.server.line import Line, Lines
from survey.server.worker import Worker, whole_body
from survey.storage import db, events
from survey.storage.models import Event, Response, Scan
from tests.builders import add_event, add_poster, hidden
from tests.conftest import make_app
from tests.server.client import parse

PHONE = {"Accept-Encoding": "br, gzip", "Accept-Language": "en", "User-Agent": "Mozilla/5.0"}


class Asked:
    """An application that counts what it is asked."""

    def __init__(self, app: Flask) -> None:
        self.app, self.times = app, 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.times += 1
        return self.app(environ, start)


class Server:
    """The survey behind what repeats its pages, with a clock of its own."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        for module in (kept, events):
            monkeypatch.setattr(module, "monotonic", lambda: self.now)
        self.app = make_app(url, PLACE_KEPT=2.0)
        self.asked = Asked(self.app)
        self.repeater = Repeater(self.asked)
        self.client = Client(self.answer)
        with self.app.app_context():
            self.code, self.other = (
                add_poster(db.session(), add_event(self.app, db.session(), name=name)).code
                for name in ("Maple Falls", "Birch Hollow")
            )

    def answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as a worker does: repeat, or else ask."""
        if (answer := self.repeater.repeat(environ)) is None:
            return self.repeater.ask(environ, start)
        status, headers, body = answer
        start(status, headers)
        return [body]

    def opens(self, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(f"/s/{self.code}", headers=PHONE | named)

    def counted(self) -> int:
        self.app.extensions["scans"].flush()
        with self.app.app_context():
            rows = db.session().scalars(select(Scan).where(Scan.poster == self.code))
            return sum(row.count for row in rows)


@pytest.fixture
def server(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, apps_let_go: None) -> Server:
    return Server(sqlite_url, monkeypatch)


def page_of(reply: TestResponse) -> str:
    assert reply.status_code == 200
    page: bytes = brotli.decompress(reply.data)
    return page.decode()


def test_each_visit_has_its_own_form_and_is_counted(server: Server):
    replies = [server.opens() for _ in range(6)]
    assert server.asked.times == 1
    pages = [page_of(reply) for reply in replies]
    ids = {hidden(page, "submission") for page in pages}
    assert len(ids) == 6
    assert len({page.replace(hidden(page, "submission"), "") for page in pages}) == 1
    same = [dict(reply.headers) for reply in replies]
    for headers, reply in zip(same, replies, strict=True):
        assert headers.pop("Content-Length") == str(len(reply.data))
    assert same == [same[0]] * 6
    assert server.counted() == 6
    answer = {"who": "adult", "ticket": hidden(pages[5], "ticket"), "submission": ids.pop()}
    assert server.client.post(f"/s/{server.code}", data=answer).status_code == 303


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept_Language", "es"),
        ("Accept_Encoding", "gzip"),
        ("Accept_Encoding", ""),
        ("Host", "elsewhere.example"),
    ],
)
def test_who_asks_for_something_else_gets_that(server: Server, name: str, value: str):
    server.opens()
    reply = server.opens(**{name: value})
    assert server.asked.times == 2
    plain = server.app.test_client().get(
        f"/s/{server.code}", headers=PHONE | {name.replace("_", "-"): value}
    )
    assert (reply.status_code, reply.headers.get("Content-Encoding")) == (
        plain.status_code,
        plain.headers.get("Content-Encoding"),
    )


def test_robots_and_looks_ahead_are_not_counted_in_a_page_given_again(server: Server):
    server.opens()
    server.opens(User_Agent="Examplebot/1.0")
    server.opens(Sec_Purpose="prefetch")
    assert server.asked.times == 1
    assert server.counted() == 1
    assert server.client.head(f"/s/{server.code}", headers=PHONE).status_code == 200
    assert server.asked.times == 2
    assert server.counted() == 1


def test_a_closed_event_is_seen_when_its_poster_is_read_again(server: Server):
    server.opens()
    with server.app.app_context():
        for event in db.session().scalars(select(Event)):
            event.closes_at = datetime.now(UTC) - timedelta(minutes=1)
        db.session().commit()
    server.now += 1.9
    assert server.opens().status_code == 200
    server.now += 0.2
    assert server.opens().status_code == 410
    assert server.opens().status_code == 410
    assert server.asked.times == 3


def test_the_form_of_a_try_out_is_given_to_nobody_else(server: Server):
    with server.app.app_context():
        for event in db.session().scalars(select(Event)):
            event.rehearsal_until = datetime.now(UTC) + timedelta(hours=1)
            event.opens_at = event.rehearsal_until + timedelta(hours=1)
        db.session().commit()
    assert [hidden(page_of(server.opens()), "rehearsal") for _ in range(2)] == ["1", "1"]
    assert server.asked.times == 2
    assert server.counted() == 0


def test_a_thank_you_is_given_again(server: Server):
    asked = f"/s/{server.code}/thanks?lang=es"
    replies = [server.client.get(asked, headers=PHONE) for _ in range(3)]
    assert server.asked.times == 1
    assert len({reply.data for reply in replies}) == 1
    assert '<html lang="es"' in page_of(replies[2])
    other = server.client.get(f"/s/{server.other}/thanks?lang=es", headers=PHONE)
    assert other.data != replies[0].data


def test_few_pages_are_kept_and_none_of_an_overlong_address(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kept, "MOST", 3)
    for number in range(6):
        server.client.get(f"/s/{server.code}?n={number}", headers=PHONE)
    assert len(server.repeater.kept) == 3
    server.client.get(f"/s/{server.code}?n={'x' * 2000}", headers=PHONE)
    assert len(server.repeater.kept) == 3
    server.now += 3
    server.client.get(f"/s/{server.other}", headers=PHONE)
    assert len(server.repeater.kept) == 1


def test_the_head_of_an_answer_goes_with_its_body():
    ours, theirs = socket.socketpair()
    with theirs:
        line = Line(ours, Lines())
        line.whole()
        line.sendall(b"head ")
        theirs.setblocking(False)
        with pytest.raises(BlockingIOError):
            theirs.recv(100)
        line.sendall(b"body")
        assert theirs.recv(100) == b"head body"
        line.sendall(b" and more")
        line.flush()
        assert theirs.recv(100) == b" and more"
        line.whole()
        line.sendall(b"head alone")
        line.flush()
        assert theirs.recv(100) == b"head alone"
        line.whole()
        line.sendall(b"head of what failed")
        line.close()
        line.flush()
        assert theirs.recv(100) == b""


def answers_of(server: Server, **more: str) -> dict[str, str]:
    page = page_of(server.opens())
    given = {name: hidden(page, name) for name in ("ticket", "submission", "lang")}
    return given | {"who": "adult", "trust.police": "4"} | more


def stored(server: Server) -> int:
    with server.app.app_context():
        return db.session().query(Response).count()


def headers_of(reply: TestResponse) -> dict[str, str]:
    """Return an answer's headers; the length is that of its body."""
    headers = dict(reply.headers)
    assert headers.pop("Content-Length") == str(len(reply.data))
    return headers


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_who_sends_as_somebody_before_is_thanked_when_it_is_stored(server: Server, accept: str):
    headers = PHONE | {"Accept": accept}
    sent = [answers_of(server, lang=language) for language in ("en", "en", "es", "en")]
    before = server.asked.times
    replies = [
        server.client.post(f"/s/{server.code}", data=one, headers=headers)
        for one in (*sent, sent[3])
    ]
    assert server.asked.times == before + 1
    assert stored(server) == 4
    for one, reply in zip([*sent, sent[3]], replies, strict=True):
        plain = server.app.test_client().post(f"/s/{server.code}", data=one, headers=headers)
        assert (reply.status, headers_of(reply)) == (plain.status, headers_of(plain))
        if accept == "text/html":
            assert reply.data == plain.data
            assert reply.headers["Location"].endswith(f"lang={one['lang']}")
        else:
            told, again = reply.get_json(), plain.get_json()
            assert told["submission"] == one["submission"]
            assert again == told | {"outcome": "repeated"}
    if accept == "application/json":
        outcomes = [reply.get_json()["outcome"] for reply in replies]
        assert outcomes == ["stored"] * 4 + ["repeated"]


@pytest.mark.parametrize(
    "odd",
    [
        {"go": "lang:es"},
        {"go": "review"},
        {"who": ""},
        {"who": "nobody"},
        {"trust.police": "9"},
        {"ticket": "forged"},
        {"ticket": ""},
        {"submission": "no id"},
        {"trust.police": "é"},
    ],
)
def test_the_application_says_what_is_wrong_with_answers(server: Server, odd: dict[str, str]):
    server.client.post(f"/s/{server.code}", data=answers_of(server), headers=PHONE)
    given, before = answers_of(server) | odd, server.asked.times
    reply = server.client.post(f"/s/{server.code}", data=given, headers=PHONE)
    assert server.asked.times == before + 1
    plain = server.app.test_client().post(f"/s/{server.code}", data=given, headers=PHONE)
    assert (reply.status, reply.data) == (plain.status, plain.data)
    assert stored(server) == 1


def test_who_sends_in_another_way_is_answered_in_theirs(server: Server):
    server.client.post(f"/s/{server.code}", data=answers_of(server), headers=PHONE)
    given, as_json = answers_of(server), PHONE | {"Accept": "application/json"}
    reply = server.client.post(f"/s/{server.code}", data=given, headers=as_json)
    assert reply.get_json()["submission"] == given["submission"]
    as_text = {"content_type": "text/plain", "headers": PHONE}
    body = urlencode(answers_of(server)).encode()
    assert server.client.post(f"/s/{server.code}", data=body, **as_text).status_code == 415
    assert stored(server) == 2


def test_other_answers_under_one_id_are_refused(server: Server):
    server.client.post(f"/s/{server.code}", data=answers_of(server), headers=PHONE)
    first = answers_of(server)
    for given, status in ((first, 303), (first | {"trust.police": "1"}, 409), (first, 303)):
        reply = server.client.post(f"/s/{server.code}", data=given, headers=PHONE)
        assert reply.status_code == status
    assert stored(server) == 2


def test_an_event_that_was_closed_takes_no_answers_of_a_form_opened_after(server: Server):
    server.client.post(f"/s/{server.code}", data=answers_of(server), headers=PHONE)
    given = answers_of(server)
    with server.app.app_context():
        for event in db.session().scalars(select(Event)):
            event.opens_at = datetime.now(UTC) - timedelta(hours=4)
            event.closes_at = event.opens_at + timedelta(hours=2)
        db.session().commit()
    server.now += 2.1
    reply = server.client.post(f"/s/{server.code}", data=given, headers=PHONE)
    assert reply.status_code == 410
    assert stored(server) == 1


def sends_while(
    fails: Callable[..., None],
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
) -> TestResponse:
    """Send answers whose storing fails in a way of the test's own."""
    with monkeypatch.context() as patch:
        patch.setattr(server.app.extensions["writer"], "do_together", fails)
        return server.client.post(f"/s/{server.code}", data=given, headers=PHONE)


def test_a_visitor_waits_once_for_a_database_that_is_away(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    server.client.post(f"/s/{server.code}", data=answers_of(server), headers=PHONE)
    given, asked = answers_of(server, comment="More light"), []

    def is_away(*job: Any) -> None:
        asked.append(job)
        raise OperationalError("INSERT", None, Exception())

    reply = sends_while(is_away, server, monkeypatch, given)
    assert len(asked) == 1
    assert reply.status_code == 503
    assert reply.headers["Retry-After"]
    assert hidden(reply.text, "submission") == given["submission"]
    again = server.client.post(f"/s/{server.code}", data=given, headers=PHONE)
    assert again.status_code == 303
    assert stored(server) == 2


def test_what_goes_wrong_is_said_by_the_application_and_loses_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    server.client.post(f"/s/{server.code}", data=answers_of(server), headers=PHONE)
    given = answers_of(server, comment="More light")

    def breaks(*job: Any) -> None:
        raise RuntimeError("nobody expected this")

    reply = sends_while(breaks, server, monkeypatch, given)
    assert reply.status_code == 500
    assert hidden(reply.text, "comment") == "More light"
    assert stored(server) == 1


class Wire:
    """A connection on which a request has come and that keeps what is sent back."""

    def __init__(self, request: bytes) -> None:
        self.request, self.sent = request, b""

    def recv(self, size: int) -> bytes:
        data, self.request = self.request[:size], self.request[size:]
        return data

    def sendall(self, data: bytes) -> None:
        self.sent += data


def asked_on(wire: Wire) -> Any:
    request = next(get_parser(Config(), wire, ("127.0.0.1", 1)))
    request.body = whole_body(request)
    return request


def by_gunicorn(application: Callable[..., Iterable[bytes]], request: bytes) -> bytes:
    wire = Wire(request)
    about = asked_on(wire), wire, ("127.0.0.1", 1), ("127.0.0.1", 8000), Config()
    response, environ = wsgi.create(*about)
    for part in application(environ, response.start_response):
        response.write(part)
    return wire.sent


def again(repeater: Repeater, request: bytes) -> bytes:
    """Return what a worker answers without asking; b"" where it asks."""
    wire = Wire(request)
    worker: Any = SimpleNamespace(repeater=repeater, alive=True)
    done = Worker.repeat(worker, asked_on(wire), wire)  # type: ignore[arg-type]
    assert done == bool(wire.sent)
    return wire.sent


def test_a_worker_answers_with_the_head_that_gunicorn_makes(server: Server):
    head = "".join(f"{name}: {value}\r\n" for name, value in PHONE.items())
    about = f"HTTP/1.1\r\nHost: localhost\r\n{head}"
    form = urlencode(answers_of(server)).encode()
    length = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n"
    requests = [
        f"GET /s/{server.code} {about}\r\n".encode(),
        f"GET /s/{server.code}/thanks?lang=en {about}\r\n".encode(),
        f"POST /s/{server.code} {about}{length}\r\n".encode() + form,
    ]
    for request in requests:
        first, second = (
            parse(by_gunicorn(server.repeater.ask, request)),
            parse(again(server.repeater, request)),
        )
        assert first.status == second.status
        for reply in (first, second):
            assert reply.headers.pop("content-length") == str(len(reply.body))
            assert parsedate_to_datetime(reply.headers.pop("date")).tzinfo is UTC
        assert first.headers == second.headers
        assert first.headers["content-security-policy"]
    assert server.counted() == 3  # one of them opened it for the answers
    kept = requests[0]
    assert again(server.repeater, kept.replace(b"HTTP/1.1", b"HTTP/1.0")) == b""
    assert again(server.repeater, kept[:-2] + b"Connection: close\r\n\r\n") == b""
    assert again(server.repeater, kept[:-2] + b"Accept-Language: en\r\n\r\n") == b""
    assert again(server.repeater, kept[:-2] + b"Script-Name: /elsewhere\r\n\r\n") == b""
