"""What one person can do to a group's counts, and sets of such moves as the bits of one number.

One person more, one less, or one who answered otherwise: a change of (n, favourable, unfavourable),
and of a score's sum by one code. What is asked of every group is which of these moves print
nothing new; as bits the answer for thousands of groups is a few operations on small numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.measures import IntArray

Bits = NDArray[np.uint16]  # sets of moves: bit k is EVERY[k]
Change = tuple[int, int, int]  # of n, favourable, unfavourable

PEOPLE, TOP, BOTTOM = range(3)  # of the last axis: n, favourable (or a score's sum), unfavourable

MORE = ((1, 1, 0), (1, 0, 0), (1, 0, 1))
LESS = ((-1, -1, 0), (-1, 0, 0), (-1, 0, -1))
OTHERWISE = ((0, -1, 0), (0, -1, 1), (0, 1, 0), (0, 0, 1), (0, 1, -1), (0, 0, -1))
# favourable -> between, unfavourable; between -> favourable, unfavourable; unfavourable -> ...
MOVES = np.array(MORE + LESS + OTHERWISE, dtype=np.int64)
SCORE_MOVES = np.array([(0, 1, 0), (0, -1, 0)], dtype=np.int64)  # in steps of one code
EVERY = np.concatenate((MOVES, SCORE_MOVES))


def bits_of(which: NDArray[Any]) -> Bits:
    """Sets of moves from yes or no to each of them along the last axis."""
    worth = (1 << np.arange(which.shape[-1])).astype(np.uint16)
    bits: Bits = np.bitwise_or.reduce(np.where(which, worth, np.uint16(0)), axis=-1)
    return bits


def reaching(either: Sequence[Change]) -> np.uint16:
    """The moves that reach one of these changes g: g . (n, favourable, unfavourable) >= 1."""
    return np.uint16(bits_of((EVERY @ np.array(either).T >= 1).any(axis=1)))


SHARES = bits_of(np.arange(len(EVERY)) < len(MOVES))[()]
ALL = bits_of(np.ones(len(EVERY), dtype=bool))[()]
NONE = np.uint16(0)
JOINS, LEAVES = reaching([(1, 0, 0)]), reaching([(-1, 0, 0)])
STAYS = ALL & ~(JOINS | LEAVES)
ANSWERS = STAYS & SHARES  # an answer that is there is changed

OPPOSITE = np.array(
    [int(np.flatnonzero((-x == EVERY).all(axis=1) & (np.arange(len(EVERY)) // len(MOVES) == s))[0])
     for x, s in zip(EVERY, np.arange(len(EVERY)) // len(MOVES), strict=True)]
)  # fmt: skip


def _turned() -> Bits:
    """The opposites of every set of moves, by its number."""
    sets = np.arange(int(ALL) + 1, dtype=np.uint16)
    return bits_of((sets[:, None] >> OPPOSITE.astype(np.uint16)) & 1 > 0)


TURNED = _turned()


def sets_of(bits: Bits) -> IntArray:
    """Whether each move is in the set, along a new last axis; 0 or 1."""
    return ((bits[..., None] >> np.arange(len(EVERY), dtype=np.uint16)) & 1).astype(np.int64)
