"""Comments: sealed until the event is over, masked, decided by a person, shown without a trace."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.desk.comments import masked
from survey.storage import db
from survey.storage.models import Comment, Event
from tests.builders import Resident, add_event, add_poster, kept_comments
from tests.desk_people import Colleague, acts, colleague, form_token

PLACE = "/desk/places/maple-falls/comments"
TOLD = ("More music, please. Call me at 330-555-0147.", "Thank you, Officer Kim!", "Fix the lights")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Call 330-555-0147 or (330) 555 0147 or +1 330 555 0147", ["phone"]),
        ("mail me: jo.b@mail.example.org", ["email"]),
        ("see www.example.org/x", ["link"]),
        ("He lives at 12 Maple Street", ["address"]),
        ("the house on 1200 N. Old Mill Rd", ["address"]),
        ("vive en la calle Olmo 14", ["address"]),
        ("badge 4471 was rude, and unit #12 too", ["badge"]),
        ("placa 4471", ["badge"]),
        ("a car with GKL 4821 and GKL-4821", ["plate"]),
        ("We came 3 times in 2026, 10 of us, at 7 pm", []),
        ("911 came in 5 minutes on August 4", []),
        ("Thank you, Officer Kim!", []),
        ("الشرطة لطيفة جدا", []),
    ],
)
def test_patterns_mask_what_could_name_somebody_and_nothing_else(text: str, kinds: list[str]):
    found = masked(text)
    assert found.kinds == kinds
    for digits in re.findall(r"\d{4,}", text):
        assert not kinds or digits not in found.text() or digits == "2026"
    if not kinds:
        assert found.text() == text


@pytest.fixture
def evening(app: Flask) -> Flask:
    """An event of 31 answers with three comments, and a neighbour's with one."""
    with app.app_context():
        for name, many, said in (("Maple Falls", 31, TOLD), ("Elm Grove", 1, ("Elsewhere",))):
            poster = add_poster(db.session(), add_event(app, db.session(), name=name))
            for number in range(many):
                guest = Resident(app.test_client(), poster.code).scans().answers()
                guest.answers(open=said[number] if number < len(said) else "")
                assert guest.sends().status_code == 303
    return app


def is_over(app: Flask) -> None:
    with Session(app.extensions["engine"]) as session:
        for event in session.scalars(select(Event)):
            event.closes_at = datetime.now(UTC) - timedelta(minutes=1)
            kept_comments(app, event.id)
        session.commit()


def rows(app: Flask) -> dict[str, Comment]:
    with Session(app.extensions["engine"]) as session:
        return {one.text: one for one in session.scalars(select(Comment))}


def ids(page: str) -> list[UUID]:
    return [UUID(one) for one in re.findall(r"/comments/([\w-]{36})", page)]


def read_all(somebody: Colleague, theme: str = "event") -> list[str]:
    """Keep all but the request for lights; return what was seen."""
    seen = []
    while found := ids(page := somebody.sees(PLACE)):
        seen.append(re.sub(r"<[^>]+>", "", page[page.index("<blockquote") : page.index("</bl")]))
        verdict = "hide" if "lights" in seen[-1] else "keep"
        reply = somebody.presses(f"{PLACE}/{found[0]}", verdict=verdict, theme=theme)
        assert reply.status_code == 303
    return seen


def test_nobody_reads_a_comment_before_the_event_is_over(evening: Flask):
    rob = colleague(evening, "reviewer", "maple-falls", name="Rob")
    with Session(evening.extensions["engine"]) as session:
        for event in session.scalars(select(Event)):
            kept_comments(evening, event.id)  # moved, as eleven would have been
    assert "No comment is waiting" in rob.sees(PLACE)
    is_over(evening)
    assert len(ids(rob.sees(PLACE))) == 1


def test_a_reviewer_decides_one_by_one_and_others_see_what_was_kept(evening: Flask):
    is_over(evening)
    rob = colleague(evening, "reviewer", "maple-falls", name="Rob")
    bo = colleague(evening, "department", "maple-falls", name="Chief Bo")
    assert "330-555" not in bo.sees(f"{PLACE}/kept")
    seen = read_all(rob)
    assert len(seen) == 3
    assert not any("330-555" in one or "Elsewhere" in one for one in seen)
    page = bo.sees(f"{PLACE}/kept")
    assert "More music, please. Call me at […]." in page
    assert "Officer Kim" in page
    assert "lights" not in page
    for trace in ("August", "night", "330-555", "National Night Out"):
        assert trace not in page[page.index("<main") : page.index("</main")]
    bo.sees(PLACE, 404)
    assert acts(evening).count("comment_kept") == 2
    assert acts(evening).count("comment_hidden") == 1
    stored = rows(evening)
    assert {one.state for one in stored.values()} == {"kept", "hidden", "waiting"}


def test_few_answers_show_no_comment(evening: Flask):
    is_over(evening)
    eve = colleague(evening, "organiser", "elm-grove", name="Eve")
    place = "/desk/places/elm-grove/comments"
    (id,) = ids(eve.sees(place))
    assert eve.presses(f"{place}/{id}", verdict="keep", theme="other").status_code == 303
    page = eve.sees(f"{place}/kept")
    assert "Elsewhere" not in page
    assert "30 answers" in page


