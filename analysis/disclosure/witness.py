"""Other worlds: could somebody's answer be another, and the print the same?

A group's answers are safe when there is another world, other counts of people, from which the very
same release would have been printed and in which that group answered otherwise. One such world is
a proof; a wide interval is none, because intervals contain counts that no whole table has.

Here the worlds next door are tried: one person more, one less, or one who answered otherwise, in
one place and one group of each cut. Nearly every group is proven safe by one of them, for the
price of a few array operations; for what is left two people are tried (trades.py).

Cuts are published one at a time, so counts of two cuts belong to one population whenever they
agree on each place and answer: any such tables have a common one (the classical transport
problem). Measures meet in a score alone. Codes of one kind print alike (4 and 5 are favourable),
so a score's sum has a span of its own; a world in which answers to its questions change is
accepted only if the band still meets what is left of that span.

All panels of a county and season stand in the same arrays, one sheet for each measure under each
cut. None says anything of another's panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.moves import (
    ALL,
    ANSWERS,
    BOTTOM,
    JOINS,
    LEAVES,
    NONE,
    PEOPLE,
    SHARES,
    TOP,
    Bits,
    Change,
    bits_of,
    reaching,
)
from analysis.disclosure.parts import MANY, Parts
from analysis.measures import WHOLE, BoolArray, IntArray

Goal = Literal["size", "favourable", "other"]
GOALS: tuple[Goal, ...] = ("size", "favourable", "other")


@dataclass(frozen=True)
class World:
    """True counts of one county and season: S sheets of R places and G groups, in T tables.

    A sheet is one measure under one cut. Cuts with fewer than G groups have nobody in the others.
    """

    cuts: Sequence[str]  # of each table
    panel: IntArray  # shape (T,): which panel it is of
    first: IntArray  # shape (T,): its first sheet; its others follow
    table: IntArray  # shape (S,): which table a sheet is of
    subject: IntArray  # shape (S,): the panel's measure, the same number under every cut
    counts: IntArray  # shape (S, R, G, 3)
    ends: IntArray  # shape (S, R, G, 2): where a score's sum may lie
    hangs: IntArray  # shape (S, R, G): people whose score would go with one answer less
    asked: BoolArray  # shape (S, R, G): only there answers can be
    kinds: BoolArray  # shape (S, 3): can an answer be favourable, in between, unfavourable
    score: BoolArray  # shape (S,): a score, not a share
    touched: BoolArray  # shape (S,): part of a score that takes one question; any move may touch it
    few: IntArray  # shape (S,): a group of fewer people is small
    room: IntArray  # shape (R,): people that public counts of events would not show
    joins: BoolArray  # shape (T, R, G): one person more from the same pool, and
    leaves: BoolArray  # one less, would be grouped alike
    place_joins: BoolArray  # shape (T, R): the same of whole places
    place_leaves: BoolArray


class Doubt(NamedTuple):
    """A group without a witness: the search reached no neighbouring world."""

    cut: str
    place: int
    group: int
    measure: int  # among those of its table
    goal: Goal  # size: its count and answers might be pinned; else: somebody who answers so


class Found(NamedTuple):
    """Doubts as arrays of shape (D,)."""

    sheet: IntArray
    place: IntArray
    group: IntArray
    goal: IntArray  # position in GOALS

    def those(self, which: NDArray[Any] | slice) -> Found:
        return Found(*(column[which] for column in self))

    @property
    def row(self) -> IntArray:
        """0 to D - 1."""
        return np.arange(self.sheet.size)


@dataclass
class Evidence:
    """A world, and what would be printed of it: stands and room change with what is shown."""

    world: World
    parts: Parts
    stands: Bits = field(init=False)  # of each figure: moves inside its part that keep its print
    room: IntArray = field(init=False)  # answers that may change before its part's score does

    def __post_init__(self) -> None:
        self.can = possible(self.world)  # places may grow
        full = (self.world.room <= 0)[None, :, None]
        self.may = np.where(full, self.can & ~JOINS, self.can)
        self.stands = np.full(self.parts.size, ALL)
        self.room = np.full(self.parts.size, MANY)
        self.by_cut = _by_cut(self.world)
        asked = np.logical_or.reduceat(self.world.asked, self.world.first, axis=0)
        self.alike = self.parts.alike(asked)

    def moves(self) -> Bits:
        """Moves for which there is somebody, and that keep their cut's print; (S, R, G)."""
        of = self.parts
        touch = np.where(self.world.touched, SHARES, ANSWERS)[of.sheet]
        firm = self.stands & ~np.where(self.room <= 0, touch, NONE)
        moves: Bits = self.may.copy()
        np.bitwise_and.at(moves.reshape(-1), of.cells, firm[of.holder])
        return moves

    def doubts(self, live: BoolArray) -> Found:
        """Groups that no world next door proves safe, by table, goal, place, group and measure.

        live: shape (T,), the tables that are published together
        """
        moves, here = self.moves(), live[self.world.table]
        reached = moves & self._elsewhere(moves, here)[:, :, None]
        unproven = self._unproven(reached)
        unproven &= (here & self.parts.shown[self.world.table])[:, None, None]
        goal, sheet, place, group = np.nonzero(unproven)
        order = np.lexsort((sheet, group, place, goal, self.world.table[sheet]))
        return Found(*(column[order] for column in (sheet, place, group, goal)))

    def _elsewhere(self, moves: Bits, here: BoolArray) -> Bits:
        """Moves that each of the other cuts can follow: that person is in some group of it;
        shape (S, R)."""
        anywhere = np.full((len(moves) + 1, moves.shape[1]), ALL)
        anywhere[:-1][here] = np.bitwise_or.reduce(moves, axis=2)[here]
        by_cut = anywhere[self.by_cut]
        for cut, sheets in enumerate(self.by_cut):
            anywhere[sheets] = np.bitwise_and.reduce(np.delete(by_cut, cut, axis=0), axis=0)
        return anywhere[:-1]

    def _unproven(self, reached: Bits) -> BoolArray:
        """reached: moves that stand everywhere, (S, R, G). Returns (goals, S, R, G)."""
        world = self.world
        n, top = world.counts[..., PEOPLE], world.counts[..., TOP]
        whole = np.where(world.score[:, None, None], n * WHOLE, n)
        pinned = reached & (JOINS | LEAVES) == 0
        bottom = world.kinds[:, BOTTOM, None, None]
        pinned &= (reached & TO_TOP[1] == 0) | (bottom & (reached & TO_BOTTOM == 0))
        small = (n >= 1) & (n < world.few[:, None, None])
        certain = (n > 0) & (top == 0) & (reached & TO_TOP[0] == 0)
        never = (n > 0) & (top == whole) & (reached & TO_OTHER == 0)
        return np.stack((small & pinned, certain, never))

    def named(self, found: Found) -> list[Doubt]:
        """The doubts with their names, in their order."""
        world = self.world
        table = world.table[found.sheet]
        measure = (found.sheet - world.first[table]).tolist()
        where = zip(table.tolist(), *(x.tolist() for x in found[1:]), measure, strict=True)
        return [Doubt(world.cuts[t], r, g, m, GOALS[goal]) for t, r, g, goal, m in where]


