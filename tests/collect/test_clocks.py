"""Whatever the calendar and the server's clock do, answers are filed in the right hour."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from survey.desk import planning
from survey.pages import form_page
from survey.storage import db, events, schema
from survey.storage.db import open_engine
from survey.storage.models import Community, Event, Response
from tests.builders import Resident, add_event, add_poster
from tests.conftest import make_app, settings_of

NEW_YORK, CHICAGO, PHOENIX = "America/New_York", "America/Chicago", "America/Phoenix"
INSTANTS = {
    "midnight by UTC is eight in the evening": ("2026-08-05T00:00Z", NEW_YORK, "2026-08-04T20"),
    "daylight saving, the hour that comes twice": ("2026-11-01T05:30Z", NEW_YORK, "2026-11-01T01"),
    "daylight saving, and its second time": ("2026-11-01T06:30Z", NEW_YORK, "2026-11-01T01"),
    "daylight saving, before the hour that is not": (
        "2027-03-14T06:59Z", NEW_YORK, "2027-03-14T01"
    ),
    "daylight saving, after it": ("2027-03-14T07:00Z", NEW_YORK, "2027-03-14T03"),
    "a state without daylight saving": ("2027-03-14T10:00Z", PHOENIX, "2027-03-14T03"),
    "the year's last hours, which are the next year by UTC": (
        "2027-01-01T04:59Z", NEW_YORK, "2026-12-31T23"
    ),
    "the new year": ("2027-01-01T05:00Z", NEW_YORK, "2027-01-01T00"),
    "a leap day": ("2028-02-29T23:30Z", CHICAGO, "2028-02-29T17"),
    "a leap day, which is March by UTC": ("2028-03-01T05:00Z", CHICAGO, "2028-02-29T23"),
    "the last second of 32 bits": ("2038-01-19T03:14:07Z", NEW_YORK, "2038-01-18T22"),
    "the second after it": ("2038-01-19T03:14:08Z", NEW_YORK, "2038-01-18T22"),
    "an evening after 2038": ("2041-08-06T23:00Z", CHICAGO, "2041-08-06T18"),
}  # fmt: skip


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the server's clock."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(events, "now", lambda: moment)
        monkeypatch.setattr(form_page, "now", lambda: moment)

    return set_clock


def test_answers_are_filed_in_the_hour_of_the_place(app: Flask, at: Callable[[datetime], None]):
    codes = {}
    with app.app_context():
        session = db.session()
        for number, (name, (text, zone, _)) in enumerate(INSTANTS.items()):
            moment = datetime.fromisoformat(text)
            event = add_event(app, session, name=f"Maple {number}")
            event.time_zone = zone
            event.starts_at = event.opens_at = moment - timedelta(hours=3)
            event.ends_at, event.closes_at = moment + timedelta(hours=1), moment + timedelta(days=2)
            codes[name] = add_poster(session, event).code
        session.commit()
    client = app.test_client()
    for name, (text, _, hour) in INSTANTS.items():
        at(datetime.fromisoformat(text))
        resident = Resident(client, codes[name]).scans("es").answers()
        assert resident.sends().status_code == 303, name
        assert resident.sends().status_code == 303, name  # once more, as a phone does
        with app.app_context():
            stored = select(Response).where(Response.poster == codes[name])
            (response,) = db.session().scalars(stored)
            assert (response.hour, response.late) == (hour, False), name


@pytest.mark.parametrize(
    ("day", "starts", "ends", "hours"),
    [
        (date(2027, 11, 6), time(22), time(1, 30), 4.5),  # the hour from 1 to 2 comes twice
        (date(2027, 3, 13), time(22), time(4), 5),  # there is no hour from 2 to 3
        (date(2027, 12, 31), time(21), time(1), 4),
        (date(2028, 2, 29), time(17), time(21), 4),
        (date(2028, 2, 28), time(22), time(2), 4),
    ],
)
def test_an_evening_over_a_change_of_the_clock_has_its_real_length(
    sqlite_app: Flask, day: date, starts: time, ends: time, hours: float
):
    with sqlite_app.app_context():
        session = db.session()
        add_event(sqlite_app, session)
        community = session.scalars(select(Community)).one()
        event = planning.add_event(
            session, sqlite_app.extensions["content"], community,
            day=day, starts=starts, ends=ends, time_zone=NEW_YORK, name="Late",
        )  # fmt: skip
        length = (event.ends_at - event.starts_at) / timedelta(hours=1)
    if day == date(2027, 11, 6):  # 1:30 is meant the first time it comes
        assert length == 3.5
        return
    assert length == hours


@pytest.mark.parametrize(
    ("wrong", "late"),
    [
        (timedelta(minutes=-50), False),
        (timedelta(hours=30), True),
        (timedelta(days=12), True),
    ],
)
def test_a_server_whose_clock_jumps_meanwhile_takes_what_was_opened_in_time(
    app: Flask, at: Callable[[datetime], None], wrong: timedelta, late: bool
):
    with app.app_context():
        event = add_event(app, db.session())
        code = add_poster(db.session(), event).code
    resident = Resident(app.test_client(), code).scans().answers()
    at(datetime.now(UTC) + wrong)
    assert resident.sends().status_code == 303
    with app.app_context():
        assert [one.late for one in db.session().scalars(select(Response))] == [late]


@pytest.mark.sqlite
def test_what_phones_hold_during_an_upgrade_arrives_once(sqlite_url: str, tmp_path: Path):
    """Forms wait on two phones while the database of the version before is brought to this one."""
    shown = make_app(sqlite_url)
    with shown.app_context():
        event = add_event(shown, db.session())
        code = add_poster(db.session(), event).code
    phones = [Resident(shown.test_client(), code).scans() for _ in range(2)]
    for phone, age in zip(phones, ("18-24", "75+"), strict=True):
        phone.answers(age=age)
    url = earlier_version(tmp_path / "earlier.sqlite", tmp_path / "test.sqlite")
    after = make_app(url)  # migrates
    for phone in phones:
        phone.client = after.test_client()
        assert [phone.sends().status_code for _ in range(2)] == [303, 303]
    with after.app_context():
        stored = db.session().scalars(select(Response)).all()
        assert {response.answers["age"] for response in stored} == {"18-24", "75+"}
        assert len(stored) == 2
        assert db.session().get_one(Event, 1).slug == "maple-falls-2026"


def earlier_version(file: Path, now: Path) -> str:
    """Make a database as the version before had it, with the places and events of another."""
    engine = open_engine(settings_of(f"sqlite:///{file}"))
    schema.migrate(engine, to="0007")
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("ATTACH ? AS now", (str(now),))
        for table in ("community", "agency", "event", "poster"):
            info = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
            names = ", ".join(column[1] for column in info)
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM now.{table}")
    return f"sqlite:///{file}"
