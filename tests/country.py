"""A small made-up country, stored as a release and shared by the tests of one process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from benchmarks.country import Country
from survey.storage import db
from tests.conftest import let_go, made, make_app

COMMUNITIES = 48  # several states and counties, and more than one page of places


def stored(url: str) -> Flask:
    app = make_app(url)
    with app.app_context():
        Country(COMMUNITIES, seed=3).store(db.session())
        db.session().commit()
    return app


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = stored(f"sqlite:///{tmp_path_factory.mktemp('country') / 'country.sqlite'}")
    made.remove(app)  # it outlives the test that asks for it first
    yield app
    let_go(app)
