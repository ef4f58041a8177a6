"""One county in one season, table by table: who is shown together, and what a row of it holds.

A table is one panel of measures under one cut, in the county and in its communities: the unit
that is published, rebuilt or waits as a whole (rule of 11), because its parts add up to each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np

from analysis.measures import LEAST, OTHER, TOTAL, Measure, panels
from analysis.tabulation.counts import ASKED, N, Tally
from analysis.tabulation.pooling import Part, Standing, communities, divided, partition, smallest_of

FEW_ANSWERS = "few_answers"  # reason of the note on communities that are in no part


class TableKey(NamedTuple):
    season: int
    state: str
    county: str
    panel: str
    cut: str


class Chart(NamedTuple):
    """One measure of one area under a table's cut: the smallest thing that can be left out."""

    community: str  # as in Exact
    measure: str
    agency: str


class Exact(NamedTuple):
    """One figure before banding: exact, private."""

    season: int
    state: str
    county: str
    panel: str
    cut: str
    community: str  # "" = the whole county, OTHER = the pool
    members: str  # slugs in the pool, joined by bars
    group: str  # "" for total, OTHER = the pool
    groups: str  # group ids in the pool, joined by bars
    measure: str
    agency: str
    unit: str
    wording: str
    events: int
    per_event: int  # the largest m that public counts allow, rounded up
    splits: bool
    n: int
    total: int  # millionths
    dont_know: int
    bottom: int
    top: int
    coarse: int  # 1: one band coarser than its n asks for, because the audit wanted it
    least: int  # people that a figure of its audience may rest on
    mark: str  # fingerprint of the answers behind it
    head_count: int = 0  # people at these events, as organisers counted them; 0: not counted


class Note(NamedTuple):
    """Why something is shown as it is. May be published: no exact small number in it."""

    kind: str  # pooled, dropped, waits, rho
    reason: str  # under_least, one_part, changed_by_few, regrouped, total_waits, audit, ...
    season: int
    state: str = ""
    county: str = ""
    panel: str = ""
    cut: str = ""
    community: str = ""
    measure: str = ""
    agency: str = ""
    members: str = ""
    value: float = float("nan")


@dataclass(frozen=True)
class Layout:
    """Where an area's figures in a table come from, as positions in the tally."""

    community: str  # as in Exact
    places: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]  # a part each; none: fewer than two, so not shown
    again: bool = False  # grouped as an earlier release did, whatever the counts are now


@dataclass(frozen=True)
class Area:
    """The county ("") or a part of its communities, as positions in the tally."""

    community: str
    members: Part
    places: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """Who is shown together in a table. It hangs on the counts alone, not on how they are shown."""

    key: TableKey
    notes: tuple[Note, ...] = ()
    regrouped: bool = False  # the grouping that is already published no longer holds
    measures: tuple[int, ...] = ()  # positions of those that are shown
    areas: tuple[Area, ...] = ()
    layout: tuple[Layout, ...] = ()  # of each area
    few: tuple[int, ...] = ()  # positions of communities that are in no part
    least: int = LEAST


@dataclass(frozen=True)
class Table:
    key: TableKey
    rows: tuple[Exact, ...]
    notes: tuple[Note, ...] = ()
    regrouped: bool = False
    measures: tuple[int, ...] = ()
    layout: tuple[Layout, ...] = ()
    few: tuple[int, ...] = ()
    left_out: frozenset[Chart] = frozenset()  # by the audit
    coarse: int = 0  # 1: shown one band coarser


class Grouping(Protocol):
    """How an earlier release grouped a table: None if it had no such table, () if no such parts."""

    def communities(self, key: TableKey) -> Standing | None: ...
    def groups(self, key: TableKey, community: str) -> Sequence[Part] | None: ...


def plan_tables(
    tally: Tally,
    measures: Sequence[Measure],
    cuts: Sequence[str],
    earlier: Grouping,
    withheld: Collection[tuple[int, str, str]] = (),
    *,
    only: str = "",
) -> Iterator[Plan]:
    """How every table of the block is grouped, total first within a panel; only: of one panel."""
    for panel, positions in panels(measures).items():
        if only and panel != only:
            continue
        key = TableKey(tally.season, tally.state, tally.county, panel, TOTAL)
        total = _total_plan(tally, measures, key, positions, earlier, withheld)
        yield total
        for cut in cuts if any(measures[i].grouped for i in total.measures) else ():
            yield _cut_plan(tally, total, cut, earlier)


