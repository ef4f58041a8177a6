"""The first command on a database: a new one gets its tables, another version's is told of."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from survey import create_app
from survey.config import Settings
from survey.storage import schema
from tests.conftest import SECRET, let_go

pytestmark = pytest.mark.migrates


@pytest.fixture
def new_app(database_url: str):
    app = create_app(Settings(secret_key=SECRET, database_url=database_url))
    yield app
    let_go(app)


def flask(app: Flask, line: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=line.split())
    return result.exit_code, result.output


def test_a_new_database_gets_its_tables(new_app: Flask):
    code, told = flask(new_app, "community add Maple-Falls --county Alder --state Oregon")
    assert code == 0
    assert told.startswith("The database is new: its tables are made.\nmaple-falls: Maple-Falls")
    assert schema.differences(new_app.extensions["engine"]) == []
    assert flask(new_app, "event list") == (0, "")


def test_an_earlier_version_is_told_what_to_type(new_app: Flask):
    engine = new_app.extensions["engine"]
    schema.migrate(engine, to="0003")
    for line in ("community list", "demo", "release", "poster add x --channel gate"):
        code, told = flask(new_app, line)
        assert code == 1
        assert told.endswith("earlier version. Type: python3 dev.py flask migrate\n"), told
    assert flask(new_app, "migrate")[0] == 0
    assert flask(new_app, "community list") == (0, "")


def test_a_newer_version_is_left_alone(new_app: Flask):
    engine = new_app.extensions["engine"]
    schema.migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    code, told = flask(new_app, "community list")
    assert (code, told) == (
        1,
        "Error: A newer Porchlight has used this database: this one cannot.\n",
    )


def test_what_is_no_database_is_told_in_a_sentence(tmp_path: Path):
    path = tmp_path / "note.sqlite"
    path.write_text("This is a shopping list, and no database at all. " * 40)
    app = create_app(Settings(secret_key=SECRET, database_url=f"sqlite:///{path}"))
    code, told = flask(app, "event list")
    assert (code, told) == (1, "Error: The database cannot do this now: file is not a database\n")
    let_go(app)
