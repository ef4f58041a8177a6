"""A deployment goes to PostgreSQL and back, and no answer stays behind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import column, create_engine, table, text
from sqlalchemy.exc import IntegrityError

from survey.config import Settings
from survey.storage.copies.move import move
from survey.storage.copies.rows import write
from survey.storage.db import open_engine
from survey.storage.events import Refused
from tests.conftest import SECRET, make_app
from tests.storage.copies.conftest import Night
from tests.storage.copies.raw import raw_rows

pytestmark = pytest.mark.sqlite  # it is about a file, or a process with one


@pytest.mark.migrates
@pytest.mark.postgres
def test_there_and_back_every_row_is_the_same(
    sqlite_night: Night, postgres_url: str, tmp_path: Path
):
    here, back = sqlite_night.settings.database_url, f"sqlite:///{tmp_path / 'back.sqlite'}"
    before = raw_rows(here)
    let_go(sqlite_night)
    told = move(sqlite_night.settings, sqlite_night.engine, postgres_url)
    assert told["response"].rows == 6
    assert raw_rows(postgres_url) == raw_rows(here) == before
    there = Night(make_app(postgres_url), sqlite_night.code)
    there.answers(3)
    there.app.extensions["scans"].flush()
    let_go(there)
    after = raw_rows(postgres_url)
    engine = open_engine(replace(sqlite_night.settings, database_url=postgres_url))
    move(Settings(SECRET, database_url=postgres_url), engine, back)
    engine.dispose()
    assert raw_rows(back) == after
    assert len(after["response"]) == 9
    Night(make_app(back), sqlite_night.code).answers()


def let_go(night: Night) -> None:
    """Stop serving: nothing of the app holds a connection."""
    night.app.extensions["scans"].flush()
    night.app.extensions["comments"].flush()
    night.engine.dispose()
    night.app.extensions["writer"].engine.dispose()


def test_nothing_moves_while_a_server_has_it_open(sqlite_night: Night, tmp_path: Path):
    into = f"sqlite:///{tmp_path / 'new.sqlite'}"
    let_go(sqlite_night)
    with closing(sqlite3.connect(sqlite_night.engine.url.database or "")) as server:
        server.execute("SELECT count(*) FROM response").fetchone()
        with pytest.raises(Refused, match="The database is in use: stop the server"):
            move(sqlite_night.settings, sqlite_night.engine, into)
    assert not (tmp_path / "new.sqlite").exists()
    move(sqlite_night.settings, sqlite_night.engine, into)
    with pytest.raises(Refused, match="is there already"):
        move(sqlite_night.settings, sqlite_night.engine, into)


@pytest.mark.postgres
def test_nothing_leaves_a_server_that_is_in_use(night: Night, tmp_path: Path):
    if night.engine.dialect.name == "sqlite":
        pytest.skip("the same of SQLite is tested beside this")
    let_go(night)
    other = create_engine(night.engine.url)
    with other.connect(), pytest.raises(Refused, match="The database is in use"):
        move(night.settings, night.engine, f"sqlite:///{tmp_path / 'new.sqlite'}")
    other.dispose()


@pytest.mark.postgres
def test_what_copy_refuses_is_told_as_any_other_statement(postgres_url: str):
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        connection.execute(text("CREATE TEMP TABLE one (n integer PRIMARY KEY)"))
        with pytest.raises(IntegrityError, match="COPY one"):
            write(connection, table("one", column("n")), [(1,), (1,)])
    engine.dispose()


def test_the_command_says_what_comes_next(sqlite_night: Night, tmp_path: Path):
    let_go(sqlite_night)
    run = sqlite_night.app.test_cli_runner().invoke
    into = f"sqlite:///{tmp_path / 'new.sqlite'}"
    said = run(args=["move", into]).output
    assert "each compared." in said
    assert f"Next: export DATABASE_URL={into}" in said
    assert "must start with sqlite:///" in run(args=["move", "mysql://x/y"]).output
