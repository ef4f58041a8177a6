"""On the night: counts in tens, alerts in words, no result, and the close."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from survey.desk.night import look
from survey.desk.settling import settle
from survey.storage import db
from survey.storage.models import Event, Poster, PosterActivity, Response, Scan
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


def used(session: Session, poster: Poster, opened: int, answered: int | None = None) -> None:
    """Note when a poster was last used, in minutes since the start."""
    at = [None if one is None else START + timedelta(minutes=one) for one in (opened, answered)]
    session.add(
        PosterActivity(
            event_id=poster.event_id, poster=poster.code, opened_at=at[0], answered_at=at[1]
        )
    )


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
        (29, {}),  # at first nothing is odd
        (69, {"tent": "unseen", "entrance": "unsent"}),  # thirty minutes since 30 to 40 at food
        (70, {"tent": "unseen", "food": "quiet", "entrance": "unsent"}),
        (239, {"tent": "unseen", "food": "quiet", "entrance": "unsent"}),
        (240, {}),  # the evening is over
    ],
)
def test_alerts_say_what_to_look_at(night: Flask, minutes: int, expected: dict[str, str]):
    with Session(night.extensions["engine"]) as session:
        event, by_place = posters(session)
        fill(session, by_place["entrance"], scans=60, answers=5, hour="2026-08-04T17")
        used(session, by_place["entrance"], minutes // 10 * 10, 0)
        fill(session, by_place["food"], scans=30, answers=25, hour="2026-08-04T17")
        used(session, by_place["food"], 30, 30)
        found = look(session, event, START + timedelta(minutes=minutes))
        assert {one.named["poster"]: one.key for one in found.alerts} == expected


def test_answers_that_stopped_are_told_where_they_are_many(night: Flask):
    """Of fewer than 20 it would tell when one of few people sent theirs."""
    with Session(night.extensions["engine"]) as session:
        event, by_place = posters(session)
        for place, answers in (("entrance", 20), ("food", 19)):
            fill(session, by_place[place], scans=39, answers=answers, hour="2026-08-04T17")
            used(session, by_place[place], 120, 80)
        fill(session, by_place["tent"], scans=39, answers=20, hour="2026-08-04T17")
        used(session, by_place["tent"], 10, 120)  # from the phone's own copy of the form
        found = look(session, event, START + timedelta(minutes=120))
        assert [(one.key, one.named) for one in found.alerts] == [
            ("stopped", {"poster": "entrance"})
        ]


def test_a_poster_s_last_use_is_known_to_ten_minutes_and_for_the_evening_alone(
    night: Flask, monkeypatch: pytest.MonkeyPatch
):
    clock = START + timedelta(minutes=47, seconds=31)
    monkeypatch.setattr("survey.storage.events.now", lambda: clock)
    with Session(night.extensions["engine"]) as session:
        event, by_place = posters(session)
        event.opens_at, event.closes_at = event.starts_at, event.ends_at + timedelta(days=2)
        code, event_id = by_place["tent"].code, event.id
        session.commit()

    def kept() -> list[tuple[datetime | None, datetime | None]]:
        night.extensions["scans"].flush()
        with Session(night.extensions["engine"]) as session:
            query = select(PosterActivity.opened_at, PosterActivity.answered_at)
            return [(opened, answered) for opened, answered in session.execute(query)]

    guest = Resident(night.test_client(), code).scans().answers()
    assert kept() == [(START + timedelta(minutes=40), None)]
    clock = START + timedelta(minutes=58)
    assert guest.sends().status_code == 303
    last = [(START + timedelta(minutes=40), START + timedelta(minutes=50))]
    assert kept() == last
    clock = START + timedelta(hours=4, minutes=10)  # after the evening nothing more is noted
    assert Resident(night.test_client(), code).scans().answers().sends().status_code == 303
    assert kept() == last
    engine, seal = night.extensions["engine"], night.extensions["seal"]
    over = datetime.now(UTC) + timedelta(days=9)  # the neighbour's evening, too
    assert list(settle(engine, seal, {event_id: "maple-falls-2026"}, over)) == []
    assert kept() == []


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
    for address in ("night", "night/now"):  # nothing is counted yet, so no count is shown
        page = ana.sees(f"/desk/events/maple-falls-2027/{address}")
        assert "It opens by itself" in page
        assert "fewer than 20" not in page
    assert "has not opened yet" in ana.sees("/desk/events/maple-falls-2027/close")
    assert ana.presses("/desk/events/maple-falls-2027/close").status_code == 422
