"""A planned table's exact rows: counts of its parts, in whole numbers. Private until banded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.estimators.intraclass import most_per_event
from analysis.measures import LEAST, TOTAL, Measure
from analysis.tabulation.counts import BOTTOM, DONT_KNOW, SUM, TOP, Marks, N, Tally
from analysis.tabulation.rounding import N_STEP, band_event, band_n
from analysis.tabulation.tables import (
    Chart,
    Exact,
    Grouping,
    Layout,
    Plan,
    Table,
    TableKey,
    name_of,
    plan_tables,
)

Place = tuple[int, tuple[int, ...], tuple[int, ...]]  # of a part: its area, places and groups


def build_tables(
    tally: Tally,
    measures: Sequence[Measure],
    cuts: Sequence[str],
    earlier: Grouping,
    withheld: Collection[tuple[int, str, str]] = (),
    coarse: Collection[TableKey] = (),
) -> Iterator[Table]:
    """Every table of one county and season as it would be without an audit.

    For whoever checks the audit or measures what it takes away: the counts are exact. The total
    comes first within a panel.

    Parameters
    ----------
    tally
        The exact counts, as tallies() makes them.
    measures, cuts
        As the tally was made with.
    earlier
        How an earlier release grouped; Earlier(None): there was none.
    withheld
        (season, measure id, agency) of indexes that do not hold together and are not shown.
    coarse
        Tables that are shown one band coarser.

    Returns
    -------
    Tables with one row per part and measure that was asked there; one without rows has only notes.

    Raises
    ------
    Nothing.

    Source
    ------
    METHODS 7.
    """
    rows = Rows(tally, measures)
    for plan in plan_tables(tally, measures, cuts, earlier, withheld):
        yield rows.into(outline(plan, int(plan.key in coarse)), plan)


def counted(
    tally: Tally,
    measures: Sequence[Measure],
    plan: Plan,
    coarse: int,
    left_out: frozenset[Chart] = frozenset(),
) -> Table:
    """A planned table with its exact rows: one per part and per measure that was asked there."""
    return Rows(tally, measures).into(outline(plan, coarse, left_out), plan)


def outline(plan: Plan, coarse: int, left_out: frozenset[Chart] = frozenset()) -> Table:
    """A planned table without its rows: what the audit needs to know of it."""
    made = Table(plan.key, (), plan.notes, plan.regrouped, plan.measures, plan.layout, plan.few)
    return replace(made, left_out=left_out, coarse=coarse)


class Rows:
    """Makes the exact rows of a county and season: what many tables ask of the same places is
    looked up once."""

    def __init__(self, tally: Tally, measures: Sequence[Measure]) -> None:
        self.tally, self.measures = tally, measures
        self.areas: dict[tuple[int, ...], Together] = {}

    def into(self, table: Table, plan: Plan) -> Table:
        """The table with its rows: one per part and per measure that was asked there."""
        parts = parts_of(plan.layout)
        rows = tuple(self._rows(plan, parts, table.coarse)) if parts else ()
        if table.left_out:
            shown = (r for r in rows if (r.community, r.measure, r.agency) not in table.left_out)
            rows = tuple(shown)
        return replace(table, rows=rows)

    def _rows(self, plan: Plan, parts: Sequence[Place], coarse: int) -> Iterator[Exact]:
        kept, cut, tally = list(plan.measures), plan.key.cut, self.tally
        shown = [self.measures[i] for i in kept]
        stats = part_sums(tally.counts[cut], parts, kept)
        marks = part_sums(tally.marks[cut], parts, kept)
        there, of = np.nonzero(stats[:, :, N])
        s = stats[there, of]
        single = np.array([len(measure.questions) == 1 for measure in shown])
        dont_know = np.where(single[of], s[:, DONT_KNOW], -1)
        columns = (
            band_n(s[:, N], coarse)[0],
            s[:, N],
            s[:, SUM],
            dont_know,
            s[:, BOTTOM],
            s[:, TOP],
        )
        areas = [self._together(area.places) for area in plan.areas]
        of_table = [(*plan.key, area.community, "|".join(area.members)) for area in plan.areas]
        ids = [tuple(tally.groups[cut][g] for g in part) for _, _, part in parts]
        of_part = [(name_of(part), "|".join(part) if len(part) > 1 else "") for part in ids]
        of_measure = [(measure.id, measure.agency, measure.unit) for measure in shown]
        numbers = zip(*(column.tolist() for column in columns), strict=True)
        wordings = [[here.wording(i) for i in kept] for here in areas]
        splits = [measure.splits for measure in shown]
        made = zip(there.tolist(), of.tolist(), numbers, _mark_words(marks[there, of]), strict=True)
        for part, j, (least, *counts), mark in made:
            here = areas[i := parts[part][0]]
            yield Exact._make(
                (
                    *of_table[i], *of_part[part], *of_measure[j], wordings[i][j],
                    here.events, here.most[least // N_STEP], splits[j], *counts, coarse,
                    plan.least, mark, here.came if cut == TOTAL else 0,
                )
            )  # fmt: skip

    def _together(self, places: tuple[int, ...]) -> Together:
        if places not in self.areas:
            self.areas[places] = Together.of(self.tally, places)
        return self.areas[places]


@dataclass(frozen=True)
class Together:
    """What is told of the people of some places, whatever they were asked."""

    tally: Tally
    places: tuple[int, ...]
    events: int
    most: list[int]  # by the least n of a class, in steps: the largest mean event, rounded up
    came: int  # people at their events; 0 unless each was counted
    words: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tally: Tally, places: tuple[int, ...]) -> Together:
        sizes = np.array([size for place in places for size in tally.events[place]])
        classes = np.arange(LEAST // N_STEP, sizes.sum() // N_STEP + 1) * N_STEP
        classes[:1] = LEAST  # the one that is no multiple of a step
        most = np.ceil(most_per_event(classes, band_event(sizes))).astype(np.int64)
        counted = [tally.head_counts[place] for place in places]
        came = sum(counted) if all(counted) else 0
        return cls(tally, places, len(sizes), [0] * (LEAST // N_STEP) + most.tolist(), came)

    def wording(self, measure: int) -> str:
        """One version, or several joined by a plus: people here were asked in different words."""
        if measure not in self.words:
            put = (self.tally.wordings[place][measure] for place in self.places)
            self.words[measure] = "+".join(sorted(frozenset().union(*put)))
        return self.words[measure]


def _mark_words(marks: Marks) -> list[str]:
    """Marks as hexadecimal digits, the same on every machine."""
    digits = marks.astype(">u8").tobytes().hex()
    width = 16 * marks.shape[1]
    return [digits[i : i + width] for i in range(0, len(digits), width)]


def parts_of(layout: Sequence[Layout]) -> list[Place]:
    """Where every part of a table lies, area by area."""
    return [(i, area.places, part) for i, area in enumerate(layout) for part in area.groups]


def part_sums(cells: NDArray[Any], parts: Sequence[Place], measures: Sequence[int]) -> NDArray[Any]:
    """Sums over the places and groups of each part, exact; cells (R, G, M, ...) -> (parts,
    measures, ...)."""
    groups = cells.shape[1]
    inside = [[place * groups + g for place in there for g in part] for _, there, part in parts]
    starts = np.cumsum([0, *map(len, inside[:-1])])
    flat = cells.reshape(-1, *cells.shape[2:])[list(chain.from_iterable(inside))]
    sums: NDArray[Any] = np.add.reduceat(flat[:, list(measures)], starts, axis=0)
    return sums
