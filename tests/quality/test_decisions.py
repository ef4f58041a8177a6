"""Held answers in a database: marked, decided about by two people, left out of figures, told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.quality import decisions, evenings, marks
from survey.quality.decisions import Somebody
from survey.read.briefs import content as brief_content
from survey.read.captions import Teller
from survey.read.results_query import Reading
from survey.storage import db
from survey.storage.desk_tables import HeldAnswer, HeldGroup
from survey.storage.events import Refused, agencies_of, now
from survey.storage.models import Event, Response
from survey.storage.release_store import current, rows
from survey.web.locale import content
from tests.quality.nights import SLUG, two_towns

ORGANISER, REVIEWER = Somebody(None, "organiser"), Somebody(None, "reviewer")


@pytest.fixture
def event(app: Flask, session: Session) -> Event:
    return two_towns(app, session)


@pytest.fixture
def at_home(sqlite_app: Flask) -> Iterator[Session]:
    with Session(sqlite_app.extensions["engine"]) as session:
        yield session


def look(app: Flask, session: Session, event: Event) -> list[HeldGroup]:
    marks.mark(session, app.extensions["content"], event)
    session.commit()
    return list(decisions.groups(session, event))


def test_copies_are_marked_with_the_reason_and_nothing_is_deleted(
    app: Flask, session: Session, event: Event
):
    before = session.scalar(select(func.count()).select_from(Response))
    (group,) = look(app, session, event)
    assert (group.reason, group.state, group.hour) == ("alike", "waiting", "")
    assert decisions.sizes(session, event) == {1: 60}
    assert session.scalar(select(func.count()).select_from(Response)) == before
    marks.mark_closed(session, app.extensions["content"], now())  # again: the same
    assert decisions.sizes(session, event) == {1: 60}
    assert set(session.scalars(select(HeldAnswer.event_id))) == {event.id}


def test_a_value_that_cannot_be_read_stops_nothing(app: Flask, session: Session, event: Event):
    """Older rows may hold anything."""
    content = app.extensions["content"]
    scales = partial(evenings.opinion_scales, content, agencies_of(event.community))
    about: dict[str, Any] = {
        "instrument": "2026", "wave": "event", "audience": "adult", "poster": "x",
        "hour": "", "mode": "own phone", "household": False,
    }  # fmt: skip
    for text in ("[]", "{", "null", '{"a": {"b": 1}}', '{"trust.police": [[1]]}'):
        seen = evenings.seen({"key": "0" * 32, "answers": text, **about}, scales)  # type: ignore[arg-type]
        assert seen is None or seen.opinion is None
    assert evenings.seen({"key": "?", "answers": "{}", **about}, scales) is None  # type: ignore[arg-type]


def test_two_people_of_different_roles_decide(app: Flask, session: Session, event: Event):
    (group,) = look(app, session, event)
    with pytest.raises(Refused, match="Nothing is proposed"):
        decisions.answer(group, "agree", REVIEWER)
    for verdict, why in (("", "x"), ("counted", "  "), ("waiting", "x"), ("counted", "x" * 201)):
        with pytest.raises(Refused):
            decisions.propose(group, verdict, why, ORGANISER)
    decisions.propose(group, "left_out", "One phone, I saw it.", ORGANISER)
    with pytest.raises(Refused, match="has proposed something"):
        decisions.propose(group, "counted", "No.", REVIEWER)
    with pytest.raises(Refused, match="different roles"):
        decisions.answer(group, "agree", ORGANISER)
    decisions.answer(group, "disagree", REVIEWER)
    assert (group.state, group.proposal, group.why) == ("waiting", "", "")
    decisions.propose(group, "left_out", "One phone, I saw it.", ORGANISER)
    decisions.answer(group, "agree", REVIEWER)
    assert group.state == "left_out"
    with pytest.raises(Refused, match="decided"):
        decisions.propose(group, "counted", "After all.", REVIEWER)


def test_what_was_said_of_a_group_stays_and_later_copies_wait_anew(
    app: Flask, session: Session, event: Event
):
    (group,) = look(app, session, event)
    decisions.propose(group, "counted", "A chorus.", ORGANISER)
    decisions.answer(group, "agree", REVIEWER)
    session.commit()
    kept = select(Response).join(HeldAnswer, HeldAnswer.submission == Response.submission)
    one = session.scalars(kept).first()
    assert one
    late = {c.key: getattr(one, c.key) for c in Response.__table__.columns}
    for number in range(3):
        session.add(Response(**{**late, "submission": type(one.submission)(int=number + 1)}))
    session.commit()
    first, second = look(app, session, event)
    assert sorted([first.state, second.state]) == ["counted", "waiting"]
    assert sorted(decisions.sizes(session, event).values()) == [3, 60]


def run(app: Flask, session: Session, *words: str, fails: bool = False) -> str:
    session.rollback()
    result = app.test_cli_runner().invoke(args=list(words))
    assert (result.exit_code != 0) == fails, result.output
    session.expire_all()
    return result.output


def headline(session: Session, place: str) -> Mapping[str, Any]:
    now = current(session)
    assert now
    found = rows(session, now.release, subject=now.headline, cut="total")
    return next(row for row in found if row["community"] == place)


def test_a_release_leaves_them_out_says_so_and_counts_them_when_two_people_agree(
    sqlite_app: Flask, at_home: Session
):
    """First they wait; then they are said to be a chorus, and the next release has them."""
    event = two_towns(sqlite_app, at_home)
    said = run(sqlite_app, at_home, "release")
    assert "2026 maple-falls: about 60 answers wait" in said
    assert "elm-grove: about" not in said
    before = headline(at_home, "maple-falls")
    assert before["n_low"] <= 120  # of 180 that were stored
    found = held_notes(at_home)
    assert {note["community"] for note in found} == {"maple-falls", ""}
    (count,) = (note for note in found if note["kind"] == "held")
    assert (count["reason"], count["value"], count["panel"]) == ("waiting", 60, "adult.event")
    page = sqlite_app.test_client().get("/results/maple-falls?lang=en").text
    assert "Not settled: up to 60 answers of 2026 wait for two people to decide." in page
    other = sqlite_app.test_client().get("/results/elm-grove?lang=en").text
    assert "two people" not in other
    told_wherever_the_figure_is(sqlite_app)
    group = at_home.get_one(HeldGroup, (event.id, 1))
    decisions.propose(group, "counted", "A chorus of sixty.", ORGANISER)
    decisions.answer(group, "agree", REVIEWER)
    at_home.commit()
    assert "wait" not in run(sqlite_app, at_home, "release")
    assert 50 <= headline(at_home, "maple-falls")["n_low"] - before["n_low"] <= 65
    assert held_notes(at_home) == []


def told_wherever_the_figure_is(app: Flask) -> None:
    """Maple Falls is not settled, Elm Grove is: on every page, file and picture with its figure."""
    client = app.test_client()
    said = "Not settled: counted in another way, it could lie more than 5 points away."
    place = client.get("/results/maple-falls?lang=en").text
    assert said in place.partition('id="say">')[2].partition("</blockquote>")[0]
    for address in ("/results?lang=en", "/results/compare?c=maple-falls&c=elm-grove&lang=en"):
        page = client.get(address).text.partition('<table class="rows')[2].partition("</table>")[0]
        lines = re.findall(r'<tr><th scope="row"><a.*?</tr>', page, re.DOTALL)
        told = {re.findall(r">([^<>]+)</a>", one)[0]: "Not settled" in one for one in lines}
        assert told == {"Maple Falls": True, "Elm Grove": False}, address
    for ending in ("post.svg", "chart.svg", "embed"):
        for slug, is_told in (("maple-falls", True), ("elm-grove", False)):
            shown = client.get(f"/results/{slug}.{ending}?lang=en")
            assert shown.status_code == 200
            words = " ".join(re.sub(r"<[^>]*>", " ", shown.text).split())
            assert ("Not settled" in words) == is_told, (slug, ending)
    with app.test_request_context():
        for slug, is_told in (("maple-falls", True), ("elm-grove", False)):
            brief = briefed(slug)
            assert ("Not settled" in brief["sentence"]) == is_told
            assert any("Not settled" in row[-1] for row in brief["rows"]) == is_told
    totals = client.get("/api/v1/releases/latest/figures?cut=total&limit=1000").get_json()["rows"]
    settled = {row["community"]: row["settled"] for row in totals if row["measure"] == "trust"}
    assert (settled["maple-falls"], settled["elm-grove"]) == (False, True)


def briefed(slug: str) -> dict[str, Any]:
    now = current(db.session())
    assert now
    tell = Teller(now, content().languages["en"])
    reading = Reading.read(db.session(), now, tell, {}, [now.places[slug]])
    return brief_content(reading, now.places[slug], "letter", "https://survey.example")


def test_the_command_line_is_one_of_the_two(sqlite_app: Flask, at_home: Session):
    event = two_towns(sqlite_app, at_home)
    assert "1: alike, entrnc: about 60, waiting" in run(sqlite_app, at_home, "held", "list", SLUG)
    why = ("left_out", "--why", "One phone, I saw it.")
    run(sqlite_app, at_home, "held", "propose", SLUG, "2", *why, fails=True)
    run(sqlite_app, at_home, "held", "propose", SLUG, "1", *why)
    refused = run(sqlite_app, at_home, "held", "answer", SLUG, "1", "agree", fails=True)
    assert "different roles" in refused
    group = at_home.get_one(HeldGroup, (event.id, 1))
    decisions.answer(group, "agree", REVIEWER)
    at_home.commit()
    said = run(sqlite_app, at_home, "release")
    assert "about 60 answers are left out, two people agreed" in said
    page = sqlite_app.test_client().get("/results/maple-falls?lang=en").text
    assert "Up to 60 answers of 2026 are left out" in page
    assert "Not settled" not in page


def held_notes(session: Session) -> list[dict[str, Any]]:
    now = current(session)
    assert now
    return [note for note in now.release.about["notes"] if note["kind"].startswith("held")]


def test_an_open_event_is_not_looked_at(sqlite_app: Flask, at_home: Session):
    event = two_towns(sqlite_app, at_home)
    event.closes_at = now() + timedelta(days=1)
    at_home.commit()
    assert "still open" in run(sqlite_app, at_home, "held", "list", SLUG, fails=True)
    assert at_home.scalar(select(func.count()).select_from(HeldGroup)) == 0
