"""docs/worked_example.py runs on the files that a visitor downloads, and says what they say."""

import csv
import io
import re
import runpy
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "docs" / "worked_example.py"
TABLES = ("figures.csv", "changes.csv", "overall.csv")


def run(files, monkeypatch, capsys, *more):
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(files), *more])
    runpy.run_path(str(SCRIPT), run_name="__main__")  # its assertions recompute what is printed
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def files(shown, tmp_path_factory):
    folder = tmp_path_factory.mktemp("downloaded")
    client = shown.test_client()
    for name in (*TABLES, "porchlight.zip"):
        where = folder if name.endswith(".zip") else folder / "csv"
        where.mkdir(exist_ok=True)
        (where / f"porchlight-1-{name}").write_bytes(client.get(f"/data/1/{name}").data)
    return folder


def rows(files, name, **wanted):
    text = (files / "csv" / f"porchlight-1-{name}").read_text(encoding="utf-8-sig")
    return [
        row
        for row in csv.DictReader(io.StringIO(text))
        if all(row[column] == value for column, value in wanted.items())
    ]


def test_the_worked_example_tells_what_was_released(files, monkeypatch, capsys):
    told = run(files / "csv", monkeypatch, capsys, "buffalo")
    of = {"measure": "trust", "agency": "police"}
    (figure,) = rows(files, "figures.csv", season="2026", community="buffalo", cut="total", **of)
    assert f"buffalo 2026: {float(figure['value']):.1%} of {figure['n']} answers" in told
    (change,) = rows(
        files, "changes.csv", community="buffalo", basis="before", season_to="2026", **of
    )
    assert f"Since {change['season_from']}: {float(change['change']):+.3f}" in told
    assert f": {change['verdict']}." in told
    (whole,) = rows(files, "overall.csv", season="2026", state="", **of)
    assert f"Mean change of {whole['compared']} places" in told
    assert f"left out: {whole['left_out']}." in told
    (pairs,) = rows(
        files, "changes.csv", community="buffalo", basis="pairs", season_to="2026",
        measure="more.trust", agency="police",
    )  # fmt: skip
    ends = f"({float(pairs['low']):+.2f} to {float(pairs['high']):+.2f}) moved up"
    assert f"buffalo: {float(pairs['change']):+.2f} {ends}" in told
    assert re.search(r"minus .*: [+-]0\.\d\d \(", told)  # two ages
    assert "is who came." in told
    assert "steadied" in told


def test_the_zip_and_the_files_tell_the_same(files, monkeypatch, capsys):
    by_files = run(files / "csv", monkeypatch, capsys)
    assert run(files / "porchlight-1-porchlight.zip", monkeypatch, capsys) == by_files
