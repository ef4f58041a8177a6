"""Two towns with an event to come, and the organiser of one of them."""

import pytest
from flask import Flask

from survey.storage import db
from tests.builders import add_event, add_poster
from tests.desk_people import Colleague, colleague


@pytest.fixture
def town(sqlite_app: Flask) -> Flask:
    with sqlite_app.app_context():
        for name in ("Maple Falls", "Elm Grove"):
            event = add_event(sqlite_app, db.session(), name=name, open_now=False, season=2027)
            add_poster(db.session(), event)
    return sqlite_app


@pytest.fixture
def ana(town: Flask) -> Colleague:
    return colleague(town, "organiser", "maple-falls", name="Ana")
