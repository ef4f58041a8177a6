"""Sentences on answers that do not count, and on figures that are not settled because of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from survey.read.captions import Teller
from survey.storage.release_notes import UNSETTLED, held_range, with_card
from survey.storage.release_store import Current, Row

WAITING, LEFT_OUT = "waiting", "left_out"


def held_notes(now: Current, tell: Teller, row: Row) -> Iterator[str]:
    """Yield what is to be said beside one figure: how many wait, and what they could do to it."""
    notes = now.held.get((row["season"], row["state"], row["county"]), ())
    waiting, left_out = (number(now, notes, row, reason) for reason in (WAITING, LEFT_OUT))
    about: dict[str, object] = {"season": row["season"]}
    if ends := held_range(now.held, row):
        low, high, reason = ends
        ends_named = {"low": tell.number(low, row), "high": tell.number(high, row)}
        if waiting:
            key = "held.unsettled" if reason == UNSETTLED else "held.settled"
            yield tell.say(key, number=tell.language.number(waiting), **about, **ends_named)
        if by_card := with_card(now.held, row):
            key = "held.card_unsettled" if by_card == UNSETTLED else "held.card_settled"
            yield tell.say(key, **about, **ends_named)
    if left_out:
        yield tell.say("held.left_out", number=tell.language.number(left_out), **about)


def number(now: Current, notes: Any, row: Row, reason: str) -> int:
    """Return how many answers of a figure's people are held, at most."""
    sample = now.asked(row["measure"]).sample.replace("_", ".")
    return int(
        sum(
            note["value"]
            for note in notes
            if (note["kind"], note["reason"], note["panel"]) == ("held", reason, sample)
            and (row["community"] in ("", note["community"])
                 or note["community"] in row["members"].split("|"))
        )
    )  # fmt: skip
