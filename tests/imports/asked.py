"""What the tests import: files in the shapes that survey tools export, all invented, with what must
come of each (files/expected.json), and the mapping file that a person would write for one."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from survey.imports.event_of_file import Evening
from survey.questionnaire.content_files import read_content
from survey.questionnaire.forms import Agencies
from survey.questionnaire.instrument import Content

FILES = Path(__file__).parent / "files"
EXPECTED: list[dict[str, Any]] = json.loads((FILES / "expected.json").read_text("utf-8"))["files"]
PLANTED: list[str] = json.loads((FILES / "expected.json").read_text("utf-8"))["planted_patterns"]
KINDS = ("police", "fire", "ems", "sheriff", "dispatch")


@lru_cache(maxsize=1)
def content() -> Content:
    return read_content()


@lru_cache(maxsize=1)
def evening() -> Evening:
    """The event that every file of expected.json belongs to."""
    return Evening(
        id=1,
        slug="maple-falls-2025",
        community="Maple Falls",
        season=2025,
        day=date(2025, 8, 5),
        zone="America/Chicago",
        agencies=Agencies.of(KINDS),
        content=content(),
        instrument=content().instruments["2022"],
    )


def answered(expected: dict[str, Any]) -> str:
    """The mapping file of somebody who answers as expected.json says."""
    lines = ["[counts]", 'n = "rated"'] if expected["kind"] == "counts" else []
    if expected["file"].startswith("27"):
        lines += ["[columns.C]", 'leave_out = "ages, which Excel made dates of"']
    for item, question in expected["questions"].items():
        if question["map_without_asking"]:
            continue
        id, _, agency = item.partition(":")
        at = f"rows.{question['row']}" if "row" in question else f"columns.{question['column']}"
        lines += [f"[{at}]", f'question = "{id}"']
        lines += [f'agency = "{agency}"'] if agency else []
        if labels := question.get("labels"):
            pairs = ", ".join(f"{json.dumps(word)} = {code}" for word, code in labels.items())
            lines.append(f"labels = {{ {pairs} }}")
    return "\n".join(lines)


def stored_as(item: str) -> str:
    """ "trust:fire" of expected.json -> the name of its answers."""
    name = item.replace(":", ".")
    return name if ":" in item else f"{name}.police"
