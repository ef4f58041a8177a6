"""From the command line to a frozen release, and the rule of 11 when publishing again."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.storage.models import Event, Release, Response
from survey.storage.release_store import current, of_place, rows
from tests.builders import Resident, add_event, add_poster

GROUPS = itertools.cycle(["18-24", "35-44"])


@pytest.fixture
def flask(app: Flask, session: Session):
    """Run `flask ...`; return what it prints. The session sees what it did."""

    def run(*words: str, fails: bool = False) -> str:
        session.rollback()
        result = app.test_cli_runner().invoke(args=list(words))
        assert (result.exit_code != 0) == fails, result.output
        session.expire_all()
        return result.output

    return run


def answer(app: Flask, session: Session, event: Event, count: int, **fields: Any) -> None:
    """That many residents answer at an event, in two age groups and two languages."""
    poster = event.posters[0] if event.posters else add_poster(session, event)
    for number in range(count):
        resident = Resident(app.test_client(), poster.code)
        language = ("en", "es")[number % 2]
        resident.scans(language).answers(age=next(GROUPS), **fields)
        assert resident.sends().status_code == 303


def close(session: Session, *events: Event) -> None:
    for event in events:
        event.opens_at = datetime.now(UTC) - timedelta(days=9)
        event.closes_at = datetime.now(UTC) - timedelta(seconds=1)
    session.commit()


def headline(session: Session) -> dict[tuple[str, int], Any]:
    now = current(session)
    assert now
    found = rows(session, now.release, subject=now.headline, cut="total")
    return {(row["community"], row["season"]): row for row in found}


def test_nothing_closed_is_nothing_released(app: Flask, session: Session, flask):
    answer(app, session, add_event(app, session), 12)
    assert "Nothing was released." in flask("release", fails=True)
    assert session.scalar(select(Release)) is None


def test_nothing_that_counts_is_nothing_released(app: Flask, session: Session, flask):
    event = add_event(app, session)
    answer(app, session, event, 204)  # two sorts of 102, and nobody beside them
    close(session, event)
    message = flask("release", fails=True)
    assert "No answer of the closed events counts so far" in message
    assert "No event with answers is closed" not in message


def test_a_county_whose_only_event_is_open_stops_nothing(app: Flask, session: Session, flask):
    here, elsewhere = add_event(app, session), add_event(app, session, name="Oak", county="Birch")
    answer(app, session, here, 40)
    answer(app, session, elsewhere, 12)
    close(session, here)
    flask("release")
    assert set(headline(session)) == {("maple-falls", 2026), ("", 2026)}


def test_ten_answers_are_too_few_and_eleven_are_enough(app: Flask, session: Session, flask):
    event = add_event(app, session)
    answer(app, session, event, 10)
    close(session, event)
    assert "too few answers" in flask("release", fails=True)
    event.closes_at = datetime.now(UTC) + timedelta(days=1)
    session.commit()
    answer(app, session, event, 1)
    close(session, event)
    flask("release")
    assert headline(session)["maple-falls", 2026]["n_low"] == 11


def test_a_small_neighbour_is_pooled_and_the_command_says_so(app: Flask, session: Session, flask):
    big = add_event(app, session, name="Alder Bend")
    also = add_event(app, session, name="Birch Hill")
    small = add_event(app, session, name="Cedar Nook")
    tiny = add_event(app, session, name="Dell")
    open_still = add_event(app, session, name="Elm Grove")
    for event, count in ((big, 30), (also, 25), (small, 8), (tiny, 6), (open_still, 15)):
        answer(app, session, event, count)
    close(session, big, also, small, tiny)
    told = flask("release")
    assert "cedar-nook, dell are shown together" in told
    assert "sha256" in told
    shown = headline(session)
    assert set(shown) == {("", 2026), ("alder-bend", 2026), ("birch-hill", 2026), ("other", 2026)}
    assert shown["other", 2026]["members"] == "cedar-nook|dell"
    now = current(session)
    assert now
    page = app.test_client().get("/results/dell").text
    assert "Cedar Nook and Dell together" in page
    assert list(of_place(shown.values(), now.places["dell"])) == [shown["other", 2026]]


def test_a_release_never_changes_and_waits_for_eleven(app: Flask, session: Session, flask):
    event = add_event(app, session)
    answer(app, session, event, 40)
    close(session, event)
    flask("release")
    first = headline(session)["maple-falls", 2026]
    assert "Nothing has changed" in flask("release", fails=True)

    def reopen_and_add(count: int, trust: str) -> None:
        event.closes_at = datetime.now(UTC) + timedelta(days=1)
        session.commit()
        answer(app, session, event, count, **{"trust.police": trust})
        close(session, event)

    reopen_and_add(5, "1")
    assert "too few people to be told apart" in flask("release", fails=True)
    reopen_and_add(35, "1")
    flask("release")
    second = headline(session)["maple-falls", 2026]
    assert second["n_low"] > first["n_low"]
    assert second["value"] < first["value"]
    releases = session.scalars(select(Release).order_by(Release.id)).all()
    assert [release.id for release in releases] == [1, 2]
    old = rows(session, releases[0], cut="total")
    assert first in old


def test_a_new_season_leaves_the_old_one_as_it_was(app: Flask, session: Session, flask):
    old = add_event(app, session, season=2025)
    answer(app, session, old, 20)
    close(session, old)
    flask("release")
    before = headline(session)
    new = add_event(app, session, season=2026)
    answer(app, session, new, 60, **{"trust.police": "5"})
    close(session, new)
    flask("release")
    after = headline(session)
    assert before.items() <= after.items()
    assert ("maple-falls", 2026) in after


def test_the_command_line_sets_up_an_event_in_a_few_words(app: Flask, session: Session, flask):
    flask("community", "add", "Fir Landing", "--county", "Alder", "--state", "Oregon")
    assert "police questions" in flask("community", "agency", "fir-landing", "police", "Fir Police")
    flask("community", "agency", "fir-landing", "fire", "Fir Fire")
    assert "police, fire" in flask("community", "list")
    told = flask("event", "add", "fir-landing", "--day", "2026-08-04")
    assert "fir-landing-2026: opens Tuesday 2026-08-04 17:00, ends 21:00" in told
    assert "es is a draft" in told
    assert "America/New_York" in told
    code = flask("poster", "add", "fir-landing-2026", "--channel", "gate").split(":")[0]
    assert code in flask("poster", "list", "fir-landing-2026")
    assert app.test_client().get(f"/poster/{code}").status_code == 200
    event = session.scalars(select(Event).where(Event.slug == "fir-landing-2026")).one()
    event.closes_at = datetime.now(UTC) + timedelta(days=1)
    event.opens_at = datetime.now(UTC) - timedelta(hours=1)
    session.commit()
    answer(app, session, event, 3)
    assert "fewer than 20" in flask("event", "list")  # never the exact count
    app.extensions["scans"].flush()
    assert "gate" in flask("poster", "scans", "fir-landing-2026")
    flask("event", "close", "fir-landing-2026")
    assert app.test_client().get(f"/s/{code}").status_code == 410
    assert session.query(Response).count() == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("event", "close", "nowhere"), "There is no event 'nowhere'"),
        (("event", "add", "nowhere", "--day", "2026-08-04"), "There is no community 'nowhere'"),
        (("community", "agency", "maple-falls", "navy", "N"), "'navy' is no kind of agency"),
        (("community", "agency", "maple-falls", "fire", "N"), "has its fire already"),
        (("poster", "add", "nowhere", "--channel", "x"), "There is no event"),
        (
            ("event", "add", "maple-falls", "--day", "2026-08-05", "--time-zone", "Mars/Base"),
            "'Mars/Base' is no time zone",
        ),
        (
            ("event", "add", "maple-falls", "--day", "2026-08-05", "--language", "tlh"),
            "'tlh' is no language here",
        ),
        (
            ("event", "add", "maple-falls", "--day", "2026-08-05", "--ends", "16:00"),
            "must end after it starts",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    app: Flask, session: Session, flask, words: tuple[str, ...], sentence: str
):
    add_event(app, session)
    told = flask(*words, fails=True)
    assert sentence in told
    assert "Traceback" not in told


def test_the_demonstration_never_touches_a_database_in_use(app: Flask, session: Session, flask):
    add_event(app, session)
    assert "no demonstration was loaded" in flask("demo")
    assert session.query(Event).count() == 1
