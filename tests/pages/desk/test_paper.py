"""Paper and tablet on the desk: the head count, the ways in, and sheets that were keyed twice."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.storage import db
from survey.storage.models import Event, Poster, Response, Scan
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
    assert "Of 2 the first typing was not found." in page
    assert "Look at the paper again" not in page


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
