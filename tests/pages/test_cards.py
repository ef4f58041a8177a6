"""Cards that work once: made and printed on the desk, one bit of an answer, joined to none."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.storage import db
from survey.storage.desk_tables import Card
from survey.storage.models import Event, Poster, Response
from tests.builders import Resident, add_event, add_poster, hidden, new_id
from tests.desk_people import Colleague, acts, colleague

CARDS = "/desk/events/maple-falls-2026/cards"


def two_towns(app: Flask) -> Flask:
    """A running event with a poster, and a neighbor's that has cards of its own."""
    with app.app_context():
        add_poster(db.session(), add_event(app, db.session()))
        add_poster(db.session(), add_event(app, db.session(), name="Elm Grove"))
        session = db.session()
        neighbor = session.scalars(select(Event).where(Event.slug == "elm-grove-2026")).one()
        session.add(Card(event_id=neighbor.id, key="0" * 64, used=False))
        session.commit()
    return app


@pytest.fixture
def hall(sqlite_app: Flask) -> Flask:
    return two_towns(sqlite_app)


@pytest.fixture
def either(app: Flask) -> tuple[Flask, list[str]]:
    """The same on SQLite and on PostgreSQL, with ten cards."""
    ana = colleague(two_towns(app), "organiser", "maple-falls", name="Ana")
    ana.presses(CARDS, number="10")
    return app, printed(ana.sees(f"{CARDS}/sheets"))


@pytest.fixture
def ana(hall: Flask) -> Colleague:
    return colleague(hall, "organiser", "maple-falls", name="Ana")


@pytest.fixture
def cards(hall: Flask, ana: Colleague) -> list[str]:
    """Make ten cards, and return the addresses that are printed on them."""
    assert ana.presses(CARDS, number="10").status_code == 303
    return printed(ana.sees(f"{CARDS}/sheets"))


def printed(page: str) -> list[str]:
    found = re.findall(r'<p class="address">[^<]*/s/([A-Z0-9-]+)</p>', page)
    assert found
    return found


def scans(app: Flask, typed: str) -> Resident:
    phone = Resident(app.test_client(), typed).scans().answers()
    phone.fields["card"] = hidden(phone.page, "card")
    phone.code = typed[:6]
    return phone


def verified(app: Flask) -> dict[str, bool]:
    with Session(app.extensions["engine"]) as session:
        rows = session.execute(select(Response.submission, Response.verified)).all()
        return {str(submission): bit for submission, bit in rows}


def used(app: Flask) -> int:
    with Session(app.extensions["engine"]) as session:
        return sum(session.scalars(select(Card.used)))


def test_a_card_makes_one_answer_verified_however_often_it_is_sent(either):
    hall, cards = either
    assert len(set(cards)) == 10
    first = scans(hall, cards[0])
    for _ in range(3):  # the reply was lost: the phone sends it again
        assert first.sends().status_code == 303
    assert verified(hall) == {first.fields["submission"]: True}
    another = scans(hall, cards[0])
    assert another.sends().status_code == 303  # nobody is refused for it
    assert verified(hall)[another.fields["submission"]] is False
    assert first.sends().status_code == 303
    assert verified(hall)[first.fields["submission"]] is True
    assert used(hall) == 1
    scans(hall, cards[1]).sends()
    assert sorted(verified(hall).values()) == [False, True, True]
    assert used(hall) == 2


def test_another_answer_under_the_same_number_uses_no_card(hall: Flask, cards: list[str]):
    plain = Resident(hall.test_client(), cards[0][:6]).scans().answers()
    plain.sends()
    plain.fields |= {"card": cards[0][7:], "again": "1"}
    assert plain.sends().status_code == 409
    assert (list(verified(hall).values()), used(hall)) == ([False], 0)


@pytest.mark.parametrize("code", ["34679ACD", "x", "'; --", "9" * 400, "\x00"])
def test_a_code_that_no_card_has_is_an_answer_like_any_other(hall: Flask, cards: list[str], code):
    phone = Resident(hall.test_client(), cards[0][:6]).scans().answers(card=code)
    assert phone.sends().status_code == 303
    assert (list(verified(hall).values()), used(hall)) == ([False], 0)


def test_a_code_is_typed_with_spaces_small_letters_or_in_one(hall: Flask, cards: list[str]):
    client = hall.test_client()
    poster, card = cards[0].split("-")
    for typed in (f"{poster}-{card}", f"{poster} {card}".lower(), f"{poster}{card}"):
        reply = client.get("/s", query_string={"code": typed}, follow_redirects=True)
        assert hidden(reply.text, "card") == card
    assert 'name="card"' not in client.get(f"/s/{poster}").text
    assert client.get(f"/s/{poster}-34679").status_code == 404


