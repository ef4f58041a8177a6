"""Which process does what: some collect answers, some show what was released.

Collecting processes hold the port. They answer attendees themselves and pass everything else to
the reading processes over a Unix socket, so that nothing that is read takes their time
(docs/decisions/0012-reading-cannot-stop-the-survey.md).
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from survey.config import Settings

COLLECT, READ, ALL = "collect", "read", "all"
SOCKET = "PORCHLIGHT_SOCKET"  # kept in the environment, so that a reloaded configuration finds it
OURS = (
    "/s",
    "/health",
    "/healthz",
    "/readyz",
)  # what a collecting process answers itself, and all below these:
OURS_BELOW = ("/s/", "/static/")
UPLOADS = re.compile(r"/desk/events/[^/]+/imports")


@dataclass(frozen=True)
class Roles:
    """How many processes of each kind there are, and where they listen."""

    collectors: int
    readers: int
    public: str  # host:port
    socket: str  # the path by which they reach each other; "" where one kind serves alone

    @classmethod
    def of(cls, settings: Settings) -> Roles:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        return cls(
            collectors=0 if settings.role == READ else settings.workers,
            readers=0 if settings.role == COLLECT else settings.readers,
            public=f"{host}:{settings.port}",
            socket=private_socket() if settings.role == ALL else "",
        )

    @property
    def binds(self) -> list[str]:
        return [self.public, *([f"unix:{self.socket}"] if self.socket else [])]

    @property
    def processes(self) -> int:
        return self.collectors + self.readers

    def next(self, others: Iterable[str]) -> str:
        """Return the role of a new process, given the roles of those beside it."""
        if not self.collectors:
            return READ
        return READ if [*others].count(READ) < self.readers else COLLECT


def private_socket() -> str:
    """Return the path of a socket that this user alone can reach."""
    if SOCKET not in os.environ:
        os.environ[SOCKET] = f"{tempfile.mkdtemp(prefix='porchlight-')}/read"
    return os.environ[SOCKET]


def forget_socket() -> None:
    """Remove the folder of the socket when the server ends."""
    if path := os.environ.get(SOCKET):
        with suppress(OSError):
            Path(path).unlink(missing_ok=True)
            Path(path).parent.rmdir()


def is_upload(path: str) -> bool:
    """Whether a file is sent here, which may be larger than any other form."""
    return UPLOADS.fullmatch(path) is not None


def is_collected(path: str) -> bool:
    """Whether a collecting process answers this path itself: what an attendee needs."""
    return path in OURS or path.startswith(OURS_BELOW)
