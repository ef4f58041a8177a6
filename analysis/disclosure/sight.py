"""What many pairs of moves would print: which part sees a move without its opposite.

Moves are bits (moves.py), and few parts hold a cell, so what all of them say of many pairs of
cells takes a few array operations for each of those. The proofs that are made of it stand in
analysis/disclosure/trades.py.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from analysis.disclosure.moves import ALL, JOINS, LEAVES, NONE, PEOPLE, TURNED, Bits
from analysis.disclosure.witness import GOALS, Evidence, Found
from analysis.measures import BoolArray, IntArray

CHUNK = 2**18  # pairs of cells looked at together


class Cell(NamedTuple):
    """Cells of some sheets, as arrays that broadcast."""

    place: Any
    group: Any


class Sight:
    """What the parts would print of moves, under what the evidence shows now.

    A score may stand so many answers to its questions: fewer than one, two, four.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, self.parts, room = evidence, evidence.parts, evidence.room
        self.one = np.where(room < 1, ALL, ALL & ~evidence.stands)  # of these a part sees one
        self.two, self.four = np.where(room < 2, ALL, NONE), np.where(room < 4, ALL, NONE)
        self.back = TURNED[self.one]

    def holders(self, sheet: IntArray, cell: Cell) -> list[tuple[IntArray, IntArray]]:
        """Parts that hold these cells, and their figures on these sheets: a pair of arrays for
        each of as many as the most that hold one."""
        world = self.evidence.world
        table = world.table[sheet]
        parts = np.moveaxis(self.parts.lists[table, cell.place, cell.group], -1, 0)
        measure = sheet - world.first[table]
        return [(part, self.parts.starts[part] + measure) for part in parts]

    def hold(self, part: IntArray, cell: Cell) -> BoolArray:
        held: BoolArray = (
            self.parts.at_place[part, cell.place] & self.parts.at_group[part, cell.group]
        )
        return held

    def pairs(self, sheet: IntArray, mine: Cell, theirs: Cell) -> Bits:
        """Moves in cells of `mine` that some part shows with their opposite in those of `theirs`;
        all broadcast."""
        seen: Any = NONE
        for part, figure in self.holders(sheet, mine):
            seen = seen | np.where(self.hold(part, theirs), self.two[figure], self.one[figure])
        for part, figure in self.holders(sheet, theirs):
            seen = seen | np.where(self.hold(part, mine), NONE, self.back[figure])
        bits: Bits = seen
        return bits

    def squares(self, sheet: IntArray, here: Cell, there: Cell) -> Bits:
        """The same of moves in two cells `here` and `there` with their opposites in the two that
        share a place with one of them and a group with the other.

        Parts are rectangles: one that holds both cells of a diagonal holds all four.
        """
        side, below = Cell(here.place, there.group), Cell(there.place, here.group)
        seen: Any = NONE
        for mine, other, next_to, sees in (
            (here, there, (side, below), self.one),
            (there, here, (side, below), self.one),
            (side, below, (here, there), self.back),
            (below, side, (here, there), self.back),
        ):
            for part, figure in self.holders(sheet, mine):
                beside = self.hold(part, next_to[0]) | self.hold(part, next_to[1])
                some = np.where(beside, self.two[figure], sees[figure])
                seen = seen | np.where(self.hold(part, other), self.four[figure], some)
        bits: Bits = seen
        return bits

    def anywhere(self, sheet: IntArray, place: IntArray, other: IntArray) -> Bits:
        """Moves (U,) that these sheets take in some group of a place, with their opposite in some
        group of another."""
        can, groups = self.evidence.can, np.arange(self.evidence.can.shape[2])
        takes = np.zeros(len(sheet), dtype=can.dtype)
        each = max(1, CHUNK // len(groups) ** 2)
        for i in range(0, len(sheet), each):
            some = slice(i, i + each)
            s, p, q = (x[some, None, None] for x in (sheet, place, other))
            mine, theirs = Cell(p, groups[:, None]), Cell(q, groups)
            may = can[s, *mine] & TURNED[can[s, *theirs]] & ~self.pairs(s, mine, theirs)
            takes[some] = np.bitwise_or.reduce(may, axis=(1, 2))
        return takes


class Cells:
    """Doubts, D of them, among the cells of their own sheets."""

    def __init__(self, sight: Sight, found: Found) -> None:
        self.sight, self.found, self.world = sight, found, sight.evidence.world
        can = sight.evidence.can[found.sheet]
        self.me = (found.row, found.place, found.group)
        self.mine = can[self.me][:, None, None]
        self.back = TURNED[can]
        self.size = found.goal == GOALS.index("size")
        self.n = self.world.counts[found.sheet, ..., PEOPLE]
        few = (self.n < self.world.few[found.sheet, None, None]) & self.size[:, None, None]
        self.can = np.where(few, NONE, can)  # the others of a small union stay as they are
        self.sheet, place, group = (x[:, None, None] for x in found[:3])
        self.here = Cell(place, group)
        _, places, groups = can.shape
        self.every = Cell(np.arange(places)[:, None], np.arange(groups))

    @cached_property
    def unseen(self) -> Bits:
        """Moves in the doubtful cell that nobody sees beside their opposite in another; (D, R, G).
        Whether there is somebody for the opposite is not asked."""
        unseen: Bits = self.mine & ~self.sight.pairs(self.sheet, self.here, self.every)
        return unseen

    def pairs(self) -> tuple[Bits, Bits]:
        """A move in the doubtful cell whose opposite happens in another: in the same place, shape
        (D,), and in each other place, (D, R), where its public counts have room."""
        row, place, _ = self.me
        there = self.unseen & TURNED[self.can]
        there[self.me] = NONE
        far = np.bitwise_or.reduce(there, axis=2)
        near = far[row, place]
        room = self.world.room > 0
        far[row, place] = NONE
        far = np.where(room[place][:, None], far, far & ~JOINS)
        return near, np.where(room, far, far & ~LEAVES)

    def partners(self) -> BoolArray:
        """Groups of the doubt's place that could have one person less, with one more in its own,
        or the other way round, and its own; shape (D, G)."""
        row, place, group = self.me
        trades = self.unseen[row, place] & self.back[row, place] & (JOINS | LEAVES)
        partner: BoolArray = trades != 0
        partner[row, group] = True
        return partner

    def shared(self) -> BoolArray:
        """Which doubts of a size are settled by their partners together; shape (D,).

        With so many people among them no union of fewer holds them all: one of them is outside
        it, and the trade with that one changes the union's size.
        """
        row, place, _ = self.me
        people = (self.n[row, place] * self.partners()).sum(axis=1)
        hidden: BoolArray = self.size & (people >= self.world.few[self.found.sheet])
        return hidden

    def squares(self) -> Bits:
        """Two people of two places who trade groups: the move here and in another place and group,
        its opposite in the two cells that share one of both; shape (D,).

        Nothing of any other cut changes.
        """
        row, place, group = self.me
        back = TURNED[self.can]
        there = self.can & back[row, place][:, None] & back[row, :, group][:, :, None] & self.mine
        there[row, place], there[row, :, group] = NONE, NONE
        if there.any():
            there &= ~self.sight.squares(self.sheet, self.here, self.every)
        squared: Bits = np.bitwise_or.reduce(there, axis=(1, 2))
        return squared