def test_the_card_stays_with_the_form_without_a_script(hall: Flask, cards: list[str]):
    """Through another language, a screen, a form with a problem and a review."""
    phone = scans(hall, cards[0])
    for go in ("lang:es", "next:start", "review"):
        assert phone.sends(go).text.count(f'value="{cards[0][7:]}"') >= 1, go
    phone.fields["age"] = "none of these"
    assert hidden(phone.sends().text, "card") == cards[0][7:]


def test_paper_tablet_and_try_out_use_no_card(hall: Flask, cards: list[str]):
    for door in ("paper", "kiosk"):
        volunteer = Resident(hall.test_client(), f"{cards[0][:6]}/{door}").scans().answers()
        volunteer.fields["card"] = cards[0][7:]
        assert volunteer.sends().status_code == 303
    assert (set(verified(hall).values()), used(hall)) == ({False}, 0)


def test_a_card_is_of_its_event(hall: Flask, cards: list[str]):
    with Session(hall.extensions["engine"]) as session:
        code = session.scalars(
            select(Poster.code).join(Event).where(Event.slug == "elm-grove-2026")
        ).one()
    phone = Resident(hall.test_client(), code).scans().answers(card=cards[0][7:])
    phone.sends()
    assert (list(verified(hall).values()), used(hall)) == ([False], 0)


def test_nothing_joins_a_card_to_an_answer(hall: Flask, cards: list[str]):
    """A card's row has no number, time or order of an answer, and not its code."""
    for one in cards[:3]:
        scans(hall, one).sends()
    assert {column.name for column in Card.__table__.columns} == {"event_id", "key", "used"}
    with Session(hall.extensions["engine"]) as session:
        keys = session.scalars(select(Card.key)).all()
    codes = [one[7:] for one in cards]
    assert not any(code.lower() in key for key in keys for code in codes)
    assert not {UUID(id).hex for id in verified(hall)} & {key[:32] for key in keys}
    assert len(keys) == 11


def test_cards_are_made_by_number_and_counted_in_tens(hall: Flask, ana: Colleague):
    for odd, why in (
        ("", "Type a whole number"),
        ("many", "Type a whole number"),
        ("0", "Type a whole number"),
        ("-5", "Type a whole number"),
        ("²", "Type a whole number"),
        ("5001", "An event has 5000 cards at most"),
    ):
        reply = ana.presses(CARDS, number=odd)
        assert reply.status_code == 422
        assert why in reply.text
        assert f'name="number" type="text" value="{odd}"' in reply.text
    assert ana.presses(CARDS, number="210").status_code == 303
    page = ana.sees(CARDS)
    assert "210 cards are made" in page
    assert "Fewer than 20 were used." in page
    assert re.findall(r"cards/sheets\?first=(\d+)", page) == ["1", "201"]
    first, last = (printed(ana.sees(f"{CARDS}/sheets?first={at}")) for at in (1, 201))
    assert (len(first), len(last), len({*first, *last})) == (200, 10, 210)
    assert ana.opens(f"{CARDS}/sheets?first=2").status_code == 404
    assert acts(hall).count("cards_made") == 1
    assert "made 210 cards with one-time codes" in ana.sees("/desk/diary")
    with Session(hall.extensions["engine"]) as session:
        for card in session.scalars(select(Card).limit(36)):
            card.used = True
        session.commit()
    assert "About 30 were used." in ana.sees(CARDS)


def test_another_town_s_cards_are_not_there(hall: Flask, ana: Colleague, cards: list[str]):
    eve = colleague(hall, "organiser", "elm-grove", name="Eve")
    bo = colleague(hall, "department", "maple-falls", name="Bo")
    for somebody in (eve, bo):
        assert somebody.opens(CARDS).status_code == 404
        assert somebody.opens(f"{CARDS}/sheets").status_code == 404
        assert somebody.presses(CARDS, number="5").status_code == 404
    assert printed(ana.sees(f"{CARDS}/sheets")) == cards  # printed again: the same


def test_the_command_line_makes_and_lists_them(hall: Flask, cards: list[str]):
    runner, poster = hall.test_cli_runner(), cards[0][:6]
    result = runner.invoke(args=["poster", "cards", poster, "--more", "2"])
    assert result.exit_code == 0, result.output
    listed = re.findall(r"/s/([A-Z0-9-]+)", result.output)
    assert (listed[:10], len(listed)) == (cards, 12)


def test_two_answers_with_one_card_at_once_make_one_verified(either):
    """Phones whose forms were opened with the same card, sent in one moment."""
    hall, cards = either
    phones = [scans(hall, cards[0]) for _ in range(6)]
    for phone in phones:
        phone.fields["submission"] = new_id()
    with ThreadPoolExecutor(6) as pool:
        assert [one.status_code for one in pool.map(Resident.sends, phones)] == [303] * 6
    assert sorted(verified(hall).values()) == [False] * 5 + [True]
