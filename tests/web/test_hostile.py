"""Bad bodies, busy disks and curious operators: a clear answer, and nothing that names anybody."""

from __future__ import annotations

import io
import logging
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text
from werkzeug.test import EnvironBuilder

from survey.log import JsonLines
from survey.storage import db
from survey.storage.db import NotDurable, make_durable
from survey.storage.models import Response
from tests.builders import Resident, add_event, add_poster, checked
from tests.conftest import make_app

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def resident(sqlite_app: Flask) -> Resident:
    with sqlite_app.app_context():
        poster = add_poster(db.session(), add_event(sqlite_app, db.session()))
    return Resident(sqlite_app.test_client(), poster.code).scans().answers()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=" + b"x" * 66_000, FORM, 413),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "application/json", 415),
        (b"<a/>", "text/xml", 415),
        (b"", "multipart/form-data", 415),
        (b"open=%ff%fe", FORM, 400),
        (b"open=\xff\xfe", FORM, 400),
        (b"&".join(b"f%d=" % n for n in range(300)), FORM, 400),
        (b"submission=not-an-id&who=adult", FORM, 400),
        (b"%00=%00&who=%00", FORM, 422),
        (b"who[a][b][c]=1&who[][]=2", FORM, 422),
        (b"", FORM, 422),
    ],
)
def test_a_bad_body_gets_a_clear_refusal(resident: Resident, body: bytes, kind: str, status: int):
    reply = resident.client.post(f"/s/{resident.code}?lang=es", data=body, content_type=kind)
    assert reply.status_code == status
    assert "<h1>" in reply.text


def test_a_body_without_a_length_is_limited_too(resident: Resident):
    builder = EnvironBuilder(
        path=f"/s/{resident.code}",
        method="POST",
        input_stream=io.BytesIO(b"open=" + b"a" * 70_000),
        content_type=FORM,
    )
    environ = builder.get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ["wsgi.input_terminated"] = True  # as a server says of a chunked body
    assert resident.client.open(environ).status_code == 413


@pytest.mark.sqlite
def test_a_busy_disk_is_said_and_keeps_every_answer(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'busy.sqlite'}"
    app = make_app(url, DISK_PATIENCE=0.1)
    with app.app_context():
        poster = add_poster(db.session(), add_event(app, db.session()))
    resident = Resident(app.test_client(), poster.code).scans("es").answers()
    hog = sqlite3.connect(tmp_path / "busy.sqlite", isolation_level=None)
    hog.execute("BEGIN IMMEDIATE")
    reply = resident.sends()
    assert reply.status_code == 503
    assert reply.headers["Retry-After"] == "10"
    assert "No pudimos guardar" in reply.text
    assert len(checked(reply.text)) > 10
    assert resident.client.get(f"/s/{poster.code}").status_code == 200  # only the count is lost
    hog.execute("ROLLBACK")
    assert resident.reads(reply.text).sends().status_code == 303
    with app.app_context():
        assert db.session().query(Response).count() == 1


@pytest.mark.sqlite
def test_a_full_disk_is_said_and_stores_nothing(tmp_path: Path):
    app = make_app(f"sqlite:///{tmp_path / 'full.sqlite'}")
    with app.app_context():
        poster = add_poster(db.session(), add_event(app, db.session()))
        resident = Resident(app.test_client(), poster.code).scans()
        engine = app.extensions["writer"].engine
        app.extensions["scans"].flush()
        engine.dispose()

        @event.listens_for(engine, "connect")
        def fill(connection: sqlite3.Connection, record: object) -> None:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own "disk is full"

        statuses = set()
        for _ in range(200):
            reply = resident.scans().answers().sends()
            statuses.add(reply.status_code)
            if reply.status_code == 503:
                break
        assert 503 in statuses
        assert statuses <= {303, 503}


@pytest.mark.sqlite
def test_every_connection_is_durable(sqlite_app: Flask):
    with sqlite_app.extensions["engine"].connect() as one:
        assert one.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert one.execute(text("PRAGMA synchronous")).scalar() == 2
        assert one.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_file_that_cannot_promise_is_refused():
    with pytest.raises(NotDurable, match="journal_mode"):
        make_durable(sqlite3.connect(":memory:"))  # memory has no write-ahead log


@pytest.mark.sqlite
def test_arrival_order_is_not_kept(sqlite_app: Flask):
    with sqlite_app.extensions["engine"].connect() as connection:
        for table in ("response", "comment"):
            with pytest.raises(Exception, match="no such column: rowid"):
                connection.execute(text(f"SELECT rowid FROM {table}"))


@pytest.mark.sqlite
def test_nothing_of_the_sender_is_on_disk_or_in_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    app = make_app(f"sqlite:///{tmp_path / 'night.sqlite'}")
    with app.app_context():
        poster = add_poster(db.session(), add_event(app, db.session()))
    marks = {
        "User-Agent": "Curious/1.0 (Marked Phone)",
        "Referer": "https://elsewhere.example/marked-page",
        "Cookie": "marked=cookie-of-a-visitor",
        "X-Forwarded-For": "203.0.113.77",
    }
    resident = Resident(app.test_client(), poster.code)
    place = {"REMOTE_ADDR": "198.51.100.23"}
    reply = resident.client.get(f"/s/{poster.code}", headers=marks, environ_overrides=place)
    resident.reads(reply.text).answers()
    reply = resident.sends(headers=marks, environ_overrides=place)
    assert reply.status_code == 303
    assert "Set-Cookie" not in reply.headers
    with app.app_context():
        db.session().execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("night.sqlite*"))
    told = capfd.readouterr()
    for mark in (*marks.values(), *place.values(), "Marked Phone", "cookie-of-a-visitor"):
        assert mark.encode() not in kept
        assert mark not in told.out + told.err


def test_an_error_is_logged_without_what_was_sent(sqlite_app: Flask, resident: Resident):
    lines: list[str] = []

    def broken(code: str) -> str:
        return str(1 / 0)

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(JsonLines().format(record))

    logger = logging.getLogger("porchlight")
    handler = Keep()
    logger.addHandler(handler)
    try:
        sqlite_app.view_functions["attend.thanks"] = broken
        reply = resident.client.get(f"/s/{resident.code}/thanks?secret=marked&lang=es")
    finally:
        logger.removeHandler(handler)
    assert reply.status_code == 500
    assert "Algo falló" in reply.text
    (line,) = lines
    assert "ZeroDivisionError" in line
    assert "marked" not in line
    assert resident.code not in line


def test_one_failing_job_does_not_take_its_neighbours_with_it(sqlite_app: Flask):
    writer = sqlite_app.extensions["writer"]

    def fails(connection: Connection) -> None:
        raise ValueError("this one alone")

    def works(connection: Connection) -> int:
        seven: int = connection.execute(text("SELECT 7")).scalar_one()
        return seven

    waiting = [writer.submit(work) for work in (works, fails, works)]
    assert waiting[0].result() == waiting[2].result() == 7
    with pytest.raises(ValueError, match="this one alone"):
        waiting[1].result()
