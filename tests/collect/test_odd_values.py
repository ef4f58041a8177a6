"""Only codes that the questionnaire knows reach the database; a row it cannot read stops nothing.

The oracle reads content/instrument.toml itself and knows nothing of the code that checks.
"""

from __future__ import annotations

import itertools
import json
import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pandas as pd
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.collect.intake import Submission, entry_of
from survey.pages.form_page import ticket_for
from survey.pages.storing import find
from survey.questionnaire.answer_codes import UnknownCode
from survey.questionnaire.content_files import FOLDER, read_content
from survey.release.answer_rows import SetAside, readable
from survey.release.answer_sheet import Row, Sheet
from survey.release.frame_loader import frame_of
from survey.storage import db
from survey.storage.models import Event, Poster, Response
from survey.storage.release_store import current, rows
from survey.storage.sealed_comments import Seal
from tests.builders import ADULT, OPINION, Resident, add_event, add_poster, checked, new_id
from tests.conftest import make_app

Town = tuple[Flask, str]  # an app, and the code of a poster at an open event
PLAN = tomllib.loads((FOLDER / "instrument.toml").read_text("utf-8"))
QUESTIONS = {row["id"]: row for row in PLAN["questions"]}
KINDS = ("police", "fire", "ems")
CHILD = {"who": "child", "c_ok": "yes", "c_assent": "yes", "c_police": "4"}
WHO: dict[str, dict[str, Any]] = {
    "adult": {**ADULT, **OPINION},
    "teen": {**ADULT, **OPINION, "who": "teen"},
    "child": CHILD,
}


def known(name: str, value: Any) -> bool:
    """Whether the file of the questionnaire has this code for this item."""
    question = QUESTIONS[name.split(".")[0]]
    missing = {-1, -4}
    missing |= {-3} if question.get("dont_know") else set()
    missing |= {-2} if question.get("prefer_not") else set()
    options = set(question.get("options", ()))
    if "@agencies" in options:
        options = options - {"@agencies"} | set(KINDS)
    if isinstance(value, list):
        most = question.get("most", len(options))
        unique = len(set(value)) == len(value)
        return (
            question["kind"] == "several"
            and 0 < len(value) <= most
            and unique
            and (set(value) <= options)
        )
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    if question["kind"] == "scale":
        return value in missing | set(PLAN["scales"][question["scale"]]["codes"])
    return value in (missing if question["kind"] == "several" else missing | options)


