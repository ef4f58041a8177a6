"""Paper and tablet on the desk: the head count, the ways in, and sheets that were keyed twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.quality import decisions, marks
from survey.quality.signs import Held
from survey.storage import db
from survey.storage.models import Event, Poster, Release, Response, Scan
from tests.builders import ADULT, OPINION, Resident, add_event, add_poster
from tests.desk_people import Colleague, acts, colleague

PAPER = "/desk/events/maple-falls-2026/paper"


@pytest.fixture
def hall(sqlite_app: Flask) -> Flask:
    """A running event with a poster, and a neighbor's with a sheet that was keyed once."""
    with sqlite_app.app_context():
        add_poster(db.session(), add_event(sqlite_app, db.session()))
        other = add_poster(db.session(), add_event(sqlite_app, db.session(), name="Elm Grove"))
        keys(sqlite_app, other.code, "paper")
    return sqlite_app


def code_of(app: Flask) -> str:
    with Session(app.extensions["engine"]) as session:
        query = select(Poster.code).join(Event).where(Event.slug == "maple-falls-2026")
        return session.scalars(query).one()


def keys(app: Flask, code: str, door: str, **fields: object) -> None:
    """Key a sheet in through a door, as the page without a script does."""
    volunteer = Resident(app.test_client(), f"{code}/{door}").scans()
    volunteer.fields |= ADULT | OPINION | fields
    assert volunteer.sends().status_code == 303


def stored(app: Flask) -> list[dict[str, object]]:
    """Return the answers of Maple Falls that count."""
    with Session(app.extensions["engine"]) as session:
        query = select(Response.answers).join(Event, Event.id == Response.event_id)
        return list(session.scalars(query.where(Event.slug == "maple-falls-2026")))


@pytest.fixture
def ana(hall: Flask) -> Colleague:
    return colleague(hall, "organiser", "maple-falls", name="Ana")


def test_the_head_count_is_kept_and_a_word_is_refused(hall: Flask, ana: Colleague):
    assert ana.presses("/desk/events/maple-falls-2026/head-count", head_count="1,250").location
    assert 'value="1250"' in ana.sees(PAPER)
    for odd in ("many", "-3", "0", "9" * 7, "12.5.x", "²"):
        reply = ana.presses("/desk/events/maple-falls-2026/head-count", head_count=odd)
        assert (reply.status_code, f'value="{odd}"' in reply.text) == (422, True)
        assert "Type a whole number" in reply.text
    assert ana.presses("/desk/events/maple-falls-2026/head-count", head_count=" ").location
    assert acts(hall)[-2:] == ["heads_counted", "heads_counted"]
    with Session(hall.extensions["engine"]) as session:
        counts = session.scalars(select(Event.head_count)).all()
    assert counts == [None, None]


def test_every_way_in_is_linked_and_opens(hall: Flask, ana: Colleague):
    page, code = ana.sees(PAPER), code_of(hall)
    for door in ("paper", "twice/paper", "kiosk"):
        assert f"/s/{code}/{door}?lang=en" in page
        assert hall.test_client().get(f"/s/{code}/{door}?lang=en").status_code == 200
    hall.extensions["scans"].flush()
    with Session(hall.extensions["engine"]) as session:
        counted = sum(session.scalars(select(Scan.count).where(Scan.poster == code)))
    assert counted == 1  # the tablet; a volunteer at the keys scans nothing


def test_sheets_keyed_twice_count_once_and_agree(hall: Flask, ana: Colleague):
    code = code_of(hall)
    for age in ("18-24", "35-44", "65-74"):
        keys(hall, code, "paper", age=age)
    for age in ("35-44", "65-74"):
        keys(hall, code, "twice/paper", age=age)
    assert len(stored(hall)) == 3
    page = ana.sees(PAPER)
    assert "2 sheets were typed twice. 2 agree." in page
    assert re.search(r"0 of \d+ answers differed: 0.0%", page)


