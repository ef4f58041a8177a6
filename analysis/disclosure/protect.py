"""The differencing audit of one county in one season, with its fallback (METHODS 7.6).

Everything that would be published together is looked at together: both sides of every partition,
bands of n, shares, splits and don't know, cuts beside totals, pools and why they are pools, scores
beside their questions, and tables of an earlier release that stand because nothing changed. Where
a group is not proven safe its table is shown one band coarser, then not at all; a total that fails
even so takes the panel of its county and season with it, and no other county waits for that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from analysis.disclosure.between_releases import AUDIT, NEW, REBUILT, SAME, Earlier
from analysis.disclosure.integer_programme import BUDGET, Budget, Purse, is_safe
from analysis.disclosure.printed import shown_of, true_world
from analysis.disclosure.rules import Finding
from analysis.disclosure.trades import Trades
from analysis.disclosure.witness import SENTENCES, Grid, Shown, World, doubts, grid_of
from analysis.measures import TOTAL, Measure
from analysis.tabulation.counts import Tally
from analysis.tabulation.exact_rows import counted
from analysis.tabulation.tables import Note, Plan, Table, TableKey, plan_tables

MOST_DOUBTS = 3  # doubts left of a cut for which a programme is asked: with more, one in 20 passed


@dataclass
class Guarded:
    """Tables as they may be published, what becomes of each, and what the audit changed."""

    tables: list[Table] = field(default_factory=list)
    fates: dict[TableKey, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


class Print(NamedTuple):
    """What one table shows at one band."""

    parts: list[Shown]
    atoms: list[Shown]  # printed nowhere, but grouped as they are
    grid: Grid


def guarded(
    tally: Tally,
    measures: Sequence[Measure],
    cuts: Sequence[str],
    earlier: Earlier,
    withheld: Collection[tuple[int, str, str]] = (),
    budget: Budget = BUDGET,
) -> Guarded:
    """Every table of one county and season that passes, coarser or dropped where it must be.

    The same counts give the same tables.
    """
    coarse = {key for key in earlier.coarse if key[:3] == (tally.season, tally.state, tally.county)}
    stood = set(coarse)
    dropped: set[TableKey] = set()
    plans = list(plan_tables(tally, measures, cuts, earlier, withheld))
    hearing = Hearing(tally, measures, Purse(budget))
    while True:
        tables = [
            Table(plan.key, ()) if plan.key in dropped else hearing.table(plan, plan.key in coarse)
            for plan in plans
        ]
        fates = _fates(tables, earlier, dropped)
        findings = hearing.find(tables, fates)
        if not findings:
            notes = [Note("coarsened", AUDIT, *key) for key in sorted(coarse - stood - dropped)]
            left_out = sorted(key for key, fate in fates.items() if fate == AUDIT)
            for key in left_out:  # a table that is published already stands as it was
                notes.append(Note("waits" if key in earlier.tables else "dropped", AUDIT, *key))
            return Guarded(tables, fates, notes)
        heard = {finding.table.panel for finding in findings}
        hearing.proven |= heard - _fall_back(findings, fates, coarse, dropped)


def _fates(
    tables: Sequence[Table], earlier: Earlier, dropped: Collection[TableKey]
) -> dict[TableKey, str]:
    totals: dict[str, str] = {}
    fates: dict[TableKey, str] = {}
    for table in tables:
        if table.key in dropped:
            fates[table.key] = AUDIT
            continue
        fate = earlier.settle(table, totals.get(table.key.panel, ""))
        if table.key.cut == TOTAL:
            totals[table.key.panel] = fate
        fates[table.key] = fate
    return fates


def _fall_back(
    findings: Sequence[Finding],
    fates: Mapping[TableKey, str],
    coarse: set[TableKey],
    dropped: set[TableKey],
) -> set[str]:
    """Coarser first, then without the cut; for a total, then without its panel's cuts, and in the
    end without the panel.

    Returns the panels that must be heard again. Where only tables in doubt were left out, the
    others stay proven: the world that showed them safe prints the same without those tables, too.
    """
    again: set[str] = set()
    for key in dict.fromkeys(finding.table for finding in findings):
        fresh = fates[key] in (NEW, REBUILT)
        if fresh and key not in coarse:
            coarse.add(key)
            again.add(key.panel)
        elif fresh and key.cut != TOTAL:
            dropped.add(key)
        else:
            cuts = [
                other
                for other, fate in fates.items()
                if other[:4] == key[:4] and other.cut != TOTAL and fate in (NEW, REBUILT)
            ]
            dropped.update(cuts or [key])
            again.add(key.panel)
    return again


@dataclass
class Hearing:
    """The audit of one county and season, which asks again after each fallback. What a table
    shows at one band is worked out once."""

    tally: Tally
    measures: Sequence[Measure]
    purse: Purse
    proven: set[str] = field(default_factory=set)  # panels; none says anything of another's
    tables: dict[tuple[TableKey, bool], Table] = field(default_factory=dict)
    prints: dict[tuple[TableKey, bool], Print] = field(default_factory=dict)
    worlds: dict[tuple[TableKey, ...], World] = field(default_factory=dict)

    def table(self, plan: Plan, coarse: bool) -> Table:
        """The planned table, one band coarser or not."""
        if (plan.key, coarse) not in self.tables:
            self.tables[plan.key, coarse] = counted(self.tally, self.measures, plan, int(coarse))
        return self.tables[plan.key, coarse]

    def find(self, tables: Sequence[Table], fates: Mapping[TableKey, str]) -> list[Finding]:
        """Tables with a group that is not proven safe; one finding each, of its first group."""
        panels: dict[str, list[Table]] = {}
        for table in tables:
            if fates[table.key] in (NEW, REBUILT, SAME):
                panels.setdefault(table.key.panel, []).append(table)
        found: dict[TableKey, Finding] = {}
        for panel, together in panels.items():
            if (
                panel in self.proven
                or not together[0].rows
                or all(fates[table.key] == SAME for table in together)
            ):
                continue  # nothing is shown, or it was audited when it was made
            in_doubt = self._in_doubt(together)
            found |= in_doubt
            if not in_doubt:
                self.proven.add(panel)
        return list(found.values())

    def _in_doubt(self, together: Sequence[Table]) -> dict[TableKey, Finding]:
        """The findings of one panel's tables."""
        keys = tuple(table.key for table in together)
        if keys not in self.worlds:
            self.worlds[keys] = true_world(self.tally, self.measures, together)
        world = self.worlds[keys]
        prints = self._prints(world, together)
        shown = [part for one in prints for part in one.parts]
        shown += [atom for one in prints for atom in one.atoms]
        grids = {table.key.cut: one.grid for table, one in zip(together, prints, strict=True)}
        found: dict[TableKey, Finding] = {}
        left = Trades(world, grids).undone(doubts(world, shown, grids))
        many = Counter(doubt.cut for doubt in left)
        for doubt in left:
            key = together[0].key._replace(cut=doubt.cut)
            if key not in found and (
                (many[doubt.cut] > MOST_DOUBTS and doubt.cut != TOTAL)
                or not is_safe(world, shown, doubt, self.purse)
            ):
                found[key] = Finding(key, SENTENCES[doubt.goal])
        return found

    def _prints(self, world: World, tables: Sequence[Table]) -> list[Print]:
        at = [(table.key, any(row.coarse for row in table.rows[:1])) for table in tables]
        new = {key: table for key, table in zip(at, tables, strict=True) if key not in self.prints}
        found = shown_of(self.tally, self.measures, list(new.values()))
        for key, (parts, atoms) in zip(new, found, strict=True):
            grid = grid_of(world, key[0].cut, parts + atoms)
            self.prints[key] = Print(parts, atoms, grid)
        return [self.prints[key] for key in at]
