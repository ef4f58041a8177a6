"""Planning an event whole: the night of the program, a year later, and all of it or nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.collect.form_token import make_ticket
from survey.desk import posters
from survey.desk.calendar import first_tuesday, next_nights
from survey.desk.event_plan import EventPlan, PlannedPoster, day_again, plan_again
from survey.questionnaire.content_files import read_content
from survey.storage import db
from survey.storage.events import Refused, now
from survey.storage.models import Community, Event, Poster
from tests.builders import Resident, add_event, add_poster, new_id
from tests.conftest import SECRET

# The nights as they were held (natw.org, and the October nights of Texas).
NIGHTS = {
    (2019, 8): date(2019, 8, 6), (2022, 8): date(2022, 8, 2), (2023, 8): date(2023, 8, 1),
    (2024, 8): date(2024, 8, 6), (2025, 8): date(2025, 8, 5), (2023, 10): date(2023, 10, 3),
    (2024, 10): date(2024, 10, 1), (2025, 10): date(2025, 10, 7),
}  # fmt: skip


def test_the_night_is_the_first_tuesday():
    assert {key: first_tuesday(*key) for key in NIGHTS} == NIGHTS


def test_the_usual_night_of_a_state_is_proposed_first():
    before, after = date(2025, 8, 5), date(2025, 8, 6)
    assert next_nights(before, october=False) == [date(2025, 8, 5), date(2025, 10, 7)]
    assert next_nights(after, october=False) == [date(2026, 8, 4), date(2025, 10, 7)]
    assert next_nights(after, october=True) == [date(2025, 10, 7), date(2026, 8, 4)]


@pytest.mark.parametrize(
    ("last", "today", "again"),
    [
        (date(2026, 8, 4), date(2026, 9, 1), date(2027, 8, 3)),
        (date(2023, 8, 1), date(2026, 9, 1), date(2027, 8, 3)),  # years without one
        (date(2025, 10, 7), date(2025, 10, 8), date(2026, 10, 6)),
        (date(2026, 8, 15), date(2026, 9, 1), date(2027, 8, 14)),  # a Saturday stays one
    ],
)
def test_a_year_later_is_the_same_kind_of_day(last: date, today: date, again: date):
    assert day_again(last, today) == again


def test_every_state_has_zones_and_october_is_texas():
    states = read_content().states
    assert len(states) == 56  # fifty states, the District, five territories
    assert [state.name for state in states.values() if state.october] == ["Texas"]
    for state in states.values():
        for zone in state.zones:
            assert ZoneInfo(zone)


def plan(**more: object) -> EventPlan:
    given = {
        "day": date(2027, 8, 3), "time_zone": "America/New_York", "place": "Alder Creek",
        "county": "Hollis", "state": "Ohio", "agencies": {"fire": "Fire", "police": "Police"},
        "posters": (PlannedPoster("Gate"), PlannedPoster("Way out", "leaving")),
    }  # fmt: skip
    return EventPlan(**{**given, **more})  # type: ignore[arg-type]


def test_an_event_is_made_whole(app: Flask, session: Session):
    made = plan(ends=time(1)).make(session, read_content(), None)
    session.commit()
    zone = ZoneInfo("America/New_York")
    assert made.ends_at == datetime(2027, 8, 4, 1, tzinfo=zone)
    assert [one.kind for one in made.community.agencies if one.local] == ["police"]
    assert sorted((one.channel, one.wave) for one in made.posters) == [
        ("Gate", "event"),
        ("Way out", "leaving"),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        {"agencies": {"fire": "Fire"}},
        {"posters": ()},
        {"posters": (PlannedPoster("x" * 41),)},
        {"languages": ("xx",)},
        {"time_zone": "Mars/Olympus"},
        {"state": "OH"},
        {"starts": time(21), "ends": time(17)},
    ],
    ids=lambda odd: next(iter(odd)),
)
def test_what_cannot_be_is_refused_and_nothing_is_left(app: Flask, session: Session, odd):
    with pytest.raises(Refused) as refusal:
        plan(**odd).make(session, read_content(), None)
    session.rollback()
    assert refusal.value.why
    for language in ("en", "es"):
        assert read_content().languages[language].has(f"desk.refused.{refusal.value.why}")
    for table in (Community, Event, Poster):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_the_next_one_is_as_the_last_was(app: Flask, session: Session):
    last = plan(host="Neighbors of Alder Creek", ends=time(0, 30)).make(
        session, read_content(), None
    )
    again = plan_again(last, date(2027, 9, 1))
    made = again.make(session, read_content(), last.community)
    assert (again.day, again.ends, made.host) == (
        date(2028, 8, 1), time(0, 30), "Neighbors of Alder Creek"
    )  # fmt: skip
    assert len(made.posters) == 2
    assert {one.code for one in made.posters}.isdisjoint(one.code for one in last.posters)


def test_a_replaced_code_opens_no_form_and_takes_what_was_open(sqlite_app: Flask):
    app = sqlite_app
    with app.app_context():
        event = add_event(app, db.session())
        leaked, other = (add_poster(db.session(), event, name) for name in ("gate", "tent"))
        before = Resident(app.test_client(), leaked.code).scans().answers()
        made = posters.replace_code(db.session(), leaked, now())
        db.session().commit()
    assert made.channel == "gate"
    assert app.test_client().get(f"/s/{leaked.code}").status_code == 404
    for code in (made.code, other.code):
        assert app.test_client().get(f"/s/{code}").status_code == 200
    assert before.sends().status_code == 303
    fetched_later = make_ticket(
        SECRET, leaked.code, "", made.event.instrument, ("police", "fire", "ems"),
        now() + timedelta(hours=1),
    )  # fmt: skip
    fields = {**before.fields, "ticket": fetched_later, "submission": new_id(), "go": "send"}
    assert app.test_client().post(f"/s/{leaked.code}", data=fields).status_code == 404
