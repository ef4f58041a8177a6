"""The differencing audit of one county in one season, with its fallback (METHODS 7.6).

Everything that would be published together is looked at together: both sides of every partition,
bands of n, shares, splits and don't know, cuts beside totals, pools and why they are pools, scores
beside their questions, and tables of an earlier release that stand because nothing changed. Where
a group is not proven safe its table is shown one band coarser, then not at all; a total that fails
even so refuses the release.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.again import NEW, REBUILT, SAME, Earlier
from analysis.attack import BUDGET, Budget, Purse, is_safe
from analysis.audit import Finding
from analysis.block import Note, Table, TableKey, build_tables
from analysis.measures import TOTAL, Measure
from analysis.printed import world_of
from analysis.tally import Tally
from analysis.trades import undone
from analysis.worlds import SENTENCES, doubts

AUDIT = "audit"  # reason of the notes on what the audit made coarser or left out


class Refused(Exception):
    """A total is not safe even one band coarser and without its cuts."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(findings[0].sentence)


@dataclass
class Guarded:
    """Tables as they may be published, what becomes of each, and what the audit changed."""

    tables: list[Table] = field(default_factory=list)
    fates: dict[TableKey, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def guarded(
    tally: Tally,
    measures: Sequence[Measure],
    cuts: Sequence[str],
    earlier: Earlier,
    withheld: Collection[tuple[int, str, str]] = (),
    budget: Budget = BUDGET,
) -> Guarded:
    """Every table of one county and season that passes, coarser or dropped where it must be.

    Raises Refused (with findings) for a total that fails. The same counts give the same tables.
    """
    coarse = {key for key in earlier.coarse if key[:3] == (tally.season, tally.state, tally.county)}
    stood = set(coarse)
    dropped: set[TableKey] = set()
    purse = Purse(budget)
    proven: set[str] = set()  # panels; no figure of one says anything of another's
    while True:
        made = list(build_tables(tally, measures, cuts, earlier, withheld, coarse))
        tables = [Table(t.key, ()) if t.key in dropped else t for t in made]
        fates = _fates(tables, earlier, dropped)
        findings = find(tally, measures, tables, fates, purse, proven)
        if not findings:
            notes = [Note("coarsened", AUDIT, *key) for key in sorted(coarse - stood - dropped)]
            notes += [Note("dropped", AUDIT, *key) for key in sorted(dropped)]
            return Guarded(tables, fates, notes)
        _fall_back(findings, fates, coarse, dropped)


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
) -> None:
    """Coarser first, then without the cut; for a total, then without its panel's cuts."""
    for key in dict.fromkeys(finding.table for finding in findings):
        fresh = fates[key] in (NEW, REBUILT)
        if fresh and key not in coarse:
            coarse.add(key)
        elif fresh and key.cut != TOTAL:
            dropped.add(key)
        else:
            cuts = [
                other
                for other, fate in fates.items()
                if other[:4] == key[:4] and other.cut != TOTAL and fate in (NEW, REBUILT)
            ]
            if not cuts:
                raise Refused(findings)
            dropped.update(cuts)


def find(
    tally: Tally,
    measures: Sequence[Measure],
    tables: Sequence[Table],
    fates: Mapping[TableKey, str],
    purse: Purse,
    proven: set[str],
) -> list[Finding]:
    """Tables that hold a group which is not proven safe; one finding each, of its first group.

    proven: panels that passed, which need not be looked at again; passing ones are added.
    """
    panels: dict[str, list[Table]] = {}
    for table in tables:
        if fates[table.key] in (NEW, REBUILT, SAME):
            panels.setdefault(table.key.panel, []).append(table)
    found: dict[TableKey, Finding] = {}
    for panel, together in panels.items():
        if (
            panel in proven
            or not together[0].rows
            or all(fates[table.key] == SAME for table in together)
        ):
            continue  # nothing is shown, or it was audited when it was made
        world, shown = world_of(tally, measures, together)
        for doubt in undone(world, shown, doubts(world, shown)):
            key = together[0].key._replace(cut=doubt.cut)
            if key not in found and not is_safe(world, shown, doubt, purse):
                found[key] = Finding(key, SENTENCES[doubt.goal])
        if not any(key.panel == panel for key in found):
            proven.add(panel)
    return list(found.values())
