"""What was typed wrong is corrected or removed before the first answer, and stays afterwards."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.storage.models import Agency, Comment, Community, Event, Poster, Scan, SealedComment
from tests.builders import Resident, add_event, add_poster

Flask_ = Callable[[str], str]


@pytest.fixture
def event(app: Flask, session: Session) -> Event:
    """An evening that is open, with a poster that was opened; an unrelated one beside it."""
    other = add_event(app, session, name="Birch Hollow", county="Birch")
    add_poster(session, other)
    event = add_event(app, session)
    poster = add_poster(session, event)
    session.add(Scan(event_id=event.id, poster=poster.code, hour="2026-08-04T18", count=3))
    session.commit()
    return event


@pytest.fixture
def flask(app: Flask, session: Session) -> Flask_:
    """Type a command; return what it prints. The session sees what it did."""

    def typed(line: str) -> str:
        session.rollback()
        output = app.test_cli_runner().invoke(args=shlex.split(line)).output
        assert "Traceback" not in output
        session.expire_all()
        return output

    return typed


def answered(app: Flask, event: Event) -> None:
    reply = Resident(app.test_client(), event.posters[0].code).scans().answers().sends()
    assert reply.status_code == 303


def slugs(session: Session) -> set[str]:
    return {*session.scalars(select(Community.slug)), *session.scalars(select(Event.slug))}


def test_before_the_first_answer_an_address_follows_its_name(
    session: Session, event: Event, flask: Flask_
):
    assert flask('community rename maple-falls "Maple Town"').startswith("maple-town: Maple Town,")
    assert slugs(session) == {
        "maple-town", "maple-town-2026", "birch-hollow", "birch-hollow-2026",
    }  # fmt: skip
    assert "Birch County, Oregon" in flask("community correct maple-town --county birch")
    assert "Birch Parish, Oregon" in flask("community correct maple-town --area parish")
    assert "Orleans Parish, Louisiana" in flask(
        "community correct maple-town --county Orleans --state Louisiana"
    )
    assert flask("community correct maple-town --county ''").startswith("maple-town: Maple Town,")


def test_a_correction_makes_no_twin(session: Session, event: Event, flask: Flask_):
    flask("community correct maple-falls --county Birch")
    told = flask('community rename maple-falls "BIRCH  hollow"')
    assert told == ("Error: Birch Hollow in Birch County, Oregon is there already: birch-hollow.\n")
    assert "maple-falls" in slugs(session)


def test_after_the_first_answer_only_names_change(
    app: Flask, session: Session, event: Event, flask: Flask_
):
    answered(app, event)
    code = event.posters[0].code
    for line in (
        "community correct maple-falls --county Elm",
        "community remove maple-falls",
        "agency remove maple-falls fire",
        "event correct maple-falls-2026 --ends 22:00",
        "event remove maple-falls-2026",
        f"poster remove {code}",
    ):
        assert flask(line).startswith("Error: There are answers already: "), line
    told = flask('community rename maple-falls "Maple Town"')
    assert told.startswith("maple-falls: Maple Town,")
    assert "Its address stays." in told
    assert flask('agency rename maple-falls fire "Maple Fire"') == "maple-falls: fire, Maple Fire\n"
    assert flask(f"poster correct {code.lower()} --channel gate") == f"{code}: gate\n"


def test_what_is_removed_takes_along_what_hangs_on_it_and_no_more(
    session: Session, event: Event, flask: Flask_
):
    flask("event remove maple-falls-2026")
    assert slugs(session) == {"maple-falls", "birch-hollow", "birch-hollow-2026"}
    assert len(session.scalars(select(Poster)).all()) == 1
    assert session.scalars(select(Scan)).all() == []
    flask("community remove maple-falls")
    assert slugs(session) == {"birch-hollow", "birch-hollow-2026"}
    assert {one.community.slug for one in session.scalars(select(Agency))} == {"birch-hollow"}


def test_whoever_runs_the_survey_is_renamed_with_its_agency(
    app: Flask, session: Session, event: Event, flask: Flask_
):
    flask("event host maple-falls-2026 fire")
    flask('agency rename maple-falls fire "Maple Falls Fire & Rescue"')
    page = Resident(app.test_client(), event.posters[0].code).scans().page
    assert "Maple Falls Fire &amp; Rescue" in page
    assert "Maple Falls fire" not in page


@pytest.mark.parametrize("sealed", [False, True])
def test_a_comment_alone_is_an_answer(session: Session, event: Event, flask: Flask_, sealed: bool):
    key = {"event_id": event.id, "id": uuid4()}
    waits = SealedComment(sealed=b"x", **key)
    read = Comment(language="en", text="Thank you.", state="waiting", **key)
    session.add(waits if sealed else read)
    session.commit()
    assert "There are answers already" in flask("event remove maple-falls-2026")


def test_the_local_police_stays_while_an_evening_asks_about_it(
    session: Session, event: Event, flask: Flask_
):
    assert "are about its police: remove its events first" in flask(
        "agency remove maple-falls police"
    )
    assert flask("agency remove maple-falls ems") == "maple-falls: ems is removed.\n"
    assert "no agency of the kind 'ems'" in flask("agency remove maple-falls ems")
    assert "has its fire already: Maple Falls fire." in flask("community agency maple-falls fire X")


def test_an_evening_is_moved_whole(session: Session, event: Event, flask: Flask_):
    told = flask(
        "event correct maple-falls-2026 --day 2027-08-03 --time-zone America/Los_Angeles"
        " --ends 00:30 --name 'Night of Lights'"
    )
    assert told == (
        "maple-falls-2027: opens Tuesday 2027-08-03 17:00, ends 00:30 on Wednesday, "
        "takes answers until 2027-08-06 00:30 (America/Los_Angeles)\n"
    )
    moved = session.scalars(select(Event).where(Event.slug == "maple-falls-2027")).one()
    assert (moved.season, moved.name, len(moved.posters)) == (2027, "Night of Lights", 1)
