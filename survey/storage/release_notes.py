"""What a release's notes say of places: who is too small to be shown, what was held, and what
other ways to count would make of a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FEW_ANSWERS = "few_answers"  # reason of a note, as in analysis: fewer than 11 to some question
# kinds of notes, as in analysis/release/held.py
HELD = ("held", "held_low", "held_high", "verified")
UNSETTLED = "not_settled"  # reason of the others, as there
KEY = ("cut", "community", "measure", "agency")  # what a note on a figure's range shares with it
Held = Mapping[tuple[int, str, str], Sequence[Mapping[str, Any]]]


def held_notes(notes: Iterable[Mapping[str, Any]]) -> Held:
    """Return the notes on answers that do not count, by season, state and county."""
    by_area: dict[tuple[int, str, str], list[Mapping[str, Any]]] = {}
    for note in notes:
        if note["kind"] in HELD:
            by_area.setdefault((note["season"], note["state"], note["county"]), []).append(note)
    return by_area


def about_figure(held: Held, row: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the notes on one figure's views, by kind; empty for a row of more than one county."""
    return {
        note["kind"]: note
        for note in held.get((row["season"], row["state"], row.get("county", "")), ())
        if note["kind"] != HELD[0] and all(note[name] == row.get(name) for name in KEY)
    }


def held_range(held: Held, row: Mapping[str, Any]) -> tuple[float, float, str] | None:
    """Return the ends of a figure over all its views, and whether that is settled; None where it
    has one view."""
    notes = about_figure(held, row)
    if not notes:
        return None
    low, high = notes["held_low"], notes["held_high"]
    return low["value"], high["value"], low["reason"]


def with_card(held: Held, row: Mapping[str, Any]) -> str:
    """Return whether answers with a card say the same: settled, not_settled, or "" for no note."""
    note = about_figure(held, row).get("verified")
    return str(note["reason"]) if note else ""


def is_unsettled(held: Held, row: Mapping[str, Any]) -> bool:
    """Whether a figure could lie more than 5 points away over {all, counted, with a card}."""
    ends = held_range(held, row) if held else None
    return ends is not None and ends[2] == UNSETTLED


def too_few(notes: Iterable[Mapping[str, Any]]) -> dict[str, set[tuple[int, str]]]:
    """Return by slug the seasons and panels in which a community had too few answers."""
    seasons_of: dict[str, set[tuple[int, str]]] = {}
    for note in notes:
        if note["reason"] == FEW_ANSWERS:
            for slug in note["members"].split("|"):
                seasons_of.setdefault(slug, set()).add((note["season"], note["panel"]))
    return seasons_of
