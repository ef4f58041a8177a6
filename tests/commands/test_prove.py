"""`flask prove`, run in small: it writes the tables and tells which goals were missed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from analysis import simulation
from analysis.simulation.goals import CLAIMS
from survey.commands import prove
from survey.config import ROOT


@pytest.fixture(scope="module")
def proof() -> simulation.Proof:
    return simulation.prove(0.001, lambda done, of: None, 1)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, proof: simulation.Proof) -> list[tuple[float, int]]:
    """The command's simulation is the one above: what it was asked for is noted."""
    noted: list[tuple[float, int]] = []

    def small(size, progress, processes):
        noted.append((size, processes))
        progress(1, 2)
        progress(2, 2)
        return proof

    monkeypatch.setattr(simulation, "prove", small)
    return noted


def rows_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| ")]


def test_it_shows_every_claim_and_names_the_goals_that_were_missed(
    sqlite_app: Flask, asked: list[tuple[float, int]]
):
    run = sqlite_app.test_cli_runner().invoke(args=["prove", "--size", "0.1", "--show"])
    assert run.exit_code == 0, run.output
    assert asked == [(0.1, 0)]
    for claim in CLAIMS:
        row = next(row for row in rows_of(run.output) if row.startswith(f"| {claim.what} |"))
        assert f"Not met: {claim.what} (" in run.output if "**no**" in row else "| yes |" in row
    assert run.output.count("Not met: ") == run.output.count("**no**") > 0  # so few programmes


def test_it_writes_them(
    sqlite_app: Flask,
    asked: list[tuple[float, int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(prove, "ROOT", tmp_path)
    run = sqlite_app.test_cli_runner().invoke(args=["prove"])
    assert run.exit_code == 0, run.output
    written = (tmp_path / "docs" / "proof.md").read_text("utf-8")
    assert all(f"| {claim.what} | {claim.truth} |" in written for claim in CLAIMS)


def test_the_page_in_docs_judges_every_claim():
    text = (ROOT / "docs" / "proof.md").read_text("utf-8")
    for claim in CLAIMS:
        (row,) = [
            row for row in rows_of(text) if row.startswith(f"| {claim.what} | {claim.truth} |")
        ]
        assert row.rsplit("|", 2)[1].strip() in ("yes", "**no**")
