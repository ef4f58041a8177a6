"""What the grouping of a table says: who is small enough for a pool, and who could stand for whom.

A reader learns from a pool, and from a cut that is not shown, that some groups are small. Each of
these says between which counts its atoms are grouped so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.disclosure.moves import JOINS, LEAVES, STAYS, Bits
from analysis.measures import OTHER, TOTAL, BoolArray, IntArray
from analysis.tabulation.counts import ASKED, N
from analysis.tabulation.pooling import ANY, kept_apart, leeway, may_join, smallest_n
from analysis.tabulation.rounding import band_event
from analysis.tabulation.tables import Table

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


@dataclass
class Grouped:
    """What one table's partitions say of its R places and G groups."""

    atoms: list[Atoms]
    joins: BoolArray  # shape (R, G): one person more from the same pool, and
    leaves: BoolArray  # one less, would be grouped alike
    place_joins: BoolArray  # shape (R,): the same of whole places; of a total
    place_leaves: BoolArray


def grouped(table: Table, counts: IntArray, countywide: bool, least: int) -> Grouped:
    """Who is small enough for a pool, and who is not; who could stand in whose place.

    counts: shape (R, G, M, STATS)
    """
    several = counts[..., ASKED].max(axis=2) > 1
    if table.key.cut != TOTAL:
        atoms, joins, leaves = _groups(table, counts, least)
        return Grouped(atoms, joins, leaves & several, several[:, 0], several[:, 0])
    of_place = counts.sum(axis=1)
    pooled = _pooled_places(table, of_place, countywide)
    atoms = list(_places(table, of_place, pooled, least))
    if countywide:  # there is no pool: a place is large enough or it is not
        smallest = np.array([smallest_n(here) for here in of_place])
        joins, stays = smallest != least - 1, smallest != least
    else:
        joins, stays = may_join(of_place, pooled, least) | _again(table), True
    everywhere = np.ones(several.shape, dtype=bool)
    return Grouped(atoms, everywhere, several, joins, several[:, 0] & stays)


def _places(table: Table, counts: IntArray, pooled: BoolArray, least: int) -> Iterator[Atoms]:
    """What the release says of communities: which of them are small, alone or together.

    counts: shape (R, M, STATS). Not of those that an earlier release grouped.
    """
    low, high = leeway(counts, pooled, least)
    listed = list(table.few) if _again(table) else list(range(len(counts)))
    where: list[Cells] = [((place,), (0,)) for place in listed]
    yield Atoms(where, counts[listed, :, N], low[listed], high[listed])
    if len(table.few) > 1:  # too few for a pool even together
        together = counts[list(table.few)].sum(axis=0)[None]
        ends = leeway(together, np.zeros(1, dtype=bool), least)
        yield Atoms([(table.few, (0,))], together[..., N], *ends)


def _groups(table: Table, counts: IntArray, least: int) -> tuple[list[Atoms], BoolArray, BoolArray]:
    """What the release says of groups, in all areas of a table at once: A of them.

    counts: shape (R, G, M, STATS). No atoms of partitions that an earlier release gave.
    """
    places = [place for area in table.layout for place in area.places]
    sizes = np.array([len(area.places) for area in table.layout], dtype=np.int64)
    here = np.add.reduceat(counts[places], np.cumsum(sizes) - sizes, axis=0)
    asked = here[..., ASKED].max(axis=2)
    shown = np.array([bool(area.groups) for area in table.layout])[:, None]
    again = np.array([area.again for area in table.layout])
    pooled = ~shown & (asked > 0)
    for area, pool in enumerate(pooled):
        pool[[g for part in table.layout[area].groups if len(part) > 1 for g in part]] = True
    rest, measure = kept_apart(here, least)
    rest &= ~shown
    apart = np.asarray(rest.any(axis=1))
    n = (here[..., N] * rest[..., None]).sum(axis=1)
    room = n[np.arange(len(n)), measure] < least - 1
    may = np.where(apart[:, None], room[:, None] | ~rest, may_join(here, pooled, least))
    area_of = np.repeat(np.arange(len(here)), sizes)
    joins, leaves = np.ones((2, *counts.shape[:2]), dtype=bool)
    np.logical_and.at(joins, places, (may | again[:, None])[area_of])
    np.logical_and.at(leaves, places, (asked > 1)[area_of])
    return list(_atoms(table, here, pooled, rest, measure, least)), joins, leaves


def _atoms(
    table: Table,
    here: IntArray,
    pooled: BoolArray,
    rest: BoolArray,
    measure: IntArray,
    least: int,
) -> Iterator[Atoms]:
    """The groups of each area: all but one, where these keep it from being shown, or each."""
    again = np.array([area.again for area in table.layout])
    apart = rest.any(axis=1) & ~again
    places = [area.places for area in table.layout]
    if apart.any():
        n = (here[apart][..., N] * rest[apart][..., None]).sum(axis=1)
        high = np.where(np.arange(n.shape[1]) == measure[apart, None], least - 1, ANY)
        listed = [tuple(np.flatnonzero(rest[i]).tolist()) for i in np.flatnonzero(apart)]
        areas = [places[i] for i in np.flatnonzero(apart).tolist()]
        yield Atoms(list(zip(areas, listed, strict=True)), n, np.zeros_like(n), high)
    each = ~apart & ~again
    if each.any():
        n = here[each][..., N]
        low, high = leeway(here[each], pooled[each], least)
        where: list[Cells] = [
            (places[i], (g,)) for i in np.flatnonzero(each).tolist() for g in range(n.shape[1])
        ]
        yield Atoms(where, *(x.reshape(-1, n.shape[2]) for x in (n, low, high)))


def _pooled_places(table: Table, counts: IntArray, countywide: bool) -> BoolArray:
    """The communities that are shown together; counts: shape (R, M, STATS)."""
    pooled = np.zeros(len(counts), dtype=bool)
    if countywide:
        return pooled
    pool = [place for area in table.layout if area.community == OTHER for place in area.places]
    if pool or len(table.layout) != 1 or table.layout[0].community:
        pooled[pool] = True
        return pooled
    return np.asarray((counts[..., ASKED] > 0).any(axis=1))  # the county alone


def _again(table: Table) -> bool:
    return any(area.again for area in table.layout)


def room_of(sizes: Sequence[int]) -> int:
    """People more that the public counts of a place's events would not show."""
    events = np.array(sizes, dtype=np.int64)
    return int((band_event(events) - events).sum())


def may_be_fewer(sizes: Sequence[int]) -> bool:
    """Whether the public counts of some event of a place would not show one person less."""
    events = np.array(sizes, dtype=np.int64)
    return bool((band_event(events - 1) == band_event(events)).any())
