"""Answers that wait together are stored together, and each of them once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from survey.collect.intake import ACCEPT, Entry, Outcome
from survey.storage import db
from survey.storage.events import Place, Places
from survey.storage.models import Response, SealedComment
from survey.storage.writer import Writer
from tests.builders import add_event, add_poster
from tests.conftest import make_app


def entry(event_id: int, poster: str, submission: UUID, trust: int = 4) -> Entry:
    row: dict[str, Any] = {
        "event_id": event_id, "submission": submission, "poster": poster, "audience": "adult",
        "wave": "evening", "mode": "own phone", "language": "en", "instrument": "2027",
        "hour": "2027-08-03T19", "late": False, "household": False, "answers": {"trust": trust},
    }  # fmt: skip
    return Entry(row)


def with_comment(entry: Entry) -> Entry:
    row = {"event_id": entry.response["event_id"], "id": uuid4(), "sealed": b"sealed"}
    return replace(entry, comment=row)


def somewhere(app: Flask) -> tuple[int, str]:
    with app.app_context():
        poster = add_poster(db.session(), add_event(app, db.session()))
        return poster.event_id, poster.code


def in_one_batch(writer: Writer, entries: list[Entry]) -> list[Outcome]:
    """Hand over several while the writer is busy, so that it takes them all at once."""
    busy, may_go = Event(), Event()

    def hold(connection: Connection) -> None:
        busy.set()
        may_go.wait(60)

    held = writer.submit(hold)
    assert busy.wait(60)
    waiting = [writer.together(ACCEPT, entry) for entry in entries]
    may_go.set()
    held.result()
    return [done.result() for done in waiting]


@contextmanager
def statements(app: Flask) -> Iterator[list[tuple[str, bool]]]:
    """Note what a writer asks of its database: each statement's first word, and whether it commits
    itself."""
    seen: list[tuple[str, bool]] = []
    engine = app.extensions["writer"].engine

    def note(connection: Connection, cursor: Any, statement: str, *rest: object) -> None:
        driver: Any = connection.connection.driver_connection
        is_sqlite = connection.dialect.name == "sqlite"
        alone = driver.isolation_level is None if is_sqlite else driver.autocommit
        seen.append((statement.split()[0], alone))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def stored(app: Flask) -> dict[UUID, Any]:
    with app.app_context():
        rows = db.session().execute(select(Response.submission, Response.answers)).all()
        return {row.submission: row.answers for row in rows}


def test_each_of_a_batch_is_stored_once_and_told_so(app: Flask):
    where = somewhere(app)
    before, one, two = uuid4(), uuid4(), uuid4()
    writer = app.extensions["writer"]
    assert writer.do_together(ACCEPT, entry(*where, before)) is Outcome.STORED
    told = in_one_batch(
        writer,
        [
            with_comment(entry(*where, one)),
            with_comment(entry(*where, one)),
            entry(*where, two),
            with_comment(entry(*where, before)),
            with_comment(entry(*where, before, trust=1)),
        ],
    )
    assert sorted(outcome.value for outcome in told[:2]) == ["repeated", "stored"]
    assert told[2:] == [Outcome.STORED, Outcome.REPEATED, Outcome.CONFLICT]
    assert stored(app) == {id: {"trust": 4} for id in (before, one, two)}
    with app.app_context():
        assert db.session().query(SealedComment).count() == 1  # of the one that was stored


def test_of_two_that_differ_under_one_id_one_is_stored(app: Flask):
    where, id = somewhere(app), uuid4()
    told = in_one_batch(app.extensions["writer"], [entry(*where, id, trust) for trust in (2, 5)])
    assert sorted(outcome.value for outcome in told) == ["conflict", "stored"]
    assert stored(app)[id]["trust"] == (2 if told[0] is Outcome.STORED else 5)


def test_what_a_database_refuses_costs_its_neighbours_nothing(app: Flask):
    where = somewhere(app)
    good, bad = uuid4(), entry(*where, uuid4())
    bad.response["answers"] = {"trust": "words, which nobody may store"}
    writer = app.extensions["writer"]
    busy = [writer.together(ACCEPT, one) for one in (bad, entry(*where, good))]
    assert busy[1].result() is Outcome.STORED
    assert busy[0].exception() is not None
    assert list(stored(app)) == [good]


@pytest.fixture
def sqlite_app(sqlite_url: str, apps_let_go: None) -> Flask:
    return make_app(sqlite_url)


@pytest.mark.sqlite
def test_sqlite_is_asked_once_and_again_only_where_something_is_there(sqlite_app: Flask):
    app = sqlite_app
    where, known = somewhere(app), uuid4()
    writer = app.extensions["writer"]
    with statements(app) as seen:
        entries = [entry(*where, uuid4()) for _ in range(4)] + [entry(*where, known)]
        assert in_one_batch(writer, entries) == [Outcome.STORED] * 5
        assert seen == [("INSERT", True)]
        told = in_one_batch(writer, [entry(*where, uuid4()), entry(*where, known)])
        assert told == [Outcome.STORED, Outcome.REPEATED]
        assert seen == [("INSERT", True)] * 3 + [("SELECT", True)]
    assert len(stored(app)) == 6


@pytest.mark.sqlite
def test_who_comes_while_another_process_writes_goes_along(
    sqlite_app: Flask, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    where, tried, sizes = somewhere(sqlite_app), Event(), []
    writer = sqlite_app.extensions["writer"]
    attempt = writer.attempt

    def noted(batch: list[Any]) -> Any:
        sizes.append(len(batch))
        done = attempt(batch)
        tried.set()
        return done

    monkeypatch.setattr(writer, "attempt", noted)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    first = writer.together(ACCEPT, entry(*where, uuid4()))
    assert tried.wait(60)
    second = writer.together(ACCEPT, entry(*where, uuid4()))
    assert not first.done()
    other.execute("COMMIT")
    other.close()
    assert first.result(60) is second.result(60) is Outcome.STORED
    assert (sizes[0], sizes[-1]) == (1, 2)
    assert len(stored(sqlite_app)) == 2


def test_postgres_is_asked_once_for_all_that_wait(postgres_app: Flask):
    where = somewhere(postgres_app)
    entries = [entry(*where, uuid4()) for _ in range(5)]
    with statements(postgres_app) as seen:
        assert in_one_batch(postgres_app.extensions["writer"], entries) == [Outcome.STORED] * 5
    assert seen == [("INSERT", True)]
    assert len(stored(postgres_app)) == 5


def test_a_response_and_its_comment_are_one_transaction(postgres_app: Flask):
    where = somewhere(postgres_app)
    entries = [entry(*where, uuid4()), with_comment(entry(*where, uuid4()))]
    with statements(postgres_app) as seen:
        assert in_one_batch(postgres_app.extensions["writer"], entries) == [Outcome.STORED] * 2
    assert seen == [("INSERT", False)] * 2


def test_while_one_looks_a_poster_up_again_the_others_take_it_as_it_was(app: Flask):
    _, code = somewhere(app)
    places, asked, may_go = Places(seconds=0.0), Event(), Event()
    found: list[Place | None] = []

    def slow() -> Session:
        asked.set()
        may_go.wait(60)
        return db.session()

    def look_up() -> None:
        with app.app_context():
            found.append(places.find(slow, code))

    def nobody_asks() -> Session:
        raise AssertionError("asked a second time")

    with app.app_context():
        kept = places.find(db.session, code)
    first = Thread(target=look_up)
    first.start()
    assert asked.wait(60)
    assert places.find(nobody_asks, code) is kept
    may_go.set()
    first.join()
    assert found == [kept]
    assert found[0] is not kept  # the first one has really asked
