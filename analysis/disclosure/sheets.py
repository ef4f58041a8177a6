"""From exact counts and planned tables to the audit's terms: sheets of counts, and parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.disclosure.grouping import Grouped, grouped, may_be_fewer, room_of
from analysis.disclosure.parts import MANY, Part, Parts
from analysis.disclosure.witness import World
from analysis.measures import TOTAL, WHOLE, BoolArray, IntArray, Measure, is_part
from analysis.tabulation.counts import ASKED, BOTTOM, HANGS, HIGH, LOW, STATS, SUM, TOP, N, Tally
from analysis.tabulation.exact_rows import parts_of
from analysis.tabulation.tables import Table


@dataclass(frozen=True)
class Sheets:
    """The exact counts of T tables, a sheet for each measure of each, one table after the other.

    Tables come panel by panel, the total first, and all of them have measures.
    """

    tables: Sequence[Table]
    measures: Sequence[Measure]  # of each sheet
    first: IntArray  # shape (T,): a table's first sheet
    index: IntArray  # shape (S,): sheet of the shown score that this question is part of, or -1
    said: Sequence[Grouped]  # what each table's partitions say
    stats: IntArray  # shape (S, R, G, STATS); cuts with fewer groups have nobody in the others

    @classmethod
    def of(cls, tally: Tally, measures: Sequence[Measure], tables: Sequence[Table]) -> Sheets:
        first = np.cumsum([0, *(len(table.measures) for table in tables)])
        groups = max((len(tally.groups[table.key.cut]) for table in tables), default=0)
        stats = np.zeros((first[-1], len(tally.communities), groups, len(STATS)), dtype=np.int64)
        index = np.full(first[-1], -1)
        counts = [tally.counts[table.key.cut][:, :, list(table.measures)] for table in tables]
        for table, start, of_table in zip(tables, first.tolist(), counts, strict=False):
            end = start + len(table.measures)
            stats[start:end, :, : of_table.shape[1]] = np.moveaxis(of_table, 2, 0)
            shown = [measures[i] for i in table.measures]
            for i, score in reversed(list(enumerate(shown))):
                if score.unit == "score":
                    parts = [j for j, measure in enumerate(shown) if is_part(measure, score)]
                    index[start + np.array(parts, dtype=np.int64)] = start + i
        of = [measures[i] for table in tables for i in table.measures]
        said = [
            grouped(table, of_table, of[start].countywide, of[start].fewest)
            for table, of_table, start in zip(tables, counts, first.tolist(), strict=False)
        ]
        return cls(tables, of, first[:-1], index, said, stats)

    @property
    def table(self) -> IntArray:
        """Which table each sheet is of."""
        return np.repeat(np.arange(len(self.tables)), self.count)

    @property
    def count(self) -> IntArray:
        """How many sheets each table has."""
        return np.array([len(table.measures) for table in self.tables], dtype=np.int64)

    @property
    def score(self) -> BoolArray:
        return np.array([measure.unit == "score" for measure in self.measures], dtype=bool)

    @property
    def fewest(self) -> IntArray:
        return np.array([measure.fewest for measure in self.measures], dtype=np.int64)

    @property
    def needed(self) -> IntArray:
        """How many questions the panel's score needs; 2 where it has none."""
        least = [m.least if m.unit == "score" else MANY for m in self.measures]
        of_table = np.minimum.reduceat(np.array(least, dtype=np.int64), self.first)
        return np.where(of_table < MANY, of_table, 2)[self.table]

    def world(self, tally: Tally) -> World:
        """The counts as the audit takes them."""
        score, stats = self.score, self.stats
        room = np.array([room_of(sizes) for sizes in tally.events], dtype=np.int64)
        panel, subject = self._subjects()
        joins, leaves, place_joins, place_leaves = self._exchanges(tally, room > 0)
        return World(
            cuts=[table.key.cut for table in self.tables],
            panel=panel,
            first=self.first,
            table=self.table,
            subject=subject,
            counts=_three(stats, score[:, None, None]),
            ends=stats[..., [LOW, HIGH]],
            hangs=np.where((self.index >= 0)[:, None, None], stats[self.index, ..., HANGS], 0),
            asked=stats[..., ASKED] > 0,
            kinds=np.array([_kinds(measure) for measure in self.measures], dtype=bool).reshape(
                -1, 3
            ),
            score=score,
            touched=self.needed < 2,
            few=self.fewest,
            room=room,
            joins=joins,
            leaves=leaves,
            place_joins=place_joins,
            place_leaves=place_leaves,
        )

    def _subjects(self) -> tuple[IntArray, IntArray]:
        """The panel of each table, and the panel's measure of each sheet."""
        panels = {table.key.panel: 0 for table in self.tables}
        panels = {panel: i for i, panel in enumerate(panels)}
        of = np.array([panels[table.key.panel] for table in self.tables], dtype=np.int64)
        most = self.count.max(initial=0)
        within = np.arange(len(self.measures)) - self.first[self.table]
        return of, np.unique(of[self.table] * most + within, return_inverse=True)[1]

    def _exchanges(
        self, tally: Tally, more: BoolArray
    ) -> tuple[BoolArray, BoolArray, BoolArray, BoolArray]:
        """Who could stand in whose group, shapes (T, R, G), or place, (T, R), and be grouped
        alike (World); more: places whose public counts would not show one person more."""
        shape = (len(self.tables), *self.stats.shape[1:3])
        joins, leaves = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)
        place_joins, place_leaves = np.zeros((2, *shape[:2]), dtype=bool)
        totals = {
            table.key.panel: said
            for table, said in zip(self.tables, self.said, strict=True)
            if table.key.cut == TOTAL
        }
        fewer = np.array([may_be_fewer(sizes) for sizes in tally.events], dtype=bool)
        for t, (table, said) in enumerate(zip(self.tables, self.said, strict=True)):
            groups = said.joins.shape[1]
            joins[t, :, :groups], leaves[t, :, :groups] = said.joins, said.leaves
            total = totals[table.key.panel]
            place_joins[t], place_leaves[t] = total.place_joins & more, total.place_leaves & fewer
        return joins, leaves, place_joins, place_leaves

    def parts(self) -> Parts:
        """Every part of each table, and then its atoms, by table."""
        parts = []
        for t, (table, said) in enumerate(zip(self.tables, self.said, strict=True)):
            parts += [Part(t, places, groups) for _, places, groups in parts_of(table.layout)]
            parts += [Part(t, *at, printed=False) for some in said.atoms for at in some.where]
        return Parts(parts, self.first, self.count, self.stats.shape[1:3])

    @property
    def steps(self) -> IntArray:
        """One code more in one question, for somebody who answered them all, in millionths."""
        return np.array([
            WHOLE // (len(measure.questions) * (max(measure.valid) - min(measure.valid)))
            for measure in self.measures
        ], dtype=np.int64)  # fmt: skip


def _three(stats: IntArray, score: BoolArray) -> IntArray:
    """n, favourable, unfavourable; of a score n, its sum, 0."""
    top = np.where(score, stats[..., SUM], stats[..., TOP])
    return np.stack((stats[..., N], top, np.where(score, 0, stats[..., BOTTOM])), axis=-1)


def _kinds(measure: Measure) -> tuple[bool, bool, bool]:
    between = set(measure.valid) - set(measure.favourable) - set(measure.unfavourable)
    return bool(measure.favourable), bool(between), bool(measure.unfavourable)
