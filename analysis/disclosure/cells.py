"""What many pairs of moves would print: a cut's cells, with the parts that hold them as bits.

64 parts to a word, so that what all parts say of many pairs of cells takes a few array operations.
The proofs that are made of it stand in analysis/disclosure/trades.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.witness import EVERY, MOVES, PEOPLE, Doubt, Grid, World, possible
from analysis.measures import BoolArray, IntArray

Words = NDArray[np.uint64]  # bits of parts; the first axis counts words

SHARE = np.arange(len(EVERY)) < len(MOVES)
OPPOSITE = np.array(
    [int(np.flatnonzero((-x == EVERY).all(axis=1) & (s == SHARE))[0])
     for x, s in zip(EVERY, SHARE, strict=True)]
)  # fmt: skip
PAIRS = 1024  # of places looked at together, in every pair of groups


@dataclass(frozen=True)
class Cells:
    """One cut of a world: who could move in each cell, and which parts would print otherwise."""

    can: BoolArray  # shape (R, G, M, moves); places may grow
    n: IntArray  # shape (R, G, M)
    places: Words  # shape (W, R): parts are rectangles of places and groups
    groups: Words  # shape (W, G)
    objects: Words  # shape (W, M, moves): parts in which the move is printed
    full: tuple[Words, Words, Words]  # shape (W, M): parts whose score may not stand 1, 2, 4 moves

    @classmethod
    def of(cls, world: World, cut: str, grid: Grid) -> Cells:
        room = np.where(world.index >= 0, grid.room, 4)
        return cls(
            can=possible(world, cut, np.ones(len(world.room), dtype=bool)),
            n=world.counts[cut][..., PEOPLE],
            places=_bits(np.asarray(grid.holds.any(axis=2))),
            groups=_bits(np.asarray(grid.holds.any(axis=1))),
            objects=_bits(~grid.stands),
            full=(_bits(room < 1), _bits(room < 2), _bits(room < 4)),
        )

    def held(self, place: Any, group: Any) -> Words:
        """The parts that hold a cell; shape (W, ...)."""
        place, group = np.broadcast_arrays(place, group)
        held: Words = self.places[:, place] & self.groups[:, group]
        return held

    def seen(self, mine: Words, theirs: Words, measure: IntArray) -> BoolArray:
        """Whether some part shows a move in cells of `mine` with its opposite in those of `theirs`.

        Both of shape (W, D, ...), broadcast; measure: shape (D,). Returns shape (D, ..., moves).
        """
        shape = np.broadcast_shapes(mine.shape[1:], theirs.shape[1:])
        seen = np.zeros((*shape, len(EVERY)), dtype=bool)  # a cut may show nothing: no words
        wide = (...,) + (None,) * (len(shape) - 1)
        for a, b, objects, full_1, full_2 in zip(
            mine, theirs, self.objects, self.full[0], self.full[1], strict=True
        ):
            apart = a ^ b
            crowded = (apart & full_1[measure][wide]) | (a & b & full_2[measure][wide])
            printed = _each(a & apart, objects[measure]) | _each(
                b & apart, objects[measure][:, OPPOSITE]
            )
            seen |= (printed | crowded[..., None]).astype(bool)
        return seen

    def anywhere(self, of: Asked, far: BoolArray) -> BoolArray:
        """Which of these moves (D, R, moves) this cut takes in some groups of the doubt's place,
        with their opposite in some groups of the other."""
        reachable, every = np.zeros_like(far), np.arange(self.groups.shape[1])
        pairs = np.argwhere(far.any(axis=2))
        for i in range(0, len(pairs), PAIRS):
            asked, other = pairs[i : i + PAIRS].T
            place, measure = of.place[asked], of.measure[asked]
            mine = self.held(place[:, None, None], every[None, :, None])
            theirs = self.held(other[:, None, None], every[None, None, :])
            takes = ~self.seen(mine, theirs, measure)
            takes &= self.can[place, :, measure][:, :, None]
            takes &= self.can[other, :, measure][:, None][..., OPPOSITE]
            reachable[asked, other] = takes.any(axis=(1, 2))
        return reachable


@dataclass
class Asked:
    """Doubts of one cut, D of them."""

    world: World
    cells: Cells
    doubts: Sequence[Doubt]

    def __post_init__(self) -> None:
        self.place, self.group, self.measure = (
            np.array([doubt[i] for doubt in self.doubts]) for i in (1, 2, 3)
        )
        self.mine = self.cells.can[self.place, self.group, self.measure]  # shape (D, moves)
        can = np.moveaxis(self.cells.can[:, :, self.measure], 2, 0)
        few = np.moveaxis(self.cells.n[:, :, self.measure], 2, 0) < self.world.few
        self.size = np.array([doubt.goal == "size" for doubt in self.doubts])
        # the others of a small union stay as they are; shape (D, R, G, moves)
        self.can = can & ~(few & self.size[:, None, None])[..., None]
        self.row = np.arange(len(self.doubts))

    def pairs(self) -> tuple[BoolArray, BoolArray]:
        """A move in the doubtful cell whose opposite happens in another: in the same place, shape
        (D, moves), and in each other place, (D, R, moves), where its public counts have room."""
        cells = self.cells
        _, places, groups, _ = self.can.shape
        mine = cells.held(self.place, self.group)[:, :, None, None]
        all_cells = cells.held(np.arange(places)[:, None], np.arange(groups))[:, None]
        there = ~cells.seen(mine, all_cells, self.measure) & self.can[..., OPPOSITE]
        there &= self.mine[:, None, None]
        there[self.row, self.place, self.group] = False
        far = there.any(axis=2)
        near = far[self.row, self.place]
        more, room = EVERY[:, PEOPLE], self.world.room > 0
        far[self.row, self.place] = False
        far &= (more <= 0) | room[self.place][:, None, None]
        far &= (more >= 0) | room[:, None]
        return near & (groups > 1), far

    def partners(self) -> BoolArray:
        """Groups of the doubt's place that could have one person less, with one more in its own,
        or the other way round, and its own; shape (D, G)."""
        cells, groups = self.cells, np.arange(self.can.shape[2])
        mine = cells.held(self.place, self.group)[:, :, None]
        theirs = cells.held(self.place[:, None], groups[None, :])
        trades = self.mine[:, None] & cells.can[self.place, :, self.measure][..., OPPOSITE]
        trades &= ~cells.seen(mine, theirs, self.measure)
        partner: BoolArray = (trades & (EVERY[:, PEOPLE] != 0)).any(axis=2)
        partner[self.row, self.group] = True
        return partner

    def shared(self) -> BoolArray:
        """Which doubts of a size are settled by their partners together; shape (D,).

        With so many people among them no union of fewer holds them all: one of them is outside
        it, and the trade with that one changes the union's size.
        """
        n = self.cells.n[self.place, :, self.measure]
        enough = (n * self.partners()).sum(axis=1) >= self.world.few
        hidden: BoolArray = self.size & enough
        return hidden

    def squares(self) -> BoolArray:
        """Two people of two places who trade groups: the move here and in another place and group,
        its opposite in the two cells that share one of both; shape (D, moves).

        What a part sees is the product of two signs: whether it holds this place and not the
        other, and this group and not the other. Nothing of any other cut changes.
        """
        cells, row = self.cells, self.row
        back = self.can[..., OPPOSITE]
        there = self.can & back[row, self.place][:, None]  # (q, h) and (r, h)
        there &= back[row, :, self.group][:, :, None] & self.mine[:, None, None]  # (q, g), (r, g)
        there[row, self.place], there[row, :, self.group] = False, False
        if not there.any():
            return np.zeros_like(self.mine)
        seen = np.zeros_like(there)
        for place, group, objects, *full in zip(
            cells.places, cells.groups, cells.objects, *cells.full, strict=True
        ):
            mine, others = place[self.place][:, None, None], place[:, None]
            my_group, groups = group[self.group][:, None, None], group
            p, q, g, h = mine & ~others, others & ~mine, my_group & ~groups, groups & ~my_group
            two_p, two_g, one_p, one_g = mine & others, my_group & groups, p | q, g | h
            one, two, four = (words[self.measure][:, None, None] for words in full)
            crowded = (one_p & one_g & one) | (((two_p & one_g) | (one_p & two_g)) & two)
            crowded |= two_p & two_g & four
            objects = objects[self.measure]
            printed = _each((p & g) | (q & h), objects)
            printed |= _each((p & h) | (q & g), objects[:, OPPOSITE])
            seen |= (printed | crowded[..., None]).astype(bool)
        squared: BoolArray = (there & ~seen).any(axis=(1, 2))
        return squared


def _each(parts: NDArray[np.uint64], objects: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Parts (D, ...) that object (D, moves): shape (D, ..., moves)."""
    wide = (slice(None),) + (None,) * (parts.ndim - 1)
    chosen: NDArray[np.uint64] = parts[..., None] & objects[wide]
    return chosen


def _bits(parts: BoolArray) -> Words:
    """Pack the first axis into words of 64 bits; (P, ...) -> (W, ...)."""
    count, *rest = parts.shape
    words = -(-count // 64)
    padded = np.zeros((words * 64, *rest), dtype=bool)
    padded[:count] = parts
    packed = np.packbits(padded, axis=0).reshape(words, 8, *rest)
    packed_words: Words = np.ascontiguousarray(np.moveaxis(packed, 1, -1)).view(np.uint64)[..., 0]
    return packed_words
