"""docs/asvs.md names every requirement of its levels once, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "asvs.md").read_text("utf-8")
STANDARD = (ROOT / "tests" / "asvs_5.0.0.txt").read_text("utf-8")
ROW = re.compile(
    r"^\| (?P<names>\d+\.\d+\.\d+[^|]*) \| (?P<level>\d) \| (?P<status>[^|]+) \| (?P<where>.+) \|$"
)


def standard() -> dict[str, str]:
    """Return {requirement: level} of the standard."""
    found: dict[str, str] = {}
    for line in STANDARD.splitlines()[1:]:
        section, level, *numbers = line.replace(":", "").split()
        found |= {f"{section}.{number}": level.removeprefix("L") for number in numbers}
    return found


def rows() -> list[re.Match[str]]:
    lines = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    found = [ROW.match(line) for line in lines]
    assert None not in found, lines[found.index(None)]
    return found  # type: ignore[return-value]


def test_every_requirement_stands_there_once_with_its_level():
    listed = [
        (number, row["level"])
        for row in rows()
        for number in re.findall(r"\d+\.\d+\.\d+", row["names"])
    ]
    assert len(listed) == len(dict(listed)) == 253
    assert dict(listed) == standard()


def test_what_is_met_names_a_test_or_code_that_exists():
    for row in rows():
        assert row["status"] in ("met", "not met", "n/a"), row[0]
        assert "`" in row["where"] or row["status"] != "met", row[0]
        for name in re.findall(r"`([\w./-]+(?:::\w+)?)`", row["where"]):
            path, _, test = name.partition("::")
            if not re.search(r"[./]\w", path):
                continue  # a setting or a word of code
            assert (ROOT / path).exists(), (row["names"], name)
            if test:
                assert re.search(rf"def {test}\b", (ROOT / path).read_text("utf-8")), name


def test_trace_is_refused(sqlite_app: Flask):
    for path in ("/", "/s/AAAAAA", "/results"):
        reply = sqlite_app.test_client().open(path, method="TRACE")
        assert reply.status_code == 405, path
