"""Two people who stand in each other's place: worlds that one person alone does not reach.

In a pool nobody sees who is in which group: people there may trade groups, and nothing is printed
otherwise. Elsewhere one person more here and one less there may cancel in every figure that holds
both. Both are proofs like those of analysis/worlds.py; what they leave goes to the programme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

from analysis.measures import TOTAL, WHOLE, BoolArray
from analysis.worlds import (
    MOVES,
    PEOPLE,
    SCORE_MOVES,
    Change,
    Doubt,
    Grid,
    Shown,
    World,
    goals,
    grids_of,
    possible,
)

EVERY = np.concatenate((MOVES, SCORE_MOVES))
INVERSE = np.array([int(np.flatnonzero((-move == EVERY).all(axis=1))[0]) for move in MOVES])
SCORE_FIRST = len(MOVES)


def undone(world: World, shown: Sequence[Shown], found: Sequence[Doubt]) -> list[Doubt]:
    """The doubts that no trade between two people settles."""
    trades = Trades(world, grids_of(world, shown))
    return [doubt for doubt in found if not trades.settle(doubt)]


def pools(world: World, cut: str, grid: Grid) -> list[list[tuple[int, int]]]:
    """Cells (place, group) that every printed part holds together, or not at all."""
    asked = world.asked[cut].any(axis=-1)
    held = np.packbits(grid.holds[grid.printed], axis=0)
    found: dict[bytes, list[tuple[int, int]]] = {}
    for place, group in np.argwhere(asked).tolist():
        found.setdefault(held[:, place, group].tobytes(), []).append((place, group))
    return [pool for pool in found.values() if len(pool) > 1]


class Trades:
    """Searches two people; what several doubts ask for is worked out once."""

    def __init__(self, world: World, grids: Mapping[str, Grid]) -> None:
        self.world, self.grids = world, grids
        self.pools: dict[str, list[list[tuple[int, int]]]] = {}
        self.pairs: _Pairs | None = None
        self.squares: dict[str, Squares] = {}

    def settle(self, doubt: Doubt) -> bool:
        """Whether some trade shows that the group may be otherwise."""
        cut = doubt.cut
        if cut not in self.pools:
            self.pools[cut] = pools(self.world, cut, self.grids[cut])
        if any(_trades(self.world, doubt, pool) for pool in self.pools[cut]):
            return True
        self.pairs = self.pairs or _Pairs(self.world, self.grids)
        if cut != TOTAL and cut not in self.squares:
            self.squares[cut] = Squares(self.world, cut, self.grids[cut])
        return all(
            any(
                self.pairs.reaches(doubt, move)
                or (cut != TOTAL and self.squares[cut].find(doubt, move) is not None)
                for move in self._moves(doubt, either)
            )
            for either in goals(self.world, doubt)
        )

    def _moves(self, doubt: Doubt, either: Sequence[Change]) -> list[int]:
        """Moves of one person in the doubtful cell that reach one of these changes."""
        assert self.pairs is not None
        score = bool(self.world.score[doubt.measure])
        can = self.pairs.can[doubt.cut][doubt.place, doubt.group, doubt.measure]
        wanted = (EVERY @ np.array(either).T >= 1).any(axis=1)
        wanted[:SCORE_FIRST] &= not score
        wanted[SCORE_FIRST:] &= score
        found: list[int] = np.flatnonzero(wanted & can).tolist()
        return found


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


class _Pairs:
    """One person's move and its opposite somewhere else: x at one cell, -x at another."""

    def __init__(self, world: World, grids: Mapping[str, Grid]) -> None:
        self.world, self.grids = world, grids
        everywhere = np.ones(len(world.room), dtype=bool)
        self.can = {cut: possible(world, cut, everywhere) for cut in world.counts}
        self.holds = {cut: grid.holds.astype(np.float32) for cut, grid in grids.items()}
        self.known: dict[tuple[str, int, int, int], BoolArray] = {}

    def _can(self, cut: str, move: int) -> BoolArray:
        return self.can[cut][..., move]

    def reaches(self, doubt: Doubt, move: int) -> bool:
        """Whether the move in the doubtful cell and its opposite elsewhere are printed nowhere."""
        cut, place, group, m, goal = doubt
        back = _opposite(move)
        n = self.world.counts[cut][..., m, PEOPLE]
        there = self._can(cut, back)[..., m].copy()
        if goal == "size":  # the others of a small union stay as they are
            there &= n >= self.world.few
        there[place, group] = False
        cells = self._cancel(cut, place, m, move)[group] & there  # shape (R, G)
        if cut != TOTAL and cells[place].any():
            return True
        if EVERY[move][PEOPLE] > 0 and self.world.room[place] < 1:
            return False
        for other in np.flatnonzero(cells.any(axis=1)).tolist():
            more = other if EVERY[move][PEOPLE] < 0 else place
            room = EVERY[move][PEOPLE] == 0 or self.world.room[more] > 0
            if (
                other != place
                and room
                and all(
                    self._anywhere(k, place, other, m, move) for k in self.world.counts if k != cut
                )
            ):
                return True
        return False

    def _anywhere(self, cut: str, place: int, other: int, m: int, move: int) -> bool:
        """Whether some groups of a cut take the move in one place and its opposite in another."""
        mine = self._can(cut, move)[place, :, m]
        theirs = self._can(cut, _opposite(move))[other, :, m]
        cancel = self._cancel(cut, place, m, move)[:, other]
        return bool((cancel & mine[:, None] & theirs[None, :]).any())

    def _cancel(self, cut: str, place: int, m: int, move: int) -> BoolArray:
        """[g, r, h]: nothing is printed otherwise when `move` happens in group g of the place and
        its opposite in group h of place r. Shape (G, R, G)."""
        asked = (cut, place, m, move)
        if asked not in self.known:
            self.known[asked] = self._cancelled(*asked)
        return self.known[asked]

    def _cancelled(self, cut: str, place: int, m: int, move: int) -> BoolArray:
        """A part objects to one of the two changes that it holds alone, and to both or either of
        them where its score does not stand two; sums of whole numbers, exact in single precision.
        """
        grid, holds = self.grids[cut], self.holds[cut]
        here, flat = holds[:, place], holds.reshape(len(holds), prod(holds.shape[1:]))
        mine, theirs = (
            1 - grid.stands[:, m, i].astype(np.float32) for i in (move, _opposite(move))
        )
        both = (here * (mine + theirs)[:, None]).T @ flat
        shaky = (grid.room[:, m] <= 1) & (self.world.index[m] >= 0)
        bad = ((mine + shaky) @ here)[:, None] + (theirs + shaky) @ flat - both
        result: BoolArray = (bad == 0).reshape(here.shape[1], *holds.shape[1:])
        return result


