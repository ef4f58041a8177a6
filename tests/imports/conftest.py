"""An event that is over, and `flask ...` as somebody types it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.storage.models import Event
from tests.builders import add_event
from tests.imports.asked import KINDS

Flasks = Callable[..., str]


@pytest.fixture
def flask(app: Flask, session: Session) -> Flasks:
    """Run `flask ...`; return what it prints. The session sees what it did."""

    def run(*words: str, fails: bool = False) -> str:
        session.rollback()
        result = app.test_cli_runner().invoke(args=list(words))
        assert (result.exit_code != 0) == fails, result.output
        session.expire_all()
        return result.output

    return run


def over(session: Session, *events: Event) -> None:
    """Close events, as if a year ago."""
    for event in events:
        event.opens_at = datetime.now(UTC) - timedelta(days=99)
        event.closes_at = datetime.now(UTC) - timedelta(days=90)
    session.commit()


@pytest.fixture
def event(app: Flask, session: Session) -> Event:
    """The event of 2025, and a neighbour's that no import may touch."""
    found = add_event(app, session, kinds=KINDS, season=2025, open_now=False)
    other = add_event(app, session, name="Alder Bend", season=2025, open_now=False)
    over(session, found, other)
    return found
