"""A move to another database, SQLite or PostgreSQL, while nobody writes: compared row by row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url

from survey.config import Settings
from survey.storage import schema
from survey.storage.copies import archive
from survey.storage.copies.fingerprints import (
    Differs,
    Fingerprint,
    copy_all,
    fingerprints,
    is_empty,
)
from survey.storage.copies.place import appear, refuse_existing, scratch
from survey.storage.db import open_engine
from survey.storage.events import Refused
from survey.storage.models import Base


def move(settings: Settings, engine: Engine, into: str) -> dict[str, Fingerprint]:
    """Copy everything into a new or empty database; return what is there now, table by table.

    What was there stays as it is. Raises Refused where a server still uses it: an answer that
    is stored there afterwards would stay behind.
    """
    url = make_url(into)
    target = replace(settings, database_url=into)
    if url.get_backend_name() != "sqlite":
        return carried(engine, target)
    refuse_existing(Path(str(url.database)))
    with scratch(target) as folder:
        file = folder / archive.DATABASE
        there = carried(engine, replace(settings, database_url=f"sqlite:///{file}"))
        appear(file, Path(str(url.database)))
    return there


def carried(engine: Engine, target: Settings) -> dict[str, Fingerprint]:
    refuse_while_used(engine)
    there = open_engine(target)
    try:
        with engine.connect() as source, there.connect() as writing:
            hold(source)
            schema.require_current(source)
            schema.migrate(there)
            if not is_empty(writing):
                raise Refused("There are rows in that database already: name an empty one.")
            writing.rollback()
            if there.dialect.name == "sqlite":
                writing.exec_driver_sql("PRAGMA foreign_keys = OFF")
            copy_all(source, writing)
            writing.commit()
            return fingerprints(writing)
    except (Differs, schema.NotReady) as problem:
        raise Refused(f"Nothing was moved: {problem}") from problem
    finally:
        there.dispose()


def refuse_while_used(engine: Engine) -> None:
    """Raise Refused where another program has a connection to the database."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        try:
            with closing(sqlite3.connect(engine.url.database or "", timeout=0)) as probe:
                probe.execute("PRAGMA locking_mode = EXCLUSIVE")
                probe.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Refused(IN_USE) from error
        return
    with engine.connect() as connection:
        if connection.scalar(text(OTHERS)):
            raise Refused(IN_USE)


def hold(connection: Connection) -> None:
    """Let nobody write until this connection lets go."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    quote = connection.dialect.identifier_preparer.format_table
    names = ", ".join(quote(table) for table in Base.metadata.sorted_tables)
    connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE MODE")


IN_USE = (
    "The database is in use: stop the server (and whatever else has it open), or an answer that "
    "comes meanwhile would stay behind. Nothing was moved."
)
OTHERS = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
