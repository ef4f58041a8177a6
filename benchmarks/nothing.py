"""A server that does nothing: canned answers, to learn what the visitors could reach at most."""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.running import free_port, wait_for_port

BOX = '<p><input type="radio" name="q{0}" value="{1}"> An answer of usual length, {1}</p>'
ASKED = "".join(BOX.format(q, value) for q in range(16) for value in range(6))
HIDDEN = '<input type="hidden" name="submission" value="7">'
PAGE = f"<form>{ASKED}{HIDDEN}</form>".encode() + b"<!-- style -->" * 1500
SQUEEZED = gzip.compress(PAGE)
OK = b"HTTP/1.1 200 OK\r\n"
TYPE = b"Content-Type: text/html; charset=utf-8\r\n"


def whole(head: bytes, body: bytes = b"") -> bytes:
    return head + TYPE + b"Content-Length: %d\r\n\r\n" % len(body) + body


FORM = whole(OK + b"Content-Encoding: gzip\r\n", SQUEEZED)
PLAIN = whole(OK, PAGE)
SEE_OTHER = whole(b"HTTP/1.1 303 SEE OTHER\r\nLocation: /thanks\r\n")
THANKS = whole(OK, b"Thank you. " * 100)


class Canned(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"POST"):
            reply = SEE_OTHER
        elif data.startswith(b"GET /thanks"):
            reply = THANKS
        else:
            reply = FORM if b"gzip" in data else PLAIN
        self.transport.write(reply)  # type: ignore[attr-defined]


def answer(port: int) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(forever())


@contextmanager
def serving() -> Iterator[int]:
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=answer, args=(port,), daemon=True)
    process.start()
    try:
        wait_for_port(port)
        yield port
    finally:
        process.kill()
