"""Migrations: bring a database to the tables of this version. They run before the server starts."""

from __future__ import annotations

from sqlalchemy import Engine

from survey.config import ROOT
from survey.storage.models import Base


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Run the numbered migrations up to `to`, each in a transaction. A killed run starts again."""
    from alembic import command  # 8 MB and 0.1 s that a serving worker does not need
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def differences(engine: Engine) -> list[object]:
    """Return what the database and the models disagree on; empty when they match."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        found: list[object] = compare_metadata(
            MigrationContext.configure(connection), Base.metadata
        )
    return found
