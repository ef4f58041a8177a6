"""The differencing audit of one county in one season, with its fallback (METHODS 7.6).

Everything that would be published together is looked at together: both sides of every partition,
bands of n, shares, splits and don't know, cuts beside totals, pools and why they are pools, scores
beside their questions, and tables of an earlier release that stand because nothing changed. Where
a group is not proven safe the smallest thing that settles it is done: one measure of one community
under one cut is left out, then the county's, then both; then the table is shown one band coarser,
then it is dropped. No table of a county is lost for a group that less would protect.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from analysis.disclosure.between_releases import AUDIT, NEW, REBUILT, SAME, Earlier
from analysis.disclosure.cells import Cells
from analysis.disclosure.printed import shown_of, true_world
from analysis.disclosure.trades import Trades
from analysis.disclosure.witness import Doubt, Grid, Shown, World, doubts, grid_of
from analysis.measures import TOTAL, Measure
from analysis.tabulation.counts import N, Tally
from analysis.tabulation.exact_rows import outline, part_sums, parts_of, with_rows
from analysis.tabulation.tables import Chart, Note, Plan, Table, TableKey, plan_tables

FRESH = (NEW, REBUILT)


@dataclass
class Guarded:
    """Tables as they may be published, what becomes of each, and what the audit changed."""

    tables: list[Table] = field(default_factory=list)
    fates: dict[TableKey, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Decisions:
    """What the audit has done so far; each step only takes away."""

    coarse: frozenset[TableKey] = frozenset()
    dropped: frozenset[TableKey] = frozenset()
    left_out: frozenset[tuple[TableKey, Chart]] = frozenset()

    def coarser(self, key: TableKey) -> Decisions:
        return replace(self, coarse=self.coarse | {key})

    def without(self, keys: Iterable[TableKey]) -> Decisions:
        return replace(self, dropped=self.dropped | {*keys})

    def leaving_out(self, keys: Iterable[TableKey], charts: Collection[Chart]) -> Decisions:
        return replace(self, left_out=self.left_out | {(k, c) for k in keys for c in charts})

    def charts(self, key: TableKey) -> frozenset[Chart]:
        """Charts of a table that are left out."""
        return frozenset(chart for of, chart in self.left_out if of == key)


class State(NamedTuple):
    """How a table is shown under some decisions: the same state prints the same."""

    table: TableKey
    coarse: bool
    left_out: frozenset[Chart]


def state_of(key: TableKey, decisions: Decisions) -> State:
    return State(key, key in decisions.coarse, decisions.charts(key))


@dataclass
class Round:
    """The groups that are in doubt while tables are shown so; each is looked into once."""

    trades: Trades
    doubtful: Sequence[Doubt]  # no neighbouring world proves them safe
    undone: dict[Doubt, bool] = field(default_factory=dict)  # whether no trade settles it either

    def left(self, only: Doubt | None) -> list[Doubt]:
        asked = [doubt for doubt in self.doubtful if only is None or doubt == only]
        if new := [doubt for doubt in asked if doubt not in self.undone]:
            self.undone |= dict.fromkeys(new, False)
            self.undone |= dict.fromkeys(self.trades.undone(new), True)
        return [doubt for doubt in asked if self.undone[doubt]]


class Print(NamedTuple):
    """What one table shows."""

    parts: list[Shown]
    atoms: list[Shown]  # printed nowhere, but grouped as they are
    grid: Grid


def guarded(
    tally: Tally,
    measures: Sequence[Measure],
    cuts: Sequence[str],
    earlier: Earlier,
    withheld: Collection[tuple[int, str, str]] = (),
) -> Guarded:
    """Every table of one county and season, with the smallest losses that pass the audit.

    The same counts give the same tables. What an earlier release left out, or showed one band
    coarser, stays so.
    """
    here = (tally.season, tally.state, tally.county)
    decisions = Decisions(
        frozenset(key for key in earlier.coarse if key[:3] == here),
        left_out=frozenset(part for part in earlier.charts_left_out if part[0][:3] == here),
    )
    passed = Guarded()
    panels: dict[str, list[Plan]] = {}
    for plan in plan_tables(tally, measures, cuts, earlier, withheld):
        panels.setdefault(plan.key.panel, []).append(plan)
    for plans in panels.values():  # none says anything of another's
        hearing = Hearing(tally, measures, plans, earlier)
        while left := hearing.in_doubt(decisions):
            for doubt in left:  # what settled one of them may have settled others
                if hearing.in_doubt(decisions, doubt):
                    decisions = hearing.settled(doubt, decisions)
        tables, fates = hearing.finished(decisions)
        passed.tables += tables
        passed.fates |= fates
    passed.notes += _notes(decisions, passed.fates, earlier)
    return passed


def _notes(decisions: Decisions, fates: dict[TableKey, str], earlier: Earlier) -> Iterator[Note]:
    """What the audit did, once: of tables that stand the earlier release's notes say it."""
    for key in sorted(decisions.coarse):
        if fates.get(key) in FRESH:
            yield Note("coarsened", AUDIT, *key)
    for key, chart in sorted(decisions.left_out):
        if fates.get(key) in FRESH:
            yield Note("dropped", AUDIT, *key, *chart)
    for key in sorted(key for key, fate in fates.items() if fate == AUDIT):
        yield Note("waits" if key in earlier.tables else "dropped", AUDIT, *key)


