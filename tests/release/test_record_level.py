"""Answers person by person: from the command line alone, noted first, and never by a route."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from survey.storage import audit, db
from tests.conftest import make_app
from tests.demonstration import copy_of


@pytest.fixture
def copy(shown: Flask, tmp_path: Path) -> Flask:
    return make_app(copy_of(shown, tmp_path / "copy.sqlite"))


def flask(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output


def acts(app: Flask) -> list[tuple[str, dict[str, object]]]:
    with app.app_context():
        assert audit.verify(db.session()).whole
        return [(entry.act, entry.about) for entry in audit.entries(db.session())]


def test_a_research_file_is_made_by_agreement_and_noted(copy: Flask, tmp_path: Path):
    path = tmp_path / "research.csv"
    assert flask(copy, "research-file", str(path))[0] == 2  # no agreement, no file
    code, told = flask(copy, "research-file", str(path), "--agreement", "University, study 7")
    assert code == 0, told
    assert path.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    traits = ("season", "state", "county", "age", "race", "language")
    shared = Counter(tuple(row[trait] for trait in traits) for row in rows)
    assert len(rows) > 500
    assert min(shared.values()) >= 11
    assert list(rows[0])[:7] == ["person", *traits]
    assert {row["race"] for row in rows} <= {"white", "black", "hispanic", "other", "unsaid", "any"}
    held = path.read_text("utf-8")
    for secret in ("buffalo", "sheriff", "fire", "-2026", "T18"):
        assert secret not in held
    report = (tmp_path / "research.csv.report.txt").read_text("utf-8")
    assert "University, study 7" in report
    assert "left out" in report
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    wanted = {"rows": len(rows), "sha256": sha256, "why": "University, study 7"}
    assert ("research_file", wanted) in acts(copy)
    code, told = flask(copy, "research-file", str(path), "--agreement", "again")
    assert (code, told.endswith("is there already: choose another name.\n")) == (1, True)
    assert path.read_text("utf-8") == held


def test_a_raw_export_holds_every_response_and_is_noted(copy: Flask, tmp_path: Path):
    path = tmp_path / "raw.jsonl"
    code, told = flask(copy, "raw-export", str(path), "--reason", "moving to another host")
    assert code == 0, told
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    with copy.app_context():
        stored = db.session().execute(text("SELECT count(*) FROM response")).scalar()
        kept = db.session().execute(text("SELECT CAST(answers AS TEXT) FROM response"))
        answers = kept.scalars().all()
    assert len(rows) == stored
    assert len(rows) > 1000
    assert Counter(json.dumps(row["answers"], sort_keys=True) for row in rows) == Counter(
        json.dumps(json.loads(one), sort_keys=True) for one in answers
    )
    assert path.stat().st_mode & 0o077 == 0
    assert ("raw_export", {"rows": stored, "why": "moving to another host"}) in acts(copy)


def test_what_cannot_be_noted_is_not_given_out(copy: Flask, tmp_path: Path, monkeypatch):
    def fail(*words: object, **more: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "append", fail)
    path = tmp_path / "raw.jsonl"
    assert flask(copy, "raw-export", str(path), "--reason", "x")[0] == 1
    assert not path.exists()


def test_no_page_can_reach_it():
    """What serves pages never loads the module that reads answers person by person."""
    code = (
        "import sys; from survey import create_app; create_app();"
        "print([m for m in sys.modules if 'record_level' in m or 'microdata' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