def test_what_differs_is_shown_and_put_right_by_the_paper(hall: Flask, ana: Colleague):
    code = code_of(hall)
    keys(hall, code, "paper", age="35-44")
    keys(hall, code, "paper", age="65-74", again="1")
    keys(hall, code, "twice/paper", age="35-44", again="2", live="")
    page = ana.sees(PAPER)
    assert "1 sheet was typed twice. None agrees yet." in page
    assert re.search(r"2 of \d+ answers differed: 1\d\.\d%", page)
    assert "Would you come to an event like this again?" in page
    assert "How much do you trust" not in page  # in which both agree
    (address,) = re.findall(rf'action="({PAPER}/[\w-]+)"', page)
    assert ana.presses(address, again="second").status_code == 422  # not every answer is chosen
    assert ana.presses(address, again="second", live="first").status_code == 303
    (right,) = (one for one in stored(hall) if one["age"] == "35-44")
    assert (right["again"], right["live"]) == (2, "yes")
    page = ana.sees(PAPER)
    assert "1 was put right." in page
    assert re.search(r"2 of \d+ answers differed", page)  # how well it was keyed is still told
    assert ana.presses(address, again="first", live="first").status_code == 422
    assert acts(hall)[-1] == "keying_settled"
    assert "fixed 1 answers" in ana.sees("/desk/diary")


def test_what_the_paper_does_not_tell_is_left_blank(hall: Flask, ana: Colleague):
    code = code_of(hall)
    keys(hall, code, "paper")
    keys(hall, code, "twice/paper", again="1")
    (address,) = re.findall(rf'action="({PAPER}/[\w-]+)"', ana.sees(PAPER))
    assert ana.presses(address, again="blank").status_code == 303
    assert [one["again"] for one in stored(hall)] == [-1]


def test_a_sheet_whose_first_keying_is_not_there_or_in_doubt_is_no_difference(
    hall: Flask, ana: Colleague
):
    code = code_of(hall)
    keys(hall, code, "paper", again="1")
    keys(hall, code, "paper", again="2")
    keys(hall, code, "twice/paper", again="3")  # as near to the one as to the other
    far = dict.fromkeys(("trust.police", "fair.police", "listen.police", "approach.police"), "1")
    keys(hall, code, "twice/paper", **far, again="1", live="no")
    page = ana.sees(PAPER)
    assert "2 sheets were typed twice." in page
    assert "For 2 of them, the first typing was not found." in page
    assert "Look at the paper again" not in page


def keyed(app: Flask, code: str, door: str = "paper", **fields: object) -> Resident:
    volunteer = Resident(app.test_client(), f"{code}/{door}").scans()
    volunteer.fields |= ADULT | OPINION | fields
    assert volunteer.sends().status_code == 303
    return volunteer


def takes_back(volunteer: Resident, **fields: str) -> tuple[int, str]:
    sent = {name: volunteer.fields[name] for name in ("ticket", "submission")} | fields
    reply = volunteer.client.post(f"/s/{volunteer.code}/undo", data=sent)
    return reply.status_code, reply.get_json()["outcome"]


@pytest.fixture
def busy_hall(app: Flask) -> Flask:
    """The same on SQLite and on PostgreSQL."""
    with app.app_context():
        add_poster(db.session(), add_event(app, db.session()))
        other = add_poster(db.session(), add_event(app, db.session(), name="Elm Grove"))
        keys(app, other.code, "paper")
    return app


def test_a_form_is_taken_back_once_and_does_not_come_again(busy_hall: Flask):
    code = code_of(busy_hall)
    kept, wrong = (keyed(busy_hall, code, again=again) for again in ("1", "2"))
    assert takes_back(wrong) == takes_back(wrong) == (200, "undone")
    assert [one["again"] for one in stored(busy_hall)] == [1]
    assert wrong.sends().status_code == 303  # a queue that sends it once more
    assert wrong.answers(again="3").sends().status_code == 303
    assert [one["again"] for one in stored(busy_hall)] == [1]
    assert acts(busy_hall) == ["keying_undone"]
    not_sent = Resident(busy_hall.test_client(), f"{code}/paper").scans()
    assert takes_back(not_sent) == (200, "undone")  # it waits for a signal
    not_sent.answers().sends()
    assert len(stored(busy_hall)) == 1
    assert takes_back(kept) == (200, "undone")
    assert stored(busy_hall) == []


def test_only_paper_is_taken_back_and_only_at_its_own_poster(hall: Flask):
    code = code_of(hall)
    phone = Resident(hall.test_client(), code).scans().answers()
    assert phone.sends().status_code == 303
    sheet = keyed(hall, code)
    assert takes_back(sheet, submission=phone.fields["submission"]) == (200, "undone")
    assert takes_back(sheet, ticket=phone.fields["ticket"]) == (422, "invalid")
    assert takes_back(sheet, ticket="x") == (422, "invalid")
    assert hall.test_client().post(f"/s/{code}/undo", data=phone.fields).status_code == 404
    assert hall.test_client().post(f"/s/{code}/kiosk/undo", data=phone.fields).status_code == 404
    assert len(stored(hall)) == 2


