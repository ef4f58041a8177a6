"""Migrations with rows in them, and the privacy page that is made from the schema."""

from __future__ import annotations

import json

import pytest
from alembic import command
from alembic.config import Config
from flask import Flask
from sqlalchemy import Column, Engine, String, Table, UniqueConstraint, inspect, text
from sqlalchemy.orm import Session

from analysis.release.columns import FIGURES
from analysis.tabulation.tables import Note
from survey.config import ROOT, Settings
from survey.questionnaire.content_files import read_content
from survey.release import part_store
from survey.storage import privacy, schema
from survey.storage.db import open_engine
from survey.storage.models import Base
from tests.conftest import SECRET

pytestmark = pytest.mark.migrates

COMMUNITY = """INSERT INTO community (id, slug, name, county, state, made_up)
VALUES (1, 'elm', 'Elm', 'Alder', 'Oregon', :made_up)"""
TWIN = """INSERT INTO community (id, slug, name, county, state, made_up)
VALUES (2, 'elm-oregon', 'ELM', 'Alder', 'Oregon', :made_up)"""
EVENT = """INSERT INTO event (id, community_id, slug, name, season, instrument,
languages, time_zone, starts_at, ends_at, opens_at, closes_at)
VALUES (1, 1, 'elm-2026', 'Night', 2026, '2022', '["en"]',
'America/New_York', '2026-08-04', '2026-08-05', '2026-08-04', '2026-08-06')"""
POSTER = "INSERT INTO poster (code, event_id, channel, wave) VALUES ('AAAAAA', 1, 'gate', 'event')"
RESPONSE = """INSERT INTO response (event_id, submission, poster, audience, wave, mode, language,
instrument, hour, late, answers) VALUES (1, :id, 'AAAAAA', 'adult', 'event', 'own phone', 'en',
'2022', '2026-08-04T19', :late, '{"again": 3}')"""


def test_migrations_carry_rows_and_meet_the_models(database_url: str):
    engine = open_engine(Settings(secret_key=SECRET, database_url=database_url))
    schema.migrate(engine, to="0001")
    with engine.begin() as connection:
        connection.execute(text(COMMUNITY), {"made_up": False})
        connection.execute(text(TWIN), {"made_up": False})
        connection.execute(text(EVENT))
        connection.execute(text(POSTER))
        id = "0123456789abcdef0123456789abcdef"
        connection.execute(text(RESPONSE), {"id": id, "late": False})
    schema.migrate(engine)
    schema.migrate(engine)  # a second run changes nothing
    assert schema.differences(engine) == []
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM response")).scalar() == 1
        kept = connection.execute(text("SELECT name, area, identity FROM community ORDER BY id"))
        twin = "elm\nalder\noregon\n"
        assert [tuple(row) for row in kept] == [
            ("Elm", "county", twin),
            ("ELM", "county", f"{twin}\n2"),
        ]
    engine.dispose()


RELEASE = """INSERT INTO release (id, made_at, sha256, format, about, ledger)
VALUES (:id, '2026-08-09', 'abc', 2, :about, :ledger)"""
FIGURE = """INSERT INTO figure (release_id, kind, number, community, measure, agency, cut, row)
VALUES (7, 'figure', 0, 'elm', 'trust', 'police', 'total', :row)"""


def test_exact_counts_of_the_newest_release_are_carried_over_county_by_county(database_url: str):
    key = {"season": 2026, "state": "OH", "county": "Alder", "panel": "police", "cut": "total"}
    who = {"community": "elm", "members": "", "group": "", "groups": "", "measure": "trust"}
    ledger = {**key, **who, "agency": "police", "n": 41, "mark": "f00d", "coarse": 0, "least": 11}
    note = Note("dropped", "one_part", 2026, "OH", "Alder", "police", "age")._asdict()
    about = json.dumps({"made_up": False, "notes": [note | {"value": None}]})
    row = dict.fromkeys(field.name for field in FIGURES) | key | who | {"agency": "police"}
    engine = open_engine(Settings(secret_key=SECRET, database_url=database_url))
    schema.migrate(engine, to="0027")
    with engine.begin() as connection:
        for id in (6, 7):
            kept = {"columns": [*ledger, "made"], "rows": [[*ledger.values(), id]]}
            values = {"id": id, "about": about, "ledger": json.dumps(kept)}
            connection.execute(text(RELEASE), values)
        connection.execute(text(FIGURE), {"row": json.dumps(row | {"n_low": 40, "icc": 0.01})})
    schema.migrate(engine)
    with Session(engine) as session:
        assert part_store.names(session, 6) == []
        part = part_store.load(session, 7, ("OH", "Alder"))
        totals = part_store.figures(session, 7, ("OH", "Alder"), None)
        assert part is not None
        part_store.save(session, 7, ("OH", "Alder"), part, part_store.Made(6, "", {}))
        session.commit()  # as this version keeps it, and not as it was taken over
    back_to(engine, "0027")
    with engine.connect() as connection:
        again = connection.scalar(text("SELECT ledger FROM release WHERE id = 7"))
    engine.dispose()
    assert (json.loads(again) if isinstance(again, str) else again) == kept
    assert part.ledger[["n", "mark", "made"]].to_numpy().tolist() == [[41, "f00d", 7]]
    assert part.figures[["community", "n_low"]].to_numpy().tolist() == [["elm", 40]]
    assert totals["n_low"].tolist() == [40]
    assert [(one.kind, one.cut) for one in part.notes] == [("dropped", "age")]


def back_to(engine: Engine, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.connect() as connection, schema.one_transaction(connection):
        config.attributes["connection"] = connection
        command.downgrade(config, version)


def test_every_column_is_explained_in_every_language(sqlite_app: Flask):
    live = inspect(sqlite_app.extensions["engine"])
    for language in read_content().reading_languages:
        assert list(privacy.unexplained(language)) == []
        for table in set(live.get_table_names()) - {"alembic_version"}:
            for column in live.get_columns(table):
                assert language.say(f"kept.{table}.{column['name']}")


def test_a_new_column_without_a_sentence_is_found():
    words = read_content().languages["es"]
    table = Table("response", Base.metadata, Column("ip", String), extend_existing=True)
    try:
        assert list(privacy.unexplained(words)) == ["kept.response.ip"]
        with pytest.raises(KeyError, match=r"kept.response.ip"):
            privacy.kept_of_attendees(words)
    finally:
        table._columns.remove(table.c.ip)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_privacy_page_names_every_column(sqlite_app: Flask, language: str):
    page = sqlite_app.test_client().get(f"/privacy?lang={language}").text
    for table in Base.metadata.tables.values():
        for column in table.columns:
            assert f"<code>{column.name}</code>" in page


# Tables with an event or a release that are no part of it on a distributed PostgreSQL, and why.
REPLICATED = {
    "poster": "looked up by its code before its event is known; a few rows an event",
}


def test_every_key_of_what_grows_contains_what_it_is_distributed_by():
    """A distributed PostgreSQL (Citus) can hold a unique key only within one node."""
    grows = {}
    for table in Base.metadata.tables.values():
        by = next((name for name in ("event_id", "release_id") if name in table.columns), None)
        if by and table.name not in REPLICATED:
            grows[table.name] = by
            rules = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
            keys = [table.primary_key.columns, *(one.columns for one in rules)]
            keys += [index.columns for index in table.indexes if index.unique]
            for key in keys:
                names = [column.name for column in key]
                assert by in names, f"{table.name}: {names} can be unique within one node only"
    assert {"response", "comment", "sealed_comment", "scan", "figure"} <= set(grows)
    assert set(REPLICATED) <= set(Base.metadata.tables)