class Squares:
    """Two people of two places who trade groups: a move x at (r, g) and at (q, h), and -x at (r, h)
    and (q, g). Every place and every group of the county is as it was, so no other cut is touched;
    only what is printed of one place's groups apart can object."""

    def __init__(self, world: World, cut: str, grid: Grid) -> None:
        self.world, self.cut, self.grid = world, cut, grid
        self.can = possible(world, cut, np.ones(len(world.room), dtype=bool))
        # parts are rectangles: shape (P, R) and (P, G)
        self.places = grid.holds.any(axis=2).astype(np.int8)
        self.groups = grid.holds.any(axis=1).astype(np.int8)

    def find(self, doubt: Doubt, move: int) -> tuple[int, int] | None:
        """The other place and the other group for a move in the doubtful cell; None if there are
        none."""
        _, place, group, m, goal = doubt
        back, n = _opposite(move), self.world.counts[self.cut][..., m, PEOPLE]
        # the others of a small union stay as they are
        free = n >= self.world.few if goal == "size" else np.ones_like(n, dtype=bool)
        more, less = self.can[..., m, move] & free, self.can[..., m, back] & free
        there = more & less[place] & less[:, group, None]
        there[place], there[:, group] = False, False
        if there.any():
            there &= self._printed_alike(place, group, m, move)
        if not there.any():
            return None
        other, into = np.argwhere(there)[0].tolist()
        return other, into

    def _printed_alike(self, place: int, group: int, m: int, move: int) -> BoolArray:
        """[q, h]: no part prints otherwise. A part's change is the product of two signs: whether it
        holds this place and not the other, and this group and not the other."""
        bad, bad_back = (~self.grid.stands[:, m, i] for i in (move, _opposite(move)))
        places = self.places[:, place, None] - self.places
        groups = self.groups[:, group, None] - self.groups
        signs = [(1, 1, bad), (-1, -1, bad), (1, -1, bad_back), (-1, 1, bad_back)]
        broken = sum(
            ((places == p) & objects[:, None]).astype(np.float32).T
            @ (groups == g).astype(np.float32)
            for p, g, objects in signs
        )
        alike: BoolArray = (np.asarray(broken) == 0) & ~self._crowded(place, group, m)
        return alike

    def _crowded(self, place: int, group: int, m: int) -> BoolArray:
        """Where a part holds more of the four cells than answers may change before a score does."""
        if self.world.index[m] < 0:
            return np.zeros(self.grid.holds.shape[1:], dtype=bool)
        held = (self.places[:, place, None] + self.places)[:, :, None] * (
            self.groups[:, group, None] + self.groups
        )[:, None]
        crowded: BoolArray = (held > self.grid.room[:, m, None, None]).any(axis=0)
        return crowded


def _opposite(move: int) -> int:
    return int(INVERSE[move]) if move < SCORE_FIRST else 2 * SCORE_FIRST + 1 - move
