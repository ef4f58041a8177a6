"""From exact counts and tables to the audit's terms: the true world, and what is printed of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.disclosure.grouping import grouped, room_of, trading
from analysis.disclosure.limits import Limits, banded, score_room
from analysis.disclosure.witness import Shown, World
from analysis.measures import WHOLE, BoolArray, IntArray, Measure, is_part
from analysis.tabulation.counts import (
    ASKED,
    BOTTOM,
    DONT_KNOW,
    HANGS,
    HIGH,
    LOW,
    SUM,
    TOP,
    N,
    Tally,
)
from analysis.tabulation.exact_rows import Place, part_sums, parts_of
from analysis.tabulation.figure_print import Counts
from analysis.tabulation.tables import Table


def world_of(
    tally: Tally, measures: Sequence[Measure], tables: Sequence[Table]
) -> tuple[World, list[Shown]]:
    """The true counts of one panel and everything that its tables print: where the audit starts.

    Parameters
    ----------
    tally, measures
        The exact counts of a county and season, and the measures that they were made with.
    tables
        The panel's tables, as build_tables() makes them.

    Returns
    -------
    (world, what is printed of each part and of each group).

    Raises
    ------
    Nothing.

    Source
    ------
    METHODS 7.6.
    """
    printed = shown_of(tally, measures, tables)
    shown = [part for parts, _ in printed for part in parts]
    shown += [atom for _, atoms in printed for atom in atoms]
    return true_world(tally, measures, tables), shown


def shown_of(
    tally: Tally, measures: Sequence[Measure], tables: Sequence[Table]
) -> list[tuple[list[Shown], list[Shown]]]:
    """What each table of a panel prints, and what its grouping says of those who are grouped."""
    if not tables:
        return []
    kept = list(tables[0].measures)
    counts = [tally.counts[table.key.cut][:, :, kept] for table in tables]
    mine = [measures[i] for i in kept]
    printed = _printed(tables, counts, mine)
    atoms = grouped(tables, counts, mine[0].countywide, mine[0].fewest)
    return list(zip(printed, atoms, strict=True))


def true_world(tally: Tally, measures: Sequence[Measure], tables: Sequence[Table]) -> World:
    """The true counts of one panel, under every cut that has a table."""
    kept = list(tables[0].measures)
    mine = [measures[i] for i in kept]
    score = np.array([measure.unit == "score" for measure in mine])
    counts = {table.key.cut: tally.counts[table.key.cut][:, :, kept] for table in tables}
    return World(
        counts={cut: _three(c, score) for cut, c in counts.items()},
        ends={cut: c[..., [LOW, HIGH]] for cut, c in counts.items()},
        hangs={cut: c[..., HANGS] for cut, c in counts.items()},
        asked={cut: c[..., ASKED] > 0 for cut, c in counts.items()},
        room=np.array([room_of(sizes) for sizes in tally.events], dtype=np.int64),
        kinds=np.array([_kinds(measure) for measure in mine]),
        score=score,
        **trading(tables, counts, tally.events, mine[0].countywide, mine[0].fewest),
        step=np.array([_step(measure) for measure in mine], dtype=np.int64),
        index=np.array([_index(measure, mine) for measure in mine], dtype=np.int64),
        least=min((measure.least for measure in mine if measure.unit == "score"), default=2),
        few=mine[0].fewest,
    )


def _three(counts: IntArray, score: BoolArray) -> IntArray:
    """n, favourable, unfavourable; of a score n, its sum, 0."""
    top = np.where(score, counts[..., SUM], counts[..., TOP])
    return np.stack((counts[..., N], top, np.where(score, 0, counts[..., BOTTOM])), axis=-1)


def _printed(
    tables: Sequence[Table], counts: Sequence[IntArray], measures: Sequence[Measure]
) -> list[list[Shown]]:
    """Every part of each table with the limits of its figures; counts: shape (R, G, M, STATS)."""
    parts = [parts_of(table.layout) for table in tables]
    sums = np.concatenate([part_sums(c, some) for c, some in zip(counts, parts, strict=True)])
    left_out = np.concatenate(
        [_left_out(table, some, measures) for table, some in zip(tables, parts, strict=True)]
    )
    part, measure = np.nonzero((sums[:, :, N] > 0) & ~left_out)
    stats = sums[part, measure]
    coarse = [table.coarse for table in tables]
    level = np.repeat(np.array(coarse, dtype=np.int64), [len(some) for some in parts])[part]
    figures = _counts(stats, measure, measures, level)
    limits = banded(figures)
    needed = min((m.least for m in measures if m.unit == "score"), default=1)
    room = score_room(figures, stats[:, LOW], stats[:, HIGH], needed)
    ends = np.searchsorted(part, np.arange(len(sums) + 1)).tolist()
    slices = map(slice, ends, ends[1:])
    return [
        [
            Shown(
                table.key.cut, places, groups, measure[here := next(slices)],
                Limits(limits.coef[here], limits.rest[here]), room[here],
            )
            for _, places, groups in some
        ]
        for table, some in zip(tables, parts, strict=True)
    ]  # fmt: skip


def _left_out(table: Table, parts: Sequence[Place], measures: Sequence[Measure]) -> BoolArray:
    """Which figures of a table's parts are left out; shape (parts, M)."""
    left_out = np.zeros((len(parts), len(measures)), dtype=bool)
    if table.left_out:
        for row, (area, _, _) in zip(left_out, parts, strict=True):
            community = table.layout[area].community
            row[:] = [(community, *measure.key) in table.left_out for measure in measures]
    return left_out


def _counts(stats: IntArray, of: IntArray, measures: Sequence[Measure], coarse: IntArray) -> Counts:
    score = np.array([measure.unit == "score" for measure in measures])[of]
    single = np.array([len(measure.questions) == 1 for measure in measures])[of]
    return Counts(
        n=stats[:, N],
        top=np.where(score, stats[:, SUM], stats[:, TOP]),
        bottom=np.where(score, 0, stats[:, BOTTOM]),
        dont_know=np.where(single, stats[:, DONT_KNOW], -1),
        score=score,
        splits=np.array([measure.splits for measure in measures])[of],
        coarse=coarse,
        least=measures[0].fewest,
    )


def _kinds(measure: Measure) -> tuple[bool, bool, bool]:
    between = set(measure.valid) - set(measure.favourable) - set(measure.unfavourable)
    return bool(measure.favourable), bool(between), bool(measure.unfavourable)


def _step(measure: Measure) -> int:
    """One code more in one question, for somebody who answered them all, in millionths."""
    return WHOLE // (len(measure.questions) * (max(measure.valid) - min(measure.valid)))


def _index(measure: Measure, measures: Sequence[Measure]) -> int:
    """Position of the shown score that this question is part of; -1 if there is none."""
    for position, other in enumerate(measures):
        if other.unit == "score" and is_part(measure, other):
            return position
    return -1
