"""Migrations: bring a database to the tables of this version. They run before the server starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, inspect, text

from survey.config import ROOT
from survey.storage.models import Base

MIGRATION_LOCK = 7_246_001  # any number of our own: PostgreSQL's lock for "somebody is migrating"

VERSIONS = ROOT / "migrations" / "versions"


class NotReady(Exception):
    """The database is not of this version; the sentence says what to type."""


class Newer(NotReady):
    """A later version has been here."""


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Run the numbered migrations up to `to` in one transaction.

    Killed at any statement, the database is as it was before and the next run starts afresh.
    Two that start at once wait for one another.
    """
    from alembic import command  # 8 MB and 0.1 s that a serving worker does not need
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.connect() as connection, one_transaction(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, to)


@contextmanager
def one_transaction(connection: Connection) -> Iterator[None]:
    """Hold one transaction for everything inside, changes of tables included.

    Python's SQLite driver begins none by itself for CREATE, ALTER and DROP. References are not
    enforced meanwhile: a table that others refer to could not be replaced otherwise.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")  # has no effect once it has begun
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    try:
        yield
        connection.commit()
    finally:
        connection.rollback()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def make_ready(engine: Engine) -> bool:
    """Make the tables of a new database; return whether it was new.

    Raises NotReady where its tables are another version's: those carry rows, and whoever runs it
    decides when.
    """
    with engine.connect() as connection:
        is_new = not inspect(connection).get_table_names()
        if not is_new:
            require_current(connection)
    if is_new:
        migrate(engine)
    return is_new


def bring_up_to_date(engine: Engine) -> None:
    """Migrate where this version's tables are not there yet. Raises NotReady for a newer one's."""
    with engine.connect() as connection:
        try:
            return require_current(connection)
        except Newer:
            raise
        except NotReady:
            pass
    migrate(engine)


def require_current(connection: Connection) -> None:
    """Raise NotReady where a database's tables are not those of this version."""
    known, version = versions(), version_of(connection)
    if version not in (*known, None):
        raise Newer("A newer Porchlight has used this database: this one cannot.")
    if version != known[-1]:
        raise NotReady("The database is of an earlier version. Type: python3 dev.py flask migrate")


def versions() -> list[str]:
    """Return the numbers of the migrations that this version knows, in order."""
    return sorted(path.stem.split("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def version_of(connection: Connection) -> str | None:
    """Return the number of the last migration that a database has seen; None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def differences(engine: Engine) -> list[object]:
    """Return what the database and the models disagree on; empty when they match."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        differing: list[object] = compare_metadata(
            MigrationContext.configure(connection), Base.metadata
        )
    return differing
