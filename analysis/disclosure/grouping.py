"""What the grouping of a table says: who is small enough for a pool, and who could stand for whom.

A reader learns from a pool, and from a cut that is not shown, that some groups are small. Each of
these says between which counts its atoms are grouped so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from analysis.disclosure.moves import JOINS, LEAVES, STAYS, Bits
from analysis.measures import OTHER, TOTAL, BoolArray, IntArray
from analysis.tabulation.counts import ASKED, N
from analysis.tabulation.pooling import ANY, kept_apart, leeway, may_join, smallest_n
from analysis.tabulation.rounding import band_event
from analysis.tabulation.tables import Layout, Table

Cells = tuple[tuple[int, ...], tuple[int, ...]]  # places and groups


class Atoms(NamedTuple):
    """Some of a table's atoms: their places and groups, and the n between which each is grouped
    so."""

    where: list[Cells]
    n: IntArray  # shape (atoms, M), and so are the ends
    low: IntArray
    high: IntArray

    @property
    def decides(self) -> BoolArray:
        """Whether another n would be grouped otherwise at all; shape (atoms, M)."""
        return (self.low > 0) | (self.high < ANY)

    @property
    def stands(self) -> Bits:
        """Moves that keep each atom grouped as it is; shape (atoms, M)."""
        stays = np.where(self.n < self.high, STAYS | JOINS, STAYS)
        return np.where(self.n > self.low, stays | LEAVES, stays)


def grouped(table: Table, counts: IntArray, countywide: bool, least: int) -> list[Atoms]:
    """What a table's partitions say: who is small enough for a pool, and who is not.

    counts: shape (R, G, M, STATS)
    """
    if table.key.cut == TOTAL:
        return list(_places(table, counts.sum(axis=1), countywide, least))
    return list(_groups(table, counts, least))


def _places(table: Table, counts: IntArray, countywide: bool, least: int) -> Iterator[Atoms]:
    """What the release says of communities: which of them are small, alone or together.

    counts: shape (R, M, STATS). Not of those that an earlier release grouped.
    """
    pooled = () if countywide else _pooled_places(table, counts)
    low, high = leeway(counts, pooled, least)
    listed = list(table.few) if _again(table) else list(range(len(counts)))
    where: list[Cells] = [((place,), (0,)) for place in listed]
    yield Atoms(where, counts[listed, :, N], low[listed], high[listed])
    if len(table.few) > 1:  # too few for a pool even together
        together = counts[list(table.few)].sum(axis=0)[None]
        yield Atoms([(table.few, (0,))], together[..., N], *leeway(together, (), least))


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
                yield Atoms([(area.places, tuple(rest))], n, np.zeros_like(n), high)
                continue
            groups: list[Cells] = [(area.places, (g,)) for g in range(len(here))]
            ends = leeway(here, _pooled_groups(area, here), least)
            yield Atoms(groups, here[..., N], *ends)


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


def exchanges(table: Table, counts: IntArray, least: int) -> tuple[BoolArray, BoolArray]:
    """Who could come into each group, and who could leave it, and be grouped alike; (R, G) each.

    counts: shape (R, G, M, STATS)
    """
    asked = counts[..., ASKED].max(axis=2)
    joins, leaves = np.ones(asked.shape, dtype=bool), asked > 1
    for area in table.layout if table.key.cut != TOTAL else ():
        places = list(area.places)
        here = counts[places].sum(axis=0)
        joins[places] &= _may_join_group(area, here, least) | area.again
        leaves[places] &= here[..., ASKED].max(axis=1) > 1
    return joins, leaves


def _may_join_group(area: Layout, counts: IntArray, least: int) -> BoolArray:
    """Which groups of an area could have one person more from another of its pool; (G,)."""
    reason = None if area.groups else kept_apart(counts, least)
    if reason is None:
        return may_join(counts, _pooled_groups(area, counts), least)
    rest, measure = reason
    room = bool(counts[rest, measure, N].sum() < least - 1)
    return np.array([room or group not in rest for group in range(len(counts))], dtype=bool)


def place_exchanges(
    total: Table, counts: IntArray, countywide: bool, least: int
) -> tuple[BoolArray, BoolArray]:
    """Places that would be shown alike with one person more, and with one less; (R,) each.

    counts: shape (R, M, STATS), of the panel's total
    """
    asked = counts[..., ASKED].max(axis=1) > 1
    if countywide:  # there is no pool: a place is large enough or it is not
        smallest = np.array([smallest_n(here) for here in counts])
        return smallest != least - 1, (smallest != least) & asked
    return may_join(counts, _pooled_places(total, counts), least) | _again(total), asked


def room_of(sizes: Sequence[int]) -> int:
    """People more that the public counts of a place's events would not show."""
    events = np.array(sizes, dtype=np.int64)
    return int((band_event(events) - events).sum())


def may_be_fewer(sizes: Sequence[int]) -> bool:
    """Whether the public counts of some event of a place would not show one person less."""
    events = np.array(sizes, dtype=np.int64)
    return bool((band_event(events - 1) == band_event(events)).any())
