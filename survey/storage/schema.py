"""Migrations: bring a database to the tables of this version. They run before the server starts."""

from __future__ import annotations

from sqlalchemy import Engine, inspect, text

from survey.config import ROOT
from survey.storage.models import Base

VERSIONS = ROOT / "migrations" / "versions"


class NotReady(Exception):
    """The database is not of this version; the sentence says what to type."""


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Run the numbered migrations up to `to`, each in a transaction. A killed run starts again."""
    from alembic import command  # 8 MB and 0.1 s that a serving worker does not need
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def make_ready(engine: Engine) -> bool:
    """Make the tables of a new database; return whether it was new.

    Raises NotReady where its tables are another version's: those carry rows, and whoever runs it
    decides when.
    """
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        query = text("SELECT version_num FROM alembic_version")
        version = connection.scalar(query) if "alembic_version" in tables else None
    if not tables:
        migrate(engine)
        return True
    known = sorted(path.stem.split("_")[0] for path in VERSIONS.glob("[0-9]*.py"))
    if version not in (*known, None):
        raise NotReady("A newer Porchlight has used this database: this one cannot.")
    if version != known[-1]:
        raise NotReady("The database is of an earlier version. Type: python3 dev.py flask migrate")
    return False


def differences(engine: Engine) -> list[object]:
    """Return what the database and the models disagree on; empty when they match."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        found: list[object] = compare_metadata(
            MigrationContext.configure(connection), Base.metadata
        )
    return found
