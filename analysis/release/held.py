"""What held answers could do to a figure, without giving away anything of them.

Three views of one figure (all answers, those that count, those that came with a card) would give
away by subtraction what a handful of held people answered. So the view of all is never computed:
its range is the widest that so many more answers could make of the shown figure, whatever they
say. The view of cards is a released group like any other. So the range is made of published
numbers alone (n, the value's band, the number held, the group's figure), as ranges are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor
from typing import Any, NamedTuple

import pandas as pd

from analysis.measures import CARD, SCALE, TOTAL, WITH_CARD, Measure
from analysis.tabulation.tables import Note

HELD, LOW, HIGH, VERIFIED = "held", "held_low", "held_high", "verified"  # kinds of notes
SETTLED, UNSETTLED = "settled", "not_settled"
PLACE = ("season", "state", "county", "community")
STEP = 5  # a number of held answers is published rounded up to a multiple of it
POINTS = 0.05  # of the scale: views that lie further apart are not settled


class HeldIn(NamedTuple):
    """Where held answers belong to: a community's season, and the sample (audience, wave)."""

    season: int
    state: str
    county: str
    community: str
    audience: str
    wave: str


class HeldCount(NamedTuple):
    waiting: int  # for two people to decide
    left_out: int  # two people have decided


def held_notes(
    figures: pd.DataFrame, measures: Sequence[Measure], held: Mapping[HeldIn, HeldCount]
) -> list[Note]:
    """Return the notes on held answers and on cards: how many wait, and what each total could be
    over all views of it: all answers, those that count, those that came with a card.

    figures: the released figures. held: exact numbers; without any, and without released figures
    of answers with a card, there is no note.
    """
    notes = [note for at, count in sorted(held.items()) for note in _counted(at, count)]
    waiting = {at: round_up(count.waiting) for at, count in held.items() if count.waiting}
    carded = {_key(row): row for row in figures[is_carded(figures)].to_dict("records")}
    sample = {measure.key: measure.sample for measure in measures}
    seasons = {at.season for at in waiting} | {row["season"] for row in carded.values()}
    totals = figures[(figures["cut"] == TOTAL) & figures["season"].isin(seasons)]
    for row in totals.to_dict("records"):
        notes += _ranged(row, _waiting(row, waiting, sample), carded.get(_key(row)))
    return notes


def is_carded(figures: pd.DataFrame) -> pd.Series:
    """Return which figures, row by row, are of people who came with a card that works once."""
    return (figures["cut"] == CARD) & (figures["group"] == WITH_CARD)


def _key(row: Mapping[Any, Any]) -> tuple[object, ...]:
    return tuple(row[name] for name in (*PLACE, "members", "measure", "agency", "wording"))


def round_up(count: int) -> int:
    return ceil(count / STEP) * STEP


def _counted(at: HeldIn, count: HeldCount) -> Iterator[Note]:
    sample = f"{at.audience}.{at.wave}"
    for reason, many in zip(HeldCount._fields, count, strict=True):
        if many:
            place = (at.season, at.state, at.county)
            yield Note(
                HELD, reason, *place, panel=sample, community=at.community, value=round_up(many)
            )


def _waiting(
    row: Mapping[Any, Any],
    waiting: Mapping[HeldIn, int],
    sample: Mapping[tuple[str, str], tuple[str, str]],
) -> int:
    """How many answers of a total's people wait."""
    mine = sample.get((row["measure"], row["agency"]))
    return sum(
        count
        for at, count in waiting.items()
        if at[:3] == (row["season"], row["state"], row["county"])
        and mine == (at.audience, at.wave)
        and _holds(row, at.community)
    )


def _ranged(row: Mapping[Any, Any], more: int, carded: Mapping[Any, Any] | None) -> Iterator[Note]:
    """Yield the ends of one total's range over all views, in its unit.

    more: how many answers wait; carded: the released figure of those that came with a card
    """
    if not more and carded is None:
        return
    scale = SCALE[row["unit"]]
    low, high, settled = views(
        row["n_low"], row["value_low"] / scale, row["value_high"] / scale, more
    )
    key = {name: row[name] for name in (*PLACE, "panel", "cut", "measure", "agency", "members")}
    if carded is not None:
        near = _is_near(row, carded, scale)
        yield Note(VERIFIED, SETTLED if near else UNSETTLED, **key)
        low = min(low, carded["value_low"] / scale)
        high = max(high, carded["value_high"] / scale)
        settled = settled and near
    reason = SETTLED if settled else UNSETTLED
    for kind, end in ((LOW, low), (HIGH, high)):
        yield Note(kind, reason, value=round(end * scale, 4), **key)


def _is_near(row: Mapping[Any, Any], carded: Mapping[Any, Any], scale: float) -> bool:
    """Whether two printed figures differ by 5 points at most; of thirds, their nearest ends."""
    if row["value"] == row["value"] and carded["value"] == carded["value"]:  # both are numbers
        apart = abs(row["value"] - carded["value"])
    else:
        apart = max(
            carded["value_low"] - row["value_high"], row["value_low"] - carded["value_high"]
        )
    return bool(apart / scale <= POINTS + 1e-9)


def _holds(row: Mapping[Any, Any], community: str) -> bool:
    """Whether a community's answers are in a row: its own, its pool's, the whole county's."""
    return row["community"] in ("", community) or community in row["members"].split("|")


def views(n: int, least: float, most: float, held: int) -> tuple[float, float, bool]:
    """Return (low, high, settled) of a share over everything that `held` more answers could say.

    n: answers that count, at least; least, most: what the shown share stands for, 0..1. With h held
    answers, all of the worst and all of the best, the share is between least n / (n + h) and
    (most n + h) / (n + h); rounded outward to whole points. Settled: neither end lies more than
    5 points from where the share could be without them.
    """
    low, high = least * n / (n + held), (most * n + held) / (n + held)
    settled = max(most - most * n / (n + held), (least * n + held) / (n + held) - least) <= POINTS
    return floor(round(low * 100, 9)) / 100, ceil(round(high * 100, 9)) / 100, settled
