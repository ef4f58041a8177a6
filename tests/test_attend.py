"""An attendee's answers: in once, whole, whatever the phone and the network do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey import db
from survey.models import Comment, Event, Poster, Response, Scan
from tests.builders import Resident, add_event, add_poster, checked, new_id
from tests.conftest import make_app


@pytest.fixture
def poster(app: Flask, session: Session) -> Poster:
    """A poster at an open event, with an unrelated event beside it."""
    other = add_event(app, session, name="Birch Hollow")
    stranger = Resident(app.test_client(), add_poster(session, other).code).scans().answers()
    assert stranger.sends().status_code == 303
    return add_poster(session, add_event(app, session))


@pytest.fixture
def resident(app: Flask, poster: Poster) -> Resident:
    return Resident(app.test_client(), poster.code)


def stored(session: Session, poster: Poster) -> list[Response]:
    session.expire_all()
    query = select(Response).where(Response.event_id == poster.event_id)
    return list(session.scalars(query))


def test_an_answer_is_stored_once_with_a_code_for_every_question(
    resident: Resident, session: Session, poster: Poster
):
    reply = resident.scans().answers(**{"fair.police": "-3", "live": "-2", "again": ""}).sends()
    assert reply.status_code == 303
    assert reply.location == f"/s/{poster.code}/thanks?lang=en"
    (response,) = stored(session, poster)
    assert response.answers == {
        "order": ["police", "fire"],
        "met": ["police", "fire"],
        "trust.police": 4,
        "trust.fire": 5,
        "trust.ems": -4,
        "fair.police": -3,
        "listen.police": 3,
        "approach.police": 4,
        "name": "met",
        "pre_trust.police": 3,
        "again": -1,
        "age": "35-44",
        "race": ["black", "hispanic"],
        "live": -2,
        "first": "no",
    }
    assert (response.audience, response.mode, response.wave) == ("adult", "own phone", "event")
    assert (response.language, response.instrument, response.late) == ("en", "2022", False)
    assert len(response.hour) == len("2026-08-04T19")


def test_the_thank_you_is_in_the_language_of_the_page(resident: Resident):
    reply = resident.scans("es").answers().sends(follow_redirects=True)
    assert 'lang="es"' in reply.text
    assert "¡Gracias!" in reply.text


def test_sending_twice_stores_once_and_says_the_same(
    resident: Resident, session: Session, poster: Poster
):
    first = resident.scans().answers(open="More lights, please.").sends()
    again = resident.sends()
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert len(stored(session, poster)) == 1
    comments = select(func.count()).select_from(Comment)
    assert session.scalar(comments.where(Comment.event_id == poster.event_id)) == 1


def test_twenty_at_once_store_once(
    app: Flask, resident: Resident, session: Session, poster: Poster
):
    resident.scans().answers()
    copies = [Resident(app.test_client(), poster.code, resident.fields) for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda copy: copy.sends().status_code, copies))
    assert replies == [303] * 20
    assert len(stored(session, poster)) == 1


def test_the_same_id_with_other_answers_is_refused_and_the_first_stay(
    resident: Resident, session: Session, poster: Poster
):
    resident.scans().answers().sends()
    reply = resident.answers(**{"trust.police": "1"}).sends()
    assert reply.status_code == 409
    assert poster.code in reply.text
    (response,) = stored(session, poster)
    assert response.answers["trust.police"] == 4


def test_a_page_that_sends_in_the_background_gets_json(resident: Resident):
    reply = resident.scans().answers().sends(headers={"Accept": "application/json"})
    assert reply.status_code == 200
    assert reply.json == {"outcome": "stored", "next": f"/s/{resident.code}/thanks?lang=en"}


def test_a_comment_is_joined_to_no_response(resident: Resident, session: Session, poster: Poster):
    resident.scans().answers(open="  Thank you,\r\nneighbors.\x07 ").sends()
    comment = session.scalars(select(Comment).where(Comment.event_id == poster.event_id)).one()
    assert comment.text == "Thank you,\nneighbors."
    assert comment.id != UUID(resident.fields["submission"])
    assert "open" not in stored(session, poster)[0].answers


def test_without_a_script_the_first_answers_lead_to_the_right_questions(resident: Resident):
    reply = resident.scans().answers(met=["ems"]).sends("route")
    assert reply.status_code == 200
    assert 'class="questions"' in reply.text
    hidden = [part.split(">")[0] for part in reply.text.split("<fieldset")[1:]]
    asked = [tag for tag in hidden if "data-other" in tag and " hidden" not in tag]
    assert len(asked) == 1
    assert 'data-other="ems"' in asked[0]
    assert ("again", "3") in checked(reply.text)


def test_agencies_are_asked_in_an_order_that_the_submission_decides(app: Flask, session: Session):
    kinds = ("sheriff", "fire", "ems", "school", "code")
    poster = add_poster(session, add_event(app, session, name="Cedar Ford", kinds=kinds))
    orders = set()
    for turn in range(4):
        resident = Resident(app.test_client(), poster.code).scans()
        resident.fields["submission"] = f"000{turn}{new_id()[4:]}"
        resident.answers(met=["fire", "ems", "school"]).sends()
        orders.add(tuple(stored(session, poster)[-1].answers["order"]))
    orders = {tuple(response.answers["order"]) for response in stored(session, poster)}
    assert all(order[0] == "sheriff" and len(order) == 3 for order in orders)
    assert len(orders) == 3


def test_a_language_switch_keeps_every_answer(resident: Resident):
    resident.scans().answers(open="Hola")
    before = checked(resident.sends("lang:en").text)
    reply = resident.sends("lang:es")
    assert 'lang="es"' in reply.text
    assert checked(reply.text) == before
    assert ">Hola</textarea>" in reply.text
    assert f'value="{resident.fields["submission"]}"' in reply.text


def test_an_error_says_what_to_do_and_keeps_every_answer(
    resident: Resident, session: Session, poster: Poster
):
    resident.scans().answers(open="a" * 281)
    reply = resident.sends()
    assert reply.status_code == 422
    assert 'href="#f-open"' in reply.text
    assert 'aria-describedby="f-open-error"' in reply.text
    assert "281 signs" in reply.text
    assert len(checked(reply.text)) == 16  # who, 2 met, 11 single answers, 2 of race
    assert stored(session, poster) == []
    resident.reads(reply.text).answers(open="a" * 280)
    assert resident.sends().status_code == 303


@pytest.mark.parametrize("go", ["send", "route"])
def test_the_gate_must_be_answered(resident: Resident, go: str):
    reply = resident.scans().answers(who="").sends(go)
    assert reply.status_code == 422
    assert 'href="#f-who"' in reply.text
    assert "Please tell us who is filling this out." in reply.text


@pytest.mark.parametrize("go", ["send", "route"])
@pytest.mark.parametrize("who", ["teen", "child"])
def test_nothing_is_kept_of_someone_under_18(
    resident: Resident, session: Session, poster: Poster, who: str, go: str
):
    reply = resident.scans().answers(who=who).sends(go)
    assert reply.status_code == 200
    assert "We kept nothing" in reply.text
    assert stored(session, poster) == []


def test_an_unknown_option_is_refused_in_words(resident: Resident):
    reply = resident.scans("es").answers(again="7").sends()
    assert reply.status_code == 422
    assert "no está en la lista" in reply.text


@pytest.mark.parametrize("ticket", ["", "garbage", "\u2603~x"])
def test_a_lost_ticket_costs_one_more_press_and_no_answer(
    resident: Resident, session: Session, poster: Poster, ticket: str
):
    reply = resident.scans().answers(ticket=ticket).sends()
    assert reply.status_code == 422
    assert "once more" in reply.text
    assert len(checked(reply.text)) > 10
    assert resident.reads(reply.text).sends().status_code == 303
    assert len(stored(session, poster)) == 1


def test_the_ticket_of_another_poster_is_none(app: Flask, resident: Resident, session: Session):
    other = add_poster(session, add_event(app, session, name="Elm"))
    foreign = Resident(app.test_client(), other.code).scans()
    reply = resident.scans().answers(ticket=foreign.fields["ticket"]).sends()
    assert reply.status_code == 422


def test_a_phone_that_finds_a_signal_after_the_end_is_late_and_welcome(
    resident: Resident, session: Session, poster: Poster
):
    resident.scans().answers()
    event = session.get_one(Event, poster.event_id)
    event.closes_at = datetime.now(UTC) - timedelta(seconds=1)
    session.commit()
    # the ticket's hour began before the event closed
    assert resident.sends().status_code == 303
    assert [response.late for response in stored(session, poster)] == [True]


def test_after_three_days_it_is_too_late(resident: Resident, session: Session, poster: Poster):
    resident.scans().answers()
    event = session.get_one(Event, poster.event_id)
    event.opens_at = datetime.now(UTC) - timedelta(days=9)
    event.closes_at = datetime.now(UTC) - timedelta(hours=73)
    session.commit()
    reply = resident.sends()
    assert reply.status_code == 410
    assert stored(session, poster) == []


def test_a_form_opened_after_the_end_is_not_taken(
    resident: Resident, session: Session, poster: Poster
):
    resident.scans().answers()
    event = session.get_one(Event, poster.event_id)
    event.opens_at = datetime.now(UTC) - timedelta(days=3)
    event.closes_at = datetime.now(UTC) - timedelta(hours=2)
    session.commit()
    assert resident.sends().status_code == 410
    assert stored(session, poster) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_unknown_closed_and_early_codes_get_a_page_that_helps(
    app: Flask, session: Session, poster: Poster, language: str
):
    client = app.test_client()
    event = session.get_one(Event, poster.event_id)

    unknown = client.get(f"/s/zzz-999?lang={language}")
    assert unknown.status_code == 404
    assert 'value="ZZZ999"' in unknown.text

    event.opens_at = datetime(2099, 8, 4, 21, tzinfo=UTC)
    event.closes_at = datetime(2099, 8, 6, 21, tzinfo=UTC)
    session.commit()
    early = client.get(f"/s/{poster.code}?lang={language}")
    assert early.status_code == 403
    expected = {"en": "Tuesday, August 4, 2099 at 5:00 p.m.", "es": "martes, 4 de agosto de 2099"}
    assert expected[language] in early.text

    event.opens_at = datetime(2020, 8, 4, 21, tzinfo=UTC)
    event.closes_at = datetime(2020, 8, 6, 21, tzinfo=UTC)
    session.commit()
    closed = client.get(f"/s/{poster.code}?lang={language}")
    assert closed.status_code == 410
    for page in (early, closed):
        assert poster.code in page.text
        assert f'lang="{language}"' in page.text


def test_a_code_may_be_typed_as_people_type(app: Flask, poster: Poster):
    client = app.test_client()
    typed = f" {poster.code[:3].lower()}-{poster.code[3:]} "
    reply = client.get("/s", query_string={"code": typed, "lang": "es"}, follow_redirects=True)
    assert reply.status_code == 200
    assert 'lang="es"' in reply.text


def test_scans_are_counted_by_hour_without_a_row_per_person(
    app: Flask, resident: Resident, session: Session, poster: Poster
):
    for _ in range(3):
        resident.scans()
    resident.answers().sends("lang:es")
    app.extensions["scans"].flush()
    (scan,) = session.scalars(select(Scan).where(Scan.event_id == poster.event_id)).all()
    assert (scan.poster, scan.count) == (poster.code, 3)


def test_the_browsers_language_is_honoured(app: Flask, poster: Poster):
    reply = app.test_client().get(
        f"/s/{poster.code}", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}
    )
    assert 'lang="es"' in reply.text


def test_a_worker_sees_a_closed_event_after_a_moment(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    clock = 1000.0
    monkeypatch.setattr("survey.events.monotonic", lambda: clock)
    app = make_app(sqlite_url, PLACE_KEPT=2.0)
    with app.app_context():
        event = add_event(app, db.session())
        poster = add_poster(db.session(), event)
        client = app.test_client()
        assert client.get(f"/s/{poster.code}").status_code == 200
        event.closes_at = datetime.now(UTC)
        db.session().commit()
        assert client.get(f"/s/{poster.code}").status_code == 200
        clock += 2.1
        assert client.get(f"/s/{poster.code}").status_code == 410


def test_counts_that_could_not_be_written_wait(app: Flask, session: Session, poster: Poster):
    scans = app.extensions["scans"]
    key = (poster.event_id, poster.code, "2026-08-04T19")

    def fails(work: object) -> None:
        raise OperationalError("INSERT", {}, Exception("away"))

    whole, scans.writer.do = scans.writer.do, fails
    scans.add(key)
    scans.flush()
    assert scans.waiting[key] == 1
    scans.writer.do = whole
    scans.add(key)
    scans.flush()
    scan = session.scalars(select(Scan).where(Scan.hour == key[2])).one()
    assert scan.count == 2
