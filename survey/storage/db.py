"""The engine, one session per request, and what makes SQLite durable."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import monotonic
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from survey.config import Settings
from survey.storage.sealed_comments import Seal
from survey.storage.writer import AWAY, Writer

__all__ = ["AWAY", "NotDurable", "engine", "open_engine", "session", "writer"]

# synchronous=FULL: with real power cuts FULL lost none of 1,470 acknowledged answers and NORMAL
# 2,059 of 2,121, silently. What is said here is read back on every connection.
# secure_delete: what is freed is overwritten, so that no moved comment is left where it was.
PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


UNREADABLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
IDLE_SECONDS = 1.0
STATEMENT_SECONDS = 30  # longer than any page takes, shorter than a visitor waits twice


class NotDurable(Exception):
    """The database file cannot promise to keep what it acknowledged."""


def open_engine(settings: Settings, *, patience: float | None = None) -> Engine:
    """Return the engine for `settings.database_url`; an SQLite file's folder is made.

    patience: seconds that SQLite itself waits for its one writer; DISK_PATIENCE by default.
    """
    if patience is None or make_url(settings.database_url).get_backend_name() != "sqlite":
        patience = settings.DISK_PATIENCE
    return engine_at(settings.database_url, patience)


def engine_at(address: str, patience: float) -> Engine:
    """Return the engine for a database.

    patience: seconds to wait for SQLite's one writer, or for a server to answer.
    """
    url = make_url(address)
    # hide_parameters: an error's text would otherwise carry somebody's answers into a log.
    if url.get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=8,
            pool_timeout=patience,  # a server that is away stops no page for longer
            connect_args={"connect_timeout": max(2, round(patience))},
        )
        ping_when_idle(engine)
        return engine
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": patience})
    event.listen(engine, "connect", make_durable)
    event.listen(engine, "handle_error", unreadable_is_away)
    return engine


def ping_when_idle(engine: Engine) -> None:
    """Ask on a connection that nobody used for a moment whether its server is still there.

    What is in use all the time learns it by what it does; asked each time (`pool_pre_ping`), that
    would be a round trip for every answer.
    """

    @event.listens_for(engine, "checkin")
    def note(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["idle since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
        now = monotonic()
        if now - record.info.get("idle since", now) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # all of them are of the server that went away


def unreadable_is_away(context: ExceptionContext) -> OperationalError | None:
    """Take a file that cannot be read for a database that is away: nothing was stored, and visitors
    keep their answers. A dying disk looks like that; what is wrong is for the check-up to say."""
    error = context.original_exception
    if getattr(error, "sqlite_errorcode", 0) & 0xFF not in UNREADABLE:
        return None
    return OperationalError(context.statement, None, error, hide_parameters=True)


def make_durable(connection: sqlite3.Connection, record: object = None) -> None:
    """Set the pragmas on a new connection and read each back. Raises NotDurable."""
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
        (setting,) = connection.execute(f"PRAGMA {name}").fetchone()
        if setting != value:
            raise NotDurable(f"SQLite answers {name} = {setting!r}; it must be {value!r}.")


def limit_statements(engine: Engine, seconds: int = STATEMENT_SECONDS) -> None:
    """Let PostgreSQL end what takes too long on this engine's new connections.

    For processes that serve: a page that waits longer is read by nobody, and its connection is
    missing to others. A release, a backup or a move may take its time.
    """
    if engine.dialect.name != "postgresql":
        return
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

    @event.listens_for(engine, "connect")
    def set_limits(connection: Any, record: object) -> None:
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute(f"SET {name} = '{seconds}s'")
        connection.commit()


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["engine"] = open_engine(settings)
    engine = open_engine(settings, patience=0)
    engine.dialect.use_insertmanyvalues_wo_returning = True  # several rows are one statement
    app.extensions["writer"] = Writer(engine, settings.DISK_PATIENCE)
    app.extensions["seal"] = Seal(settings.secret_key)
    app.teardown_appcontext(close_session)


def engine() -> Engine:
    engine: Engine = current_app.extensions["engine"]
    return engine


def writer() -> Writer:
    writer: Writer = current_app.extensions["writer"]
    return writer


def seal() -> Seal:
    seal: Seal = current_app.extensions["seal"]
    return seal


def session() -> Session:
    """Return this request's session."""
    if "session" not in g:
        g.session = Session(engine(), expire_on_commit=False)
    session: Session = g.session
    return session


def close_session(error: Any = None) -> None:
    if (open_session := g.pop("session", None)) is not None:
        try:
            open_session.close()
        except AWAY:  # the server went away after the page was made: the page is good
            open_session.invalidate()
