"""A thousand sockets that send a byte now and then keep nobody else waiting."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator

import pytest

from survey.config import Settings
from survey.server.line import DEADLINE, HEAD_START, IDLE, LOWEST_RATE, Line, Lines, TooSlow
from tests.server.client import FORM, parse
from tests.server.conftest import Start

HEAD = f"POST /s/TRYME4 HTTP/1.1\r\nHost: x\r\nAccept-Language: es\r\n{FORM}"
SLOW_HEAD, SLOW_BODY = HEAD[:60].encode(), f"{HEAD}Content-Length: 4000\r\n\r\nwho=".encode()
SOCKETS = 3_000  # more than two processes bear


@pytest.fixture
def many_files() -> Iterator[None]:
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < SOCKETS + 1_000:
        pytest.skip("this machine allows too few files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (SOCKETS + 1_000, most))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (now, most))


def test_thousands_of_slow_sockets_stop_nobody(start: Start, many_files: None):
    with start() as server:
        slow = []
        for number in range(SOCKETS):
            slow.append(sock := server.connect())
            sock.sendall(SLOW_HEAD if number % 2 else SLOW_BODY)
            sock.setblocking(False)
        for _ in range(20):
            assert server.ask("/s/TRYME4").status == 200
            assert all(still_there(sock) in (True, False) for sock in slow[::100])
        cut = [not still_there(sock) for sock in slow]
        assert sum(cut) >= SOCKETS - 2 * Lines().most
        for sock in slow:
            sock.close()


def still_there(sock: socket.socket) -> bool:
    """Send one more byte; return whether the server still listens."""
    try:
        sock.send(b"x")
        return sock.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def test_a_body_that_does_not_come_is_answered_in_the_visitors_language(start: Start):
    with start(WORKERS="1") as server:
        reply = parse(server.says(SLOW_BODY))
        assert reply.status == 408
        assert "No pudimos leer eso" in reply.body.decode()
        assert reply.headers["connection"] == "close"


@pytest.mark.parametrize("chunked", [True, False])
def test_a_long_body_is_refused_and_not_drained(start: Start, chunked: bool):
    kind = "Transfer-Encoding: chunked" if chunked else "Content-Length: 200000000"
    piece = b"a" * 65_536
    piece = b"10000\r\n" + piece + b"\r\n" if chunked else piece
    with start(WORKERS="1") as server, server.connect() as sock:
        sock.sendall(f"{HEAD}{kind}\r\n\r\n".encode())
        sent = 0
        try:
            for _ in range(3_000):
                sock.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        assert sent < 50_000_000  # what fits into buffers on the way
        assert parse(sock.recv(65_536)).status == 413
        assert server.ask("/s/TRYME4").status == 200


def test_a_body_of_the_longest_size_is_read(start: Start):
    body = b"a=" + b"x" * (Settings.MAX_BODY - 2)
    with start(WORKERS="1") as server:
        for head, sent in (
            (f"Content-Length: {len(body)}", body),
            ("Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)),
            (f"Expect: 100-continue\r\nContent-Length: {len(body)}", body),
        ):
            request = f"{HEAD}Connection: close\r\n{head}\r\n\r\n".encode() + sent
            reply = server.says(request).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
            assert parse(reply).status == 422, head


class Clock:
    """A monotonic clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Trickle:
    """A socket that delivers `each` bytes every `pause` seconds of the clock."""

    def __init__(self, clock: Clock, each: int, pause: float) -> None:
        self.clock, self.each, self.pause, self.timeout = clock, each, pause, 0.0

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds

    def recv(self, size: int) -> bytes:
        if self.pause > self.timeout:
            self.clock.now += self.timeout
            raise TimeoutError
        self.clock.now += self.pause
        return b"x" * self.each


@pytest.mark.parametrize(
    ("each", "pause", "bytes_wanted", "whole"),
    [
        (1, 4.9, 4000, False),  # a byte now and then
        (100, 1.0, 4000, False),  # below the lowest rate for too long
        (100, 1.0, 900, True),  # slow, but short enough
        (250, 1.0, 4000, True),  # a very bad signal
        (1400, 4.0, 4000, True),  # packets that were lost and sent again
        (250, 1.0, 65_536, False),  # longer than any form, and slow: the deadline
    ],
)
def test_how_slow_a_request_may_be(monkeypatch, each: int, pause: float, bytes_wanted, whole):
    clock = Clock()
    monkeypatch.setattr("survey.server.line.monotonic", clock)
    line = Line(Trickle(clock, each, pause), lines := Lines())  # type: ignore[arg-type]
    assert list(lines.waiting) == [line]
    began = clock.now
    try:
        got = 0
        while got < bytes_wanted:
            got += len(line.recv(8192))
        assert whole
    except TooSlow:
        assert not whole
    assert clock.now - began <= IDLE + min(DEADLINE, HEAD_START + bytes_wanted / LOWEST_RATE) + 1


def test_the_oldest_unfinished_request_makes_room_and_no_other():
    pairs = [socket.socketpair() for _ in range(5)]
    lines = Lines(most=2)
    held = [Line(pairs[0][0], lines), Line(pairs[1][0], lines)]
    held[0].whole()  # it has arrived: now the client waits for us, however long
    held += [Line(ours, lines) for ours, _ in pairs[2:]]
    for _, theirs in pairs:
        theirs.setblocking(False)
    assert [is_open(theirs) for _, theirs in pairs] == [True, False, False, True, True]
    held[0].idle()
    assert [is_open(theirs) for _, theirs in pairs] == [True, False, False, False, True]
    for line, (_, theirs) in zip(held, pairs, strict=True):
        line.close()
        theirs.close()
    assert not lines.waiting


def is_open(sock: socket.socket) -> bool:
    try:
        return sock.recv(1) != b""
    except BlockingIOError:
        return True
