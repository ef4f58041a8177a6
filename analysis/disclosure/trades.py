"""Two people who stand in each other's place: worlds that one person alone does not reach.

In a pool nobody sees who is in which group: people there may trade groups, and nothing is printed
otherwise. Elsewhere one person more here and one less there may cancel in every figure that holds
both; or two people of two places trade groups, so that every place and every group is as it was.
All are proofs like those of analysis/disclosure/witness.py; what they leave is not safe.
"""

from __future__ import annotations

import numpy as np

from analysis.disclosure.moves import ALL, BOTTOM, Bits, reaching
from analysis.disclosure.sight import CHUNK, Cells, Sight
from analysis.disclosure.witness import GOALS, Evidence, Found, goals
from analysis.measures import WHOLE, BoolArray


class Trades:
    """Searches two people for many doubts at once, under what the evidence shows now.

    live: shape (T,), the tables that are published together
    """

    def __init__(self, evidence: Evidence, live: BoolArray) -> None:
        self.evidence, self.world = evidence, evidence.world
        self.sight = Sight(evidence)
        self.live = live
        share, bottom = (~self.world.score).astype(int), self.world.kinds[:, BOTTOM].astype(int)
        self.wanted = WANTED[share, bottom]

    def settled(self, found: Found) -> BoolArray:
        """Which doubts a trade settles; shape (D,)."""
        settled = np.zeros(found.row.size, dtype=bool)
        each = max(1, CHUNK // max(1, self.evidence.alike[:1].size))
        for i in range(0, found.row.size, each):
            some = found.those(slice(i, i + each))
            done = self.pooled(some)
            done[~done] = self.hidden(some.those(~done))
            settled[i : i + each] = done
        return settled

    def pooled(self, found: Found) -> BoolArray:
        """Whether people of a pool could stand in each other's groups, which is printed nowhere.

        Size: with so many people in the pool, no group of fewer holds all of it; so one who
        leaves for a group outside, or comes from there, changes its size. An answer: somebody of
        the pool who answers otherwise may be the one in this group.
        """
        world, row = self.world, found.row
        table = world.table[found.sheet]
        me = (row, found.place, found.group)
        alike = self.evidence.alike[table]
        pool = alike == alike[me][:, None, None]
        places = pool.any(axis=2)
        one = (places.sum(axis=1) < 2)[:, None]  # else whole places change
        joins = world.joins[table] & (one | world.place_joins[table])[:, :, None]
        leaves = world.leaves[table] & (one | world.place_leaves[table])[:, :, None]
        i_join, i_leave = joins[me][:, None, None], leaves[me][:, None, None]
        others = pool.copy()
        others[me] = False
        n, top, _ = np.moveaxis(world.counts[found.sheet], -1, 0)
        free = ~others | (i_leave & joins) | (leaves & i_join)
        enough = (n * pool).sum(axis=(1, 2)) >= world.few[found.sheet]
        sized = enough & free.all(axis=(1, 2))
        whole = np.where(world.score[found.sheet, None, None], n * WHOLE, n)
        wanted = (found.goal == GOALS.index("favourable"))[:, None, None]
        otherwise = np.where(wanted, top, whole - top)
        answered = (others & i_join & joins & (otherwise > 0)).any(axis=(1, 2))
        settled = np.where(found.goal == GOALS.index("size"), sized, answered)
        return np.asarray(settled & others.any(axis=(1, 2)))

    def hidden(self, found: Found) -> BoolArray:
        """Which doubts are settled by moves in their cell that a second person hides."""
        if not found.row.size:
            return np.zeros(0, dtype=bool)
        of = Cells(self.sight, found)
        near, far = of.pairs()
        settled = self.enough(found, near) | of.shared()
        if not settled.all():
            left = np.flatnonzero(~settled)
            some = found.those(left)
            partners = near[left] | Cells(self.sight, some).squares()
            settled[left] = self.enough(some, partners)
            left, partners = left[~settled[left]], partners[~settled[left]]
            some = found.those(left)
            anywhere = np.bitwise_or.reduce(self.followed(some, far[left]), axis=1)
            settled[left] = self.enough(some, partners | anywhere)
        return settled

    def enough(self, found: Found, moves: Bits) -> BoolArray:
        """Whether these moves (D,) reach both goals of each doubt."""
        first, second = self.wanted[found.sheet, found.goal].T
        reached: BoolArray = (moves & first != 0) & (moves & second != 0)
        return reached

    def followed(self, found: Found, far: Bits) -> Bits:
        """Of moves (D, R) with their opposite in another place those that every other cut takes,
        too: both people are in some group of it."""
        asked, other = np.nonzero(far)
        if not len(asked):
            return far
        subject = self.world.subject[found.sheet[asked]]
        places = far.shape[1]
        key = (subject * places + found.place[asked]) * places + other
        pairs, back = np.unique(key, return_inverse=True)
        subject, place, other_place = (
            pairs // places**2, pairs // places % places, pairs % places
        )  # fmt: skip
        takes = np.full((len(self.evidence.by_cut), len(pairs)), ALL)
        live = np.append(self.live[self.world.table], False)
        sheets = self.evidence.by_cut[:, subject]
        cut, pair = np.nonzero(live[sheets])
        takes[cut, pair] = self.sight.anywhere(sheets[cut, pair], place[pair], other_place[pair])
        own = sheets[:, back] == found.sheet[asked]
        every = np.bitwise_and.reduce(np.where(own, ALL, takes[:, back]), axis=0)
        followed = np.zeros_like(far)
        followed[asked, other] = far[asked, other] & every
        return followed


def _wanted() -> Bits:
    """Moves that reach a doubt's two goals, of which both must be: by whether its measure is a
    share, whether answers can be unfavourable, and its goal; shape (2, 2, goals, 2)."""
    either = [
        [[goals(share, bottom, goal) for goal in GOALS] for bottom in (False, True)]
        for share in (False, True)
    ]
    return np.array(
        [[[[reaching(g[0]), reaching(g[-1])] for g in row] for row in part] for part in either]
    )


WANTED = _wanted()
