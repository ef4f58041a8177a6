"""Two people who stand in each other's place: worlds that one person alone does not reach.

In a pool nobody sees who is in which group: people there may trade groups, and nothing is printed
otherwise. Elsewhere one person more here and one less there may cancel in every figure that holds
both; or two people of two places trade groups, so that every place and every group is as it was.
All are proofs like those of analysis/worlds.py; what they leave goes to the programme.

Which parts of a table hold a cell is kept as bits, 64 parts to a word, so that what all parts say
of many pairs of cells takes a few array operations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.measures import TOTAL, WHOLE, BoolArray, IntArray
from analysis.worlds import (
    MOVES,
    PEOPLE,
    SCORE_MOVES,
    Doubt,
    Goal,
    Grid,
    Shown,
    World,
    goals,
    grids_of,
    possible,
)

Words = NDArray[np.uint64]  # bits of parts; the first axis counts words

EVERY = np.concatenate((MOVES, SCORE_MOVES))
SHARE = np.arange(len(EVERY)) < len(MOVES)
OPPOSITE = np.array(
    [int(np.flatnonzero((-x == EVERY).all(axis=1) & (s == SHARE))[0])
     for x, s in zip(EVERY, SHARE, strict=True)]
)  # fmt: skip
CHUNK = 128  # doubts looked at together
PAIRS = 1024  # of places looked at together, in every pair of groups


def undone(world: World, shown: Sequence[Shown], found: Sequence[Doubt]) -> list[Doubt]:
    """The doubts that no trade between two people settles."""
    return Trades(world, grids_of(world, shown)).undone(found)


def pools(world: World, cut: str, grid: Grid) -> list[list[tuple[int, int]]]:
    """Cells (place, group) that every printed part holds together, or not at all."""
    asked = world.asked[cut].any(axis=-1)
    held = np.packbits(grid.holds[grid.printed], axis=0)
    found: dict[bytes, list[tuple[int, int]]] = {}
    for place, group in np.argwhere(asked).tolist():
        found.setdefault(held[:, place, group].tobytes(), []).append((place, group))
    return [pool for pool in found.values() if len(pool) > 1]


class Trades:
    """Searches two people for many doubts at once."""

    def __init__(self, world: World, grids: Mapping[str, Grid]) -> None:
        self.world, self.grids = world, grids
        self.cells: dict[str, _Cells] = {}
        self.wanted: dict[tuple[Goal, int], BoolArray] = {}

    def undone(self, found: Sequence[Doubt]) -> list[Doubt]:
        """The doubts that no trade settles, in their order."""
        settled: set[Doubt] = set()
        for cut in dict.fromkeys(doubt.cut for doubt in found):
            mine = [doubt for doubt in found if doubt.cut == cut]
            shared = pools(self.world, cut, self.grids[cut])
            settled |= {d for d in mine if any(_trades(self.world, d, pool) for pool in shared)}
            mine = [doubt for doubt in mine if doubt not in settled]
            for i in range(0, len(mine), CHUNK):
                some = mine[i : i + CHUNK]
                settled |= {d for d, yes in zip(some, self.hidden(some), strict=True) if yes}
        return [doubt for doubt in found if doubt not in settled]

    def hidden(self, some: Sequence[Doubt]) -> BoolArray:
        """Which doubts of one cut are settled by moves in their cell that a second person hides."""
        cut, wanted = some[0].cut, self._wanted(some)

        def enough(moves: BoolArray) -> BoolArray:
            reached = np.asarray((wanted & moves[:, None]).any(axis=2))
            return reached[:, 0] & reached[:, 1]

        of = _Asked(self.world, self.of(cut), some)
        found, far = of.pairs()
        if cut != TOTAL:
            found |= of.squares()
        far[enough(found)] = False
        for other in self.world.counts:
            if other != cut and far.any():  # they are in some group of every other cut
                far &= self.of(other).anywhere(of, far)
        return enough(found | far.any(axis=1))

    def of(self, cut: str) -> _Cells:
        if cut not in self.cells:
            self.cells[cut] = _Cells.of(self.world, cut, self.grids[cut])
        return self.cells[cut]

    def _wanted(self, some: Sequence[Doubt]) -> BoolArray:
        """Moves that reach each doubt's two goals, of which both must be; (D, 2, moves)."""
        for doubt in some:
            if (doubt.goal, doubt.measure) not in self.wanted:
                found = [(EVERY @ np.array(e).T >= 1).any(axis=1) for e in goals(self.world, doubt)]
                self.wanted[doubt.goal, doubt.measure] = np.array([found[0], found[-1]])
        return np.array([self.wanted[doubt.goal, doubt.measure] for doubt in some])


