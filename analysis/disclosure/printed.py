"""From exact counts and tables to the audit's terms: the true world, and what is printed of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from analysis.disclosure.limits import Limits, banded, only_n, score_room
from analysis.disclosure.witness import Shown, World
from analysis.measures import OTHER, TOTAL, WHOLE, BoolArray, IntArray, Measure, is_part
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
from analysis.tabulation.pooling import ANY, leeway, may_join, smallest_n
from analysis.tabulation.rounding import band_event
from analysis.tabulation.tables import Layout, Table


def world_of(
    tally: Tally, measures: Sequence[Measure], tables: Sequence[Table]
) -> tuple[World, list[Shown]]:
    """The true counts of one panel and everything that its tables print of them."""
    found = shown_of(tally, measures, tables)
    shown = [part for parts, _ in found for part in parts]
    shown += [atom for _, atoms in found for atom in atoms]
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
    atoms = _grouped(tables, counts, mine[0].countywide, mine[0].fewest)
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
        room=np.array([_room(sizes) for sizes in tally.events], dtype=np.int64),
        kinds=np.array([_kinds(measure) for measure in mine]),
        score=score,
        **_trading(tables, counts, tally.events, mine[0].countywide, mine[0].fewest),
        step=np.array([_step(measure) for measure in mine], dtype=np.int64),
        index=np.array([_index(measure, mine) for measure in mine], dtype=np.int64),
        least=min((measure.least for measure in mine if measure.unit == "score"), default=2),
        few=mine[0].fewest,
    )


def _trading(
    tables: Sequence[Table],
    counts: Mapping[str, IntArray],
    events: Sequence[Sequence[int]],
    countywide: bool,
    least: int,
) -> dict[str, Any]:
    """Who could stand in whose group or place and be grouped alike (worlds.World)."""
    joins: dict[str, BoolArray] = {}
    leaves: dict[str, BoolArray] = {}
    for table in tables:
        cut = table.key.cut
        asked = counts[cut][..., ASKED].max(axis=2)
        joins[cut], leaves[cut] = np.ones(asked.shape, dtype=bool), asked > 1
        if cut == TOTAL:
            places, stays = _place_trades(table, counts[cut].sum(axis=1), countywide, least)
            continue
        for area in table.layout:
            here = counts[cut][list(area.places)].sum(axis=0)
            may = may_join(here, _pooled_groups(area, here), least) | area.again
            joins[cut][list(area.places)] &= may
            leaves[cut][list(area.places)] &= here[..., ASKED].max(axis=1) > 1
    sizes = [np.array(place, dtype=np.int64) for place in events]
    fewer = [bool((band_event(s - 1) == band_event(s)).any()) for s in sizes]
    more = [_room(place) > 0 for place in events]
    return {
        "joins": joins,
        "leaves": leaves,
        "place_joins": places & np.array(more),
        "place_leaves": stays & (counts[TOTAL][:, 0, :, ASKED].max(axis=1) > 1) & np.array(fewer),
    }


def _place_trades(
    table: Table, counts: IntArray, countywide: bool, least: int
) -> tuple[BoolArray, BoolArray]:
    """Places that would be shown alike with one person more, and with one less; (R,) each.

    counts: shape (R, M, STATS)
    """
    if countywide:  # there is no pool: a place is large enough or it is not
        smallest = np.array([smallest_n(here) for here in counts])
        return smallest != least - 1, smallest != least
    joins = may_join(counts, _pooled_places(table, counts), least) | _again(table)
    return joins, np.ones(len(counts), dtype=bool)


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
    coarse = [table.rows[0].coarse if table.rows else 0 for table in tables]
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
    found = np.zeros((len(parts), len(measures)), dtype=bool)
    if table.left_out:
        for row, (area, _, _) in zip(found, parts, strict=True):
            community = table.layout[area].community
            row[:] = [(community, *measure.key) in table.left_out for measure in measures]
    return found


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


Cells = tuple[tuple[int, ...], tuple[int, ...]]  # places and groups


class Atoms(NamedTuple):
    """A partition's atoms: their places and groups, and the n between which each is grouped so."""

    cut: str
    where: list[Cells]
    n: IntArray  # shape (atoms, M), and so are the ends
    low: IntArray
    high: IntArray


