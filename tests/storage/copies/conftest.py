"""A night's database: two communities, answers of every kind, a comment that waits, a release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from survey.config import Settings
from survey.storage import db
from survey.storage.copies import archive, backup
from survey.storage.models import Figure, Release, Scan
from tests.builders import Resident, add_event, add_poster
from tests.conftest import make_app

MOMENT = datetime(2027, 8, 4, 3, 15, 0, tzinfo=UTC)
COMMENT = 'Más luz, "please" — \\ 東 🕯️'


@dataclass
class Night:
    """An app with rows in every kind of table, and its first poster's code."""

    app: Flask
    code: str

    @property
    def settings(self) -> Settings:
        found: Settings = self.app.extensions["settings"]
        return found

    @property
    def engine(self) -> Engine:
        found: Engine = self.app.extensions["engine"]
        return found

    def backup(self, place: Path, *keys: archive.Key) -> backup.Backup:
        return backup.make(self.settings, self.engine, place, list(keys), MOMENT)

    def answers(self, people: int = 1, **fields: Any) -> None:
        for _ in range(people):
            resident = Resident(self.app.test_client(), self.code).scans().answers(**fields)
            assert resident.sends().status_code == 303


def night_of(url: str) -> Night:
    app = make_app(url)
    with app.app_context():
        session = db.session()
        add_event(app, session, name="Elm Grove", season=2025, open_now=False)
        poster = add_poster(session, add_event(app, session, name="Maple Falls"))
        session.add(Scan(event_id=1, poster=poster.code, hour="2027-08-03T18", count=41))
        about = {"made_up": False, "places": [], "note": "é 🕯️", "share": 0.1}
        session.add(Release(made_at=MOMENT, sha256="0" * 64, about=about))
        session.flush()
        rows = [{"value": 0.333, "members": "a|b"}, {"value": None}]
        for number, row in enumerate(rows):
            key = {"release_id": 1, "kind": "figure", "number": number}
            names = {"community": "elm-grove", "measure": "trust", "agency": "fire", "cut": ""}
            session.add(Figure(**key, **names, row=row))
        session.commit()
    night = Night(app, poster.code)
    night.answers(5)
    night.answers(open=COMMENT)
    app.extensions["scans"].flush()
    return night


@pytest.fixture
def night(database_url: str, apps_let_go: None) -> Night:
    return night_of(database_url)


@pytest.fixture
def sqlite_night(sqlite_url: str, apps_let_go: None) -> Night:
    return night_of(sqlite_url)
