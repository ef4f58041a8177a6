"""Two people who stand in each other's place: worlds that one person alone does not reach.

In a pool nobody sees who is in which group: people there may trade groups, and nothing is printed
otherwise. Elsewhere one person more here and one less there may cancel in every figure that holds
both; or two people of two places trade groups, so that every place and every group is as it was.
All are proofs like those of analysis/disclosure/witness.py; what they leave is not safe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.disclosure.cells import Asked, Cells
from analysis.disclosure.witness import (
    EVERY,
    Doubt,
    Goal,
    Grid,
    Shown,
    World,
    goals,
    grids_of,
    reaches,
)
from analysis.measures import TOTAL, WHOLE, BoolArray

CHUNK = 128  # doubts looked at together


def undone(world: World, shown: Sequence[Shown], doubtful: Sequence[Doubt]) -> list[Doubt]:
    """The doubts that no trade between two people settles."""
    return Trades(world, grids_of(world, shown)).undone(doubtful)


def pools(world: World, cut: str, grid: Grid) -> list[list[tuple[int, int]]]:
    """Cells (place, group) that every printed part holds together, or not at all."""
    asked = world.asked[cut].any(axis=-1)
    held = np.packbits(grid.holds[grid.printed], axis=0)
    by_content: dict[bytes, list[tuple[int, int]]] = {}
    for place, group in np.argwhere(asked).tolist():
        by_content.setdefault(held[:, place, group].tobytes(), []).append((place, group))
    return [pool for pool in by_content.values() if len(pool) > 1]


class Trades:
    """Searches two people for many doubts at once."""

    def __init__(
        self, world: World, grids: Mapping[str, Grid], cells: dict[int, Cells] | None = None
    ) -> None:
        """cells: what was made of a grid before, by its identity."""
        self.world, self.grids = world, grids
        self.cells: dict[int, Cells] = {} if cells is None else cells
        self.wanted: dict[tuple[Goal, int], BoolArray] = {}

    def undone(self, doubtful: Sequence[Doubt]) -> list[Doubt]:
        """The doubts that no trade settles, in their order."""
        settled: set[Doubt] = set()
        for cut in dict.fromkeys(doubt.cut for doubt in doubtful):
            mine = [doubt for doubt in doubtful if doubt.cut == cut]
            shared = pools(self.world, cut, self.grids[cut])
            settled |= {d for d in mine if any(_trades(self.world, d, pool) for pool in shared)}
            mine = [doubt for doubt in mine if doubt not in settled]
            for i in range(0, len(mine), CHUNK):
                some = mine[i : i + CHUNK]
                settled |= {d for d, yes in zip(some, self.hidden(some), strict=True) if yes}
        return [doubt for doubt in doubtful if doubt not in settled]

    def hidden(self, some: Sequence[Doubt]) -> BoolArray:
        """Which doubts of one cut are settled by moves in their cell that a second person hides."""
        cut, wanted = some[0].cut, self._wanted(some)

        def enough(moves: BoolArray) -> BoolArray:
            reached = np.asarray((wanted & moves[:, None]).any(axis=2))
            return reached[:, 0] & reached[:, 1]

        of = Asked(self.world, self.of(cut), some)
        partners, far = of.pairs()
        if cut != TOTAL:
            partners |= of.squares()
        far[enough(partners)] = False
        for other in self.world.counts:
            if other != cut and far.any():  # they are in some group of every other cut
                far &= self.of(other).anywhere(of, far)
        return enough(partners | far.any(axis=1)) | of.shared()

    def of(self, cut: str) -> Cells:
        grid = self.grids[cut]
        if id(grid) not in self.cells:
            self.cells[id(grid)] = Cells.of(self.world, cut, grid)
        return self.cells[id(grid)]

    def _wanted(self, some: Sequence[Doubt]) -> BoolArray:
        """Moves that reach each doubt's two goals, of which both must be; (D, 2, moves)."""
        for doubt in some:
            if (doubt.goal, doubt.measure) not in self.wanted:
                reached = [reaches(EVERY, either) for either in goals(self.world, doubt)]
                self.wanted[doubt.goal, doubt.measure] = np.array([reached[0], reached[-1]])
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
