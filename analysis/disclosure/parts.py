"""Who is shown together: the parts of every table, their figures and the cells that these hold.

A part is a rectangle of places and groups. It has a figure for each measure of its table; what
its counts print, or its grouping says, stands in arrays by figure (witness.Evidence).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.measures import BoolArray, IntArray

MANY = 10**6  # answers to a question that may change before its score does: it has none


class Part(NamedTuple):
    table: int
    places: tuple[int, ...]
    groups: tuple[int, ...]
    printed: bool = True  # False: nothing is, but the partition says something


class Parts:
    """P parts of T tables over R places and G groups, and their F figures.

    A part that holds nothing follows the last, so that every cell can have as many.
    """

    def __init__(self, parts: Sequence[Part], first: IntArray, sheets: IntArray, shape: Any):
        """parts: by table; first, sheets: shape (T,), each table's sheets; shape: (R, G)."""
        places, groups = shape
        self.table = np.array([part.table for part in parts], dtype=np.int64)
        self.printed = np.array([part.printed for part in parts], dtype=bool)
        self.shown = np.zeros(len(first), dtype=bool)  # tables with a printed part
        self.shown[self.table[self.printed]] = True
        self._hold(parts, places, groups)
        figures = sheets[self.table]
        self.starts = np.concatenate(([0], np.cumsum(figures)))  # a part's first figure
        self.part = np.repeat(np.arange(len(parts)), figures)
        self.measure = np.arange(self.starts[-1]) - self.starts[self.part]
        self.size = int(self.starts[-1] + sheets.max(initial=0))  # with those of the empty part
        self.sheet = np.zeros(self.size, dtype=np.int64)
        self.sheet[: len(self.part)] = first[self.table[self.part]] + self.measure
        self._spread(places * groups)
        self.lists = self._lists(len(first), places, groups)

    def _hold(self, parts: Sequence[Part], places: int, groups: int) -> None:
        """Which places and groups each part holds, and its cells one after the other."""
        self.at_place = np.zeros((len(parts) + 1, places), dtype=bool)
        self.at_group = np.zeros((len(parts) + 1, groups), dtype=bool)
        self.at_place[_positions([part.places for part in parts])] = True
        self.at_group[_positions([part.groups for part in parts])] = True
        inside = self.at_place[:-1, :, None] & self.at_group[:-1, None]
        self._of, place, group = np.nonzero(inside)
        self._cell = place * groups + group

    def _spread(self, cells: int) -> None:
        """Each figure's cells: holder[i] is a figure that holds cells[i], of all sheets."""
        count = np.bincount(self._of, minlength=len(self.table))[self.part]
        begins = np.concatenate(([0], np.cumsum(np.bincount(self._of, minlength=len(self.table)))))
        self.begins = np.cumsum(count) - count
        self.holder = np.repeat(np.arange(len(self.part)), count)
        within = np.arange(len(self.holder)) - self.begins[self.holder]
        mine = self._cell[begins[self.part[self.holder]] + within]
        self.cells = self.sheet[self.holder] * cells + mine

    def _lists(self, tables: int, places: int, groups: int) -> IntArray:
        """The parts that hold each cell of each table; shape (T, R, G, most)."""
        cells = self.table[self._of] * places * groups + self._cell
        order = np.argsort(cells, kind="stable")
        count = np.bincount(cells, minlength=tables * places * groups)
        nth = np.arange(len(cells)) - np.repeat(np.cumsum(count) - count, count)
        lists = np.full((len(count), int(count.max(initial=0))), len(self.table))
        lists[cells[order], nth] = self._of[order]
        return lists.reshape(tables, places, groups, lists.shape[1])

    def sums(self, cells: NDArray[Any]) -> NDArray[Any]:
        """Sums over the cells of each figure, exact; cells (S, R, G, ...) -> (F, ...)."""
        rest = cells.shape[3:]
        if not len(self.part):
            return np.zeros((0, *rest), dtype=cells.dtype)
        summed: NDArray[Any] = np.add.reduceat(
            cells.reshape(-1, *rest)[self.cells], self.begins, axis=0
        )
        return summed

    def alike(self, asked: BoolArray) -> IntArray:
        """A number for the cells that every printed part holds together, or not at all; -1 where
        nobody was asked. asked: shape (T, R, G), and so is the result."""
        lists = self.lists.reshape(asked.size, self.lists.shape[-1])
        printed = np.append(self.printed, False)
        told = np.sort(np.where(printed[lists], lists, -1), axis=1)
        code = np.indices(asked.shape)[0].ravel()  # the table
        for column in told.T:
            code = np.unique(code * (len(printed) + 1) + column + 1, return_inverse=True)[1]
        return np.where(asked, code.reshape(asked.shape), -1)


def _positions(lists: Sequence[Sequence[int]]) -> tuple[IntArray, IntArray]:
    """Which list, and what it holds, one after the other."""
    of = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    return of, np.fromiter(chain.from_iterable(lists), dtype=np.int64, count=len(of))