def _total_plan(
    tally: Tally,
    measures: Sequence[Measure],
    key: TableKey,
    positions: Sequence[int],
    earlier: Grouping,
    withheld: Collection[tuple[int, str, str]],
) -> Plan:
    """Which measures of a panel are shown, and of whom; without measures nothing is shown."""
    shown = [i for i in positions if (tally.season, *measures[i].key) not in withheld]
    counts = tally.counts[TOTAL][:, :, shown].sum(axis=(0, 1))
    least = measures[positions[0]].fewest
    kept = [i for i, c in zip(shown, counts, strict=True) if c[N] >= least]
    notes = tuple(
        Note("dropped", "under_least", *key, "", *measures[i].key)
        for i, c in zip(shown, counts, strict=True)
        if c[ASKED] and i not in kept
    )
    before = earlier.communities(key)
    if not kept:
        return Plan(key, notes, regrouped=before is not None)
    standing = _standing(tally, measures, kept, before, least)
    if standing is None:
        return Plan(key, notes, regrouped=True)
    areas, place_notes = _areas(tally, key, standing)
    again = before is not None and bool(before.parts)
    layout = tuple(Layout(area.community, area.places, ((0,),), again) for area in areas)
    few = tuple(map(tally.communities.index, standing.few))
    return Plan(key, (*notes, *place_notes), False, tuple(kept), tuple(areas), layout, few, least)


def _standing(
    tally: Tally,
    measures: Sequence[Measure],
    kept: Sequence[int],
    before: Standing | None,
    least: int,
) -> Standing | None:
    """How the communities are shown; None if an earlier grouping broke."""
    counts = tally.counts[TOTAL][:, :, kept].sum(axis=1)
    countywide = measures[kept[0]].countywide
    return communities(tally.communities, counts, countywide=countywide, before=before, least=least)


def _areas(tally: Tally, key: TableKey, standing: Standing) -> tuple[list[Area], list[Note]]:
    """The county, where its total is shown, and the parts of its communities."""
    names = tally.communities
    areas = [
        Area(name_of(part), part if len(part) > 1 else (), tuple(map(names.index, part)))
        for part in standing.parts
    ]
    notes = [
        Note("pooled", "under_least", *key, OTHER, members="|".join(area.members))
        for area in areas
        if area.members
    ]
    if standing.few:
        notes.append(Note("dropped", FEW_ANSWERS, *key, members="|".join(standing.few)))
    if standing.total:
        members = () if areas else tuple(names)  # published together only
        areas.insert(0, Area("", members, tuple(range(len(names)))))
        if members:
            notes.append(Note("dropped", "one_part", *key, members="|".join(names)))
    return areas, notes


def _cut_plan(tally: Tally, total: Plan, cut: str, earlier: Grouping) -> Plan:
    key = total.key._replace(cut=cut)
    names, counts = tally.groups[cut], tally.counts[cut][:, :, list(total.measures)]
    notes: list[Note] = []
    layout: list[Layout] = []
    heres = [counts[list(area.places)].sum(axis=0) for area in total.areas]
    sizes = smallest_of(np.array(heres)).tolist() if heres else []
    for area, here, size in zip(total.areas, heres, sizes, strict=True):
        before = earlier.groups(key, area.community)
        if before:
            parts = partition(names, here, before=before, least=total.least)
        else:
            parts = divided(names, here, size, total.least)
        if before and parts is None:
            return Plan(key, regrouped=True)
        if parts is None or len(parts) < 2:
            notes.append(Note("dropped", "one_part", *key, area.community))
            layout.append(Layout(area.community, area.places, ()))
            continue
        places = tuple(tuple(map(names.index, part)) for part in parts)
        layout.append(Layout(area.community, area.places, places, bool(before)))
    return replace(total, key=key, notes=tuple(notes), layout=tuple(layout))


def name_of(part: Part) -> str:
    return part[0] if len(part) == 1 else OTHER
