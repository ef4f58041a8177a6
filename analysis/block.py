"""One county in one season: pooled and counted exactly, table by table. Private until banded.

A table is one panel of measures under one cut, in the county and in its communities: the unit
that is published, rebuilt or waits as a whole (rule of 11), because its parts add up to each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from analysis.band import band_event, band_n
from analysis.estimate import most_per_event
from analysis.measures import LEAST_OF, OTHER, TOTAL, IntArray, Measure, panels
from analysis.pool import Part, partition
from analysis.tally import ASKED, BOTTOM, DONT_KNOW, SUM, TOP, N, Tally


class TableKey(NamedTuple):
    season: int
    state: str
    county: str
    panel: str
    cut: str


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

    places: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]  # a part each; none: fewer than two, so not shown
    again: bool = False  # grouped as an earlier release did, whatever the counts are now


@dataclass(frozen=True)
class Table:
    key: TableKey
    rows: tuple[Exact, ...]
    notes: tuple[Note, ...] = ()
    regrouped: bool = False  # the grouping that is already published no longer holds
    measures: tuple[int, ...] = ()  # positions of those that are shown
    layout: tuple[Layout, ...] = ()


class Grouping(Protocol):
    """How an earlier release grouped a table: None if it had no such table, () if no such parts."""

    def communities(self, key: TableKey) -> Sequence[Part] | None: ...
    def groups(self, key: TableKey, community: str) -> Sequence[Part] | None: ...


@dataclass(frozen=True)
class Area:
    """The county ("") or a part of its communities, as positions in the tally."""

    community: str
    members: Part
    places: tuple[int, ...]


def build_tables(
    tally: Tally,
    measures: Sequence[Measure],
    cuts: Sequence[str],
    earlier: Grouping,
    withheld: Collection[tuple[int, str, str]] = (),
    coarse: Collection[TableKey] = (),
) -> Iterator[Table]:
    """Every table of the block, total first within a panel. A table without rows has only notes.

    withheld: (season, measure id, agency) of indexes that do not hold together and are not shown
    coarse:   tables that are shown one band coarser, because the audit wants it
    """
    for panel, positions in panels(measures).items():
        key = TableKey(tally.season, tally.state, tally.county, panel, TOTAL)
        shown = [i for i in positions if (tally.season, *measures[i].key) not in withheld]
        counts = tally.counts[TOTAL][:, :, shown].sum(axis=(0, 1))
        asked = [i for i, c in zip(shown, counts, strict=True) if c[ASKED]]
        least = LEAST_OF[measures[positions[0]].audience]
        kept = [i for i, c in zip(shown, counts, strict=True) if c[N] >= least]
        notes = [
            Note("dropped", "under_least", *key, "", *measures[i].key)
            for i in asked
            if i not in kept
        ]
        if not kept:
            yield Table(key, (), tuple(notes), regrouped=earlier.communities(key) is not None)
            continue
        areas, place_notes = _areas(tally, key, kept, earlier, least)
        if areas is None:
            yield Table(key, (), tuple(notes), regrouped=True)
            continue
        count = _Count(tally, measures, kept, coarse, least)
        rows = [row for area in areas for row in count.rows(key, area, ((0,),))]
        again = bool(earlier.communities(key))
        layout = tuple(Layout(area.places, ((0,),), again) for area in areas)
        yield Table(key, tuple(rows), (*notes, *place_notes), measures=tuple(kept), layout=layout)
        for cut in cuts:
            yield _cut_table(count, key._replace(cut=cut), areas, earlier)


def _areas(
    tally: Tally, key: TableKey, kept: Sequence[int], earlier: Grouping, least: int
) -> tuple[list[Area] | None, list[Note]]:
    """The county and the parts of its communities; None if an earlier grouping broke."""
    names = tally.communities
    county = Area("", (), tuple(range(len(names))))
    before = earlier.communities(key)
    counts = tally.counts[TOTAL][:, :, kept].sum(axis=1)
    parts = partition(names, counts, before=before or None, least=least)
    if before and parts is None:
        return None, []
    if parts is None:
        county = Area("", tuple(names), county.places)  # shown together only, and so told
        return [county], [Note("dropped", "one_part", *key, members="|".join(names))]
    areas = [
        Area(_name(part), part if len(part) > 1 else (), tuple(map(names.index, part)))
        for part in parts
    ]
    pooled = [Note("pooled", "under_least", *key, OTHER, members="|".join(a.members))
              for a in areas if a.members]  # fmt: skip
    return [county, *areas], pooled


def _cut_table(count: _Count, key: TableKey, areas: Sequence[Area], earlier: Grouping) -> Table:
    tally, kept = count.tally, count.kept
    names, counts = tally.groups[key.cut], tally.counts[key.cut]
    rows: list[Exact] = []
    notes: list[Note] = []
    layout: list[Layout] = []
    for area in areas:
        before = earlier.groups(key, area.community)
        here = counts[list(area.places)][:, :, kept].sum(axis=0)
        parts = partition(names, here, before=before or None, least=count.least)
        if before and parts is None:
            return Table(key, (), regrouped=True)
        if parts is None or len(parts) < 2:
            notes.append(Note("dropped", "one_part", *key, area.community))
            layout.append(Layout(area.places, ()))
            continue
        places = tuple(tuple(map(names.index, part)) for part in parts)
        layout.append(Layout(area.places, places, bool(before)))
        rows += count.rows(key, area, places)
    return Table(key, tuple(rows), tuple(notes), measures=tuple(kept), layout=tuple(layout))


@dataclass(frozen=True)
class _Count:
    """Exact rows of one panel: a row per part of the groups and per measure asked there."""

    tally: Tally
    measures: Sequence[Measure]
    kept: Sequence[int]
    coarse: Collection[TableKey]
    least: int

    def rows(self, key: TableKey, area: Area, parts: Sequence[tuple[int, ...]]) -> Iterator[Exact]:
        tally, kept = self.tally, self.kept
        places, names = list(area.places), tally.groups[key.cut]
        counts = tally.counts[key.cut][places][:, :, kept].sum(axis=0)
        marks = tally.marks[key.cut][places][:, :, kept].sum(axis=0)
        sizes = [size for place in places for size in tally.events[place]]
        at_most = band_event(np.array(sizes))
        wordings = [_wording(tally, places, i) for i in kept]
        coarse = int(key in self.coarse)
        for part in parts:
            stats, print_ = counts[list(part)].sum(axis=0), marks[list(part)].sum(axis=0)
            there = np.flatnonzero(stats[:, N])
            per_event = _per_event(stats[there, N], at_most, coarse)
            ids = tuple(names[g] for g in part)
            for j, m in zip(there.tolist(), per_event, strict=True):
                s = stats[j].tolist()
                measure = self.measures[kept[j]]
                yield Exact(
                    *key,
                    community=area.community,
                    members="|".join(area.members),
                    group=_name(ids),
                    groups="|".join(ids) if len(ids) > 1 else "",
                    measure=measure.id,
                    agency=measure.agency,
                    unit=measure.unit,
                    wording=wordings[j],
                    events=len(sizes),
                    per_event=m,
                    splits=measure.splits,
                    n=s[N],
                    total=s[SUM],
                    dont_know=s[DONT_KNOW] if len(measure.questions) == 1 else -1,
                    bottom=s[BOTTOM],
                    top=s[TOP],
                    coarse=coarse,
                    least=self.least,
                    mark="".join(f"{word:016x}" for word in print_[j].tolist()),
                )


def _name(part: Part) -> str:
    return part[0] if len(part) == 1 else OTHER


def _per_event(n: IntArray, at_most: IntArray, coarse: int) -> list[int]:
    least, _ = band_n(n, coarse)
    return [int(m) for m in np.ceil(most_per_event(least, at_most))]


def _wording(tally: Tally, places: Sequence[int], measure: int) -> str:
    """One version, or several joined by a plus: people here were asked in different words."""
    return "+".join(sorted(frozenset().union(*(tally.wordings[c][measure] for c in places))))
