"""`flask prove` is thin: it shows how far it is, writes the tables and tells what was missed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from analysis import simulation
from analysis.simulation.goals import CLAIMS
from survey.commands import prove
from survey.config import ROOT


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, int]]:
    asked: list[tuple[float, int]] = []

    def found(size, progress, processes):
        asked.append((size, processes))
        progress(1, 2)
        progress(2, 2)
        return "found"

    monkeypatch.setattr(simulation, "prove", found)
    monkeypatch.setattr(simulation, "tables", lambda found: f"| what was {found} |")
    monkeypatch.setattr(simulation, "missed", lambda found: ["coverage"])
    return asked


def test_it_shows_the_tables(sqlite_app: Flask, told):
    run = sqlite_app.test_cli_runner().invoke(args=["prove", "--size", "0.1", "--show"])
    assert run.exit_code == 0, run.output
    assert "| what was found |" in run.output
    assert "Not met: coverage." in run.output
    assert told == [(0.1, 0)]


def test_it_writes_them(sqlite_app: Flask, told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    written: list[Path] = []
    monkeypatch.setattr(simulation, "write", lambda path, found: written.append(path))
    monkeypatch.setattr(prove, "ROOT", tmp_path)
    assert sqlite_app.test_cli_runner().invoke(args=["prove"]).exit_code == 0
    assert written == [tmp_path / "docs" / "proof.md"]


def test_the_page_in_docs_has_every_claim_and_no_goal_that_was_missed():
    text = (ROOT / "docs" / "proof.md").read_text("utf-8")
    for claim in CLAIMS:
        assert f"| {claim.what} | {claim.truth} | {claim.goal} |" in text
    assert "**no**" not in text
