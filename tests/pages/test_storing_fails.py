"""Whatever fails first, nobody without a script loses an answer."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey.storage import db
from survey.storage.models import Poster, SealedComment
from tests.builders import Resident, add_event, add_poster
from tests.conftest import make_app

# where a missing table is what a database that is away is: operational
pytestmark = pytest.mark.sqlite

OPEN = "Más luz, por favor. 100 % & <b>"


@pytest.fixture
def app(sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


@pytest.fixture
def session(app: Flask):
    with app.app_context():
        yield db.session()


@pytest.fixture
def poster(app: Flask, session: Session) -> Poster:
    return add_poster(session, add_event(app, session))


@pytest.fixture
def resident(app: Flask, poster: Poster) -> Resident:
    resident = Resident(app.test_client(), poster.code).scans("es")
    return resident.answers(open=OPEN, race=["black", "hispanic"])


def breaks(session: Session, table: str) -> None:
    session.rollback()
    session.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    session.commit()


def mends(session: Session, table: str) -> None:
    session.rollback()
    session.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))
    session.commit()


def hidden_fields(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return [(name, unescape(value)) for name, value in found]


def forgets(app: Flask) -> None:
    """As a worker that has not seen this poster yet."""
    app.extensions["places"].kept.clear()


def test_every_answer_comes_back_where_not_even_the_poster_can_be_read(
    app: Flask, session: Session, resident: Resident
):
    forgets(app)
    breaks(session, "poster")
    reply = resident.sends()
    assert reply.status_code == 503
    assert reply.headers["Retry-After"] == "10"
    assert '<html lang="es"' in reply.text
    assert "Enviar mis respuestas" in reply.text
    fields = hidden_fields(reply.text)
    given = [
        (name, value)
        for name, values in resident.fields.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    assert sorted(fields) == sorted(given)

    mends(session, "poster")
    data = {name: [v for n, v in fields if n == name] for name, _ in fields}
    again = resident.client.post(f"/s/{resident.code}", data={**data, "go": "send"})
    assert again.status_code == 303
    query = "SELECT count(*) FROM response WHERE submission = :id"
    id = resident.fields["submission"].replace("-", "")
    assert session.scalar(text(query), {"id": id}) == 1
    waiting = session.scalars(select(SealedComment)).all()  # for ten others to be moved with
    words = [app.extensions["seal"].open(one.event_id, one.sealed) for one in waiting]
    assert words == [("es", OPEN)]


def test_a_known_poster_is_served_while_the_database_is_away(session: Session, resident: Resident):
    """Its form opens, and comes back whole with every answer ticked in it."""
    breaks(session, "poster")
    breaks(session, "response")
    assert resident.client.get(f"/s/{resident.code}").status_code == 200
    reply = resident.sends()
    assert reply.status_code == 503
    assert len(re.findall(r'value="[^"]*" checked', reply.text)) == 16
    assert "100 % &amp; &lt;b&gt;</textarea>" in reply.text
    mends(session, "response")
    mends(session, "poster")
    assert resident.reads(reply.text).sends().status_code == 303


@pytest.mark.parametrize("go", ["next:start", "lang:en", "review"])
def test_a_step_in_between_loses_nothing_either(
    app: Flask, session: Session, resident: Resident, go: str
):
    forgets(app)
    breaks(session, "poster")
    reply = resident.sends(go)
    assert reply.status_code == 503
    assert f'name="go" value="{go}"' in reply.text
    assert ("trust.police", "4") in hidden_fields(reply.text)


def test_a_fault_of_ours_keeps_every_answer_too(
    app: Flask, resident: Resident, monkeypatch: pytest.MonkeyPatch
):
    def fails(*given: object) -> None:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr("survey.pages.attend.Sent", fails)
    reply = resident.sends()
    assert reply.status_code == 500
    assert ("open", OPEN) in hidden_fields(reply.text)


def test_a_script_is_told_in_a_word_and_keeps_its_own(
    app: Flask, session: Session, resident: Resident
):
    forgets(app)
    breaks(session, "poster")
    reply = resident.sends(headers={"Accept": "application/json"})
    assert (reply.status_code, reply.json) == (503, {"outcome": "busy"})
    assert reply.headers["Retry-After"] == "10"
