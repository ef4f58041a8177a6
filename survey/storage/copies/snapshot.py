"""One moment of a database as an SQLite file, taken while others go on writing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from survey.config import Settings
from survey.storage import schema
from survey.storage.copies.fingerprints import Differs, copy_all
from survey.storage.db import open_engine
from survey.storage.events import Refused

SMALL = 50_000_000  # bytes, which are read within half a second
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def take(settings: Settings, engine: Engine, file: Path) -> None:
    """Write what the database holds now to a new SQLite file, every table in key order.

    Raises Refused where there is nothing to copy, or where it is damaged.
    """
    if engine.dialect.name == "sqlite":
        if not Path(engine.url.database or "").exists():
            raise Refused(f"There is no database at {engine.url.database}: nothing to back up.")
        vacuum_into(engine, file)
    else:
        copy_of_server(settings, engine, file)
    check(file)


def vacuum_into(engine: Engine, file: Path) -> None:
    """Copy an SQLite database in one read transaction, which keeps no writer waiting.

    The file has its tables in key order and nothing that was deleted, so it says nothing of the
    order in which answers came.
    """
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(file),))
    except DBAPIError as error:
        if is_damage(error):
            raise Refused(DAMAGE.format(path=engine.url.database)) from error
        raise


def copy_of_server(settings: Settings, engine: Engine, file: Path) -> None:
    """Copy PostgreSQL's tables as they stood at one moment."""
    here = engine_of(settings, file)
    try:
        schema.migrate(here)
        with engine.connect() as source, here.connect() as target:
            one_moment(source)
            schema.require_current(source)
            target.exec_driver_sql("PRAGMA foreign_keys = OFF")
            copy_all(source, target)
            target.commit()
            target.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    except (schema.NotReady, Differs) as problem:
        raise Refused(str(problem)) from problem
    finally:
        here.dispose()


def one_moment(connection: Connection) -> None:
    """Let a connection to PostgreSQL see what is there now, and nothing that comes later."""
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def check(file: Path) -> None:
    """Raise Refused where SQLite finds a file damaged. A row from before a rule is no damage."""
    if (problem := damage(file)) != "":
        raise Refused(DAMAGE.format(path=file) + f" SQLite says: {problem}.")


def damage(file: Path, check: str = "integrity_check(1)") -> str:
    """Return what SQLite first finds wrong with a file; "" for nothing.

    check: "quick_check(1)" does not compare indexes with their tables
    """
    try:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            (answer,) = connection.execute(f"PRAGMA {check}").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if answer == "ok" or isinstance(answer, int) else " ".join(str(answer).split())


def damage_at_start(settings: Settings) -> str:
    """Return a sentence where the database of a server that starts is damaged; else "".

    A large file is not read whole, so that a server that was killed is back at once: `flask
    doctor` does.
    """
    url = make_url(settings.database_url)
    file = Path(url.database or "")
    if url.get_backend_name() != "sqlite" or not file.exists():
        return ""
    check = "quick_check(1)" if file.stat().st_size <= SMALL else "schema_version"
    problem = damage(file, check)
    return DAMAGE.format(path=file) + f" SQLite says: {problem}." if problem else ""


def engine_of(settings: Settings, file: Path) -> Engine:
    """Return the engine of another file, durable as every other."""
    return open_engine(replace(settings, database_url=f"sqlite:///{file}"))


def is_damage(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in DAMAGED


DAMAGE = (
    "{path} is damaged and cannot be read whole. Keep it as it is, and restore the newest backup "
    "beside it with `flask restore`."
)