@dataclass
class Hearing:
    """The audit of one panel, county and season, which asks again after each step. What a table
    shows under the same decisions is worked out once."""

    tally: Tally
    measures: Sequence[Measure]
    plans: Sequence[Plan]
    earlier: Earlier
    made: dict[State, Table] = field(default_factory=dict)
    prints: dict[State, Print] = field(default_factory=dict)
    worlds: dict[tuple[TableKey, ...], World] = field(default_factory=dict)
    rounds: dict[tuple[State, ...], Round] = field(default_factory=dict)
    cells: dict[int, Cells] = field(default_factory=dict)  # see Trades

    def tables(self, decisions: Decisions) -> tuple[list[Table], dict[TableKey, str]]:
        """The panel's tables under these decisions, and what becomes of each."""
        tables, fates, total = [], {}, ""
        for plan in self.plans:
            if plan.key in decisions.dropped:
                table, fate = Table(plan.key, ()), AUDIT
            else:
                table = self._table(plan, decisions)
                fate = self.earlier.settle(table, total)
            total = fate if plan.key.cut == TOTAL else total
            tables.append(table)
            fates[plan.key] = fate
        return tables, fates

    def in_doubt(self, decisions: Decisions, only: Doubt | None = None) -> list[Doubt]:
        """Groups that nothing proves safe under these decisions; only: asked of one alone."""
        tables, fates = self.tables(decisions)
        together = [table for table in tables if fates[table.key] in (*FRESH, SAME)]
        if not any(fates[t.key] in FRESH and self._shows(t) for t in together):
            return []  # nothing new is shown: the rest was audited when it was made
        at = tuple(state_of(table.key, decisions) for table in together)
        if at not in self.rounds:
            self.rounds[at] = self._round(together, at)
        return self.rounds[at].left(only)

    def _round(self, together: Sequence[Table], at: Sequence[State]) -> Round:
        keys = tuple(table.key for table in together)
        if keys not in self.worlds:
            self.worlds[keys] = true_world(self.tally, self.measures, together)
        world = self.worlds[keys]
        prints = self._prints(world, together, at)
        shown = [part for one in prints for part in one.parts]
        shown += [atom for one in prints for atom in one.atoms]
        grids = {table.key.cut: one.grid for table, one in zip(together, prints, strict=True)}
        return Round(Trades(world, grids, self.cells), doubts(world, shown, grids))

    def _shows(self, table: Table) -> bool:
        """Whether a table has a row. The smallest part has people on every measure it was asked."""
        parts = parts_of(table.layout)
        if not table.left_out:
            return bool(parts)
        kept = [self.measures[i].key for i in table.measures]
        n = part_sums(self.tally.counts[table.key.cut][:, :, list(table.measures), N], parts)
        charts = [[Chart(table.layout[i].community, *key) for key in kept] for i, *_ in parts]
        shown = [[chart not in table.left_out for chart in row] for row in charts]
        return bool(parts) and bool(((n > 0) & np.array(shown)).any())

    def settled(self, doubt: Doubt, decisions: Decisions) -> Decisions:
        """The first of the steps after which the group is no longer in doubt; in the end nothing
        of the panel is shown."""
        for step in self._steps(doubt, decisions):
            if step != decisions and not self.in_doubt(step, doubt):
                return step
        return decisions.without(plan.key for plan in self.plans)

    def _steps(self, doubt: Doubt, decisions: Decisions) -> Iterator[Decisions]:
        """What may be done about a group, the smallest loss first."""
        total = self.plans[0]
        plan = next(plan for plan in self.plans if plan.key.cut == doubt.cut)
        measure = self.measures[plan.measures[doubt.measure]]
        areas = [area.community for area in plan.areas if doubt.place in area.places]
        county = {Chart("", *measure.key)} if "" in areas else set()
        own = {Chart(community, *measure.key) for community in areas if community}
        cuts = [other.key for other in self.plans if other.key.cut != TOTAL]
        fates = self.tables(decisions)[1]
        if fates[plan.key] not in FRESH:  # it is published: what is new beside it must go
            yield decisions.without(key for key in cuts if fates[key] in FRESH)
        elif doubt.cut != TOTAL:
            if plan.key not in self.earlier.tables:  # else what is published would stand instead
                for charts in (own, county, own | county):
                    yield decisions.leaving_out([plan.key], charts)
            yield decisions.coarser(plan.key)
        else:
            every = [total.key, *cuts]
            if plan.key not in self.earlier.tables:
                for charts in (county, county | own):
                    yield decisions.leaving_out(every, charts)
            yield decisions.coarser(plan.key)
            yield decisions.without(cuts)
        if doubt.cut != TOTAL:
            yield decisions.without([plan.key])

    def _table(self, plan: Plan, decisions: Decisions) -> Table:
        at = state_of(plan.key, decisions)
        if at not in self.made:
            table = outline(plan, int(at.coarse), at.left_out)
            if plan.key in self.earlier.tables:  # it is compared with its rows of before
                table = with_rows(table, self.tally, self.measures, plan)
            self.made[at] = table
        return self.made[at]

    def finished(self, decisions: Decisions) -> tuple[list[Table], dict[TableKey, str]]:
        """The panel's tables with their rows, and what becomes of each."""
        tables, fates = self.tables(decisions)
        return [
            with_rows(table, self.tally, self.measures, plan)
            if fates[table.key] in FRESH and not table.rows
            else table
            for table, plan in zip(tables, self.plans, strict=True)
        ], fates

    def _prints(self, world: World, tables: Sequence[Table], at: Sequence[State]) -> list[Print]:
        new = {key: table for key, table in zip(at, tables, strict=True) if key not in self.prints}
        printed = shown_of(self.tally, self.measures, list(new.values()))
        for key, (parts, atoms) in zip(new, printed, strict=True):
            grid = grid_of(world, key.table.cut, parts + atoms)
            self.prints[key] = Print(parts, atoms, grid)
        return [self.prints[key] for key in at]
