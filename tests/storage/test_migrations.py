"""A migration killed at any statement leaves a database that can be migrated, its rows whole."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from survey.config import ROOT, Settings
from survey.storage import schema
from survey.storage.db import open_engine
from survey.storage.models import Base
from tests.conftest import SECRET
from tests.storage.test_schema import COMMUNITY, EVENT, POSTER, RESPONSE

pytestmark = pytest.mark.migrates

# One in so many statements is the last of a run; PORCHLIGHT_STEP=1 tries all of them, in minutes.
STEP = int(os.environ.get("PORCHLIGHT_STEP", "17"))
FIRST_VERSION = "0003"  # its migrations ran with no transaction on SQLite


def kill_at_statements(url: str, revision: str, step: int, *more: str) -> list[int]:
    """Return the statements at which runs were killed before one came through."""
    words = [url, revision, str(step), *more]
    command = [sys.executable, "-m", "tests.storage.kill_migrations", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [int(number) for number in done.stdout.split()]


def settings(url: str) -> Settings:
    return Settings(secret_key=SECRET, database_url=url)


def prepare(url: str, revision: str) -> None:
    """Bring a database to an earlier version and put rows in it, "base" for an empty file."""
    engine = open_engine(settings(url))
    if revision != "base":
        schema.migrate(engine, to=revision)
        with engine.begin() as connection:
            connection.execute(text(COMMUNITY), {"made_up": False})
            connection.execute(text(EVENT))
            connection.execute(text(POSTER))
            for _ in range(3):
                connection.execute(text(RESPONSE), {"id": uuid4().hex, "late": False})
    engine.dispose()


def responses(url: str) -> list[tuple[object, ...]]:
    engine = open_engine(settings(url))
    with engine.connect() as connection:
        rows: list[tuple[object, ...]] = []
        if inspect(connection).has_table("response"):
            query = "SELECT event_id, submission, poster, hour, late, answers FROM response"
            rows = [(*row[:-1], str(row[-1])) for row in connection.execute(text(query)).all()]
    engine.dispose()
    return sorted(rows, key=str)


def assert_migrates(url: str, before: list[tuple[object, ...]]) -> None:
    engine = open_engine(settings(url))
    schema.migrate(engine)
    assert schema.differences(engine) == []
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()
    assert responses(url) == before


@pytest.mark.parametrize("start", ["base", "0003"])
def test_killed_after_a_statement_it_starts_again(database_url: str, start: str):
    prepare(database_url, start)
    before = responses(database_url)
    killed = kill_at_statements(database_url, "head", STEP)
    assert len(killed) > 4
    if path := database_url.partition("sqlite:///")[2]:
        left = [revision_of(path, number) for number in killed]
        assert left[:-1] == ["" if start == "base" else start] * (len(killed) - 1)  # or all is done
        for number in (killed[0], killed[len(killed) // 2], *killed[-2:]):
            assert_migrates(f"sqlite:///{path}.{number}", before)
    else:
        assert_migrates(database_url, before)


def revision_of(path: str, number: int) -> str:
    with sqlite3.connect(f"{path}.{number}") as connection:
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
        ).fetchone()
        if found is None:
            return ""
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.mark.sqlite
@pytest.mark.parametrize("start", ["base", "0001", "0002"])
def test_what_a_killed_run_of_the_first_version_left_is_taken_up(sqlite_url: str, start: str):
    """That version wrote a file that could never be migrated again at 22 of 29 statements."""
    prepare(sqlite_url, start)
    before = responses(sqlite_url)
    killed = kill_at_statements(sqlite_url, FIRST_VERSION, 1, "--driver")
    assert len(killed) > 3
    path = sqlite_url.partition("sqlite:///")[2]
    halfway = 0
    for number in killed:
        with sqlite3.connect(f"{path}.{number}") as connection:
            names = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        halfway += names != (0,)
        assert_migrates(f"sqlite:///{path}.{number}", before)
    assert halfway > 2  # the fault that this guards against was really there


def test_two_that_migrate_at_once_wait_for_one_another(database_url: str):
    command = [sys.executable, "-c", TWO, database_url, SECRET]
    both = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    told = [one.communicate()[1].decode() for one in both]
    assert [one.returncode for one in both] == [0, 0], told
    assert_migrates(database_url, [])


TWO = """
import sys
from survey.storage import schema
from survey.config import Settings
from survey.storage.db import open_engine
schema.migrate(open_engine(Settings(secret_key=sys.argv[2], database_url=sys.argv[1])))
"""


def test_rows_that_break_the_rule_are_kept_and_no_more_come(database_url: str):
    odd = RESPONSE.replace('{"again": 3}', '{"name": " "}')
    prepare(database_url, "0004")
    engine = open_engine(settings(database_url))
    with engine.begin() as connection:
        connection.execute(text(odd), {"id": uuid4().hex, "late": False})
    before = responses(database_url)
    assert len(before) == 4
    schema.migrate(engine)
    assert responses(database_url) == before
    for answers in REFUSED:
        row = {"id": uuid4().hex, "late": False, "answers": answers}
        with pytest.raises(IntegrityError, match="plain_answers"), engine.begin() as connection:
            connection.execute(text(RESPONSE.replace("'{\"again\": 3}'", ":answers")), row)
    assert responses(database_url) == before
    engine.dispose()


REFUSED = (
    '{"name": " "}',
    '{"name": "a b"}',
    '{"name": "\\u00e9"}',
    '{"name": "<b>"}',
    '{"race": ["' + "x" * 30_000 + '"]}',
    '["police"]',
    "4",
)


def test_the_database_has_every_rule_of_the_models(database_url: str):
    """alembic compares columns, not rules: each CHECK must stand in the database by its name."""
    engine = open_engine(settings(database_url))
    schema.migrate(engine)
    for table in Base.metadata.tables.values():
        live = {rule["name"] for rule in inspect(engine).get_check_constraints(table.name)}
        declared = {
            str(rule.name)
            for rule in table.constraints
            if rule.__visit_name__ == "check_constraint"
            and rule.name
            and (rule._ddl_if is None or rule._ddl_if.dialect == engine.dialect.name)
        }
        assert declared <= live, table.name
    engine.dispose()


def test_nothing_is_left_behind(tmp_path: Path):
    """The list of files beside a migrated database: nothing that a backup would miss."""
    url = f"sqlite:///{tmp_path / 'one.sqlite'}"
    prepare(url, "base")
    assert_migrates(url, [])
    assert {path.name for path in tmp_path.iterdir()} == {"one.sqlite"}
