"""Publishing again: the rule of 11 (METHODS 7.7).

What was published stays published, so a reader can subtract an old figure from a new one. A table
is therefore rebuilt only when every figure in it is either exactly as it was or differs by at least
LEAST people; otherwise the earlier table stands and the late answers wait for more company.

The ledger holds, per published figure, its exact n and a fingerprint of the answers behind it. It
is private to the operator: it is never drawn, sent or part of the release's checksum.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import pandas as pd

from analysis.measures import LEAST, TOTAL
from analysis.tabulation.pooling import Part, Standing
from analysis.tabulation.tables import Chart, Exact, Table, TableKey

LEDGER = (
    *TableKey._fields,
    "community",
    "members",
    "group",
    "groups",
    "measure",
    "agency",
    "n",
    "mark",
    "coarse",  # 1: shown one band coarser, because the audit wanted it
    "least",  # people that a figure of its audience may rest on
    "made",  # number of the release in which the table was built: 1, 2, ...
)

NEW, SAME, REBUILT = "new", "same", "rebuilt"  # what becomes of a table
FEW, REGROUPED, TOTAL_WAITS, GONE = "changed_by_few", "regrouped", "total_waits", "no_answers"
AUDIT = "audit"  # left out: a group's answers could be worked out
WAITS = (FEW, REGROUPED, TOTAL_WAITS, GONE)  # reasons why the earlier table stands

_Figure = tuple[str, str, str, str]  # community, group, measure, agency
_Entry = tuple[int, str, str, str]  # n, mark, members, groups


class Earlier:
    """What was published before, by table: how it was grouped, and whether it may be replaced.

    ledger: of the earlier release; notes: its notes, which say what the audit left out
    """

    def __init__(self, ledger: pd.DataFrame | None, notes: pd.DataFrame | None = None) -> None:
        self._tables: dict[TableKey, dict[_Figure, _Entry]] = {}
        self._coarse: set[TableKey] = set()
        left_out = [] if notes is None else list(_left_out(notes))
        self.left_out = frozenset(key for key, chart in left_out if not chart.measure)
        self.charts_left_out = frozenset(part for part in left_out if part[1].measure)
        self.made = 0  # how many releases there were
        if ledger is None:
            return
        for row in ledger[list(LEDGER)].itertuples(index=False, name=None):
            season, state, county, panel, cut, place, members, group, groups, *rest = row
            self.made = max(self.made, int(rest[6]))
            key = TableKey(int(season), state, county, panel, cut)
            if rest[4]:
                self._coarse.add(key)
            table = self._tables.setdefault(key, {})
            table[place, group, rest[0], rest[1]] = (int(rest[2]), rest[3], members, groups)

    @property
    def tables(self) -> Iterable[TableKey]:
        return self._tables.keys()

    @property
    def coarse(self) -> Collection[TableKey]:
        """Tables that were published one band coarser."""
        return self._coarse

    def communities(self, key: TableKey) -> Standing | None:
        """The communities that the panel's total was published for, and was the county's."""
        table = self._tables.get(key._replace(cut=TOTAL))
        if table is None:
            return None
        members_of = {place: entry[2] for (place, *_), entry in table.items()}
        total = members_of.pop("", None) is not None
        parts = tuple(_part(place, members) for place, members in sorted(members_of.items()))
        return Standing(parts, total)

    def groups(self, key: TableKey, community: str) -> Sequence[Part] | None:
        """Parts of the groups that were published for a community part of this table."""
        table = self._tables.get(key)
        if table is None:
            return None
        groups_of = {
            group: entry[3] for (place, group, *_), entry in table.items() if place == community
        }
        return tuple(_part(group, groups) for group, groups in sorted(groups_of.items()))

    def settle(self, table: Table, total: str) -> str:
        """NEW, SAME, REBUILT, AUDIT or the reason in WAITS; total: what the panel's total is."""
        before = self._tables.get(table.key)
        if before is None:
            if total == SAME and table.key in self.left_out:
                return AUDIT  # nothing changed since the audit left it out
            return TOTAL_WAITS if total in WAITS else NEW
        if table.regrouped:
            return REGROUPED
        now = {_figure(row): (row.n, row.mark) for row in table.rows}
        if now == {figure: entry[:2] for figure, entry in before.items()}:
            return SAME
        if total in WAITS:
            return TOTAL_WAITS
        if not before.keys() <= now.keys():
            return REGROUPED
        if any(_by_few(now[figure], entry) for figure, entry in before.items()):
            return FEW
        return REBUILT


def new_ledger(exact: pd.DataFrame, made: int) -> pd.DataFrame:
    """What is kept, privately, of the figures that are published now: of their exact_table()."""
    return exact.assign(made=made)[list(LEDGER)]


def _left_out(notes: pd.DataFrame) -> Iterator[tuple[TableKey, Chart]]:
    """Tables (with an empty chart) and charts that the audit kept out of the earlier release."""
    kept = notes[(notes["kind"] == "dropped") & (notes["reason"] == AUDIT)]
    names = [*TableKey._fields, *Chart._fields]
    for row in kept[names].itertuples(index=False, name=None):
        key, chart = row[: len(TableKey._fields)], row[len(TableKey._fields) :]
        yield TableKey(int(key[0]), *key[1:]), Chart(*chart)


def _figure(row: Exact) -> _Figure:
    return (row.community, row.group, row.measure, row.agency)


def _part(name: str, members: str) -> Part:
    return tuple(members.split("|")) if members else (name,)


def _by_few(now: tuple[int, str], before: _Entry) -> bool:
    """Changed, but not provably by LEAST people: n moved by fewer, whoever they were."""
    return now[1] != before[1] and abs(now[0] - before[0]) < LEAST
