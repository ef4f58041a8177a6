"""Passes what is read on to the reading processes, a few requests at a time.

A chart takes a tenth of a second and a page some 15 ms, so whoever asks for many of them waits in
a line of their own. The line has an end: beyond it, and for who waited too long, the honest answer
is 503 with Retry-After.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from time import monotonic
from typing import Any
from urllib.parse import quote

from gevent.lock import BoundedSemaphore

from survey.server.kept import Application, Environ, Repeater
from survey.server.roles import is_collected

AT_ONCE = 2  # dear requests that one collecting process has under way
IN_LINE = 100  # and how many wait for their turn
PATIENCE = 8.0  # seconds that they wait
ANSWER = 45.0  # seconds for the answer itself
KEPT = 4.0  # seconds that a connection is used again; the other side hangs up after 5
CHUNK = 65_536
DEAR = ("/results", "/data", "/how-to-read")
HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade", "expect", "content-length",
    "x-forwarded-proto", "x-forwarded-protocol", "x-forwarded-ssl",
}  # fmt: skip
OWN_TO_EACH = HOP_BY_HOP - {"content-length"} | {"date", "server"}


class Busy(Exception):
    """Too many ask for the same thing at once, or what answers it is not there."""


class Turnstile:
    """Lets a few pass at a time and some wait, in order."""

    def __init__(self, at_once: int, in_line: int = IN_LINE, patience: float = PATIENCE) -> None:
        self.places = BoundedSemaphore(at_once)
        self.in_line, self.patience = in_line, patience
        self.waiting = 0

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Hold a place. Raises Busy."""
        self.enter()
        try:
            yield
        finally:
            self.places.release()

    def enter(self) -> None:
        if self.places.acquire(blocking=False):
            return
        if self.waiting >= self.in_line:
            raise Busy
        self.waiting += 1
        try:
            if not self.places.acquire(timeout=self.patience):
                raise Busy
        finally:
            self.waiting -= 1


class Line(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWER)
        self.path, self.since = path, monotonic()

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER)
        self.sock.connect(self.path)


class Front:
    """The application of a collecting process: the survey itself, the rest by passing it on."""

    def __init__(self, app: Application, path: str) -> None:
        self.app, self.path = app, path
        self.collected = Repeater(app)  # which the worker asks first
        self.dear, self.others = Turnstile(AT_ONCE), Turnstile(4 * AT_ONCE)
        self.idle: list[Line] = []

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        is_refused = hasattr(environ["wsgi.input"], "why")  # a body that was not read: say why
        if is_refused:
            return self.app(environ, start)
        if is_collected(path):
            return self.collected.ask(environ, start)
        turnstile = self.dear if path.lower().startswith(DEAR) else self.others
        try:
            with turnstile.passed():
                line, reply = self.ask(environ)
        except (Busy, OSError, HTTPException):
            environ["porchlight.busy"] = True  # said by the application, in the visitor's language
            return self.app(environ, start)
        headers = [pair for pair in reply.getheaders() if pair[0].lower() not in OWN_TO_EACH]
        start(f"{reply.status} {reply.reason}", headers)
        return self.body(line, reply)

    def ask(self, environ: Environ) -> tuple[Line, HTTPResponse]:
        """Return the answer's head, and the connection on which the rest of it comes.

        A kept connection may have been closed meanwhile: then it is asked once more, on a new one,
        if asking twice changes nothing.
        """
        if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            while self.idle:
                line = self.idle.pop()
                if monotonic() - line.since < KEPT:
                    with suppress(ConnectionError, HTTPException):
                        return line, send(line, environ)
                line.close()
        line = Line(self.path)
        try:
            return line, send(line, environ)
        except BaseException:
            line.close()
            raise

    def body(self, line: Line, reply: HTTPResponse) -> Iterator[bytes]:
        """Yield the answer as its reader takes it; the place in the turnstile is free already."""
        try:
            while data := reply.read(CHUNK):
                yield data
            if not reply.will_close:
                line.since = monotonic()
                self.idle.append(line)
                line = None  # type: ignore[assignment]
        finally:
            if line is not None:
                line.close()


def send(line: Line, environ: Environ) -> HTTPResponse:
    line.putrequest(
        environ["REQUEST_METHOD"], target(environ), skip_host=True, skip_accept_encoding=True
    )
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            header = name[5:].replace("_", "-").lower()
            if header not in HOP_BY_HOP:
                line.putheader(header, value.encode("latin-1"))
    line.putheader("x-forwarded-proto", environ["wsgi.url_scheme"])
    body, size = None, 0
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        body = environ["wsgi.input"]  # a file that is sent here is passed on piece by piece
        size = body.seek(0, os.SEEK_END)
        body.seek(0)
    if kind := environ.get("CONTENT_TYPE"):
        line.putheader("content-type", kind.encode("latin-1"))
    if size or environ.get("CONTENT_LENGTH"):
        line.putheader("content-length", str(size))
    line.endheaders(body if size else None)
    return line.getresponse()


def target(environ: Environ) -> str:
    """Return the path and query as they were sent."""
    path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/:@!$&'()*+,;=~")
    query = quote(environ["QUERY_STRING"].encode("latin-1"), safe="/:@!$&'()*+,;=~?%[]{}|\\^`\"<>")
    return f"{path}?{query}" if query else path