def _grouped(
    tables: Sequence[Table], counts: Sequence[IntArray], countywide: bool, least: int
) -> list[list[Shown]]:
    """What each table's partitions say: who is small enough for a pool, and who is not."""
    atoms = [
        list(_places(table, c.sum(axis=1), countywide, least))
        if table.key.cut == TOTAL
        else list(_groups(table, c, least))
        for table, c in zip(tables, counts, strict=True)
    ]
    together = [some for of_table in atoms for some in of_table]
    if not together:
        return [[] for _ in tables]
    n, low, high = (np.concatenate([some[i] for some in together]) for i in (2, 3, 4))
    decides = (low > 0) | (high < ANY)
    coef, rest = only_n(n[decides], low[decides], high[decides])
    atom, measure = np.nonzero(decides)
    ends = np.searchsorted(atom, np.arange(len(n) + 1)).tolist()
    slices = map(slice, ends, ends[1:])
    return [
        [
            Shown(some.cut, *at, measure[here], Limits(coef[here], rest[here]), printed=False)
            for some in of_table
            for at, here in zip(some.where, slices, strict=False)
            if here.stop > here.start
        ]
        for of_table in atoms
    ]


def _places(table: Table, counts: IntArray, countywide: bool, least: int) -> Iterator[Atoms]:
    """What is told of the communities: which of them are small, and that some are so together.

    counts: shape (R, M, STATS). Not of those that an earlier release grouped.
    """
    pooled = () if countywide else _pooled_places(table, counts)
    low, high = leeway(counts, pooled, least)
    told = list(table.few) if _again(table) else list(range(len(counts)))
    where: list[Cells] = [((place,), (0,)) for place in told]
    yield Atoms(TOTAL, where, counts[told, :, N], low[told], high[told])
    if len(table.few) > 1:  # too few for a pool even together
        together = counts[list(table.few)].sum(axis=0)[None]
        yield Atoms(TOTAL, [(table.few, (0,))], together[..., N], *leeway(together, (), least))


def _groups(table: Table, counts: IntArray, least: int) -> Iterator[Atoms]:
    """The partitions of a cut's groups that were not given by an earlier release."""
    for area in table.layout:
        if not area.again:
            here = counts[list(area.places)].sum(axis=0)
            groups: list[Cells] = [(area.places, (g,)) for g in range(len(here))]
            ends = leeway(here, _pooled_groups(area, here), least)
            yield Atoms(table.key.cut, groups, here[..., N], *ends)


def _pooled_groups(area: Layout, counts: IntArray) -> Sequence[int]:
    """Positions of the groups that are shown together; all of them where none is shown."""
    pool = [part for part in area.groups if len(part) > 1]
    if pool or area.groups:
        return pool[0] if pool else ()
    return _asked(counts)


def _pooled_places(table: Table, counts: IntArray) -> Sequence[int]:
    """Positions of the communities that are shown together; counts: shape (R, M, STATS)."""
    pool = [area.places for area in table.layout if area.community == OTHER]
    if pool or len(table.layout) != 1 or table.layout[0].community:
        return pool[0] if pool else ()
    return _asked(counts)  # the county alone


def _again(table: Table) -> bool:
    return any(area.again for area in table.layout)


def _asked(counts: IntArray) -> list[int]:
    found: list[int] = np.flatnonzero((counts[..., ASKED] > 0).any(axis=1)).tolist()
    return found


def _room(sizes: Sequence[int]) -> int:
    """People more that the public counts of a place's events would not show."""
    events = np.array(sizes, dtype=np.int64)
    return int((band_event(events) - events).sum())


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
