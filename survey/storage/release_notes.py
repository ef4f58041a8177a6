"""What a release's notes say of places: who is too small to be shown, what was held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FEW_ANSWERS = "few_answers"  # reason of a note, as in analysis: fewer than 11 to some question
HELD = ("held", "held_low", "held_high")  # kinds of notes, as in analysis/release/held.py
Held = Mapping[tuple[int, str, str], Sequence[Mapping[str, Any]]]


def held_notes(notes: Iterable[Mapping[str, Any]]) -> Held:
    """Return the notes on answers that do not count, by season, state and county."""
    by_area: dict[tuple[int, str, str], list[Mapping[str, Any]]] = {}
    for note in notes:
        if note["kind"] in HELD:
            by_area.setdefault((note["season"], note["state"], note["county"]), []).append(note)
    return by_area


def too_few(notes: Iterable[Mapping[str, Any]]) -> dict[str, set[tuple[int, str]]]:
    """Return by slug the seasons and panels in which a community had too few answers."""
    seasons_of: dict[str, set[tuple[int, str]]] = {}
    for note in notes:
        if note["reason"] == FEW_ANSWERS:
            for slug in note["members"].split("|"):
                seasons_of.setdefault(slug, set()).add((note["season"], note["panel"]))
    return seasons_of
