"""The area a community lies in: a county, a parish, a borough, a city that belongs to no county.

What an area is called is data (content/areas.toml); how a reader sees it is words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from survey.questionnaire.words import ContentError, read_toml

COUNTY = "county"  # the kind that is meant where nothing else is given


@dataclass(frozen=True)
class AreaKind:
    """One kind of area, and how it is written."""

    id: str
    name: str  # a pattern with {name}
    also: tuple[str, ...] = ()
    states: tuple[str, ...] = ()  # where a bare name means this kind
    exact: bool = False  # whether small and capital letters of the pattern matter

    def bare(self, text: str) -> str:
        """Return the name in `text` where it is written as this kind is; else ""."""
        for pattern in (self.name, *self.also):
            before, after = map(re.escape, pattern.split("{name}"))
            flags = 0 if self.exact else re.IGNORECASE
            if match := re.fullmatch(f"{before}(.+){after}", text, flags):
                return match[1].strip()
        return ""


Kinds = Mapping[str, AreaKind]


def read_areas(folder: Path) -> dict[str, AreaKind]:
    """Read content/areas.toml. Raises ContentError."""
    kinds: dict[str, AreaKind] = {}
    for id, row in read_toml(folder / "areas.toml").items():
        row = {
            key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
        }
        try:
            kinds[id] = AreaKind(id, **row)
        except TypeError as error:
            raise ContentError(f"areas.toml: {id}: {error}.") from error
        for pattern in (kinds[id].name, *kinds[id].also):
            if pattern.count("{name}") != 1:
                raise ContentError(f"areas.toml: {id}: {pattern!r} must hold {{name}} once.")
    if COUNTY not in kinds:
        raise ContentError(f"areas.toml: [{COUNTY}] is missing; it is the reference.")
    return kinds


def words_needed(kinds: Kinds) -> Iterator[str]:
    """Yield every key that a language needs to tell these kinds to a reader."""
    for kind in kinds:
        for form in ("name", "whole", "pool"):
            yield f"area.{kind}.{form}"


def parse_area(text: str, state: str, kinds: Kinds) -> tuple[str, str]:
    """Return an area's bare name and its kind: "Orleans Parish" -> ("Orleans", "parish").

    A bare name is of the kind that is usual in its state.
    """
    for kind in kinds.values():
        if bare := kind.bare(text):
            return bare, kind.id
    usual = (kind.id for kind in kinds.values() if fold(state) in map(fold, kind.states))
    return text, next(usual, COUNTY)


def area_id(name: str, kind: str, kinds: Kinds) -> str:
    """Return what an area is called in released files, unique within its state.

    A county by its bare name; any other kind as it is written, since a state may have a city and
    a county of one name.
    """
    return name if kind == COUNTY else area_name(name, kind, kinds)


def area_name(name: str, kind: str, kinds: Kinds) -> str:
    """Return an area as it is written in English: "Orleans Parish"."""
    return kinds[kind].name.replace("{name}", name)


def fold(text: str) -> str:
    """Return a name in the form in which two spellings of it are equal: case and spaces apart."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
