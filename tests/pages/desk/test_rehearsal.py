"""The try-out: the real poster works, says so, is shown, wiped, and counted nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey.questionnaire.content_files import read_content
from survey.storage import db
from survey.storage.desk_tables import RehearsalAnswer
from survey.storage.models import Comment, Event, Response, Scan, SealedComment
from tests.builders import Resident, add_event, add_poster
from tests.desk_people import Colleague, colleague

EVENT = "/desk/events/maple-falls-2027"
NOTICE = "This is a try-out"


@pytest.fixture
def code(app: Flask) -> str:
    """Return the poster of an event that is not open yet; a neighbour's is open."""
    with app.app_context():
        poster = add_poster(db.session(), add_event(app, db.session(), season=2027, open_now=False))
        add_poster(db.session(), add_event(app, db.session(), name="Elm Grove"))
        return poster.code


@pytest.fixture
def ana(app: Flask, code: str) -> Colleague:
    return colleague(app, "organiser", "maple-falls", name="Ana")


def kept(app: Flask) -> dict[str, int]:
    tables = (Response, Comment, SealedComment, Scan, RehearsalAnswer)
    app.extensions["scans"].flush()
    with Session(app.extensions["engine"]) as session:
        count = {one.__tablename__: select(func.count()).select_from(one) for one in tables}
        return {name: session.scalar(query) or 0 for name, query in count.items()}


def opens_now(app: Flask) -> None:
    with Session(app.extensions["engine"]) as session:
        hour = timedelta(hours=1)
        session.execute(
            update(Event)
            .where(Event.slug == "maple-falls-2027")
            .values(opens_at=datetime.now(UTC) - hour, closes_at=datetime.now(UTC) + hour)
        )
        session.commit()


def test_the_poster_works_says_so_and_nothing_is_counted(app: Flask, code: str, ana: Colleague):
    assert app.test_client().get(f"/s/{code}").status_code == 403
    assert ana.presses(f"{EVENT}/try-out").status_code == 303
    guest = Resident(app.test_client(), code).scans().answers(open="Lovely evening")
    assert NOTICE in guest.page
    guest.fields["rehearsal"] = "1"
    thanks = guest.sends(follow_redirects=True)
    assert NOTICE in thanks.text
    page = ana.sees(f"{EVENT}/try-out")
    for shown in ("It works: 1 set of answers", "Lovely evening", "Police", "entrance"):
        assert shown in page
    assert "1 set of answers" in ana.sees(f"{EVENT}/try-out/now")
    counts = kept(app)
    assert counts.pop("rehearsal_answer") == 1
    assert set(counts.values()) == {0}
    assert guest.sends().status_code == 303  # sent twice
    assert kept(app)["rehearsal_answer"] == 1
    assert ana.presses(f"{EVENT}/try-out/wipe").status_code == 303
    assert kept(app)["rehearsal_answer"] == 0
    assert app.test_client().get(f"/s/{code}").status_code == 403


def test_what_a_phone_sends_after_the_opening_counts_nowhere(app: Flask, code: str, ana: Colleague):
    ana.presses(f"{EVENT}/try-out")
    late = Resident(app.test_client(), code).scans().answers()
    late.fields["rehearsal"] = "1"
    early = Resident(app.test_client(), code).scans().answers()
    early.fields["rehearsal"] = "1"
    early.sends()
    opens_now(app)
    headers = {"Accept": "application/json"}
    reply = late.sends(headers=headers)
    assert (reply.status_code, (reply.json or {})["outcome"]) == (200, "stored")
    assert kept(app)["response"] == 0
    real = Resident(app.test_client(), code).scans().answers()
    assert NOTICE not in real.page
    assert 'name="rehearsal"' not in real.page
    assert real.sends().status_code == 303
    counts = kept(app)
    assert (counts["response"], counts["scan"], counts["rehearsal_answer"]) == (1, 1, 0)
    assert ana.presses(f"{EVENT}/try-out").status_code == 422


def test_a_try_out_ends_by_itself(app: Flask, code: str, ana: Colleague):
    ana.presses(f"{EVENT}/try-out")
    with Session(app.extensions["engine"]) as session:
        event = session.scalars(select(Event).where(Event.slug == "maple-falls-2027")).one()
        assert event.rehearsal_until is not None
        assert event.rehearsal_until <= datetime.now(UTC) + timedelta(hours=4)
        event.rehearsal_until = datetime.now(UTC) - timedelta(minutes=1)
        session.commit()
    assert app.test_client().get(f"/s/{code}").status_code == 403
    assert "Start the try-out" in ana.sees(f"{EVENT}/try-out")


def test_a_code_that_others_find_fills_nothing(app: Flask, code: str, ana: Colleague):
    ana.presses(f"{EVENT}/try-out")
    client = app.test_client()
    page = Resident(client, code).scans().answers()
    for number in range(53):
        page.fields |= {"submission": f"{number:032x}", "rehearsal": "1"}
        assert page.sends().status_code == 303
    assert kept(app)["rehearsal_answer"] == 50


def test_another_towns_try_out_is_not_there(app: Flask, code: str, ana: Colleague):
    eve = colleague(app, "organiser", "elm-grove", name="Eve")
    for what in ("", "/now"):
        eve.sees(f"{EVENT}/try-out{what}", 404)
    for what in ("", "/wipe"):
        assert eve.presses(f"{EVENT}/try-out{what}").status_code == 404


def test_every_language_says_it_and_no_other_page_carries_it():
    content = read_content()
    assert all(one.say("attend.rehearsal") for one in content.languages.values())