def test_a_kept_comment_needs_a_theme_and_the_first_decision_stays(evening: Flask):
    is_over(evening)
    rob = colleague(evening, "reviewer", "maple-falls", name="Rob")
    (id,) = ids(rob.sees(PLACE))
    for theme in ("", "nonsense"):
        reply = rob.presses(f"{PLACE}/{id}", verdict="keep", theme=theme)
        assert reply.status_code == 422
        assert ids(reply.text) == [id]
    assert rob.presses(f"{PLACE}/{id}", verdict="maybe").status_code == 400
    rob.presses(f"{PLACE}/{id}", verdict="hide")
    rob.presses(f"{PLACE}/{id}", verdict="keep", theme="event")
    assert [one.state for one in rows(evening).values()].count("hidden") == 1


def test_another_towns_comments_are_not_there(evening: Flask):
    is_over(evening)
    rob = colleague(evening, "reviewer", "maple-falls", name="Rob")
    other = next(one.id for one in rows(evening).values() if one.text == "Elsewhere")
    rob.sees("/desk/places/elm-grove/comments", 404)
    rob.sees("/desk/places/elm-grove/comments/kept", 404)
    for slug in ("maple-falls", "elm-grove"):
        address = f"/desk/places/{slug}/comments/{other}"
        assert rob.presses(address, verdict="hide").status_code == 404


def test_blame_by_name_is_hidden_and_leads_to_the_office_for_complaints(evening: Flask):
    is_over(evening)
    ana = colleague(evening, "organiser", "maple-falls", name="Ana")
    rob = colleague(evening, "reviewer", "maple-falls", name="Rob")
    (id,) = ids(rob.sees(PLACE))
    page = rob.client.post(
        f"{PLACE}/{id}",
        data={"csrf_token": form_token(rob.sees("/desk/me")), "verdict": "blame"},
        follow_redirects=True,
    ).text
    assert "No address is set for this place" in page
    for wrong in ("javascript:alert(1)", "http://plain.example", "office", "https://", "a@b c"):
        reply = ana.presses(f"{PLACE}/complaints", complaints=wrong)
        assert reply.status_code == 422, wrong
        assert f'value="{wrong}"' in reply.text
    office = "https://review.example.org/complaints"
    assert ana.presses(f"{PLACE}/complaints", complaints=office).status_code == 303
    assert f'href="{office}"' in rob.sees(f"{PLACE}?blamed=yes")
    assert rob.presses(f"{PLACE}/complaints", complaints="").status_code == 404
    assert ana.presses("/desk/places/elm-grove/comments/complaints").status_code == 404
    assert [one.state for one in rows(evening).values()].count("hidden") == 1
    assert acts(evening)[-2:] == ["comment_blames", "complaints_set"]


def test_an_organiser_adds_a_theme_and_comments_are_kept_under_it(evening: Flask):
    is_over(evening)
    ana = colleague(evening, "organiser", "maple-falls", name="Ana")
    eve = colleague(evening, "organiser", "elm-grove", name="Eve")
    for wrong in ("", " SAFETY ", "a/b", "...", "x" * 21):
        reply = ana.presses(f"{PLACE}/themes", new_theme=wrong)
        assert reply.status_code == 422, wrong
    assert ana.presses(f"{PLACE}/themes", new_theme=" More  music ").status_code == 303
    assert ana.presses(f"{PLACE}/themes", new_theme="more music").status_code == 422
    assert eve.presses(f"{PLACE}/themes", new_theme="Elsewhere").status_code == 404
    read_all(ana, "More music")
    page = ana.sees(f"{PLACE}/kept")
    assert "<h3>More music" in page
    assert "fewer than 20 comments" in page
    ((elsewhere),) = ids(eve.sees("/desk/places/elm-grove/comments"))
    address = f"/desk/places/elm-grove/comments/{elsewhere}"
    assert eve.presses(address, verdict="keep", theme="More music").status_code == 422
    for number in range(7):
        assert ana.presses(f"{PLACE}/themes", new_theme=f"Theme {number}").status_code == 303
    assert ana.presses(f"{PLACE}/themes", new_theme="One more").status_code == 422


def test_a_long_theme_folds_what_is_after_its_first_comments(evening: Flask):
    is_over(evening)
    with Session(evening.extensions["engine"]) as session:
        event = session.scalars(select(Event).where(Event.slug == "maple-falls-2026")).one()
        for number in range(7):
            told = {"state": "kept", "theme": "thanks", "text": "raw", "shown": f"Kind {number}"}
            session.add(Comment(event_id=event.id, id=uuid4(), language="en", **told))
        session.commit()
    bo = colleague(evening, "department", "maple-falls", name="Chief Bo")
    stands, folded = bo.sees(f"{PLACE}/kept").split("<details>")
    assert (stands.count("Kind "), folded.count("Kind ")) == (5, 2)
