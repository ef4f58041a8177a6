"""`flask import`: shown first, stored once and whole, taken back, and nothing that identifies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.imports import store
from survey.storage.import_tables import ImportedFile
from survey.storage.models import Comment, Event, Poster, Response, SealedComment
from tests.builders import add_event
from tests.imports.asked import EXPECTED, FILES, PLANTED, answered
from tests.imports.conftest import over

DIRECT = str(FILES / "01_google_forms_direct.csv")
GRID = str(FILES / "02_google_sheets_commas.csv")


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_nothing_is_stored_before_somebody_says_yes(session, event, flask):
    shown = flask("import", DIRECT, "--event", event.slug)
    assert "Read as Google Forms" in shown
    assert 'B "Username": identifies' in shown
    assert "trust.police: 1: 2, 2: 3, 3: 1, 4: 2, 5: 2" in shown
    assert "Nothing is stored." in shown
    assert count(session, Response) == count(session, ImportedFile) == 0


def test_an_import_is_stored_with_its_event_and_nothing_finer_than_a_day(session, event, flask):
    flask("import", DIRECT, "--event", event.slug, "--yes")
    rows = session.scalars(select(Response)).all()
    assert len(rows) == 10
    assert {(row.event_id, row.mode, row.hour, row.instrument) for row in rows} == {
        (event.id, "imported", "2025-08-05", "2022")
    }
    assert sorted(row.answers["trust.police"] for row in rows) == [1, 1, 2, 2, 2, 3, 4, 4, 5, 5]
    assert {len({row.poster for row in rows}), count(session, Comment)} == {1, 0}
    assert count(session, SealedComment) == 0


def test_the_same_file_twice_changes_nothing(session, event, flask):
    flask("import", DIRECT, "--event", event.slug, "--yes")
    before = sorted(str(row) for row in session.scalars(select(Response.submission)))
    assert "nothing changes" in flask("import", DIRECT, "--event", event.slug, "--yes")
    assert sorted(str(row) for row in session.scalars(select(Response.submission))) == before


def test_an_import_is_taken_back_whole_and_can_come_again(session, event, flask):
    flask("import", DIRECT, "--event", event.slug, "--yes")
    assert "10 responses" in flask("import", "list", event.slug)
    assert "10 responses are removed" in flask("import", "undo", event.slug)
    assert count(session, Response) == count(session, ImportedFile) == count(session, Poster) == 0
    flask("import", DIRECT, "--event", event.slug, "--yes")
    assert count(session, Response) == 10


def test_of_two_imports_the_one_that_is_meant_is_taken_back(session, event, flask, tmp_path: Path):
    mapping = tmp_path / "mapping.toml"
    refused = flask("import", GRID, "--event", event.slug, "--draft", str(mapping), fails=True)
    assert "3 questions have to be answered" in refused
    flask("import", GRID, "--event", event.slug, "--mapping", str(mapping), "--yes")
    flask("import", DIRECT, "--event", event.slug, "--yes")
    assert "say which" in flask("import", "undo", event.slug, fails=True)
    kept = session.scalars(select(ImportedFile).where(ImportedFile.responses == 12)).one()
    direct = session.scalars(select(ImportedFile).where(ImportedFile.responses == 10)).one()
    assert kept.mapping == mapping.read_text("utf-8")
    flask("import", "undo", event.slug, "--sha256", direct.sha256[:8])
    assert {row.poster for row in session.scalars(select(Response))} == {kept.poster}


def test_what_waits_for_an_answer_is_not_stored(session, event, flask):
    shown = flask("import", GRID, "--event", event.slug, "--yes", fails=True)
    assert 'heading = "How much do you trust each of these' in shown
    assert 'agency = "fire"' in shown
    assert "Nothing is stored." in shown
    assert count(session, Response) == 0


def test_other_words_are_another_version_of_the_question(session, event, flask, tmp_path: Path):
    mapping = tmp_path / "mapping.toml"
    flask("import", GRID, "--event", event.slug, "--draft", str(mapping), fails=True)
    flask("import", GRID, "--event", event.slug, "--mapping", str(mapping), "--yes")
    [imported] = session.scalars(select(ImportedFile))
    assert imported.base == "2022"
    assert imported.instrument.startswith("2022.")
    assert imported.versions["trust"]["version"].startswith("f")
    assert {row.instrument for row in session.scalars(select(Response))} == {imported.instrument}
    flask("import", "undo", event.slug)
    ours = mapping.read_text("utf-8").replace("same_words = false", "same_words = true")
    mapping.write_text(ours, "utf-8")
    flask("import", GRID, "--event", event.slug, "--mapping", str(mapping), "--yes")
    assert {row.instrument for row in session.scalars(select(Response))} == {"2022"}


def test_an_open_event_takes_no_file(app: Flask, session, flask):
    still = add_event(app, session, name="Cedar Nook", season=2026)
    told = flask("import", DIRECT, "--event", still.slug, "--yes", fails=True)
    assert "still takes answers" in told
    assert count(session, Response) == 0


def test_nobody_can_open_the_way_that_an_import_came(app: Flask, session, event, flask):
    flask("import", DIRECT, "--event", event.slug, "--yes")
    [code] = session.scalars(select(Poster.code))
    for address in (f"/s/{code}", f"/poster/{code}", f"/s/{code}/paper"):
        assert app.test_client().get(address).status_code == 404
    assert session.get_one(Event, event.id).posters == []


def test_half_an_import_is_none(session, event, flask, monkeypatch):
    monkeypatch.setattr(store, "BATCH", 4)  # ten rows: the third batch fails
    rows, real = [], store.Ready.row

    def fails_at_nine(self, person):
        rows.append(person)
        if len(rows) == 9:
            raise MemoryError("the machine gives out")
        return real(self, person)

    monkeypatch.setattr(store.Ready, "row", fails_at_nine)
    flask("import", DIRECT, "--event", event.slug, "--yes", fails=True)
    session.rollback()  # as when a process ends: what was committed would stay
    assert count(session, Response) == count(session, ImportedFile) == count(session, Poster) == 0


def test_rows_of_another_season_are_left_out_and_told(app: Flask, session, flask):
    earlier = add_event(app, session, name="Birch Hill", season=2024, open_now=False)
    over(session, earlier)
    told = flask("import", DIRECT, "--event", earlier.slug, "--yes", fails=True)
    assert "10 another season (2025)" in told
    assert count(session, Response) == 0


@pytest.mark.sqlite
def test_nothing_that_identifies_is_left_anywhere(
    sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Every file, imported and refused: the planted marks are in no file of the database, in no
    output and in no temporary folder."""
    from survey.storage import db

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    with sqlite_app.app_context():
        event = add_event(sqlite_app, db.session(), season=2025, open_now=False,
                          kinds=("police", "fire", "ems", "sheriff", "dispatch"))  # fmt: skip
        over(db.session(), event)
        slug = event.slug
    printed = []
    for one in EXPECTED:
        mapping = tmp_path / "mapping.toml"
        mapping.write_text(answered(one) if "questions" in one else "", "utf-8")
        words = ["import", str(FILES / one["file"]), "--event", slug, "--yes"]
        printed.append(sqlite_app.test_cli_runner().invoke(args=words).output)
        words += ["--mapping", str(mapping)]
        printed.append(sqlite_app.test_cli_runner().invoke(args=words).output)
    with sqlite_app.app_context():
        imported = db.session().scalar(select(func.count()).select_from(ImportedFile)) or 0
        assert imported > 20
    left = {path: path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*")
            if path.is_file() and path.suffix != ".toml"}  # fmt: skip
    assert any("sqlite" in path.name for path in left)
    for pattern in PLANTED:
        assert not re.search(pattern, "\n".join(printed)), pattern
        assert not [path for path, text in left.items() if re.search(pattern, text)], pattern
    assert not list(scratch.iterdir())
