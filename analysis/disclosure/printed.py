"""What the tables of a county and season print, and which of their groups are in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.disclosure.limits import banded, score_room, standing
from analysis.disclosure.moves import ALL, Bits
from analysis.disclosure.parts import MANY
from analysis.disclosure.sheets import Sheets
from analysis.disclosure.trades import Trades
from analysis.disclosure.witness import GOALS, Doubt, Evidence, Found
from analysis.measures import BoolArray, IntArray, Measure
from analysis.tabulation.counts import BOTTOM, DONT_KNOW, HIGH, LOW, SUM, TOP, N, Tally
from analysis.tabulation.figure_print import Counts
from analysis.tabulation.tables import Chart, Table


class Asked(NamedTuple):
    """Tables of a panel that would be published together: which groups are in doubt?"""

    tables: Sequence[Table]
    only: Doubt | None = None  # asked of one alone


def world_of(tally: Tally, measures: Sequence[Measure], tables: Sequence[Table]) -> Printed:
    """The true counts of panels and everything that their tables print: where the audit starts.

    Parameters
    ----------
    tally, measures
        The exact counts of a county and season, and the measures that they were made with.
    tables
        Their tables, panel by panel, as build_tables() makes them.

    Returns
    -------
    What is printed of each part and of each group; in_doubt() says of whom it says too much.

    Raises
    ------
    Nothing.

    Source
    ------
    METHODS 7.6.
    """
    printed = Printed(tally, measures, tables)
    for table in printed.tables:
        printed.show(table)
    return printed


class Printed:
    """Tables of one county and season, panel by panel; each may be shown otherwise than before.

    A figure is a part and a measure of its table, part by part; so are the rows of a table.
    """

    def __init__(self, tally: Tally, measures: Sequence[Measure], tables: Sequence[Table]) -> None:
        self.tables = [table for table in tables if table.measures]
        self.number = {table.key: t for t, table in enumerate(self.tables)}
        self.sheets = Sheets.of(tally, measures, self.tables)
        self.parts = self.sheets.parts()
        self.evidence = Evidence(self.sheets.world(tally), self.parts)
        self.sums = self.parts.sums(self.sheets.stats)  # shape (F, STATS)
        self.printed = self.parts.printed[self.parts.part]
        self.says = self.printed & (self.sums[:, N] > 0)  # figures that print or decide something
        self.stands = np.full(len(self.says), ALL)  # of atoms, however the table is shown
        if groups := [some for said in self.sheets.said for some in said.atoms]:
            self.says[~self.printed] = np.concatenate([some.decides.ravel() for some in groups])
            self.stands[~self.printed] = np.concatenate([x.stands.ravel() for x in groups])
        self.shown: dict[int, Table] = {}
        self.bands: dict[tuple[int, int], tuple[Bits, IntArray]] = {}  # by table and coarseness
        self._know(np.arange(len(self.tables)), 0)

    def _know(self, tables: IntArray, coarse: int) -> None:
        """What the figures of these tables print, in the band of their n or so much coarser."""
        stands, room = self.stands.copy(), np.full(len(self.says), MANY)
        here = np.isin(self.parts.table[self.parts.part], tables)
        of = np.flatnonzero(here & self.printed & self.says)
        if len(of):
            sheet, stats = self.parts.sheet[of], self.sums[of]
            counts = _counts(stats, [self.sheets.measures[i] for i in sheet.tolist()], coarse)
            steps, needed = self.sheets.steps[sheet], self.sheets.needed[sheet]
            stands[of] = standing(banded(counts), counts.score, steps)
            room[of] = score_room(counts, stats[:, LOW], stats[:, HIGH], needed)
        for t in tables.tolist():
            figures = self._figures(t)
            self.bands[t, coarse] = stands[figures], room[figures]

    def show(self, table: Table) -> None:
        """From now on the table is shown so."""
        t = self.number[table.key]
        before = self.shown.get(t)
        if before and (before.coarse, before.left_out) == (table.coarse, table.left_out):
            return
        self.shown[t] = table
        if (t, table.coarse) not in self.bands:
            self._know(np.array([t]), table.coarse)
        (stands, room), says, here = (
            self.bands[t, table.coarse],
            self.says_of(table),
            self._figures(t),
        )
        self.evidence.stands[here] = np.where(says, stands, ALL)
        sheet = self.parts.sheet[here]
        index = self.sheets.index[sheet]
        score = np.where(index >= 0, np.arange(len(says)) + index - sheet, 0)  # its figure
        shown = self.printed[here] & says[score]
        room = np.where(self.evidence.world.touched[sheet], 0, np.where(shown, room[score], MANY))
        self.evidence.room[here] = np.where(says & (index >= 0), room, MANY)

    def _figures(self, table: int) -> slice:
        """The figures of a table."""
        ends = np.searchsorted(self.parts.table, [table, table + 1])
        return slice(*self.parts.starts[ends].tolist())

    def says_of(self, table: Table) -> BoolArray:
        """Which figures of a table print or decide something, if it is shown so."""
        t = self.number[table.key]
        here = self._figures(t)
        says = self.says[here]
        if not table.left_out:
            return says
        first = self.sheets.first[t]
        measures = self.sheets.measures[first : first + len(table.measures)]
        charts = [
            [Chart(area.community, *measure.key) in table.left_out for measure in measures]
            for area in table.layout
            for _ in area.groups
        ]
        left_out = np.zeros(len(says), dtype=bool)
        left_out[: sum(map(len, charts))] = np.ravel(charts)
        return says & ~left_out

    def shows(self, table: Table) -> bool:
        """Whether a table has a row. The smallest part has people on every measure it was asked."""
        if table.key not in self.number:
            return False
        t = self.number[table.key]
        return bool((self.says_of(table) & self.printed[self._figures(t)]).any())

    @property
    def live(self) -> BoolArray:
        """The tables that are shown; shape (T,)."""
        live = np.zeros(len(self.tables), dtype=bool)
        live[list(self.shown)] = True
        return live

    def in_doubt(self, asked: Sequence[Asked]) -> list[list[Doubt]]:
        """Groups that nothing proves safe, of each panel that is asked of."""
        live = np.zeros(len(self.tables), dtype=bool)
        for tables, _ in asked:
            for table in tables:
                self.show(table)
                live[self.number[table.key]] = True
        found = self._only(self.evidence.doubts(live), asked)
        left = found.those(~Trades(self.evidence, live).settled(found))
        panel = self.evidence.world.panel[self.evidence.world.table[left.sheet]].tolist()
        doubts: dict[int, list[Doubt]] = {}
        for of, doubt in zip(panel, self.evidence.named(left), strict=True):
            doubts.setdefault(of, []).append(doubt)
        return [doubts.get(self._panel(tables), []) for tables, _ in asked]

    def _only(self, found: Found, asked: Sequence[Asked]) -> Found:
        """Without the others, where a panel is asked of one doubt alone."""
        world = self.evidence.world
        kept, panel = np.ones(found.row.size, dtype=bool), world.panel[world.table[found.sheet]]
        for tables, only in asked:
            if only is not None:
                t = self.number[tables[0].key._replace(cut=only.cut)]
                sheet = world.first[t] + only.measure
                one = (sheet, only.place, only.group, GOALS.index(only.goal))
                same = np.all([x == y for x, y in zip(found, one, strict=True)], axis=0)
                kept &= same | (panel != self._panel(tables))
        return found.those(kept)

    def _panel(self, tables: Sequence[Table]) -> int:
        return int(self.evidence.world.panel[self.number[tables[0].key]])


def _counts(stats: IntArray, measures: Sequence[Measure], coarse: int) -> Counts:
    score = np.array([measure.unit == "score" for measure in measures])
    single = np.array([len(measure.questions) == 1 for measure in measures])
    return Counts(
        n=stats[:, N],
        top=np.where(score, stats[:, SUM], stats[:, TOP]),
        bottom=np.where(score, 0, stats[:, BOTTOM]),
        dont_know=np.where(single, stats[:, DONT_KNOW], -1),
        score=score,
        splits=np.array([measure.splits for measure in measures]),
        coarse=np.full(len(measures), coarse, dtype=np.int64),
        least=np.array([measure.fewest for measure in measures], dtype=np.int64),
    )