EVERY_CODE = sorted(
    {str(code) for scale in PLAN["scales"].values() for code in scale["codes"]}
    | {option for row in QUESTIONS.values() for option in row.get("options", ())}
    | {"-1", "-2", "-3", "-4", *KINDS, "navy"}
)
NOW, SEAL = datetime.now(UTC), Seal("a secret")
ODD = (
    *("", " ", "\t", "\u00a0", "\u3000", "\x00", "a\x00b", "\u200b", "None", "null", "true", "[]"),
    *("0", "-0", "-9", "1.0", "1e0", " 4", "4 ", "+4", "٤", "４", "04", "1_0", "NaN", "9" * 900),
    *("x" * 900, "{}", '"', "'; DROP TABLE response; --", "\U0001f469\u200d\U0001f692", "<b>"),
)
VALUES = st.one_of(st.sampled_from(ODD), st.sampled_from(EVERY_CODE), st.text(max_size=6))
LISTS = st.one_of(
    st.lists(VALUES, min_size=1, max_size=4),
    VALUES.map(lambda value: [value] * (30 if len(value) < 100 else 9)),  # a report has 30 kB
    VALUES.map(lambda value: [" ", value]),
    VALUES.map(lambda value: ["", value]),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    app = make_app(f"sqlite:///{tmp_path_factory.mktemp('odd') / 'odd.sqlite'}")
    with app.app_context():
        other = add_poster(db.session(), add_event(app, db.session(), name="Birch Hollow"))
        Resident(app.test_client(), other.code).scans().answers().sends()
        yield app, add_poster(db.session(), add_event(app, db.session())).code


def sent(town: Town, fields: dict[str, Any], go: str, **more: Any) -> TestResponse:
    """Send them; return the reply. What was stored of it is checked code by code."""
    app, code = town
    resident = Resident(app.test_client(), code, {"submission": new_id(), **fields})
    with app.test_request_context():
        place = find(code)
        assert place
        resident.fields["ticket"] = ticket_for(place)
    reply = resident.sends(go, **more)
    with app.app_context():
        query = select(Response).where(Response.event_id == place.event_id)
        for response in db.session().scalars(query):
            for name, value in response.answers.items():
                assert name == "order" or known(name, value), (name, value)
            order = response.answers.get("order", [])
            assert set(order) <= set(KINDS)
            assert len(order) <= 3
        db.session().execute(delete(Response).where(Response.event_id == place.event_id))
        db.session().commit()
    return reply


NAMES = sorted(
    {
        name
        for id, row in QUESTIONS.items()
        for name in (
            [f"{id}.{kind}" for kind in (*KINDS, "navy")]
            if row.get("per")
            else [id, f"{id}.police"]
        )
    }
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    who=st.sampled_from(sorted(WHO)),
    fields=st.dictionaries(st.sampled_from(NAMES), LISTS, min_size=1, max_size=3),
    go=st.sampled_from(["send", "send:longer", "next:start", "review", "lang:es"]),
)
def test_whatever_is_posted_only_known_codes_are_stored(
    town: Town, who: str, fields: dict[str, Any], go: str
):
    assert sent(town, {**WHO[who], **fields}, go).status_code in (200, 303, 422)


@pytest.mark.parametrize("name", NAMES)
def test_no_odd_value_in_any_field_is_stored_or_a_fault_of_ours(town: Town, name: str):
    """Each odd value in each field, by itself, behind a blank and behind a good one."""
    chance = random.Random(name)
    audience = QUESTIONS[name.split(".")[0]].get("audiences", ["adult"])[0]
    for odd in (*chance.sample(ODD, 10), *chance.sample(EVERY_CODE, 4)):
        before = chance.choice([[], [""], [" "], ["4"]])
        fields = {**WHO[audience], name: [*before, odd]}
        reply = sent(town, fields, "send:longer", headers={"Accept": "application/json"})
        assert reply.status_code in (200, 422), (name, before, odd[:20])


@pytest.mark.parametrize(
    "fields",
    [
        {"name": " "},
        {"age": " "},
        {"trust.police": " "},
        {"race": [" ", "x" * 30_000]},
        {"race": ["", "x" * 30_000]},
        {"name": ["", "met\x00"]},
    ],
)
def test_a_blank_choice_is_refused_in_words_and_keeps_the_rest(town: Town, fields: dict[str, Any]):
    reply = sent(town, {**WHO["adult"], **fields}, "send")
    assert reply.status_code == 422
    assert "not on the list" in reply.text
    assert ("again", "3") in checked(reply.text)
    assert ("first", "no") in checked(reply.text)


def test_a_box_that_is_sent_twice_was_ticked_once(app: Flask, session: Session):
    poster = add_poster(session, add_event(app, session))
    resident = Resident(app.test_client(), poster.code).scans().answers(race=["white"] * 7)
    assert resident.sends().status_code == 303
    assert session.scalars(select(Response)).one().answers["race"] == ["white"]


def test_more_choices_than_there_are_options_are_too_many(town: Town):
    reply = sent(town, {**WHO["adult"], "race": ["white"] * 60}, "send")
    assert reply.status_code == 422
    assert "or fewer" in reply.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", " "),
        ("name", "banana"),
        ("name", "police"),  # a code of another question
        ("c_police", 4),  # of another audience
        ("trust.navy", 4),
        ("trust.police", "4"),
        ("trust.police", 4.0),
        ("trust.police", True),
        ("trust.police", None),
        ("trust.police", {"4": 4}),
        ("race", []),
        ("race", ["white", "white"]),
        ("race", [["white"]]),
        ("order", ["navy"]),
        ("order", "police"),
        ("x" * 50, 1),
    ],
)
def test_the_check_stands_before_the_database_whatever_the_form_let_by(
    town: Town, name: str, value: object
):
    app, code = town
    with app.test_request_context():
        place = find(code)
        assert place
        answers = {"order": ["police"], "trust.police": 4, "name": "met", name: value}
        submission = Submission(uuid4(), "en", "adult", answers)
        with pytest.raises(UnknownCode) as refused:
            entry_of(app.extensions["content"].current, place, submission, NOW, SEAL)
    assert "banana" not in str(refused.value)


# What is stored already: written by an earlier version, or by hand.

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(VALUES, inner, max_size=3),
    max_leaves=5,
)
GROUPS = itertools.cycle(["18-24", "35-44"])


