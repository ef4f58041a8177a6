"""What is restored is what was backed up, on either database, and never over anything."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from pyrage import x25519
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    create_engine,
    text,
)
from sqlalchemy.engine import make_url

from survey.config import Settings
from survey.storage import db, schema
from survey.storage.copies import backup, restore, rows
from survey.storage.copies.fingerprints import Differs, compare, copy_all, fingerprints
from survey.storage.db import open_engine
from survey.storage.events import Refused
from survey.storage.models import Base
from tests.builders import add_event
from tests.conftest import SECRET, make_app
from tests.storage.copies.conftest import MOMENT, Night, night_of
from tests.storage.copies.raw import raw_rows
from tests.storage.test_migrations import prepare

pytestmark = pytest.mark.sqlite  # it is about a file, or a process with one


OTHER = "another secret that only these tests know, long"


def test_every_kind_of_column_can_be_carried():
    for table in Base.metadata.tables.values():
        for column in table.columns:
            rows.kind_of(column)


@pytest.mark.parametrize("to", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_restored_database_is_the_same_and_goes_on(
    night: Night, tmp_path: Path, to: str, request: pytest.FixtureRequest
):
    done = night.backup(tmp_path / "night")
    before = raw_rows(night.settings.database_url)
    into = f"sqlite:///{tmp_path / 'new' / 'back.sqlite'}"
    if to == "postgres":
        into = request.getfixturevalue("empty_postgres")
    restored = restore.restore(night.settings, done.file, [], into)
    assert (restored.secret, restored.contents) == (None, done.contents)
    assert raw_rows(into) == before
    again = Night(make_app(into), night.code)
    again.answers(2)  # and a number is given on, not twice
    with again.app.app_context():
        event = add_event(again.app, db.session(), name="Birch Hollow")
        assert event.id == 3
    with pytest.raises(Refused, match=r"is there already|There are rows in that database already"):
        restore.restore(night.settings, done.file, [], into)
    assert len(raw_rows(into)["response"]) == 8


@pytest.fixture
def empty_postgres(postgres_server: str) -> str:
    """Return the address of an empty database beside the one that a test uses."""
    engine = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS beside WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE beside"))
    engine.dispose()
    return make_url(postgres_server).set(database="beside").render_as_string(hide_password=False)


def test_another_secret_is_put_beside_and_never_over_one(sqlite_night: Night, tmp_path: Path):
    done = sqlite_night.backup(tmp_path / "night")
    here = replace(sqlite_night.settings, secret_key=OTHER)
    into = f"sqlite:///{tmp_path / 'new.sqlite'}"
    restored = restore.restore(here, done.file, [], into)
    assert restored.secret == tmp_path / "new.secret_key"
    assert restored.secret.read_text() == SECRET
    assert restored.secret.stat().st_mode & 0o777 == 0o600
    (tmp_path / "new.sqlite").unlink()
    with pytest.raises(Refused, match=r"new\.secret_key is there already"):
        restore.restore(here, done.file, [], into)
    assert not (tmp_path / "new.sqlite").exists()


@pytest.mark.parametrize("to", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_backup_of_an_earlier_version_comes_back(
    tmp_path: Path, to: str, request: pytest.FixtureRequest
):
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    prepare(url, "0006")
    settings = Settings(SECRET, database_url=url)
    engine = open_engine(settings)
    done = backup.make(settings, engine, tmp_path / "old.tar.gz", [], MOMENT)
    engine.dispose()
    assert done.contents.version == "0006"
    into = f"sqlite:///{tmp_path / 'back.sqlite'}"
    if to == "postgres":
        into = request.getfixturevalue("empty_postgres")
    restore.restore(settings, done.file, [], into)
    back = open_engine(replace(settings, database_url=into))
    schema.migrate(back)
    back.dispose()
    assert len(raw_rows(into)["response"]) == 3


def test_a_drill_leaves_nothing_behind(sqlite_night: Night, tmp_path: Path):
    key = x25519.Identity.generate()
    done = sqlite_night.backup(tmp_path / "night", key.to_public())
    before = sorted(tmp_path.iterdir())
    assert restore.drill(sqlite_night.settings, done.file, [key]) == done.contents
    assert sorted(tmp_path.iterdir()) == before


def test_one_changed_answer_is_found(sqlite_night: Night, tmp_path: Path):
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    done = sqlite_night.backup(tmp_path / "night")
    restore.restore(sqlite_night.settings, done.file, [], other)
    engine = open_engine(replace(sqlite_night.settings, database_url=other))
    with engine.connect() as connection:
        same = fingerprints(connection)
        connection.exec_driver_sql(
            "UPDATE response SET answers = replace(answers, '\"again\": 3', '\"again\": 4') "
            "WHERE submission = (SELECT min(submission) FROM response)"
        )
        changed = fingerprints(connection)
    engine.dispose()
    with sqlite_night.engine.connect() as connection:
        assert fingerprints(connection) == same
    assert {name for name in same if same[name] != changed[name]} == {"response"}


@pytest.mark.migrates
@pytest.mark.postgres
def test_a_table_of_any_kind_is_carried_without_being_named(
    sqlite_url: str, postgres_url: str, tmp_path: Path
):
    """A new table, with every kind of column, a reference to itself and a name in capitals."""
    extra = Table(
        "Later", Base.metadata,
        Column("id", Integer, primary_key=True), Column("before", ForeignKey("Later.id")),
        Column("key", Uuid), Column("said", String(80)), Column("is", Boolean),
        Column("day", Date), Column("at", DateTime), Column("share", Float),
        Column("raw", LargeBinary), Column("more", JSON),
    )  # fmt: skip
    try:
        night = night_of(sqlite_url)
        extra.create(night.engine)
        with night.engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql(
                'INSERT INTO "Later" VALUES (1, 2, ?, ?, 1, ?, ?, ?, ?, ?), '
                "(2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
                ("0" * 31 + "a", "tab\t back\\slash \\N \n {é}", "2027-08-03",
                 "2027-08-03 18:00:00.000001", 0.1, b"\x00\\x\xff",
                 '{"b": [1, 2.50], "a": "\\u00e9"}'),
            )  # fmt: skip
        urls = [sqlite_url, postgres_url, f"sqlite:///{tmp_path / 'third.sqlite'}"]
        engines = [open_engine(Settings(SECRET, database_url=url)) for url in urls]
        for engine in engines[1:]:
            schema.migrate(engine)
            extra.create(engine)
        for here, there in pairwise(engines):
            with here.connect() as source, there.connect() as target:
                if there.dialect.name == "sqlite":
                    target.exec_driver_sql("PRAGMA foreign_keys = OFF")
                copy_all(source, target)
                target.commit()
        with engines[0].connect() as first, engines[2].connect() as third:
            assert fingerprints(first) == fingerprints(third)
        assert raw_rows(urls[0])["Later"] == raw_rows(urls[2])["Later"]
        for engine in engines:
            engine.dispose()
    finally:
        Base.metadata.remove(extra)


def test_what_is_missing_is_named(sqlite_night: Night, tmp_path: Path):
    with sqlite_night.engine.connect() as connection:
        whole = fingerprints(connection)
    less = {**whole, "response": replace(whole["response"], rows=5)}
    with pytest.raises(Differs, match=re.escape("response: 5 rows instead of 6")):
        compare(whole, less)
    with pytest.raises(Differs, match="a table that should not be there"):
        compare({}, whole)


def test_the_commands_say_what_to_type_next(sqlite_night: Night, tmp_path: Path):
    run = sqlite_night.app.test_cli_runner().invoke
    file, new = str(tmp_path / "night.tar.gz"), f"sqlite:///{tmp_path / 'new.sqlite'}"
    said = run(args=["backup", file]).output
    assert re.search(r": \d+ rows of \d+ tables, 6 of them answers, read back and whole\.", said)
    assert "It is not encrypted" in said
    said = run(args=["restore", file, "--drill"]).output
    assert said.startswith(f"{file} can be restored: ")
    sqlite_night.app.extensions["settings"] = replace(sqlite_night.settings, secret_key=OTHER)
    said = run(args=["restore", file, "--into", new]).output
    assert f"  export DATABASE_URL={new}\n" in said
    assert f'  export SECRET_KEY="$(cat {tmp_path / "new.secret_key"})"\n' in said
    assert said.endswith("python3 dev.py run\n")
    for words, sentence in (
        (["restore", file], "is there already and is not replaced"),
        (["restore", str(tmp_path / "none"), "--drill"], "There is no such file"),
        (["backup", str(tmp_path), "--to", "age1none"], "That is no public key of age"),
        (["restore", file, "--identity", file], "is no file of private keys"),
    ):
        failed = run(args=words)
        assert failed.exit_code == 1
        assert failed.output.startswith("Error: ")
        assert sentence in failed.output
