"""Is it honest? Held answers on the desk: in tens, decided by two people, noted in the diary."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.storage import db
from survey.storage.desk_tables import HeldGroup
from survey.storage.models import Event
from tests.builders import add_event
from tests.desk_people import acts, colleague, form_token
from tests.quality.nights import SLUG, two_towns

HELD = f"/desk/events/{SLUG}/held"


@pytest.fixture
def night(sqlite_app: Flask) -> Flask:
    with sqlite_app.app_context():
        two_towns(sqlite_app, db.session())
    return sqlite_app


def state(app: Flask) -> tuple[str, str]:
    with Session(app.extensions["engine"]) as session:
        event = session.query(Event).filter_by(slug=SLUG).one()
        group = session.get_one(HeldGroup, (event.id, 1))
        return group.state, group.proposal


def test_one_proposes_and_another_role_agrees(night: Flask):
    ana = colleague(night, "organiser", "maple-falls", name="Ana")
    bea = colleague(night, "organiser", "maple-falls", name="Bea")
    rui = colleague(night, "reviewer", "maple-falls", name="Rui")
    page = ana.sees(HELD)
    assert "The same form, many times" in page
    assert "about 60" in page
    for never in ("trust", "%", "pacific"):  # nothing of what they say
        assert never not in page.lower().replace("trust barometer", "")
    assert "Decide about these" in page
    reply = ana.presses(f"{HELD}/1", why="One phone.")
    assert (reply.status_code, "Choose whether they count" in reply.text) == (422, True)
    assert 'value="One phone."' in reply.text  # what was typed stays
    assert ana.presses(f"{HELD}/1", verdict="left_out", why=" ").status_code == 422
    assert state(night) == ("waiting", "")
    assert ana.presses(f"{HELD}/1", verdict="left_out", why="One phone.").status_code == 303
    for same in (ana, bea):  # a second organizer has the same role
        assert "Someone with another role has to say" in same.sees(f"{HELD}/1")
        assert same.presses(f"{HELD}/1/answer", answer="agree").status_code == 422
    assert state(night) == ("waiting", "left_out")
    assert "One phone." in rui.sees(f"{HELD}/1")
    assert rui.presses(f"{HELD}/1/answer").status_code == 422
    assert rui.presses(f"{HELD}/1/answer", answer="agree").status_code == 303
    assert state(night) == ("left_out", "left_out")
    assert "Two people decided: left out" in rui.sees(HELD)
    assert acts(night)[-2:] == ["held_proposed_out", "held_agreed"]
    diary = ana.sees("/desk/diary")
    assert "proposed to leave out held answers" in diary
    assert diary.count("(group 1): One phone.") == 2


def test_who_does_not_agree_leaves_them_waiting(night: Flask):
    ana = colleague(night, "organiser", "maple-falls", name="Ana")
    rui = colleague(night, "reviewer", "maple-falls", name="Rui")
    ana.sees(HELD)
    assert rui.presses(f"{HELD}/1", verdict="counted", why="A chorus.").status_code == 303
    assert ana.presses(f"{HELD}/1/answer", answer="disagree").status_code == 303
    assert state(night) == ("waiting", "")
    assert acts(night)[-1] == "held_disagreed"


def test_another_town_s_groups_and_the_department_s_are_not_there(night: Flask):
    eve = colleague(night, "organiser", "elm-grove", name="Eve")
    bo = colleague(night, "department", "maple-falls", name="Chief Bo")
    ana = colleague(night, "organiser", "maple-falls", name="Ana")
    ana.sees(HELD)
    for somebody in (eve, bo):
        for address in (HELD, f"{HELD}/1"):
            somebody.sees(address, 404)
        token = form_token(somebody.sees("/desk/me"))
        for address in (f"{HELD}/1", f"{HELD}/1/answer"):
            fields = {"csrf_token": token, "verdict": "counted", "why": "x", "answer": "agree"}
            assert somebody.client.post(address, data=fields).status_code == 404
    ana.sees(f"{HELD}/2", 404)
    assert "Nothing looks odd" in eve.sees("/desk/events/elm-grove-2026/held")
    assert state(night) == ("waiting", "")


def test_the_way_of_an_event_leads_there(night: Flask):
    ana = colleague(night, "organiser", "maple-falls", name="Ana")
    rui = colleague(night, "reviewer", "maple-falls", name="Rui")
    ana.sees(HELD)
    assert "See what looks odd" in ana.sees("/desk/places/maple-falls")
    assert HELD in rui.sees("/desk/places/maple-falls")


def test_an_open_event_shows_nothing(sqlite_app: Flask):
    with sqlite_app.app_context():
        add_event(sqlite_app, db.session())
    ana = colleague(sqlite_app, "organiser", "maple-falls", name="Ana")
    assert "once the event is closed" in ana.sees(HELD)
