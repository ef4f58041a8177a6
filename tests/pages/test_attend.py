"""An attendee's answers: in once, whole, whatever the phone and the network do."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey.storage import db
from survey.storage.events import follow_up_id, place_of
from survey.storage.models import Agency, Comment, Event, Poster, PosterActivity, Response, Scan
from tests.builders import Resident, add_event, add_poster, checked, kept_comments, new_id
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
    longer = {name: response.answers.pop(name) for name in LONGER}
    assert set(longer.values()) == {-4}  # the longer module was not opened
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
    assert (response.language, response.instrument, response.late) == ("en", "2026", False)
    assert len(response.hour) == len("2026-08-04T19")


def test_the_thank_you_is_in_the_language_of_the_page(resident: Resident):
    reply = resident.scans("es").answers().sends(follow_redirects=True)
    assert 'lang="es"' in reply.text
    assert "¡Gracias!" in reply.text


def test_sending_twice_stores_once_and_says_the_same(
    app: Flask, resident: Resident, session: Session, poster: Poster
):
    first = resident.scans().answers(open="More lights, please.").sends()
    again = resident.sends()
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert len(stored(session, poster)) == 1
    (comment,) = kept_comments(app, poster.event_id)
    assert comment.text == "More lights, please."


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
    assert reply.json == {
        "outcome": "stored",
        "submission": resident.fields["submission"],
        "next": f"/s/{resident.code}/thanks?lang=en",
    }


def test_a_comment_is_joined_to_no_response(
    app: Flask, resident: Resident, session: Session, poster: Poster
):
    resident.scans().answers(open="  Thank you,\r\nneighbors.\x07 ").sends()
    assert session.query(Comment).count() == 0  # it waits, sealed, for others to be moved with
    (comment,) = kept_comments(app, poster.event_id)
    assert comment.text == "Thank you,\nneighbors."
    assert comment.id != UUID(resident.fields["submission"])
    assert "open" not in stored(session, poster)[0].answers


def test_without_a_script_the_first_answers_lead_to_the_right_questions(resident: Resident):
    reply = resident.scans().answers(met=["ems"]).sends("next:start")
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
    assert 'aria-describedby="f-open-note f-open-error"' in reply.text
    assert "281 characters" in reply.text
    assert len(checked(reply.text)) == 16  # who, 2 met, 11 single answers, 2 of race
    assert stored(session, poster) == []
    resident.reads(reply.text).answers(open="a" * 280)
    assert resident.sends().status_code == 303


@pytest.mark.parametrize("go", ["send", "next:start"])
def test_the_gate_must_be_answered(resident: Resident, go: str):
    reply = resident.scans().answers(who="").sends(go)
    assert reply.status_code == 422
    assert 'href="#f-who"' in reply.text
    assert "Please tell us who is filling this out." in reply.text


def test_a_teenager_is_asked_neither_age_nor_race(
    resident: Resident, session: Session, poster: Poster
):
    reply = resident.scans().answers(who="teen").sends("next:start")
    assert reply.status_code == 200
    assert not re.search('name="(age|race|c_police)"', reply.text)
    assert resident.reads(reply.text).sends().status_code == 303
    (response,) = stored(session, poster)
    assert response.audience == "teen"
    assert not {"age", "race"} & response.answers.keys()
    assert response.answers["trust.police"] == 4


CHILD = {"who": "child", "c_ok": "yes", "c_assent": "yes", "c_police": "4", "c_nice": "-3"}


def test_a_child_has_a_form_of_its_own(
    app: Flask, resident: Resident, session: Session, poster: Poster
):
    resident.scans()
    resident.fields |= {**CHILD, "trust.police": "5", "open": "My name is Sam."}
    reply = resident.sends("next:start")
    assert 'id="lost_police"' in reply.text
    assert "<textarea" not in reply.text
    assert resident.reads(reply.text).sends().status_code == 303
    (response,) = stored(session, poster)
    assert response.audience == "child"
    assert response.answers == {
        "c_police": 4,
        "c_fire": -1,
        "c_nice": -3,
        "c_learn": -1,
        "c_again": -1,
        "c_age": -1,
    }
    assert kept_comments(app, poster.event_id) == []


@pytest.mark.parametrize("go", ["send", "next:child_ok"])
@pytest.mark.parametrize("gate", ["c_ok", "c_assent"])
def test_nothing_is_kept_of_a_child_where_either_says_no(
    resident: Resident, session: Session, poster: Poster, gate: str, go: str
):
    resident.scans()
    resident.fields |= {**CHILD, gate: "no"}
    reply = resident.sends(go)
    assert reply.status_code == 200
    assert "We didn&#39;t save" in reply.text
    assert stored(session, poster) == []


@pytest.mark.parametrize("gate", ["c_ok", "c_assent"])
def test_a_child_whose_gate_is_open_is_asked_again(
    resident: Resident, session: Session, poster: Poster, gate: str
):
    resident.scans()
    resident.fields |= {**CHILD, gate: ""}
    reply = resident.sends()
    assert reply.status_code == 422
    assert "Please choose one answer." in reply.text
    assert ("c_police", "4") in checked(reply.text)
    assert stored(session, poster) == []


def test_an_earlier_questionnaire_has_no_form_for_children(
    app: Flask, session: Session, poster: Poster
):
    session.get_one(Event, poster.event_id).instrument = "2022"
    session.commit()
    resident = Resident(app.test_client(), poster.code).scans().answers(who="child")
    reply = resident.sends()
    assert "We didn&#39;t save" in reply.text
    assert stored(session, poster) == []


LONGER = (
    *(f"{one}.police" for one in ("neutral", "explain", "care", "values", "effective", "report")),
    *("safe", "contact12.police", "topics", "learn"),
)


def test_the_longer_module_tells_blank_from_not_shown(
    resident: Resident, session: Session, poster: Poster
):
    resident.scans().answers(topics=["walk", "youth"], **{"care.police": "2"})
    assert resident.sends("send:longer").status_code == 303
    (response,) = stored(session, poster)
    given = {"topics": ["walk", "youth"], "care.police": 2}
    assert {name: response.answers[name] for name in LONGER} == dict.fromkeys(LONGER, -1) | given


def test_more_than_three_topics_are_too_many(resident: Resident):
    resident.scans().answers(topics=["walk", "youth", "talk", "speed"])
    reply = resident.sends("send:longer")
    assert reply.status_code == 422
    assert "Please choose 3 or fewer." in reply.text
    assert ("topics", "speed") in checked(reply.text)


def test_a_review_shows_what_would_be_sent_and_stores_nothing(
    resident: Resident, session: Session, poster: Poster
):
    resident.scans().answers(open="Thank you <all>.")
    reply = resident.sends("review")
    assert reply.status_code == 200
    for text in ("Thank you &lt;all&gt;.", "Black or African American, Hispanic or Latino"):
        assert text in reply.text
    assert resident.fields["submission"] in reply.text
    assert stored(session, poster) == []


@pytest.mark.parametrize(("said", "kept"), [("1", True), ("", False), ("yes", False)])
def test_another_person_on_the_same_phone_is_one_bit(
    resident: Resident, session: Session, poster: Poster, said: str, kept: bool
):
    resident.scans().answers(household=said).sends()
    assert stored(session, poster)[0].household is kept


def test_a_form_from_before_a_new_version_is_read_as_it_was_given(
    resident: Resident, session: Session, poster: Poster
):
    """Deployed while the phone had no signal: another questionnaire, and the fire crew is gone."""
    event = session.get_one(Event, poster.event_id)
    event.instrument = "2019"
    session.commit()
    resident.scans()
    event.instrument = "2026"
    session.execute(delete(Agency).where(Agency.kind == "fire"))
    session.commit()
    resident.answers(**{"approach.police": "2"})
    assert resident.sends().status_code == 303
    (response,) = stored(session, poster)
    assert response.instrument == "2019"
    assert response.answers["trust.fire"] == 5
    assert response.answers["approach.police"] == 2
    assert not set(LONGER) & response.answers.keys()


def test_a_forged_ticket_chooses_no_other_form(resident: Resident):
    resident.scans().answers()
    resident.fields["ticket"] = resident.fields["ticket"].replace("2026", "2019")
    assert resident.sends().status_code == 422


@pytest.mark.parametrize(("door", "mode"), [("kiosk", "kiosk"), ("paper", "paper")])
def test_a_shared_tablet_and_paper_say_so(
    resident: Resident, session: Session, poster: Poster, door: str, mode: str
):
    resident.code = f"{poster.code}/{door}"
    resident.scans().answers().sends()
    assert stored(session, poster)[0].mode == mode


def test_the_ticket_of_one_door_opens_no_other(resident: Resident, poster: Poster):
    resident.scans().answers()
    resident.code = f"{poster.code}/kiosk"
    assert resident.sends().status_code == 422


@pytest.fixture
def three_weeks_on(session: Session, poster: Poster) -> None:
    event = session.get_one(Event, poster.event_id)
    event.starts_at = datetime.now(UTC) - timedelta(days=22)
    event.ends_at = event.starts_at + timedelta(hours=4)
    event.opens_at, event.closes_at = event.starts_at, event.ends_at + timedelta(days=2)
    session.commit()


def test_a_follow_up_is_found_by_the_code_of_the_phone_alone(
    resident: Resident, session: Session, poster: Poster, three_weeks_on: None
):
    """No column links the two; a second follow-up of the same person is the same one."""
    first = uuid4()
    resident.code = f"{poster.code}/later"
    page = resident.scans().page
    assert "f_talk" in page
    assert not re.search('name="(met|pre_trust.police|age|open)"', page)
    resident.answers(follows=str(first), f_talk="yes", f_do=["tip", "friend"])
    assert resident.sends().status_code == 303
    assert resident.scans().sends().status_code == 303
    (response,) = stored(session, poster)
    assert response.submission == follow_up_id(first)
    assert response.wave == "follow-up"
    assert response.answers == {
        "order": ["police"],
        "trust.police": 4,
        "trust.fire": -4,
        "trust.ems": -4,
        "fair.police": 4,
        "listen.police": 3,
        "approach.police": 4,
        "f_talk": "yes",
        "f_do": ["tip", "friend"],
    }


def test_a_follow_up_without_its_code_is_not_kept(
    resident: Resident, session: Session, poster: Poster, three_weeks_on: None
):
    resident.code = f"{poster.code}/later"
    reply = resident.scans().answers().sends()
    assert reply.status_code == 422
    assert "is missing" in reply.text
    assert stored(session, poster) == []


def test_a_follow_up_opens_three_weeks_after_the_event(app: Flask, poster: Poster):
    reply = app.test_client().get(f"/s/{poster.code}/later")
    assert reply.status_code in (403, 410)  # the event's own day is fixed, today is not
    assert "f_talk" not in reply.text


@pytest.mark.parametrize(
    ("fields", "outcome", "status"),
    [
        ({"trust.police": "9"}, "invalid", 422),
        ({"ticket": "old"}, "invalid", 422),
        ({"who": ""}, "invalid", 422),
        ({"who": "child", "c_ok": "no"}, "stopped", 200),
    ],
)
def test_a_waiting_phone_is_told_in_a_word(
    resident: Resident, fields: dict[str, str], outcome: str, status: int
):
    reply = resident.scans().answers(**fields).sends(headers={"Accept": "application/json"})
    told = reply.get_json()
    assert (reply.status_code, told["outcome"]) == (status, outcome)
    assert bool(told.get("ticket")) is (fields.get("ticket") == "old")


def test_a_new_ticket_lets_a_waiting_phone_in(resident: Resident, session: Session, poster: Poster):
    """The server lost its secret while the phone had no signal."""
    reply = resident.scans().answers(ticket="old").sends(headers={"Accept": "application/json"})
    resident.fields["ticket"] = reply.get_json()["ticket"]
    assert resident.sends().status_code == 303
    assert len(stored(session, poster)) == 1


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


def test_after_two_weeks_it_is_too_late(resident: Resident, session: Session, poster: Poster):
    resident.scans().answers()
    event = session.get_one(Event, poster.event_id)
    event.opens_at = datetime.now(UTC) - timedelta(days=19)
    event.closes_at = datetime.now(UTC) - timedelta(days=14, hours=1)
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
    expected = {"en": "Tuesday, August 4, 2099 at 5:00 p.m.", "es": "martes 4 de agosto de 2099"}
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
    monkeypatch.setattr("survey.storage.events.monotonic", lambda: clock)
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
    place, moment = place_of(poster), poster.event.starts_at + timedelta(hours=2, minutes=17)
    key = (poster.event_id, poster.code, "2026-08-04T19")

    def fails(work: object) -> None:
        raise OperationalError("INSERT", {}, Exception("away"))

    whole, scans.writer.do = scans.writer.do, fails
    scans.opened(place, moment)
    scans.flush()
    assert scans.waiting[key] == 1
    scans.writer.do = whole
    scans.opened(place, moment)
    scans.flush()
    scan = session.scalars(select(Scan).where(Scan.hour == key[2])).one()
    assert scan.count == 2
    activity = session.scalars(select(PosterActivity)).one()
    assert activity.opened_at == moment.replace(minute=10)


def test_an_error_is_told_in_a_language_that_only_attendees_have(resident: Resident):
    reply = resident.client.post(f"/s/{resident.code}?lang=ar", data="{", content_type="a/b")
    assert reply.status_code == 415
    assert '<html lang="ar" dir="rtl">' in reply.text
    assert "sha256-" in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("door", ["", "/kiosk", "/paper", "/twice/paper"])
def test_a_form_is_sent_to_the_door_it_was_opened_by(sqlite_app: Flask, door: str):
    """Sent elsewhere it is kept as something else: a phone's answers as a sheet keyed again."""
    with sqlite_app.app_context():
        poster = add_poster(db.session(), add_event(sqlite_app, db.session()))
    page = sqlite_app.test_client().get(f"/s/{poster.code}{door}").text
    assert f'action="/s/{poster.code}{door}"' in page
    typed = sqlite_app.test_client().get(f"/s?code={poster.code}")
    assert typed.location == f"/s/{poster.code}"
