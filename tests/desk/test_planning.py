"""Evenings as they are typed: past midnight, far years, days that can mean two, lengths."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.storage.models import Event
from tests.builders import add_event

NEXT_YEAR = datetime.now(UTC).year + 1


@pytest.fixture
def flask(app: Flask, session: Session):
    """Type a command for a community that has an event already; return what it prints."""
    add_event(app, session)

    def typed(*words: str) -> str:
        session.rollback()
        output = app.test_cli_runner().invoke(args=list(words)).output
        assert "Traceback" not in output
        session.expire_all()
        return output

    return typed


def add(flask, *more: str, day: str = f"{NEXT_YEAR}-08-03") -> str:
    told: str = flask("event", "add", "maple-falls", "--day", day, *more)
    return told


def test_an_evening_may_end_past_midnight(session: Session, flask):
    told = add(flask, "--starts", "8:00 pm", "--ends", "1:30am", day="2027-08-03")
    assert told.startswith(
        "maple-falls-2027: opens Tuesday 2027-08-03 20:00, ends 01:30 on Wednesday, "
        "takes answers until 2027-08-06 01:30 (America/New_York)\n"
    )
    made = session.scalars(select(Event).where(Event.slug == "maple-falls-2027")).one()
    assert made.starts_at == datetime(2027, 8, 4, 0, 0, tzinfo=UTC)
    assert made.ends_at == datetime(2027, 8, 4, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--ends", "16:00"), "must end after it starts: from 17:00 to 16:00 of the next day are"),
        (("--ends", "17:00"), "must end after it starts"),
        (("--ends", "25:00"), "'25:00' is no time of day: type it as in 17:00 or 5:00pm."),
        (("--starts", "17"), "'17' is no time of day"),
        (("--starts", "13pm"), "'13pm' is no time of day"),
        (("--time-zone", "Eastern"), "'Eastern' is no time zone; one is America/New_York."),
        (("--time-zone", "posixrules"), "'posixrules' is no time zone"),
        (("--time-zone", "america/new_york"), "'america/new_york' is no time zone"),
        (("--language", "en", "--language", "xx"), "'xx' is no language here"),
        (("--name", "x" * 81), "The event's name has 81 characters; at most 80 are possible."),
        (("--name", " "), "The event's name is empty."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(session: Session, flask, more, why: str):
    assert why in add(flask, *more)
    assert len(session.scalars(select(Event)).all()) == 1


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("08/03/2027", "can mean two days: type 2027-03-08 (March 8) or 2027-08-03 (August 3)."),
        ("8.3.27", "can mean two days: type 2027-03-08 (March 8) or 2027-08-03 (August 3)."),
        ("08/23/2027", "'08/23/2027': type 2027-08-23 (August 23)."),
        ("23-08-2027", "'23-08-2027': type 2027-08-23 (August 23)."),
        ("08/08/2027", "'08/08/2027': type 2027-08-08 (August 8)."),
        ("2027-02-29", "'2027-02-29' is no day of the calendar."),
        ("0000-01-01", "is no day of the calendar"),
        ("August 3", "is no day: type the year, month and day, as in 2027-08-03."),
        ("２０２７-08-03", "is no day"),
        ("0001-08-03", "0001-08-03 cannot be right: events are from 2000 to"),
        ("1999-08-03", "1999-08-03 cannot be right"),
        ("9999-12-31", "9999-12-31 cannot be right"),
        (f"{NEXT_YEAR + 2}-08-03", "cannot be right"),
    ],
)
def test_a_day_is_refused_with_the_form_that_is_meant(session: Session, flask, day: str, why: str):
    assert why in add(flask, day=day)
    assert len(session.scalars(select(Event)).all()) == 1


def test_a_language_that_is_named_twice_is_offered_once(session: Session, flask):
    told = add(flask, *("--language", "ar", "--language", "en", "--language", "ar"))
    made = session.scalars(select(Event).where(Event.slug == f"maple-falls-{NEXT_YEAR}")).one()
    assert made.languages == ["ar", "en"]
    assert told.count("Language ar is a draft") == 1


def test_an_event_that_is_typed_twice_is_named_and_not_made(session: Session, flask):
    add(flask)
    told = add(flask, "--name", "national  night OUT")
    assert f"already: maple-falls-{NEXT_YEAR}. For a second one on that day" in told
    assert len(session.scalars(select(Event)).all()) == 2
    assert add(flask, "--name", "Block party").startswith(f"maple-falls-{NEXT_YEAR}-2: opens")


def test_a_day_that_is_over_is_told(flask):
    assert "That is over: it takes no answers any more." in add(flask, day="2025-08-05")


@pytest.mark.parametrize("channel", ["x" * 41, " ", "gate\x07"])
def test_a_channel_is_text_of_some_length(flask, channel: str):
    assert "Error: The channel" in flask("poster", "add", "maple-falls-2026", "--channel", channel)


def test_a_second_poster_at_one_place_is_told(flask):
    first = flask("poster", "add", "maple-falls-2026", "--channel", "gate")[:6]
    told = flask("poster", "add", "maple-falls-2026", "--channel", "gate")
    assert f"There is another poster at gate, too: {first}." in told
