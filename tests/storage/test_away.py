"""The database is away or the disk is full: what needs no answers is up, and logs stay quiet."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from survey.config import ROOT
from survey.storage import db
from survey.storage.models import Response
from tests.builders import Resident, add_event, add_poster, checked
from tests.conftest import SECRET, settings_of

pytestmark = pytest.mark.sqlite  # it is about a file, or a process with one


NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"  # the port that discards
WITHOUT_A_DATABASE = (
    "/", "/privacy", "/accessibility", "/robots.txt", "/s?code=AAAAAA", "/healthz"
)  # fmt: skip


@pytest.fixture
def nowhere() -> Iterator[Engine]:
    """An engine whose PostgreSQL is not there."""
    engine = db.open_engine(settings_of(NOWHERE, DISK_PATIENCE=0.2))
    yield engine
    engine.dispose()


@pytest.fixture
def away(sqlite_app: Flask, nowhere: Engine) -> Iterator[Flask]:
    """An app whose database went away."""
    there = sqlite_app.extensions["engine"], sqlite_app.extensions["writer"].engine
    go_to(sqlite_app, nowhere, nowhere)
    yield sqlite_app
    go_to(sqlite_app, *there)


def go_to(app: Flask, engine: Engine, writers: Engine) -> None:
    app.extensions["engine"], app.extensions["writer"].engine = engine, writers


@pytest.mark.parametrize("path", WITHOUT_A_DATABASE)
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_needs_no_answers_is_up(away: Flask, path: str, language: str):
    reply = away.test_client().get(path, headers={"Accept-Language": language})
    assert reply.status_code in (200, 302)


@pytest.mark.parametrize("path", ["/results", "/data", "/health", "/readyz", "/poster/AAAAAA"])
def test_what_needs_the_database_says_so(away: Flask, path: str):
    reply = away.test_client().get(path)
    assert reply.status_code == 503
    assert reply.headers["Retry-After"]


def test_a_form_that_was_opened_comes_back_whole_and_is_stored_later(
    sqlite_app: Flask, nowhere: Engine
):
    app = sqlite_app
    with app.app_context():
        poster = add_poster(db.session(), add_event(app, db.session()))
        code = poster.code
    resident = Resident(app.test_client(), code).scans("es").answers(open="Más luz")
    app.extensions["scans"].flush()
    there = app.extensions["engine"], app.extensions["writer"].engine
    go_to(app, nowhere, nowhere)
    reply = resident.sends()
    assert reply.status_code == 503
    assert reply.headers["Retry-After"]
    assert len(checked(reply.text)) > 10
    assert "Más luz" in reply.text
    assert resident.client.get(f"/s/{code}").status_code == 200
    go_to(app, *there)
    assert resident.reads(reply.text).sends().status_code == 303
    with app.app_context():
        assert db.session().query(Response).count() == 1


FAILING = """
from gevent import monkey
monkey.patch_all()
import sqlite3, sys
from sqlalchemy import event, text
from survey import log
from survey.config import Settings
from survey.storage.db import AWAY, open_engine
from survey.storage.writer import Writer
from flask import Flask
log.init_app(Flask("a"))
engine = open_engine(Settings(secret_key=sys.argv[2], database_url="sqlite:///" + sys.argv[1]))
with engine.begin() as connection:
    connection.execute(text("CREATE TABLE note (text TEXT)"))
engine.dispose()
limit = [8]
@event.listens_for(engine, "connect")
def bound(connection, record):
    connection.execute(f"PRAGMA max_page_count = {limit[0]}")
writer = Writer(engine, 0.1)
def store(connection):
    connection.execute(text("INSERT INTO note VALUES (:said)"), {"said": "What I said. " * 2000})
failed = 0
for _ in range(20):
    try:
        writer.do(store)
    except AWAY as error:
        failed += 1
limit[0] = 10_000
engine.dispose()
writer.do(store)
print(failed)
writer.stop()
"""


def test_a_full_disk_is_logged_once_by_the_hour_without_a_traceback(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", FAILING, str(tmp_path / "full.sqlite"), SECRET],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    failed = int(done.stdout)
    assert failed > 10
    assert "Traceback" not in done.stderr
    assert "What I said" not in done.stderr
    assert not re.search(r"\d\d:\d\d", done.stderr)  # no minute and no second
    first, last = done.stderr.strip().splitlines()
    assert "SQLITE_FULL" in first
    assert f'"failed": {failed}' in last
