"""Whoever reads results cannot stop the survey: other processes do it, and a few at a time."""

from __future__ import annotations

import io
import os
import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import SimpleNamespace

import gevent
import pytest
from flask import Flask

from survey.config import Settings
from survey.server.front import Busy, Front, Turnstile
from survey.server.roles import COLLECT, READ, Roles, is_collected, is_upload
from survey.server.worker import Refused, read_whole
from survey.setting_values import SettingError
from tests.conftest import SECRET
from tests.server.client import FORM
from tests.server.conftest import Start

FORM_PAGE, CHART = "/s/TRYME4", "/results.chart.json"


def loads_pandas(process: int) -> bool:
    return "pandas" in Path(f"/proc/{process}/maps").read_text()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks at processes in /proc")
def test_a_process_that_collects_is_never_kept_from_it(start: Start, shown: Flask):
    # made beforehand: that takes longer on a busy machine than a visitor waits
    assert shown.test_client().get("/data/1/porchlight.zip").status_code == 200
    with start() as server, ExitStack() as sockets:
        for path in ("/results", CHART, "/data/1/porchlight.zip", "/results/buffalo.csv", "/"):
            assert server.reads(path).status == 200
        roles = server.workers()
        assert sorted(roles.values()) == [False, False, True]
        assert {process: loads_pandas(process) for process in roles} == roles

        os.kill(reader := server.reader(), signal.SIGSTOP)  # as if a chart took for ever
        try:
            # so many that each of the two collecting processes surely has more than its places
            waiting = [sockets.enter_context(server.connect()) for _ in range(24)]
            for sock in waiting:
                sock.sendall(f"GET {CHART} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            for _ in range(20):
                assert server.ask(FORM_PAGE).status == 200
            posted = f"POST {FORM_PAGE} HTTP/1.1\r\nHost: x\r\n{FORM}Content-Length: 0\r\n"
            assert b" 422 " in server.says(f"{posted}Connection: close\r\n\r\n".encode())[:20]
            for _ in range(2):  # the places are taken; who waited for one too long is told so
                busy = server.ask("/results", "Accept-Language: es\r\n")
                if busy.status == 503:
                    break
            assert (busy.status, busy.headers["retry-after"]) == (503, "10")
            assert "Un momento, por favor" in busy.body.decode()
            assert server.ask("/health").status == 200
        finally:
            os.kill(reader, signal.SIGCONT)
        assert sum(b" 200 " in sock.recv(20) for sock in waiting) >= 2  # who had a place

        os.kill(reader, signal.SIGKILL)
        assert server.ask(FORM_PAGE).status == 200
        assert server.reader(but=reader) != reader
        assert server.reads(CHART).status == 200


def test_what_is_passed_on_is_the_same_as_without(start: Start, shown):
    client = shown.test_client()
    # pages name the address of the site, not that of a visitor
    ours_is = shown.extensions["settings"].address
    with start(PUBLIC_URL=ours_is) as server:
        for path in ("/results?lang=es", "/results/buffalo.csv?cut=age", "/how-to-read",
                     "/data/1/codebook.csv", "/nowhere", "/Results/"):  # fmt: skip
            ours, passed = client.get(path), server.reads(path)
            assert (passed.status, passed.body) == (ours.status_code, ours.data), path
            for name in ("content-type", "etag", "cache-control", "vary", "location",
                         "content-security-policy", "content-disposition"):  # fmt: skip
                assert passed.headers.get(name) == ours.headers.get(name), (path, name)
        tag = server.reads("/results").headers["etag"]
        kept = server.reads("/results", f"If-None-Match: W/{tag}\r\n")
        assert (kept.status, kept.body) == (304, b"")
        head = server.reads("/results", method="HEAD")
        assert (head.status, head.body) == (200, b"")
        assert int(head.headers["content-length"]) > 1000
        secure = server.reads("/results", "X-Forwarded-Proto: https\r\n")
        assert "strict-transport-security" in secure.headers
        long = (
            f"POST /results HTTP/1.1\r\nHost: localhost\r\n{FORM}Content-Length: 99999999\r\n\r\n"
        )
        assert server.says(long.encode())[9:12] in (b"405", b"413")
        assert server.reads("/results/%00").status == 404
        odd = server.reads("/results/%ff%2F..?x=%zz&y=%e9")
        assert (odd.status, odd.headers["location"]) == (302, "/results?x=%zz&y=%e9")


def test_who_sends_without_waiting_for_answers_lets_others_pass(start: Start):
    """On one process, a request in the middle of a pipeline is answered before its end."""
    many = 400
    with start(WORKERS="1") as server:
        pipeline = server.connect()
        answered: list[int] = []

        def read() -> None:
            rest = b""
            while more := pipeline.recv(65_536):
                rest += more
                answered.extend([1] * rest.count(b"HTTP/1.1 200"))
                rest = rest[-11:]

        reading = threading.Thread(target=read)
        reading.start()
        asked = f"GET {FORM_PAGE}/thanks HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        pipeline.sendall(asked * (many - 1))
        assert server.ask(FORM_PAGE).status == 200
        before_the_end = len(answered) < many - 1
        pipeline.sendall(asked.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        reading.join(60)
        pipeline.close()
        assert len(answered) == many
        assert before_the_end


def test_a_host_can_do_one_of_both(start: Start):
    with start(ROLE="collect", WORKERS="1") as server:
        assert list(server.workers().values()) == [False]
        assert server.ask(FORM_PAGE).status == 200
        assert server.ask("/results").status == 503
    with start(ROLE="read") as server:
        assert list(server.workers().values()) == [True]
        assert server.reads("/results").status == 200


def test_after_a_reload_somebody_reads_again(start: Start):
    with start() as server:
        before = server.workers()
        reader = server.reader()
        os.kill(server.master, signal.SIGHUP)
        assert server.reader(but=reader) != reader
        for _ in range(600):
            now = server.workers()
            if len(now) == 3 and not set(now) & set(before):
                break
            gevent.sleep(0.1)
        assert sorted(server.workers().values()) == [False, False, True]
        # not before: one that ends waits ten seconds for an answer, a busy machine's reader starts
        assert server.reads("/results").status == 200


def test_roles_are_given_to_whom_is_missing():
    roles = Roles(2, 1, "127.0.0.1:8000", "/run/x/read")
    assert roles.next([]) == READ
    assert roles.next([READ]) == roles.next([READ, COLLECT]) == COLLECT
    assert roles.next([COLLECT, COLLECT]) == READ
    assert Roles(0, 2, "", "").next([READ, READ]) == READ


@pytest.mark.parametrize(
    "path", ["/s", "/s/TRYME4", "/s/worker.js", "/health", "/readyz", "/static/a.css"]
)
def test_what_an_attendee_needs_is_collected(path: str):
    assert is_collected(path)


@pytest.mark.parametrize("path", ["/", "/results", "/stop", "/S/TRYME4", "/health2", "//s/x"])
def test_everything_else_is_read(path: str):
    assert not is_collected(path)


def test_a_turnstile_lets_a_few_pass_and_tells_the_others():
    turnstile = Turnstile(2, in_line=3, patience=0.05)
    seen: list[str] = []

    def visit(name: str) -> None:
        try:
            with turnstile.passed():
                seen.append(name)
                gevent.sleep(0.01 if name == "quick" else 1)
        except Busy:
            seen.append("busy")

    slow = [gevent.spawn(visit, "slow") for _ in range(2)]
    gevent.sleep(0)
    others = [gevent.spawn(visit, "late") for _ in range(5)]
    gevent.sleep(0)
    assert seen == ["slow", "slow", "busy", "busy"]  # there is no room in the line for these
    gevent.joinall(others)
    assert seen[4:] == ["busy"] * 3  # these waited in vain
    gevent.killall(slow)
    visit("quick")
    assert seen[-1] == "quick"
    assert turnstile.waiting == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [({"role": "both"}, "ROLE must be one of all, collect, read, not 'both'"),
     ({"readers": "0"}, "READERS must be a number from 1"),
     ({"trusted_hosts": "a b"}, "TRUSTED_HOSTS must be names with commas between, not 'a b'")],
)  # fmt: skip
def test_a_role_that_is_none_stops_the_start(given, sentence: str):
    with pytest.raises(SettingError, match=sentence):
        Settings(secret_key=SECRET, **given)


def test_what_reading_needs_may_be_broken_without_ending_the_server(monkeypatch):
    from survey.read import charts
    from survey.server import worker

    def broken() -> None:
        raise MemoryError

    told: list[type[BaseException]] = []
    monkeypatch.setattr(charts, "warm_up", broken)
    monkeypatch.setattr("survey.log.log_crash", lambda kind, place: told.append(kind))
    worker.warm_up()
    assert told == [MemoryError]


def test_a_body_that_was_refused_is_not_passed_on():
    class Refused:
        why = "too long"

    told: list[dict] = []

    def app(environ: dict, start: object) -> list[bytes]:
        told.append(environ)
        return [b"413"]

    environ = {"PATH_INFO": "/results", "REQUEST_METHOD": "POST", "wsgi.input": Refused()}
    assert Front(app, "/nowhere")(environ, print) == [b"413"]
    assert "porchlight.busy" not in told[0]


def test_a_spooled_body_arrives_whole():
    """What a collecting process received on disk is what the reading one reads."""
    sent = os.urandom(300_000)
    rest = io.BytesIO(sent)
    with SpooledTemporaryFile(1000) as spooled:
        body = read_whole(SimpleNamespace(body=rest, headers=[]), spooled, 400_000)
        assert body.read() == sent
    rest.seek(0)
    refused = read_whole(SimpleNamespace(body=rest, headers=[]), io.BytesIO(), 200_000)
    assert isinstance(refused, Refused)
    for path, is_one in (("/desk/events/a-2025/imports", True), ("/desk/events/a/b/imports", False),
                         ("/desk/events/a/imports/x", False), ("/s/AAAAAA", False)):  # fmt: skip
        assert is_upload(path) is is_one
