"""On the night: counts in tens, alerts in words, no result, and the close."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from survey.desk.night import look
from survey.storage import db
from survey.storage.models import Event, Poster, Response, Scan
from tests.builders import Resident, add_event, add_poster
from tests.desk_people import Colleague, acts, colleague

EVENT = "/desk/events/maple-falls-2026"
START = datetime(2026, 8, 4, 21, tzinfo=UTC)  # five o'clock in New York


@pytest.fixture
def night(sqlite_app: Flask) -> Flask:
    """An evening with three posters, and a neighbour's with answers of its own."""
    with sqlite_app.app_context():
        event = add_event(sqlite_app, db.session())
        for place in ("entrance", "food", "tent"):
            add_poster(db.session(), event, place)
        other = add_poster(db.session(), add_event(sqlite_app, db.session(), name="Elm Grove"))
        fill(db.session(), other, scans=500, answers=300, hour="2026-08-04T18")
        db.session().commit()
    return sqlite_app


def fill(session: Session, poster: Poster, *, scans: int, answers: int, hour: str) -> None:
    key = {"event_id": poster.event_id, "poster": poster.code}
    session.execute(insert(Scan), [{**key, "hour": hour, "count": scans}])
    row = {
        **key, "audience": "adult", "wave": "event", "mode": "own phone", "language": "en",
        "instrument": "2026", "hour": hour, "late": False, "household": False, "answers": {},
    }  # fmt: skip
    for _ in range(answers):
        session.execute(insert(Response), [{**row, "submission": uuid4()}])


def posters(session: Session) -> tuple[Event, dict[str, Poster]]:
    event = session.scalars(select(Event).where(Event.slug == "maple-falls-2026")).one()
    return event, {one.channel: one for one in event.posters}


def test_counts_are_tens_from_twenty_and_by_poster(night: Flask):
    with Session(night.extensions["engine"]) as session:
        event, by_place = posters(session)
        fill(session, by_place["entrance"], scans=139, answers=29, hour="2026-08-04T17")
        fill(session, by_place["food"], scans=19, answers=19, hour="2026-08-04T17")
        found = look(session, event, START)
        counts = {one.channel: (one.scans, one.answers) for one in found.posters}
        assert counts == {"entrance": (130, 20), "food": (0, 0), "tent": (0, 0)}
        assert (found.scans, found.answers) == (150, 40)  # 158 and 48


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (30, {}),  # in the first hour nothing is odd
        (150, {"tent": "unseen", "food": "quiet", "entrance": "unsent"}),
        (239, {"tent": "unseen", "food": "quiet", "entrance": "unsent"}),
        (240, {}),  # the evening is over
    ],
)
def test_alerts_say_what_to_look_at(night: Flask, minutes: int, expected: dict[str, str]):
    with Session(night.extensions["engine"]) as session:
        event, by_place = posters(session)
        hour = f"2026-08-04T{17 + min(minutes, 239) // 60:02}"
        fill(session, by_place["entrance"], scans=60, answers=5, hour=hour)
        fill(session, by_place["food"], scans=30, answers=25, hour="2026-08-04T17")
        found = look(session, event, START + timedelta(minutes=minutes))
        assert {one.named["poster"]: one.key for one in found.alerts} == expected


def test_the_page_tells_no_result_and_updates_itself(night: Flask):
    bo = colleague(night, "department", "maple-falls", name="Chief Bo")
    page = bo.sees(f"{EVENT}/night")
    assert "fewer than 20" in page
    assert f'data-live="{EVENT}/night/now"' in page
    part = bo.sees(f"{EVENT}/night/now")
    assert "<html" not in part
    for told in ("trust", "%", "300", "500"):
        assert told not in part
    assert "Close the event" not in page
    bo.sees(f"{EVENT}/close", 404)
    bo.sees("/desk/events/elm-grove-2026/night", 404)


def test_two_hundred_desks_ask_the_database_once(night: Flask):
    bo = colleague(night, "department", "maple-falls", name="Chief Bo")
    with Session(night.extensions["engine"]) as session:
        before = bo.sees(f"{EVENT}/night/now")
        _, by_place = posters(session)
        fill(session, by_place["food"], scans=90, answers=50, hour="2026-08-04T17")
        session.commit()
    assert "about 90" not in bo.sees(f"{EVENT}/night/now")
    assert before
    night.extensions["nights"].clear()  # some seconds later
    assert "about 90" in bo.sees(f"{EVENT}/night/now")


def test_closing_says_what_it_does_and_moves_what_waits(night: Flask):
    ana: Colleague = colleague(night, "organiser", "maple-falls", name="Ana")
    with Session(night.extensions["engine"]) as session:
        code = posters(session)[1]["tent"].code
    guest = Resident(night.test_client(), code).scans().answers(open="More music, please")
    assert guest.sends().status_code == 303
    assert "It cannot be opened again" in ana.sees(f"{EVENT}/close")
    assert ana.presses(f"{EVENT}/close").location == "/desk/places/maple-falls"
    assert night.test_client().get(f"/s/{code}").status_code == 410
    with Session(night.extensions["engine"]) as session:
        assert session.scalar(text("SELECT count(*) FROM sealed_comment")) == 0
        assert session.scalar(text("SELECT text FROM comment")) == "More music, please"
    assert acts(night)[-1] == "event_closed"
    assert "closed National Night Out 2026 in Maple Falls" in ana.sees("/desk/diary")


def test_one_that_has_not_opened_is_not_closed(sqlite_app: Flask):
    with sqlite_app.app_context():
        add_event(sqlite_app, db.session(), season=2027, open_now=False)
    ana = colleague(sqlite_app, "organiser", "maple-falls", name="Ana")
    assert "has not opened yet" in ana.sees("/desk/events/maple-falls-2027/close")
    assert ana.presses("/desk/events/maple-falls-2027/close").status_code == 422
