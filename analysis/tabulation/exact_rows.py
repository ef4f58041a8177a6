"""A planned table's exact rows: counts of its parts, in whole numbers. Private until banded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.estimators.intraclass import most_per_event
from analysis.measures import TOTAL, IntArray, Measure
from analysis.tabulation.counts import BOTTOM, DONT_KNOW, SUM, TOP, Marks, N, Tally
from analysis.tabulation.rounding import band_event, band_n
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
    for plan in plan_tables(tally, measures, cuts, earlier, withheld):
        yield counted(tally, measures, plan, int(plan.key in coarse))


def counted(
    tally: Tally,
    measures: Sequence[Measure],
    plan: Plan,
    coarse: int,
    left_out: frozenset[Chart] = frozenset(),
) -> Table:
    """A planned table with its exact rows: one per part and per measure that was asked there."""
    return with_rows(outline(plan, coarse, left_out), tally, measures, plan)


def outline(plan: Plan, coarse: int, left_out: frozenset[Chart] = frozenset()) -> Table:
    """A planned table without its rows: what the audit needs to know of it."""
    made = Table(plan.key, (), plan.notes, plan.regrouped, plan.measures, plan.layout, plan.few)
    return replace(made, left_out=left_out, coarse=coarse)


def with_rows(table: Table, tally: Tally, measures: Sequence[Measure], plan: Plan) -> Table:
    """The table with its exact rows."""
    parts = parts_of(plan.layout)
    rows = tuple(_rows(tally, measures, plan, parts, table.coarse)) if parts else ()
    if table.left_out:
        rows = tuple(r for r in rows if (r.community, r.measure, r.agency) not in table.left_out)
    return replace(table, rows=rows)


def _rows(
    tally: Tally, measures: Sequence[Measure], plan: Plan, parts: Sequence[Place], coarse: int
) -> Iterator[Exact]:
    kept, cut, areas = list(plan.measures), plan.key.cut, plan.areas
    stats = part_sums(tally.counts[cut][:, :, kept], parts)
    marks = part_sums(tally.marks[cut][:, :, kept], parts)
    there, of = np.nonzero(stats[:, :, N])
    area_of = np.array([i for i, _, _ in parts])[there]
    sizes = [[size for place in area.places for size in tally.events[place]] for area in areas]
    per_event = _per_event(stats[there, of, N], area_of, sizes, coarse)
    wordings = [[_wording(tally, area.places, i) for i in kept] for area in areas]
    shown = [measures[i] for i in kept]
    single = np.array([len(measure.questions) == 1 for measure in shown])
    came = [_head_count(tally, a.places) if cut == TOTAL else 0 for a in areas]
    ids = [tuple(tally.groups[cut][g] for g in part) for _, _, part in parts]
    where = (there.tolist(), area_of.tolist(), of.tolist())
    s = stats[there, of]
    of_table = [[*plan.key, area.community, "|".join(area.members)] for area in areas]
    of_part = [[name_of(part), "|".join(part) if len(part) > 1 else ""] for part in ids]
    of_measure = [[measure.id, measure.agency, measure.unit] for measure in shown]
    numbers = [
        column.tolist()
        for column in (
            s[:, N], s[:, SUM], np.where(single[of], s[:, DONT_KNOW], -1), s[:, BOTTOM], s[:, TOP]
        )
    ]  # fmt: skip
    made = zip(*where, per_event, *numbers, _mark_words(marks[there, of]), strict=True)
    for part, area, j, m, n, total, dont_know, bottom, top, mark in made:
        yield Exact._make(
            (
                *of_table[area], *of_part[part], *of_measure[j], wordings[area][j],
                len(sizes[area]), m, shown[j].splits, n, total, dont_know, bottom, top, coarse,
                plan.least, mark, came[area],
            )
        )  # fmt: skip


def _mark_words(marks: Marks) -> list[str]:
    """Marks as hexadecimal digits, the same on every machine."""
    digits = marks.astype(">u8").tobytes().hex()
    width = 16 * marks.shape[1]
    return [digits[i : i + width] for i in range(0, len(digits), width)]


def _head_count(tally: Tally, places: Sequence[int]) -> int:
    """How many people came to the events of these places; 0 unless each was counted."""
    counted = [tally.head_counts[place] for place in places]
    return sum(counted) if all(counted) else 0


def parts_of(layout: Sequence[Layout]) -> list[Place]:
    """Where every part of a table lies, area by area."""
    return [(i, area.places, part) for i, area in enumerate(layout) for part in area.groups]


def part_sums(cells: NDArray[Any], parts: Sequence[Place]) -> NDArray[Any]:
    """Sums over the places and groups of each part; cells (R, G, ...) -> (parts, ...), exact."""
    places, groups, *rest = cells.shape
    inside = np.zeros((len(parts), places, groups), dtype=cells.dtype)
    for row, (_, there, part) in zip(inside, parts, strict=True):
        for place in there:
            row[place, list(part)] = 1
    flat: NDArray[Any] = inside.reshape(-1, places * groups) @ cells.reshape(places * groups, -1)
    return flat.reshape(len(parts), *rest)


def _per_event(
    n: IntArray, area_of: IntArray, sizes: Sequence[Sequence[int]], coarse: int
) -> list[int]:
    """The largest mean event that public counts allow, rounded up, of each row in its area."""
    least, _ = band_n(n, coarse)
    width = int(least.max(initial=0)) + 1
    pairs, back = np.unique(area_of * width + least, return_inverse=True)
    counts = np.zeros(len(pairs), dtype=np.int64)
    of = pairs // width
    for i, events in enumerate(sizes):
        here = of == i
        if here.any():
            most = most_per_event(pairs[here] % width, band_event(np.array(events)))
            counts[here] = np.ceil(most)
    return [int(m) for m in counts[back].tolist()]


def _wording(tally: Tally, places: Sequence[int], measure: int) -> str:
    """One version, or several joined by a plus: people here were asked in different words."""
    return "+".join(sorted(frozenset().union(*(tally.wordings[c][measure] for c in places))))