def test_what_may_be_published_stays(hall: Flask):
    """After the close a form can be taken back, until a release; one keyed after that, again."""
    code, now = code_of(hall), datetime.now(UTC)
    first, second = keyed(hall, code), keyed(hall, code)
    with Session(hall.extensions["engine"]) as session:
        event = session.scalars(select(Event).where(Event.slug == "maple-falls-2026")).one()
        event.closes_at = now - timedelta(minutes=1)
        session.commit()
        assert takes_back(first) == (200, "undone")
        session.add(Release(id=1, made_at=now, sha256="", about={}))
        session.commit()
    assert takes_back(second) == (409, "stays")
    assert len(stored(hall)) == 1
    with Session(hall.extensions["engine"]) as session:
        session.get_one(Release, 1).made_at = now - timedelta(hours=2)
        event = session.get_one(Event, event_id(hall))
        event.opens_at, event.closes_at = now - timedelta(days=20), now - timedelta(hours=3)
        session.commit()
    assert takes_back(second) == (200, "undone")
    with Session(hall.extensions["engine"]) as session:
        session.get_one(Event, event_id(hall)).closes_at = now - timedelta(days=15)
        session.commit()
    assert takes_back(second) == (409, "stays")


def event_id(app: Flask) -> int:
    with Session(app.extensions["engine"]) as session:
        return session.scalars(select(Event.id).where(Event.slug == "maple-falls-2026")).one()


def test_what_was_keyed_twice_follows_what_is_taken_back(hall: Flask, ana: Colleague):
    code = code_of(hall)
    first = keyed(hall, code)
    again = keyed(hall, code, "twice/paper", again="1")
    assert "1 sheet was typed twice." in ana.sees(PAPER)
    assert takes_back(again) == (200, "undone")
    assert "1 sheet was typed twice." not in ana.sees(PAPER)
    assert len(stored(hall)) == 1
    again = keyed(hall, code, "twice/paper", again="1")
    (address,) = re.findall(rf'action="({PAPER}/[\w-]+)"', ana.sees(PAPER))
    ana.presses(address, again="second")
    assert takes_back(again) == (409, "stays")  # the first one has its answer by now
    assert takes_back(first) == (200, "undone")
    page = ana.sees(PAPER)
    assert "For 1 of them, the first typing was not found." in page
    assert "put right" not in page
    assert acts(hall)[-3:] == ["second_keying_undone", "keying_settled", "keying_undone"]


def test_a_held_form_that_is_taken_back_waits_no_more(hall: Flask):
    first, second = keyed(hall, code_of(hall)), keyed(hall, code_of(hall))
    with Session(hall.extensions["engine"]) as session:
        ids = [UUID(one.fields["submission"]) for one in (first, second)]
        found = [Held(id, "paper", code_of(hall), "") for id in ids]
        marks.keep(session, session.get_one(Event, event_id(hall)), found)
        session.commit()
    assert takes_back(first) == (200, "undone")
    with Session(hall.extensions["engine"]) as session:
        assert decisions.sizes(session, session.get_one(Event, event_id(hall))) == {1: 1}
    assert takes_back(second) == (200, "undone")
    with Session(hall.extensions["engine"]) as session:
        assert not decisions.is_waiting(session, session.get_one(Event, event_id(hall)))


def test_another_town_s_sheets_are_not_there(hall: Flask, ana: Colleague):
    code = code_of(hall)
    keys(hall, code, "paper")
    keys(hall, code, "twice/paper", again="1")
    (address,) = re.findall(rf'action="({PAPER}/[\w-]+)"', ana.sees(PAPER))
    eve = colleague(hall, "organiser", "elm-grove", name="Eve")
    assert eve.presses(address, again="second").status_code == 404
    assert (
        eve.presses(address.replace("maple-falls", "elm-grove"), again="second").status_code == 422
    )
    assert [one["again"] for one in stored(hall)] == [3]
    assert colleague(hall, "department", "maple-falls", name="Bo").opens(PAPER).status_code == 404