TO_TOP = reaching([(0, 1, 0)]), reaching([(0, 1, 0), (0, -1, 0)])
TO_BOTTOM = reaching([(0, 0, 1), (0, 0, -1)])
TO_OTHER = reaching([(1, -1, 0)])


def possible(world: World) -> Bits:
    """Moves for which there is somebody, wherever somebody more could have come; (S, R, G)."""
    n, top, bottom = np.moveaxis(world.counts, -1, 0)
    counts = (top, n - top - bottom, bottom)
    may = world.kinds.T[:, :, None, None]
    has = [count > 0 for count in counts]
    shares = [world.asked & kind for kind in may] + [count > world.hangs for count in counts]
    shares += [has[0] & may[1], has[0] & may[2], has[1] & may[0], has[1] & may[2]]
    shares += [has[2] & may[0], has[2] & may[1]]
    score = world.score[:, None, None]
    steps = [score & (top < world.ends[..., 1]), score & (top > world.ends[..., 0])]
    return bits_of(np.stack([~score & one for one in shares] + steps, axis=-1))


def goals(share: bool, bottom: bool, goal: Goal) -> list[list[Change]]:
    """Changes g with g . (n, favourable, unfavourable) >= 1: one of each list must be reached.

    share: a share, not a score; bottom: answers can be unfavourable
    """
    if goal == "favourable":
        return [[(0, 1, 0)]]
    if goal == "other":
        return [[(1, -1, 0)]] if share else [[(0, -1, 0)]]
    size: list[Change] = [(1, 0, 0), (-1, 0, 0)] if share else []
    top: list[Change] = [*size, (0, 1, 0), (0, -1, 0)]
    unfavourable: list[Change] = [*size, (0, 0, 1), (0, 0, -1)]
    return [top, unfavourable] if bottom else [top]


def _by_cut(world: World) -> IntArray:
    """The sheet of each subject under each cut, one after the last where there is none."""
    cuts = {cut: i for i, cut in enumerate(dict.fromkeys(world.cuts))}
    of = np.array([cuts[cut] for cut in world.cuts], dtype=np.int64)[world.table]
    by_cut = np.full((len(cuts), world.subject.max(initial=-1) + 1), len(world.table))
    by_cut[of, world.subject] = np.arange(len(world.table))
    return by_cut
