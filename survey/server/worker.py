"""gunicorn's gevent worker, made for a park: it waits for slow phones, but not for ever.

A request is handed to the application when all of it is there, so that nothing after this file
ever waits for a client to send.
"""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import AbstractContextManager, nullcontext
from email.utils import formatdate
from functools import lru_cache
from time import time
from typing import Any, NoReturn

import gevent
from gevent.lock import BoundedSemaphore
from gunicorn import SERVER
from gunicorn.workers.ggevent import GeventWorker
from werkzeug.exceptions import (
    HTTPException,
    RequestEntityTooLarge,
    RequestTimeout,
    ServiceUnavailable,
)

from survey import log
from survey.config import Settings
from survey.server import quiet
from survey.server.front import Front
from survey.server.kept import Environ, Headers, Repeater
from survey.server.line import Line, Lines, TooSlow
from survey.server.roles import COLLECT, READ, SOCKET, is_upload
from survey.storage import db

STEP = 8_192  # bytes of a body that are read at a time
LINGER = 4 * Settings.MAX_BODY  # bytes read and thrown away after a refusal
UPLOADING = BoundedSemaphore(2)  # files that one process receives at a time
BEHIND = 5  # how much a reading process steps back for a collecting one (nice)


class Refused(io.RawIOBase):
    """A body that is not read: whoever reads it learns why, and the visitor in their language."""

    def __init__(self, why: HTTPException) -> None:
        self.why = why

    def read(self, size: int = -1) -> NoReturn:
        raise self.why

    readinto = readline = readlines = read  # type: ignore[assignment]


class Worker(GeventWorker):
    """Serves one role; which one is said by gunicorn.conf.py before the fork."""

    role = COLLECT
    repeater: Repeater | None = None
    sockets: list[Any]
    wsgi: Any

    def init_process(self) -> None:
        quiet.init_process()
        if len(self.sockets) > 1:
            self.sockets = [one for one in self.sockets if is_private(one) == (self.role == READ)]
        self.lines = Lines()
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        for engine in (self.wsgi.extensions["engine"], self.wsgi.extensions["writer"].engine):
            db.limit_statements(engine)
        if self.role == READ:
            os.nice(BEHIND)  # first: its start takes a second, and the collectors start beside it
            warm_up()
        else:
            self.wsgi = Front(self.wsgi, os.environ.get(SOCKET, ""))
            self.repeater = self.wsgi.collected

    def timeout_ctx(self) -> AbstractContextManager[None]:
        return nullcontext()  # a Line keeps time itself

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        super().handle(listener, Line(client, self.lines), addr)

    def handle_request(self, listener_name: Any, req: Any, sock: Line, addr: Any) -> None:
        if req._expected_100_continue:
            sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            req._expected_100_continue = False
        req.body = body = whole_body(req)
        sock.whole()
        if isinstance(body, Refused):
            req.must_close = True
        try:
            if not self.repeat(req, sock):
                super().handle_request(listener_name, req, sock, addr)
        finally:
            sock.flush()
            if isinstance(body, Refused):
                sock.linger(LINGER)
        sock.idle()
        gevent.sleep(0)  # who sends requests without waiting for answers lets others pass

    def repeat(self, req: Any, sock: Line) -> bool:
        """Answer as somebody was answered a moment ago, where that holds for this request, too.

        gunicorn's own way to an application and back costs as much as such an answer itself.
        """
        if self.repeater is None or not self.alive or (environ := short_environ(req)) is None:
            return False
        if (answer := self.repeater.repeat(environ)) is None:
            return False
        status, headers, body = answer
        sock.sendall(head(status, headers) + body)
        return True

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer a request that is none; its sender is named nowhere, not even in the log."""
        super().handle_error(req, client, None, exc)


def warm_up() -> None:
    """Load pandas before anybody asks for a chart. A worker that fails to start would
    end the whole server, and reading may not stop the survey: then a chart fails when asked for.
    """
    try:
        from survey.read import charts

        charts.warm_up()
    except Exception as error:
        log.log_crash(type(error), error.__traceback__)


def is_private(listener: Any) -> bool:
    """Whether it is the Unix socket between our own processes."""
    return isinstance(listener.cfg_addr, str)


def short_environ(req: Any) -> Environ | None:
    """Return of a request what the Repeater may look at, named as WSGI names it.

    None where only the whole of it will do: something was sent twice, or is the connection's last.
    """
    if req.version != (1, 1) or isinstance(req.body, Refused) or req.should_close():
        return None
    environ: Environ = {
        "REQUEST_METHOD": req.method, "RAW_URI": req.uri, "wsgi.url_scheme": req.scheme,
        "wsgi.input": req.body,
    }  # fmt: skip
    for name, value in req.headers:
        key = name.replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        if key in environ:
            return None
        environ[key] = value
    return environ


def head(status: str, headers: Headers) -> bytes:
    """Return the head of an answer, with what gunicorn adds to each."""
    lines = [f"HTTP/1.1 {status}", f"Server: {SERVER}", f"Date: {date_of(int(time()))}"]
    lines += ["Connection: keep-alive", *[f"{name}: {value}" for name, value in headers]]
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1")


@lru_cache(maxsize=1)
def date_of(second: int) -> str:
    return formatdate(second, usegmt=True)


def whole_body(req: Any) -> Any:
    """Return all of a request's body; what refuses to be read where it is too long or too slow.

    A file that is sent to the desk waits on disk, and few at a time.
    """
    if not is_upload(req.path):
        return read_whole(req, io.BytesIO(), Settings.MAX_BODY)
    if not UPLOADING.acquire(blocking=False):
        return Refused(ServiceUnavailable())
    try:
        file = tempfile.SpooledTemporaryFile(max_size=Settings.MAX_BODY)  # noqa: SIM115 (kept)
        return read_whole(req, file, Settings.MAX_UPLOAD + Settings.MAX_BODY)
    finally:
        UPLOADING.release()


def read_whole(req: Any, body: Any, most: int) -> Any:
    if any(name == "CONTENT-LENGTH" and int(value) > most for name, value in req.headers):
        return Refused(RequestEntityTooLarge())
    try:
        while data := req.body.read(STEP):
            body.write(data)
            if body.tell() > most:
                return Refused(RequestEntityTooLarge())
    except TooSlow:
        return Refused(RequestTimeout())
    body.seek(0)
    return body
