"""What held answers could do to a figure, without giving away anything of them.

Three views of one figure (all answers, those that count, those that are verified) would give away
by subtraction what a handful of held people answered. So the view of all is never computed: its
range is the widest that so many more answers could make of the shown figure, whatever they say. It
is made of published numbers alone (n, the value's band, the number held), as ranges are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor
from typing import Any, NamedTuple

import pandas as pd

from analysis.measures import SCALE, TOTAL, Measure
from analysis.tabulation.tables import Note

HELD, LOW, HIGH = "held", "held_low", "held_high"  # kinds of notes
SETTLED, UNSETTLED = "settled", "not_settled"
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
    """Return the notes on held answers: how many there are, and what they could do to each total.

    figures: the released figures. held: exact numbers; without any there is no note.
    """
    notes = [note for at, count in sorted(held.items()) for note in _counted(at, count)]
    waiting = {at: round_up(count.waiting) for at, count in held.items() if count.waiting}
    if waiting:
        sample = {measure.key: measure.sample for measure in measures}
        totals = figures[figures["cut"] == TOTAL].to_dict("records")
        notes += [note for row in totals for note in _ranged(row, waiting, sample)]
    return notes


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


def _ranged(
    row: Mapping[Any, Any],
    waiting: Mapping[HeldIn, int],
    sample: Mapping[tuple[str, str], tuple[str, str]],
) -> Iterator[Note]:
    """Yield the ends of one total's range over all views, in its unit."""
    mine = sample.get((row["measure"], row["agency"]))
    more = sum(
        count
        for at, count in waiting.items()
        if at[:3] == (row["season"], row["state"], row["county"])
        and mine == (at.audience, at.wave)
        and _holds(row, at.community)
    )
    if not more:
        return
    scale = SCALE[row["unit"]]
    least, most = row["value_low"] / scale, row["value_high"] / scale
    low, high, settled = views(row["n_low"], least, most, more)
    key = {name: row[name] for name in ("season", "state", "county", "panel", "cut", "community")}
    key |= {"measure": row["measure"], "agency": row["agency"], "members": row["members"]}
    reason = SETTLED if settled else UNSETTLED
    for kind, end in ((LOW, low), (HIGH, high)):
        yield Note(kind, reason, value=round(end * scale, 4), **key)


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