def _trades(world: World, doubt: Doubt, pool: Sequence[tuple[int, int]]) -> bool:
    """Whether people of a pool could stand in each other's groups, which is printed nowhere.

    Size: with so many people in the pool, no group of fewer holds all of it; so one who
    leaves for a group outside, or comes from there, changes its size. An answer: somebody of the
    pool who answers otherwise may be the one in this group.
    """
    me = (doubt.place, doubt.group)
    if me not in pool:
        return False
    joins, leaves = world.joins[doubt.cut].copy(), world.leaves[doubt.cut].copy()
    if len({place for place, _ in pool}) > 1:
        joins &= world.place_joins[:, None]
        leaves &= world.place_leaves[:, None]
    n, top, _ = np.moveaxis(world.counts[doubt.cut][:, :, doubt.measure], -1, 0)
    others = [cell for cell in pool if cell != me]
    if doubt.goal == "size":
        enough = n[me] + sum(n[cell] for cell in others) >= world.few
        return bool(enough) and all(
            (leaves[me] and joins[cell]) or (leaves[cell] and joins[me]) for cell in others
        )
    if world.score[doubt.measure]:
        n = n * WHOLE
    otherwise = top if doubt.goal == "favourable" else n - top
    return any(joins[me] and joins[cell] and otherwise[cell] > 0 for cell in others)


@dataclass(frozen=True)
class _Cells:
    """One cut of a world: who could move in each cell, and which parts would print otherwise."""

    can: BoolArray  # shape (R, G, M, moves); places may grow
    n: IntArray  # shape (R, G, M)
    places: Words  # shape (W, R): parts are rectangles of places and groups
    groups: Words  # shape (W, G)
    objects: Words  # shape (W, M, moves): parts in which the move is printed
    full: tuple[Words, Words, Words]  # shape (W, M): parts whose score may not stand 1, 2, 4 moves

    @classmethod
    def of(cls, world: World, cut: str, grid: Grid) -> _Cells:
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

    def anywhere(self, of: _Asked, far: BoolArray) -> BoolArray:
        """Which of these moves (D, R, moves) this cut takes in some groups of the doubt's place,
        with their opposite in some groups of the other."""
        found, every = np.zeros_like(far), np.arange(self.groups.shape[1])
        pairs = np.argwhere(far.any(axis=2))
        for i in range(0, len(pairs), PAIRS):
            asked, other = pairs[i : i + PAIRS].T
            place, measure = of.place[asked], of.measure[asked]
            mine = self.held(place[:, None, None], every[None, :, None])
            theirs = self.held(other[:, None, None], every[None, None, :])
            takes = ~self.seen(mine, theirs, measure)
            takes &= self.can[place, :, measure][:, :, None]
            takes &= self.can[other, :, measure][:, None][..., OPPOSITE]
            found[asked, other] = takes.any(axis=(1, 2))
        return found


@dataclass
class _Asked:
    """Doubts of one cut, D of them."""

    world: World
    cells: _Cells
    doubts: Sequence[Doubt]

    def __post_init__(self) -> None:
        self.place, self.group, self.measure = (
            np.array([doubt[i] for doubt in self.doubts]) for i in (1, 2, 3)
        )
        self.mine = self.cells.can[self.place, self.group, self.measure]  # shape (D, moves)
        can = np.moveaxis(self.cells.can[:, :, self.measure], 2, 0)
        few = np.moveaxis(self.cells.n[:, :, self.measure], 2, 0) < self.world.few
        size = np.array([doubt.goal == "size" for doubt in self.doubts])
        # the others of a small union stay as they are; shape (D, R, G, moves)
        self.can = can & ~(few & size[:, None, None])[..., None]
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
        found: BoolArray = (there & ~seen).any(axis=(1, 2))
        return found


def _each(parts: NDArray[np.uint64], objects: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Parts (D, ...) that object (D, moves): shape (D, ..., moves)."""
    wide = (slice(None),) + (None,) * (parts.ndim - 1)
    found: NDArray[np.uint64] = parts[..., None] & objects[wide]
    return found


def _bits(parts: BoolArray) -> Words:
    """Pack the first axis into words of 64 bits; (P, ...) -> (W, ...)."""
    count, *rest = parts.shape
    words = -(-count // 64)
    padded = np.zeros((words * 64, *rest), dtype=bool)
    padded[:count] = parts
    packed = np.packbits(padded, axis=0).reshape(words, 8, *rest)
    found: Words = np.ascontiguousarray(np.moveaxis(packed, 1, -1)).view(np.uint64)[..., 0]
    return found
