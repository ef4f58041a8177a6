"""Connections, and how long they may keep the server waiting.

A phone with a bad signal is slow; a thousand sockets that send a byte now and then are an attack.
Both look alike, and no address tells them apart: many phones share one. So every request has a
lowest rate and a deadline, and where too many are unfinished the oldest one makes room.
"""

from __future__ import annotations

import errno
import socket
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

IDLE = 5.0  # seconds that a connection may stay open between two requests
HEAD_START = 10.0  # seconds before the lowest rate counts: a signal may be lost for that long
LOWEST_RATE = 200  # bytes a second, on average: a tenth of what GPRS carries
DEADLINE = 60.0  # seconds for a whole request; a form has 1 to 4 KB
SEND_START = 30.0  # seconds for an answer, and one more for each
SEND_RATE = 2_000  # bytes of it
MOST_UNFINISHED = 1_200  # requests of one process that wait for their client


class TooSlow(ConnectionResetError):
    """A client did not send or read fast enough; gunicorn takes it for one that hung up."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "too slow")


@dataclass
class Lines:
    """The connections of one process that wait for their client, those that began first first."""

    most: int = MOST_UNFINISHED
    waiting: OrderedDict[Line, None] = field(default_factory=OrderedDict)

    def add(self, line: Line) -> None:
        self.waiting[line] = None
        while len(self.waiting) > self.most:
            oldest, _ = self.waiting.popitem(last=False)
            oldest.cut()

    def remove(self, line: Line) -> None:
        self.waiting.pop(line, None)


class Line:
    """A client's socket that keeps time. The rest of it is the socket's own."""

    def __init__(self, sock: socket.socket, lines: Lines) -> None:
        self.sock, self.lines = sock, lines
        self.began: float | None = None  # when the first byte of a request came
        self.received = 0
        self.holds, self.held = False, b""  # the head of an answer, which goes with its body
        lines.add(self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)

    def recv(self, size: int) -> bytes:
        """Return what came. Raises TooSlow."""
        self.sock.settimeout(max(0.001, self.patience()))
        try:
            data = self.sock.recv(size)
        except TimeoutError as error:
            raise TooSlow from error
        if self.began is None:
            self.began = monotonic()
        self.received += len(data)
        return data

    def patience(self) -> float:
        """Return the seconds that are left for the next byte."""
        if self.began is None:
            return IDLE
        allowed = min(HEAD_START + self.received / LOWEST_RATE, DEADLINE)
        return self.began + allowed - monotonic()

    def sendall(self, data: bytes) -> None:
        """Send all of it; of an answer, its head together with what follows. Raises TooSlow."""
        if self.holds:
            self.holds, self.held = False, data
            return
        data, self.held = self.held + data, b""
        self.lines.add(self)
        self.sock.settimeout(SEND_START + len(data) / SEND_RATE)
        try:
            if (sent := self.sock.send(data)) < len(data):  # all of it, where the client keeps up
                self.sock.sendall(data[sent:])
        except TimeoutError as error:
            raise TooSlow from error
        finally:
            self.lines.remove(self)

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def whole(self) -> None:
        """Say that a request has arrived: from now on the client waits for us."""
        self.lines.remove(self)
        self.holds = True

    def flush(self) -> None:
        """Send the head of an answer that has no body. Raises TooSlow."""
        self.holds = False
        if self.held:
            self.sendall(b"")

    def idle(self) -> None:
        """Say that it was answered: the next may come."""
        self.began, self.received = None, 0
        self.lines.add(self)

    def linger(self, most: int) -> None:
        """Read on for a moment after a refusal: a socket closed on unread bytes takes it back."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
            self.sock.settimeout(1.0)
            until = monotonic() + 2
            while most > 0 and monotonic() < until and (data := self.sock.recv(65_536)):
                most -= len(data)

    def cut(self) -> None:
        """Hang up on a client that keeps others out."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.held = b""
        self.lines.remove(self)
        self.sock.close()
