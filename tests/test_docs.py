"""docs/ are true: the paths they name exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CITATION = re.compile(r"METHODS((?: (?:and )?\d(?:\.\d)?,?)+)")


def paths_in(text: str) -> list[str]:
    """Return the files that a page names; `a/b.py`, `c.py` names two in one folder."""
    found, folder = [], ""
    for name in re.findall(r"`([\w./-]+\.(?:py|toml|md|html))`", text):
        if "/" in name:
            folder = name.rpartition("/")[0]
            found.append(name)
        elif folder and not (ROOT / name).exists():
            found.append(f"{folder}/{name}")
    return found


def test_two_files_of_one_folder_are_both_found():
    assert paths_in("`a/b.py` and `c.py`") == ["a/b.py", "a/c.py"]
    assert paths_in("`dev.py`, `a/b.py`") == ["a/b.py"]


@pytest.mark.parametrize("page", ["architecture.md", "privacy.md", "methods.md", "reliability.md"])
def test_the_files_a_page_names_exist(page: str):
    named = paths_in((ROOT / "docs" / page).read_text("utf-8"))
    assert named, page
    prefixes = ("", "survey/", "survey/content/")
    missing = [
        name for name in named if not any((ROOT / first / name).exists() for first in prefixes)
    ]
    assert missing == []


def sections() -> set[str]:
    """Return the numbers of the sections of docs/methods.md."""
    text = (ROOT / "docs" / "methods.md").read_text("utf-8")
    return set(re.findall(r"^#{2,3} (\d(?:\.\d)?)\.? ", text, re.M))


def test_every_citation_of_the_methods_is_a_section():
    cited = {
        (number, path.name)
        for folder in ("survey", "analysis", "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        for numbers in CITATION.findall(path.read_text("utf-8"))
        for number in re.findall(r"\d(?:\.\d)?", numbers)
    }
    assert len(cited) > 20
    assert {pair for pair in cited if pair[0] not in sections()} == set()


def test_every_decision_has_a_number_of_its_own():
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in files]
    assert len(set(numbers)) == len(numbers)
    for path in files:
        assert path.read_text("utf-8").startswith(f"# {path.name[:4]} "), path.name
