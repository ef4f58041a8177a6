"""The words of content/imports.toml: how other tools head their columns, how people name things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from survey.imports.folding import fold, stem
from survey.questionnaire.content_files import FOLDER
from survey.questionnaire.words import read_toml


@dataclass(frozen=True)
class ImportWords:
    """Everything folded, ready to compare."""

    agencies: Mapping[str, str]  # a way to name one -> its kind; as a label and as a stem
    missing: Mapping[str, int]  # an answer that is missing -> its code
    scale_words: frozenset[str]
    headings: Mapping[str, frozenset[str]]  # timestamp, total, n, summary, question
    who_whole: frozenset[str]
    who_inside: tuple[str, ...]
    tools: Mapping[str, Mapping[str, str]]  # tool -> heading -> role


@lru_cache(maxsize=1)
def import_words() -> ImportWords:
    """Read content/imports.toml once. Raises ContentError."""
    table = read_toml(FOLDER / "imports.toml")
    return ImportWords(
        agencies={
            folded(way): kind
            for kind, ways in table["agency"].items()
            for way in ways
            for folded in (fold, stem)
        },
        missing={fold(way): int(code) for code, ways in table["missing"].items() for way in ways},
        scale_words=frozenset(map(fold, table["scale_words"]["words"])),
        headings={name: frozenset(map(fold, ways)) for name, ways in table["heading"].items()},
        who_whole=frozenset(map(stem, table["identifying"]["whole"])),
        who_inside=tuple(f" {stem(way)} " for way in table["identifying"]["inside"]),
        tools={
            tool: {fold(heading): role for heading, role in roles.items()}
            for tool, roles in table["tool"].items()
        },
    )
