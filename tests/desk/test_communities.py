"""What an organiser does from the command line, and what is printed for the evening."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.storage.events import place_of
from survey.storage.models import Event, Poster, Response
from tests.builders import Resident, add_event, add_poster

SLUG = "maple-falls-2026"


@pytest.fixture
def event(app: Flask, session: Session) -> Event:
    """An event in English and Spanish, with an unrelated one beside it."""
    add_event(app, session, name="Birch Hollow")
    return add_event(app, session)


@pytest.fixture
def flask(app: Flask, event: Event) -> FlaskCliRunner:
    return app.test_cli_runner()


def offered(session: Session) -> dict[str, list[str]]:
    session.expire_all()
    return {event.slug: event.languages for event in session.scalars(select(Event))}


def test_a_language_is_turned_on_and_off_for_one_event(flask: FlaskCliRunner, session: Session):
    told = flask.invoke(args=["event", "language", SLUG, "ar"])
    assert told.output.splitlines() == [
        f"{SLUG}: en, es, ar",
        "  Language ar is a draft: give native speakers /languages/ar.",
    ]
    flask.invoke(args=["event", "language", SLUG, "ar"])  # twice is once
    assert offered(session) == {SLUG: ["en", "es", "ar"], "birch-hollow-2026": ["en", "es"]}
    told = flask.invoke(args=["event", "language", SLUG, "es", "--off"])
    assert told.output == f"{SLUG}: en, ar\n"
    assert offered(session)[SLUG] == ["en", "ar"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([SLUG, "xx"], "'xx' is no language here: en, ar, "),
        ([SLUG, "ksw"], "ksw is not offered before 2 native speakers have read it"),
        (["nowhere-2026", "ar"], "There is no event 'nowhere-2026'"),
        ([SLUG, "en", "--off"], f"en is the only language of {SLUG}: turn another one on first."),
    ],
)
def test_what_cannot_be_turned_is_refused_in_a_sentence(
    flask: FlaskCliRunner, session: Session, words: list[str], why: str
):
    flask.invoke(args=["event", "language", SLUG, "es", "--off"])
    told = flask.invoke(args=["event", "language", *words])
    assert told.exit_code == 1
    assert why in told.output
    assert offered(session)[SLUG] == ["en"]


def test_a_survey_is_offered_in_a_language_from_then_on(
    app: Flask, flask: FlaskCliRunner, session: Session, event: Event
):
    poster = add_poster(session, event)
    client = app.test_client()
    assert 'lang="en"' in client.get(f"/s/{poster.code}?lang=ar").text
    assert 'value="ar"' not in client.get(f"/poster/{poster.code}").text
    flask.invoke(args=["event", "language", SLUG, "ar"])
    assert '<html lang="ar" dir="rtl">' in client.get(f"/s/{poster.code}?lang=ar").text
    printable = client.get(f"/poster/{poster.code}?in=ar").text
    assert '<div lang="ar" dir="rtl"><p class="headline">' in printable
    assert "draft, not reviewed yet" in printable


def test_a_leaving_poster_asks_on_the_way_out(
    app: Flask, flask: FlaskCliRunner, session: Session, event: Event
):
    entrance = add_poster(session, event)
    words = ["poster", "add", SLUG, "--channel", "exit", "--wave", "leaving"]
    code = flask.invoke(args=words).output.split(":")[0]
    listed = flask.invoke(args=["poster", "list", SLUG]).output
    assert f"{code}  {SLUG:32} leaving  exit" in listed
    assert f"{entrance.code}  {SLUG:32} event    entrance" in listed

    page = app.test_client().get(f"/poster/{code}?in=es").text
    assert "Antes de irse: ¿confía en quienes llegan cuando pide ayuda?" in page
    assert "Antes de irse" not in app.test_client().get(f"/poster/{entrance.code}?in=es").text

    for poster in (code, entrance.code):
        resident = Resident(app.test_client(), poster).scans().answers()
        assert resident.sends().status_code == 303
    kept = session.execute(select(Response.poster, Response.wave))
    assert {tuple(row) for row in kept} == {(code, "leaving"), (entrance.code, "event")}


def test_a_poster_of_no_wave_is_refused(flask: FlaskCliRunner, session: Session):
    words = ["poster", "add", SLUG, "--channel", "exit", "--wave", "follow-up"]
    told = flask.invoke(args=words)
    assert told.exit_code == 1
    assert "'follow-up' is no wave of a poster: event, leaving." in told.output
    assert session.scalars(select(Poster)).all() == []


def test_a_leaving_poster_asks_the_same_questions(app: Flask, session: Session, event: Event):
    """Two cross-sections without recall: the same form at both gates."""
    arriving, leaving = add_poster(session, event), add_poster(session, event)
    leaving.wave = "leaving"
    session.commit()
    assert place_of(leaving).wave == "leaving"
    forms = [
        app.test_client().get(f"/s/{poster.code}").text.split("<form")[1].split("<script>")[0]
        for poster in (arriving, leaving)
    ]
    assert forms[0].replace(arriving.code, "") == forms[1].replace(leaving.code, "")


def test_paper_asks_about_every_agency_that_was_met_in_the_order_printed(
    app: Flask, session: Session
):
    """A phone asks about the local police and two others, turned by the submission's number."""
    kinds = ("police", "fire", "ems", "school", "code")
    poster = add_poster(session, add_event(app, session, name="Elm Hollow", kinds=kinds))
    given = {f"trust.{kind}": "4" for kind in kinds}
    for door in ("paper", "kiosk"):
        resident = Resident(app.test_client(), f"{poster.code}/{door}").scans()
        reply = resident.answers(met=["code", "ems", "fire"], **given).sends()
        assert reply.location == f"/s/{poster.code}/{door}/thanks?lang=en"
        thanks = app.test_client().get(reply.location).text
        assert f'href="/s/{poster.code}/{door}?lang=en">Next person' in thanks
    stored = session.scalars(select(Response).where(Response.poster == poster.code))
    kept = {response.mode: response.answers for response in stored}
    assert kept["paper"]["order"] == ["police", "fire", "ems", "code"]
    assert len(kept["kiosk"]["order"]) == 3
    asked = {kind for kind in kinds if kept["paper"][f"trust.{kind}"] == 4}
    assert asked == {"police", "fire", "ems", "code"}


def test_an_event_before_there_was_a_childrens_form_prints_none(app: Flask, session: Session):
    poster = add_poster(session, add_event(app, session, season=2022))
    page = app.test_client().get(f"/poster/{poster.code}/form?audience=child&in=en").text
    assert 'value="child"' not in page
    assert '<article class="sheet adult"' in page
