"""The integer programme: is there a world, near or not so near, that proves a group safe?

It is asked where no world next door is found (witness.py). It may change many counts at
once, in the group's place and in the largest others, and keeps every printed figure. What it finds
is checked in whole numbers, so a solver's tolerance proves nothing; what it does not find within
its budget counts as not safe.

While a small group's size is in doubt every other small group of the cut stays as it is: then no
union of small groups is pinned either, for each of them holds a group that can be otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from analysis.disclosure.limits import FREE
from analysis.disclosure.witness import (
    Change,
    Doubt,
    Shown,
    World,
    goals,
    hanging,
    reaches,
    touch_rooms,
)
from analysis.measures import TOTAL, IntArray
from analysis.tabulation.rounding import FloatArray

PLACES = 3  # that may change: the group's own and the largest others
MOST = 12  # answers that may change in one cell; a world further off is not looked for
SHARE_SIGNS = np.array(
    [(1, 1, 0), (1, 0, 0), (1, 0, 1), (-1, -1, 0), (-1, 0, 0), (-1, 0, -1)], dtype=np.int64
)  # a favourable, other, unfavourable answer more, and less
CHOICES = 4  # goals of which one must be reached, at most


@dataclass(frozen=True)
class Budget:
    """What the programmes of one county may cost in one season; a group that is not proven within
    it is not safe. Counts and nodes bound the work, and so the outcome, alike on every machine;
    seconds are for emergencies, far beyond what the nodes take."""

    programmes: int = 100
    reserve: int = 40  # more, for totals alone: without its total a panel shows nothing
    nodes: int = 10
    seconds: float = 10.0  # of one programme


BUDGET = Budget()


class Purse:
    """What is left of a budget."""

    def __init__(self, budget: Budget) -> None:
        self.budget, self.left, self.reserve = budget, budget.programmes, budget.reserve

    def has(self, cut: str) -> bool:
        return self.left > 0 or (cut == TOTAL and self.reserve > 0)

    def pays(self, cut: str) -> bool:
        """Take one programme for a table of this cut, if there is one left."""
        if not self.has(cut):
            return False
        if self.left > 0:
            self.left -= 1
        else:
            self.reserve -= 1
        return True


def is_safe(world: World, shown: Sequence[Shown], doubt: Doubt, purse: Purse) -> bool:
    """Whether another world with the same print shows that the group may be otherwise."""
    if not purse.has(doubt.cut):
        return False
    scopes = [] if doubt.cut == TOTAL else [[doubt.cut]]  # the cut alone first, which is quick
    scopes.append(list(world.counts))
    programmes = _Made(partial(_Programme, world, shown, doubt), scopes)
    changes: list[IntArray] = []  # of the group, in the worlds that were found
    for either in goals(world, doubt):
        if any(reaches(change, either) for change in changes):
            continue
        for programme in programmes:
            if not purse.pays(doubt.cut):
                return False
            change = programme.reaches(either, purse.budget)
            if change is not None:
                changes.append(change)
                break
        else:
            return False
    return True


class _Made:
    """Programmes of several scopes, each made when it is first asked for."""

    def __init__(
        self, make: Callable[[Sequence[str]], _Programme], scopes: Sequence[Sequence[str]]
    ) -> None:
        self.make, self.scopes = make, scopes
        self.made: list[_Programme] = []

    def __iter__(self) -> Iterator[_Programme]:
        for i, scope in enumerate(self.scopes):
            if i == len(self.made):
                self.made.append(self.make(scope))
            yield self.made[i]


class _Programme:
    """Variables: per cut, place and group, answers more and less of each kind (of a score: steps
    up and down). Rows: places agree between cuts, print stays, scores stand."""

    def __init__(
        self, world: World, shown: Sequence[Shown], doubt: Doubt, cuts: Sequence[str]
    ) -> None:
        self.world, self.doubt, self.cuts = world, doubt, cuts
        self.score = bool(world.score[doubt.measure])
        step = int(world.step[doubt.measure])
        self.signs = np.array([(0, step, 0), (0, -step, 0)]) if self.score else SHARE_SIGNS
        self.cells: dict[tuple[str, int, int], int] = {}  # -> its first variable
        self.upper: list[int] = []
        self.entries: list[tuple[int, int, int]] = []  # row, variable, coefficient
        self.low: list[int] = []
        self.high: list[int] = []
        self.hanging = {cut: hanging(world, cut)[..., doubt.measure] for cut in world.counts}
        self._places()
        self._links()
        self._prints(shown)
        rows, columns, values = np.array(self.entries, dtype=np.int64).reshape(-1, 3).T
        shape = (len(self.low), len(self.upper) + CHOICES)
        matrix = coo_array((values.astype(float), (rows, columns)), shape=shape).tocsr()
        ends = np.array(self.low, float), np.array(self.high, float)
        self.constraint = LinearConstraint(matrix, *ends)

    def reaches(self, either: Sequence[Change], budget: Budget) -> IntArray | None:
        """The change of (n, favourable, unfavourable) in the group in a world where one of these
        is reached; None if there is no such world, or if the budget does not tell."""
        wish, choices = self._wish(np.array(either))
        count = len(self.upper)
        found = milp(
            np.append(np.ones(count), np.zeros(CHOICES)),
            integrality=np.ones(count + CHOICES, dtype=np.int64),
            bounds=Bounds(0, np.append(np.array(self.upper, float), choices)),
            constraints=[self.constraint, wish],
            options={
                "node_limit": budget.nodes,
                "time_limit": budget.seconds,
                "mip_rel_gap": 1.0,  # any world will do, not the nearest
            },
        )
        if found.x is None:
            return None
        return self._holds(np.rint(found.x[:count]).astype(np.int64), either)

    def _wish(self, either: IntArray) -> tuple[LinearConstraint, FloatArray]:
        """One of these changes happens: each has a choice, 0 or 1, and one choice is 1.

        change . x >= 1 - far (1 - choice), where no change can be further than `far` below 1
        """
        count, first = len(self.upper), self._first
        upper = np.array(self.upper[first : first + len(self.signs)])
        reach = either @ self.signs.T  # shape (goals, variables of the cell)
        far = 1 - np.minimum(reach, 0) @ upper
        rows = np.zeros((len(either) + 1, count + CHOICES))
        rows[:-1, first : first + len(self.signs)] = reach
        rows[np.arange(len(either)), count + np.arange(len(either))] = -far
        rows[-1, count:] = 1
        choices = (np.arange(CHOICES) < len(either)).astype(float)
        return LinearConstraint(rows, np.append(1 - far, 1).astype(float), np.inf), choices

    @property
    def _first(self) -> int:
        """The first variable of the group in doubt."""
        return self.cells[self.doubt.cut, self.doubt.place, self.doubt.group]

    def _holds(self, x: IntArray, either: Sequence[Change]) -> IntArray | None:
        """The change, if it is one of these and the world keeps the print, in whole numbers."""
        change = x[self._first :][: len(self.signs)] @ self.signs
        if (x < 0).any() or (x > np.array(self.upper)).any() or not reaches(change, either):
            return None
        sums = np.zeros(len(self.low), dtype=np.int64)
        rows, columns, values = np.array(self.entries, dtype=np.int64).reshape(-1, 3).T
        np.add.at(sums, rows, values * x[columns])
        kept = ((sums >= np.array(self.low)) & (sums <= np.array(self.high))).all()
        return change if kept else None

    def _places(self) -> None:
        world, doubt, m = self.world, self.doubt, self.doubt.measure
        size = world.counts[TOTAL][:, 0, m, 0]
        others = [r for r in np.argsort(-size, kind="stable").tolist() if r != doubt.place]
        self.places = [doubt.place, *others[: PLACES - 1]]
        for cut in self.cuts:
            counts = world.counts[cut]
            for place in self.places:
                for group in range(counts.shape[1]):
                    self._cell(cut, place, group, counts[place, group, m])

    def _cell(self, cut: str, place: int, group: int, count: IntArray) -> None:
        world, doubt, m = self.world, self.doubt, self.doubt.measure
        n, top, bottom = (int(x) for x in count)
        self.cells[cut, place, group] = len(self.upper)
        fixed = doubt.goal == "size" and cut == doubt.cut and n < world.few
        if fixed and (place, group) != (doubt.place, doubt.group):
            self.upper += [0] * len(self.signs)
        elif self.score:
            step, (low, high) = int(world.step[m]), world.ends[cut][place, group, m].tolist()
            self.upper += [min(MOST, (high - top) // step), min(MOST, (top - low) // step)]
        else:
            may = world.kinds[m] & world.asked[cut][place, group, m]
            self.upper += [MOST * int(kind) for kind in may]
            spare = [x - self.hanging[cut][place, group] for x in (top, n - top - bottom, bottom)]
            self.upper += [max(0, min(MOST, int(x))) for x in spare]

    def _row(self, entries: Sequence[tuple[int, int]], low: int, high: int) -> None:
        row = len(self.low)
        self.entries += [(row, variable, value) for variable, value in entries if value]
        self.low.append(low)
        self.high.append(high)

    def _links(self) -> None:
        """Each place's answers add up to the same over the groups of every cut."""
        half = len(self.signs) // 2
        for place in self.places:
            total = self.cells.get((TOTAL, place, 0))
            for cut in self.cuts:
                groups = self.world.counts[cut].shape[1] if cut != TOTAL else 0
                firsts = [self.cells[cut, place, group] for group in range(groups)]
                for kind in range(half if firsts else 0):
                    entries = [(first + kind, 1) for first in firsts]
                    entries += [(first + half + kind, -1) for first in firsts]
                    if total is not None:
                        entries += [(total + kind, -1), (total + half + kind, 1)]
                    self._row(entries, 0, 0)
            if total is not None and not self.score:
                more = [(total + i, int(sign)) for i, sign in enumerate(self.signs[:, 0])]
                self._row(more, -FREE, int(self.world.room[place]))

    def _prints(self, shown: Sequence[Shown]) -> None:
        m = self.doubt.measure
        item = self.world.index[m] >= 0
        rooms = touch_rooms(self.world, shown)[:, m].tolist() if item else [0] * len(shown)
        half = len(self.signs) // 2 if self.world.least > 1 else 0
        for part, room in zip(shown, rooms, strict=True):
            here = part.cut in self.cuts and m in part.measures
            firsts = [
                self.cells[part.cut, place, group]
                for place in (part.places if here else ())
                if place in self.places
                for group in part.groups
            ]
            if not firsts:
                continue
            (f,) = np.flatnonzero(part.measures == m)
            values, rest = part.limits.coef[f] @ self.signs.T, part.limits.rest[f].tolist()
            for of_row, most in zip(values.tolist(), rest, strict=True):
                if any(of_row):
                    entries = [(v + i, value) for v in firsts for i, value in enumerate(of_row)]
                    self._row(entries, -FREE, most)
            if item:
                entries = [(v + i, 1) for v in firsts for i in range(half, len(self.signs))]
                self._row(entries, -FREE, room)
