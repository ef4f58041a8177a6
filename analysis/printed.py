"""From exact counts and tables to the audit's terms: the true world, and what is printed of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from analysis.band import band_event
from analysis.block import Layout, Table
from analysis.limits import Counts, Limits, banded, only_n, score_room
from analysis.measures import LEAST_OF, TOTAL, WHOLE, BoolArray, IntArray, Measure, is_part
from analysis.pool import ANY, leeway, may_join
from analysis.tally import ASKED, BOTTOM, DONT_KNOW, HANGS, HIGH, LOW, SUM, TOP, N, Tally
from analysis.worlds import Shown, World


def world_of(
    tally: Tally, measures: Sequence[Measure], tables: Sequence[Table]
) -> tuple[World, list[Shown]]:
    """The true counts of one panel and everything that its tables print of them."""
    kept = list(tables[0].measures)
    mine = [measures[i] for i in kept]
    score = np.array([measure.unit == "score" for measure in mine])
    counts = {table.key.cut: tally.counts[table.key.cut][:, :, kept] for table in tables}
    world = World(
        counts={cut: _three(c, score) for cut, c in counts.items()},
        ends={cut: c[..., [LOW, HIGH]] for cut, c in counts.items()},
        hangs={cut: c[..., HANGS] for cut, c in counts.items()},
        asked={cut: c[..., ASKED] > 0 for cut, c in counts.items()},
        room=np.array([_room(sizes) for sizes in tally.events], dtype=np.int64),
        kinds=np.array([_kinds(measure) for measure in mine]),
        score=score,
        **_trading(tables, counts, tally.events, LEAST_OF[mine[0].audience]),
        step=np.array([_step(measure) for measure in mine], dtype=np.int64),
        index=np.array([_index(measure, mine) for measure in mine], dtype=np.int64),
        least=min((measure.least for measure in mine if measure.unit == "score"), default=2),
        few=LEAST_OF[mine[0].audience],
    )
    shown = [part for table in tables for part in _grouped(table, counts[table.key.cut], world.few)]
    return world, [*_printed(tables, counts, mine), *shown]


def _trading(
    tables: Sequence[Table],
    counts: Mapping[str, IntArray],
    events: Sequence[Sequence[int]],
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
            pooled, again = _pooled_places(table, counts[cut])
            places = may_join(counts[cut].sum(axis=1), pooled, least) | again
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
        "place_leaves": (counts[TOTAL][:, 0, :, ASKED].max(axis=1) > 1) & np.array(fewer),
    }


def _three(counts: IntArray, score: BoolArray) -> IntArray:
    """n, favourable, unfavourable; of a score n, its sum, 0."""
    top = np.where(score, counts[..., SUM], counts[..., TOP])
    return np.stack((counts[..., N], top, np.where(score, 0, counts[..., BOTTOM])), axis=-1)


def _printed(
    tables: Sequence[Table], counts: Mapping[str, IntArray], measures: Sequence[Measure]
) -> Iterator[Shown]:
    """Every part of every table with the limits of its figures."""
    where: list[tuple[str, tuple[int, ...], tuple[int, ...], IntArray]] = []
    stats: list[IntArray] = []
    of: list[IntArray] = []
    coarse: list[int] = []
    for table in tables:
        level = table.rows[0].coarse if table.rows else 0
        for area in table.layout:
            here = counts[table.key.cut][list(area.places)].sum(axis=0)
            for part in area.groups:
                sums = here[list(part)].sum(axis=0)
                there = np.flatnonzero(sums[:, N])
                where.append((table.key.cut, area.places, part, there))
                stats.append(sums[there])
                of.append(there)
                coarse += [level] * len(there)
    if not where:
        return
    together = np.concatenate(stats)
    printed = _counts(together, np.concatenate(of), measures, np.array(coarse))
    limits = banded(printed)
    needed = min((m.least for m in measures if m.unit == "score"), default=1)
    room = score_room(printed, together[:, LOW], together[:, HIGH], needed)
    first = 0
    for cut, places, part, there in where:
        here = slice(first, first + len(there))
        mine = Limits(limits.coef[here], limits.rest[here])
        yield Shown(cut, places, part, there, mine, room[here])
        first = here.stop


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
        least=LEAST_OF[measures[0].audience],
    )


def _grouped(table: Table, counts: IntArray, least: int) -> Iterator[Shown]:
    """What the partition itself says: who is small enough for a pool, and who is not."""
    if table.key.cut == TOTAL:
        pooled, again = _pooled_places(table, counts)
        of_places = counts.sum(axis=1)
        low, high = leeway(of_places, pooled, least)
        for place in [] if again else range(len(counts)):
            yield from _kept(TOTAL, (place,), (0,), of_places[place], low[place], high[place])
        return
    for area in table.layout:
        here = counts[list(area.places)].sum(axis=0)
        low, high = leeway(here, _pooled_groups(area, here), least)
        for g in [] if area.again else range(len(here)):
            yield from _kept(table.key.cut, area.places, (g,), here[g], low[g], high[g])


def _pooled_groups(area: Layout, counts: IntArray) -> Sequence[int]:
    """Positions of the groups that are shown together; all of them where none is shown."""
    pool = [part for part in area.groups if len(part) > 1]
    if pool or area.groups:
        return pool[0] if pool else ()
    return _asked(counts)


def _pooled_places(table: Table, counts: IntArray) -> tuple[Sequence[int], bool]:
    """Positions of the communities that are shown together, and whether that was so before."""
    county, *parts = table.layout
    pool = [part.places for part in parts if len(part.places) > 1]
    if pool or parts:
        return (pool[0] if pool else ()), county.again
    return _asked(counts.sum(axis=1)), county.again


def _asked(counts: IntArray) -> list[int]:
    found: list[int] = np.flatnonzero((counts[..., ASKED] > 0).any(axis=1)).tolist()
    return found


def _kept(
    cut: str,
    places: tuple[int, ...],
    groups: tuple[int, ...],
    counts: IntArray,
    low: IntArray,
    high: IntArray,
) -> Iterator[Shown]:
    """One atom of a partition, for the measures whose n decides where it belongs."""
    decides = np.flatnonzero((low > 0) | (high < ANY))
    if len(decides):
        limits = only_n(counts[decides, N], low[decides], high[decides])
        yield Shown(cut, places, groups, decides, limits, printed=False)


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
