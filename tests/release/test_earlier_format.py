"""A release that an earlier version froze stays stored, and is read by no page and no file."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.storage import db
from survey.storage.models import RELEASE_FORMAT, Release
from tests.release.test_made_up import flask, hold


def freeze_as_before(session: Session) -> None:
    session.execute(update(Release).values(format=RELEASE_FORMAT - 1))
    session.commit()


def test_it_is_neither_shown_nor_compared_with(app: Flask, session: Session):
    hold(app, session, "Maple Falls", made_up=False)
    assert "Release 1 is made" in flask(app, session, "release")
    client = app.test_client()
    assert "Maple Falls" in client.get("/results").text
    freeze_as_before(session)
    app.extensions["releases"].clear()  # a version begins with nothing kept
    assert client.get("/results").status_code == 200
    assert "Maple Falls" not in client.get("/results").text
    assert "figures.csv" not in client.get("/data").text
    assert client.get("/data/1/figures.csv").status_code == 404

    assert "Release 2 is made" in flask(app, session, "release")
    assert "Maple Falls" in client.get("/results").text
    assert session.scalars(select(Release.id).order_by(Release.id)).all() == [1, 2]


def test_a_demonstration_of_an_earlier_version_is_replaced(sqlite_app: Flask):
    """On one database: loading the demonstration takes ten seconds."""
    app = sqlite_app
    with app.app_context():
        session = db.session()
        hold(app, session, "Elm Grove", made_up=True)
        assert "Release 1 is made" in flask(app, session, "release")
        assert "no demonstration was loaded" in flask(app, session, "demo --once")
        freeze_as_before(session)
        told = flask(app, session, "demo --once")
        assert "an earlier version is replaced" in told
        assert "use the code" in told
        page = app.test_client().get("/results").text
        assert "Elm Grove" not in page
        assert "Austintown" in page
        assert "no demonstration was loaded" in flask(app, session, "demo --once")
