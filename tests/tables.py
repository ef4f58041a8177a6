"""Databases that have every table from the start: each is a copy of one that was migrated once.

The migrations themselves are tested in tests/storage; everywhere else 25 of them, run anew for
each of a thousand tests, would only cost time."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy.engine import make_url

from survey.config import Settings
from survey.storage import db, schema
from tests.shared import made_once

SECRET = "known to this template alone, and of some length"


def migrate(url: str) -> None:
    engine = db.open_engine(Settings(SECRET, url))
    schema.migrate(engine)
    engine.dispose()


class Template:
    """An SQLite file without rows, kept in the run's folder; none before `start`."""

    def __init__(self) -> None:
        self.folder: Path | None = None

    def start(self, folder: Path) -> None:
        self.folder = folder

    def copy(self, url: str) -> bool:
        """Make the SQLite file of an address unless it is there; return whether it was made."""
        file = make_url(url).database
        if not url.startswith("sqlite:///") or self.folder is None or not file:
            return False
        if Path(file).exists():
            return False
        made = made_once(self.folder, "tables.sqlite", lambda raw: migrate(f"sqlite:///{raw}"))
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, file)
        return True
