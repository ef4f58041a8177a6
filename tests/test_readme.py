"""The README is true: its paths exist and its commands run."""

from __future__ import annotations

import re
import shlex

from flask import Flask

from survey.config import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def test_every_path_in_the_readme_exists():
    linked = re.findall(r"\]\(([\w./-]+)\)", README)
    named = re.findall(r"`((?:survey|analysis|docs|static|templates)/[\w./-]+)`", README)
    assert len(linked) > 3
    assert len(named) > 3
    assert [path for path in (*linked, *named) if not (ROOT / path).exists()] == []


def test_the_readme_is_short_and_shows_both_commands():
    assert len(README.splitlines()) < 120
    for command in ("make run", "python3 dev.py run", "make test", "python3 dev.py test"):
        assert command in README


def test_its_way_from_nothing_to_a_poster_works(sqlite_app: Flask):
    lines = re.findall(r"^    python3 dev\.py flask (.*?)(?:  #.*)?$", README, re.M)
    assert [line.split()[0] for line in lines] == [
        "community", "community", "community", "event", "event", "poster", "poster",
        "event", "release",
    ]  # fmt: skip
    *before_the_night, close, _release = (shlex.split(line) for line in lines)
    runner = sqlite_app.test_cli_runner()
    for words in before_the_night:
        result = runner.invoke(args=words)
        assert result.exit_code == 0, result.output
    code = result.output.split(":")[0]
    assert sqlite_app.test_client().get(f"/poster/{code}").status_code == 200
    early = runner.invoke(args=close)
    assert "has not opened yet" in early.output
