"""What the server gives again without asking the application is what that would have given."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import brotli
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from survey.server import kept
from survey.server.kept import Repeater
from survey.server.line import Line, Lines
from survey.storage import db, events
from survey.storage.models import Event, Scan
from tests.builders import add_event, add_poster, hidden
from tests.conftest import make_app

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
        self.client = Client(self.repeater)
        with self.app.app_context():
            self.code, self.other = (
                add_poster(db.session(), add_event(self.app, db.session(), name=name)).code
                for name in ("Maple Falls", "Birch Hollow")
            )

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
