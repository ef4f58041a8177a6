"""`flask instrument publish --afresh`: a draft is corrected until somebody has answered in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

from survey.questionnaire.content_files import FOLDER, read_content
from survey.questionnaire.published_questions import broken, read_published
from survey.storage import db
from tests.builders import Resident, add_event, add_poster
from tests.conftest import make_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(FOLDER, tmp_path / "content")


def site(folder: Path, tmp_path: Path) -> Flask:
    return make_app(f"sqlite:///{tmp_path / 'site.sqlite'}", content=folder)


def correct(folder: Path, code: str, old: str, new: str) -> None:
    path = folder / "languages" / f"{code}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_corrected_draft_is_published_afresh(folder: Path, tmp_path: Path):
    correct(folder, "fr", 'ask = "Quel âge avez-vous', 'ask = "Vous avez quel âge')
    assert any("age: its words in fr" in one for one in faults(folder))
    before = read_published(folder)["2026.age"]
    app = site(folder, tmp_path)
    told = app.test_cli_runner().invoke(args=["instrument", "publish", "--afresh", "fr"])
    assert "Published: 2026.age\n" in told.output
    assert faults(folder) == []
    after = read_published(folder)["2026.age"]
    assert {part for part in before if before[part] != after[part]} == {"fr"}


def test_words_that_people_have_answered_stay(folder: Path, tmp_path: Path):
    app = site(folder, tmp_path)
    with app.app_context():
        event = add_event(app, db.session(), languages=("en", "fr", "uk"))
        poster = add_poster(db.session(), event)
    resident = Resident(app.test_client(), poster.code).scans("fr").answers()
    assert resident.sends().status_code == 303
    correct(folder, "fr", 'ask = "Quel âge avez-vous', 'ask = "Vous avez quel âge')
    published = (folder / "published.toml").read_text("utf-8")
    runner = site(folder, tmp_path).test_cli_runner()
    told = runner.invoke(args=["instrument", "publish", "--afresh", "fr"])
    assert told.exit_code == 1
    assert "People have answered in fr: its published words stay." in told.output
    assert (folder / "published.toml").read_text("utf-8") == published
    assert runner.invoke(args=["instrument", "publish", "--afresh", "uk"]).exit_code == 0
    assert runner.invoke(args=["instrument", "publish", "--afresh", "xx"]).exit_code == 1


def faults(folder: Path) -> list[str]:
    return list(broken(read_content(folder), read_published(folder)))
