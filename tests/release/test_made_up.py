"""What is real beside the demonstration is real: no banner, no mixed release."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.desk import communities
from survey.storage.events import Refused
from survey.storage.models import Base, Community, Event, Poster, Release, Response
from tests.builders import Resident, add_event, add_poster

BANNER = {"en": "This is a demonstration", "es": "Esto es una demostración"}


def hold(app: Flask, session: Session, name: str, *, made_up: bool, people: int = 30) -> Event:
    """An evening in `name` that is over, with that many answers. Towns lie in one county."""
    event = add_event(app, session, name=name)
    event.community.made_up = made_up
    session.commit()
    poster = add_poster(session, event)
    for _ in range(people):
        reply = Resident(app.test_client(), poster.code).scans().answers().sends()
        assert reply.status_code == 303
    event.opens_at = datetime.now(UTC) - timedelta(days=9)
    event.closes_at = datetime.now(UTC) - timedelta(seconds=1)
    session.commit()
    return event


def flask(app: Flask, session: Session, line: str) -> str:
    session.rollback()
    result = app.test_cli_runner().invoke(args=line.split())
    session.expire_all()
    return result.output


def code_of(event: Event) -> str:
    return event.posters[0].code


def test_releases_never_mix_and_banners_stand_where_answers_are_made_up(
    app: Flask, session: Session
):
    shown = hold(app, session, "Elm Grove", made_up=True)
    assert "Release 1 is made" in flask(app, session, "release")
    client = app.test_client()
    for page in ("/", "/results", "/privacy", "/data", f"/poster/{code_of(shown)}"):
        assert BANNER["en"] in client.get(page).text, page

    real = hold(app, session, "Maple Falls", made_up=False)
    assert BANNER["es"] not in client.get(f"/poster/{code_of(real)}?lang=es&in=en&in=es").text
    for page in ("/", "/privacy", f"/poster/{code_of(real)}", f"/poster/{code_of(real)}/form"):
        assert BANNER["en"] not in client.get(page).text, page
    assert BANNER["en"] in client.get(f"/poster/{code_of(shown)}").text
    assert BANNER["en"] in client.get("/results").text  # still the demonstration's release

    assert "Release 2 is made" in flask(app, session, "release")
    places = [release.about["places"] for release in session.scalars(select(Release))]
    assert [[place["slug"] for place in many] for many in places] == [
        ["elm-grove"],
        ["maple-falls"],
    ]
    assert BANNER["en"] not in client.get("/results/maple-falls").text
    assert "Made-up answers" not in client.get("/results/maple-falls").text
    assert client.get("/results/elm-grove").status_code == 404
    assert "Made-up answers" in client.get("/data").text  # of the earlier release

    hold(app, session, "Elm Grove", made_up=True)
    assert "Nothing has changed" in flask(app, session, "release")  # nothing real has


def test_one_command_removes_the_demonstration_and_leaves_what_is_real(
    app: Flask, session: Session
):
    hold(app, session, "Elm Grove", made_up=True)
    flask(app, session, "release")
    real = hold(app, session, "Maple Falls", made_up=False)
    told = flask(app, session, "demo remove")
    assert told == "The demonstration is removed: 1 communities, their answers and releases.\n"
    assert [place.slug for place in session.scalars(select(Community))] == ["maple-falls"]
    assert [one.event_id for one in session.scalars(select(Response))] == [real.id] * 30
    left = {
        table.name: session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
    }
    assert (left["release"], left["figure"], left["poster"], left["event"]) == (0, 0, 1, 1)
    assert "There is no demonstration here." in flask(app, session, "demo remove")
    assert "Release 2 is made" in flask(app, session, "release")  # 1 is kept by whoever fetched it


def test_a_removed_demonstration_stays_away(app: Flask, session: Session):
    hold(app, session, "Elm Grove", made_up=True, people=0)
    flask(app, session, "demo remove")
    assert "was removed here" in flask(app, session, "demo --once")
    assert session.scalars(select(Poster)).all() == []


def test_a_place_of_the_demonstration_can_be_added_for_real_once_it_is_gone(
    app: Flask, session: Session
):
    content = app.extensions["content"]
    place: dict[str, Any] = {"name": "Elm Grove", "county": "Alder", "state": "Oregon"}
    communities.add_community(session, content, made_up=True, **place)
    session.commit()
    with pytest.raises(Refused, match="Remove the demonstration first: flask demo remove"):
        communities.add_community(session, content, **place)
    flask(app, session, "demo remove")
    assert communities.add_community(session, content, **place).slug == "elm-grove"


def test_a_parish_is_called_a_parish_wherever_it_is_shown(app: Flask, session: Session):
    event = add_event(app, session, name="Cypress Bend", county="Orleans Parish")
    poster = add_poster(session, event)
    for _ in range(12):
        assert Resident(app.test_client(), poster.code).scans().answers().sends().status_code == 303
    event.opens_at = datetime.now(UTC) - timedelta(days=9)
    event.closes_at = datetime.now(UTC) - timedelta(seconds=1)
    session.commit()
    assert "1 of 1: Orleans Parish\n" in flask(app, session, "release")
    for language, area in (("en", "Orleans Parish"), ("es", "Parroquia de Orleans")):
        page = app.test_client().get(f"/results/cypress-bend?lang={language}").text
        assert area in page
        assert "County" not in page
    table = app.test_client().get("/results/cypress-bend.csv").text
    assert ",Orleans Parish," in table