def put_in(session: Session, event: Event, answers: str, **more: str) -> None:
    """Write one row as an earlier version could, whose table had no rule for answers yet."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    without = "PRAGMA ignore_check_constraints = ON"
    if not is_sqlite:
        without = "ALTER TABLE response DROP CONSTRAINT IF EXISTS ck_response_plain_answers"
    session.execute(text(without))
    row = {
        "id": uuid4().hex if is_sqlite else str(uuid4()),
        "event": event.id,
        "poster": event.posters[0].code,
        "answers": answers,
        "instrument": "2026",
        "language": "en",
        **more,
    }
    session.execute(
        text(
            "INSERT INTO response (event_id, submission, poster, audience, wave, mode, language,"
            " instrument, hour, late, household, answers) VALUES (:event, :id, :poster, 'adult',"
            " 'event', 'own phone', :language, :instrument, '2026-08-04T19', false, false,"
            " :answers)"
        ),
        row,
    )
    if is_sqlite:
        session.execute(text("PRAGMA ignore_check_constraints = OFF"))
    session.commit()


def fill(app: Flask, session: Session, event: Event, count: int) -> Poster:
    poster = add_poster(session, event)
    for number in range(count):
        resident = Resident(app.test_client(), poster.code).scans(("en", "es")[number % 2])
        assert resident.answers(age=next(GROUPS)).sends().status_code == 303
    return poster


def release(app: Flask, session: Session, event: Event) -> str:
    event.opens_at = datetime.now(UTC) - timedelta(days=9)
    event.closes_at = datetime.now(UTC) - timedelta(seconds=1)
    session.commit()
    session.rollback()
    result = app.test_cli_runner().invoke(args=["release"])
    assert result.exit_code == 0, result.output
    session.expire_all()
    return result.output


UNREADABLE: tuple[tuple[str, dict[str, str]], ...] = (
    ('{"name": " "}', {}),
    ('{"age": " "}', {}),
    ('{"race": ["' + "x" * 3000 + '"]}', {}),
    ('{"trust.police": "banana"}', {}),
    ('{"trust.police": [4]}', {}),
    ('{"age": {"a": 1}}', {}),
    ('["a list"]', {}),
    ("null", {}),
    ('{"again": 3}', {"instrument": "1987"}),
    ('{"again": 3}', {"language": "tlh"}),
)


def test_a_release_survives_what_it_cannot_read(app: Flask, session: Session):
    event = add_event(app, session)
    fill(app, session, event, 40)
    for answers, more in UNREADABLE:
        for _ in range(2):
            put_in(session, event, answers, **more)
    told = release(app, session, event)
    assert "maple-falls-2026: 4 responses were set aside" in told  # two of age
    assert "age holds no code of its question" in told
    assert "name holds no code of its question" in told
    assert "its questionnaire is not known here" in told
    assert "banana" not in told
    now = current(session)
    assert now
    total = rows(session, now.release, subject=now.headline, cut="total")
    assert [(row["n_low"], row["community"]) for row in total if row["community"]] == [
        (40, "maple-falls")
    ]
    groups = {row["group"] for row in rows(session, now.release, cut="age")}
    assert groups == {"18-34", "35-54"}


@pytest.mark.sqlite
def test_a_row_that_is_no_json_stops_nothing(sqlite_app: Flask):
    with sqlite_app.app_context():
        session = db.session()
        event = add_event(sqlite_app, session)
        fill(sqlite_app, session, event, 40)
        put_in(session, event, "{half a row", id="no uuid at all")
        assert "1 response was set aside" in release(sqlite_app, session, event)


CONTENT = read_content()
MEASURED = {"trust.police", "name", "age", "race", "again", "safe"}


def row_of(answers: object, number: int = 0) -> Row:
    return Row(
        f"{number:032x}", "en", "2026", "adult", "event", False, json.dumps(answers),
        2026, "here-2026", None, "here", "here", "OH",
    )  # fmt: skip


def read(rows: list[Row]) -> tuple[list[Sheet], SetAside]:
    aside = SetAside()
    return [*readable(CONTENT, rows, aside)], aside


@settings(max_examples=200)
@given(answers=ANY_JSON)
def test_reading_a_row_never_raises(answers: object):
    sheets, aside = read([row_of(answers)])
    found = [one for sheet in sheets for one in sheet.answers]
    assert len(found) + sum(aside.counts.values()) == 1
    for one in found:
        for name in MEASURED & one.keys():
            assert known(name, one[name]), (name, one[name])


ROWS = st.dictionaries(
    st.sampled_from(sorted(MEASURED | {"met", "order", "x", "no.police"})),
    st.sampled_from([-1, -4, 1, 4, 99, True, 1.0, None, "yes", "18-24", "other", "police", " "])
    | st.lists(st.sampled_from(["white", "black", "police", "none", "x", 1]), max_size=3),
    max_size=5,
)


@settings(max_examples=100)
@given(several=st.lists(ROWS | ANY_JSON, min_size=2, max_size=12))
def test_rows_are_read_together_as_each_by_itself(several: list[object]):
    rows = [row_of(one, number) for number, one in enumerate(several)]
    together, aside = read(rows)
    apart = [read([row]) for row in rows]
    assert aside.counts == sum((one.counts for _, one in apart), Counter())
    frames = [frame_of(CONTENT, sheets, KINDS) for sheets, _ in apart]
    alone = pd.concat([one for one in frames if len(one)]) if any(map(len, frames)) else None
    whole = frame_of(CONTENT, together, KINDS)
    if alone is None:
        assert whole.empty
    else:
        pd.testing.assert_frame_equal(whole, alone.reset_index(drop=True))
