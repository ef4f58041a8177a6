"""The differencing audit of one county in one season, with its fallback (METHODS 7.6).

Everything that would be published together is looked at together: both sides of every partition,
bands of n, shares, splits and don't know, cuts beside totals, pools and why they are pools, scores
beside their questions, and tables of an earlier release that stand because nothing changed. Where
a group is not proven safe the smallest thing that settles it is done: one measure of one community
under one cut is left out, then the county's, then both; then the table is shown one band coarser,
then it is dropped. No table of a county is lost for a group that less would protect.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

from analysis.disclosure.between_releases import AUDIT, NEW, REBUILT, SAME, Earlier
from analysis.disclosure.printed import Asked, Printed
from analysis.disclosure.witness import Doubt
from analysis.measures import TOTAL, Measure
from analysis.tabulation.counts import Tally
from analysis.tabulation.exact_rows import Rows, outline
from analysis.tabulation.tables import Chart, Note, Plan, Table, TableKey, plan_tables

FRESH = (NEW, REBUILT)

T = TypeVar("T")
Steps = Generator[Asked, list[Doubt] | None, T]  # asks, is answered, and comes to a T


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

    def and_those(self, other: Decisions) -> Decisions:
        return Decisions(
            self.coarse | other.coarse,
            self.dropped | other.dropped,
            self.left_out | other.left_out,
        )

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
    before = Decisions(
        frozenset(key for key in earlier.coarse if key[:3] == here),
        left_out=frozenset(part for part in earlier.charts_left_out if part[0][:3] == here),
    )
    plans = list(plan_tables(tally, measures, cuts, earlier, withheld))
    printed = Printed(tally, measures, [outline(plan, 0) for plan in plans])
    panels: dict[str, list[Plan]] = {}
    for plan in plans:
        panels.setdefault(plan.key.panel, []).append(plan)
    rows = Rows(tally, measures)
    hearings = [Hearing(measures, mine, earlier, printed, rows) for mine in panels.values()]
    passed, together = Guarded(), before
    ends = at_once([hearing.decided(before) for hearing in hearings], printed)
    for hearing, decisions in zip(hearings, ends, strict=True):
        tables, fates = hearing.finished(decisions)
        passed.tables += tables
        passed.fates |= fates
        together = together.and_those(decisions)
    passed.notes += _notes(together, passed.fates, earlier)
    return passed


def at_once(hearings: Sequence[Steps[Decisions]], printed: Printed) -> list[Decisions]:
    """What each hearing comes to. None says anything of another's panel, so what all of them ask
    next is answered together."""
    ends: dict[int, Decisions] = {}
    asked: dict[int, Asked] = {}
    answers: dict[int, list[Doubt] | None] = dict.fromkeys(range(len(hearings)))
    while answers:
        for i, answer in answers.items():
            try:
                asked[i] = hearings[i].send(answer)
            except StopIteration as end:
                ends[i] = end.value
        answers = dict(zip(asked, printed.in_doubt(list(asked.values())), strict=True))
        asked = {}
    return [ends[i] for i in range(len(hearings))]


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

    measures: Sequence[Measure]
    plans: Sequence[Plan]
    earlier: Earlier
    printed: Printed
    rows: Rows
    made: dict[State, Table] = field(default_factory=dict)
    known: dict[tuple[State, ...], list[Doubt]] = field(default_factory=dict)

    def decided(self, decisions: Decisions) -> Steps[Decisions]:
        """The decisions under which no group is in doubt."""
        while left := (yield from self.in_doubt(decisions)):
            for doubt in left:  # what settled one of them may have settled others
                if (yield from self.in_doubt(decisions, doubt)):
                    decisions = yield from self.settled(doubt, decisions)
        return decisions

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

    def in_doubt(self, decisions: Decisions, only: Doubt | None = None) -> Steps[list[Doubt]]:
        """Groups that nothing proves safe under these decisions; only: asked of one alone."""
        tables, fates = self.tables(decisions)
        together = [table for table in tables if fates[table.key] in (*FRESH, SAME)]
        if not any(fates[t.key] in FRESH and self.printed.shows(t) for t in together):
            return []  # nothing new is shown: the rest was audited when it was made
        at = tuple(state_of(table.key, decisions) for table in together)
        if at in self.known:
            return [doubt for doubt in self.known[at] if only in (None, doubt)]
        left = (yield Asked(together, only)) or []
        if only is None:
            self.known[at] = left
        return left

    def settled(self, doubt: Doubt, decisions: Decisions) -> Steps[Decisions]:
        """The first of the steps after which the group is no longer in doubt; in the end nothing
        of the panel is shown."""
        for step in self._steps(doubt, decisions):
            if step != decisions and not (yield from self.in_doubt(step, doubt)):
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
                table = self.rows.into(table, plan)
            self.made[at] = table
        return self.made[at]

    def finished(self, decisions: Decisions) -> tuple[list[Table], dict[TableKey, str]]:
        """The panel's tables with their rows, and what becomes of each."""
        tables, fates = self.tables(decisions)
        return [
            self.rows.into(table, plan) if fates[table.key] in FRESH and not table.rows else table
            for table, plan in zip(tables, self.plans, strict=True)
        ], fates
