"""What the grouping of a table says: who is small enough for a pool, and who could stand for whom.

A reader learns from a pool, and from a cut that is not shown, that some groups are small. Each of
these says between which counts its atoms are grouped so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from analysis.disclosure.limits import Limits, only_n
from analysis.disclosure.witness import Shown
from analysis.measures import OTHER, TOTAL, BoolArray, IntArray
from analysis.tabulation.counts import ASKED, N
from analysis.tabulation.pooling import ANY, kept_apart, leeway, may_join, smallest_n
from analysis.tabulation.rounding import band_event
from analysis.tabulation.tables import Layout, Table

Cells = tuple[tuple[int, ...], tuple[int, ...]]  # places and groups


class Atoms(NamedTuple):
    """A partition's atoms: their places and groups, and the n between which each is grouped so."""

    cut: str
    where: list[Cells]
    n: IntArray  # shape (atoms, M), and so are the ends
    low: IntArray
    high: IntArray


def grouped(
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
    """What the release says of communities: which of them are small, alone or together.

    counts: shape (R, M, STATS). Not of those that an earlier release grouped.
    """
    pooled = () if countywide else _pooled_places(table, counts)
    low, high = leeway(counts, pooled, least)
    listed = list(table.few) if _again(table) else list(range(len(counts)))
    where: list[Cells] = [((place,), (0,)) for place in listed]
    yield Atoms(TOTAL, where, counts[listed, :, N], low[listed], high[listed])
    if len(table.few) > 1:  # too few for a pool even together
        together = counts[list(table.few)].sum(axis=0)[None]
        yield Atoms(TOTAL, [(table.few, (0,))], together[..., N], *leeway(together, (), least))


def _groups(table: Table, counts: IntArray, least: int) -> Iterator[Atoms]:
    """The partitions of a cut's groups that were not given by an earlier release."""
    for area in table.layout:
        if not area.again:
            here = counts[list(area.places)].sum(axis=0)
            if not area.groups and (reason := kept_apart(here, least)):
                rest, measure = reason
                n = here[rest, :, N].sum(axis=0, keepdims=True)
                high = np.full_like(n, ANY)
                high[0, measure] = least - 1
                yield Atoms(table.key.cut, [(area.places, tuple(rest))], n, np.zeros_like(n), high)
                continue
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
    positions: list[int] = np.flatnonzero((counts[..., ASKED] > 0).any(axis=1)).tolist()
    return positions


def trading(
    tables: Sequence[Table],
    counts: Mapping[str, IntArray],
    events: Sequence[Sequence[int]],
    countywide: bool,
    least: int,
) -> dict[str, Any]:
    """Who could stand in whose group or place and be grouped alike (witness.World)."""
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
            may = _may_join_group(area, here, least) | area.again
            joins[cut][list(area.places)] &= may
            leaves[cut][list(area.places)] &= here[..., ASKED].max(axis=1) > 1
    sizes = [np.array(place, dtype=np.int64) for place in events]
    fewer = [bool((band_event(s - 1) == band_event(s)).any()) for s in sizes]
    more = [room_of(place) > 0 for place in events]
    return {
        "joins": joins,
        "leaves": leaves,
        "place_joins": places & np.array(more),
        "place_leaves": stays & (counts[TOTAL][:, 0, :, ASKED].max(axis=1) > 1) & np.array(fewer),
    }


def _may_join_group(area: Layout, counts: IntArray, least: int) -> BoolArray:
    """Which groups of an area could have one person more from another of its pool; (G,)."""
    reason = None if area.groups else kept_apart(counts, least)
    if reason is None:
        return may_join(counts, _pooled_groups(area, counts), least)
    rest, measure = reason
    room = bool(counts[rest, measure, N].sum() < least - 1)
    return np.array([room or group not in rest for group in range(len(counts))], dtype=bool)


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


def room_of(sizes: Sequence[int]) -> int:
    """People more that the public counts of a place's events would not show."""
    events = np.array(sizes, dtype=np.int64)
    return int((band_event(events) - events).sum())
