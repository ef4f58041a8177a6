"""What one shown figure says of the counts behind it, as whole-number inequalities.

A figure stands for every (n, t, b) that would be printed alike: n people, t of them favourable
(or, of a score, the sum of their values in millionths), b unfavourable. Each row here reads
coef . (change of n, t, b) <= rest, with rest >= 0 for the truth: a change of the counts that keeps
every row gives the same print. All numbers are whole, so nothing is lost to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from analysis.disclosure.moves import ALL, MOVES, SCORE_MOVES, Bits, bits_of
from analysis.measures import WHOLE, BoolArray, IntArray
from analysis.tabulation.figure_print import Counts, Share, shares, split_of
from analysis.tabulation.rounding import BANDS, PARTS, band_n, edges

FREE = 10**12  # rest of a row that says nothing
# how the people of each part of a split change with n, t and b
SIGNS = {"top": {"t": 1}, "middle": {"n": 1, "t": -1, "b": -1}, "bottom": {"b": 1}}


class Limits(NamedTuple):
    """coef: shape (F, K, 3) for n, t and b; rest: shape (F, K)."""

    coef: IntArray
    rest: IntArray


def banded(counts: Counts) -> Limits:
    """What the release prints of each figure: n, value, don't know and split."""
    n, printed = counts.n, shares(counts)
    rows = _Rows(counts)
    low, high = band_n(n, counts.coarse)
    rows.add(n=1, rest=high - n)
    rows.add(n=-1, rest=n - low)
    rows.between(printed["value"], counts.scale, t=1)
    rows.between(printed["dont_know"], np.ones_like(n))
    rows.split(printed)
    return rows.limits()


def exact(counts: Counts) -> Limits:
    """Figures that are printed to the last person: what a release must never hold."""
    rows = _Rows(counts)
    for sign in (1, -1):
        rows.add(n=sign, rest=np.zeros_like(counts.n))
        rows.add(t=sign, rest=np.zeros_like(counts.n))
        rows.add(b=sign, rest=np.zeros_like(counts.n))
    return rows.limits()


def standing(limits: Limits, score: BoolArray, step: IntArray) -> Bits:
    """The moves that each figure would print alike; shape (F,).

    score: shape (F,), a score and not a share; step: what one code more is to it, in millionths
    """
    stands = np.full(len(score), ALL)
    for which, moves in ((~score, MOVES), (score, SCORE_MOVES)):
        change = limits.coef[which] @ moves.T
        if moves is SCORE_MOVES:
            change = change * step[which, None, None]
        kept = np.asarray((change <= limits.rest[which][..., None]).all(axis=1))
        at = bits_of(kept) if moves is MOVES else bits_of(kept) << np.uint16(len(MOVES))
        stands[which] = at
    return stands


def score_room(counts: Counts, low: IntArray, high: IntArray, least: IntArray | int) -> IntArray:
    """How many people may answer a score's questions otherwise while its print can stay.

    low, high: sums of the least and the greatest scores that the questions' own figures allow;
    least: how many questions a score needs. One answer moves a person's span by at most 1/least of
    a whole; so a sum within the band must lie between low + r/least and high - r/least.
    """
    n, each = counts.n, PARTS * (WHOLE // least + 1)
    of = edges(counts.top, n * WHOLE, counts.band)
    rooms = (
        (of.high * n * WHOLE - PARTS * low - of.high_open) // each,
        (PARTS * high - of.low * n * WHOLE - of.low_open) // each,
        PARTS * (high - low) // (2 * each),
    )
    room: IntArray = np.maximum(np.min(np.stack(rooms), axis=0), 0)
    return room


class _Rows:
    """Collects rows; a row that says nothing of a figure has coefficients 0."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.coef: list[IntArray] = []
        self.rest: list[IntArray] = []

    def add(
        self,
        *,
        rest: IntArray,
        n: IntArray | int = 0,
        t: IntArray | int = 0,
        b: IntArray | int = 0,
        shown: BoolArray | None = None,
    ) -> None:
        columns = [np.broadcast_to(np.asarray(x, dtype=np.int64), rest.shape) for x in (n, t, b)]
        coef = np.stack(columns, axis=1)
        if shown is not None:
            coef, rest = coef * shown[:, None], np.where(shown, rest, FREE)
        self.coef.append(coef)
        self.rest.append(rest)

    def between(self, share: Share, scale: IntArray, **sign: int) -> None:
        """low <= count / whole <= high, where n, t, b say how the count changes with each, and
        the whole changes by `scale` with n."""
        n, t, b = (sign.get(name, 0) for name in ("n", "t", "b"))
        of, inside = share.edges, PARTS * share.part
        low, high = of.low * scale, of.high * scale
        self.add(
            n=low - PARTS * n, t=-PARTS * t, b=-PARTS * b,
            rest=inside - of.low * share.whole - of.low_open, shown=share.printed,
        )  # fmt: skip
        self.add(
            n=PARTS * n - high, t=PARTS * t, b=PARTS * b,
            rest=of.high * share.whole - inside - of.high_open, shown=share.printed,
        )  # fmt: skip

    def split(self, printed: Mapping[str, Share]) -> None:
        """Where the split is printed its three shares stay; where it is not, its reason stays."""
        c, shown = self.counts, printed["top"].printed
        parts = split_of(c)
        may = c.splits & np.array([row.split for row in BANDS])[c.band]
        least = np.argmin(np.stack([*parts.values()]), axis=0)
        for i, (name, count) in enumerate(parts.items()):
            sign = SIGNS[name]
            minus = {name: -value for name, value in sign.items()}
            self.add(**minus, rest=count - c.least, shown=shown)
            self.add(**sign, rest=c.least - 1 - count, shown=may & ~shown & (least == i))
            self.between(printed[name], np.ones_like(c.n), **sign)

    def limits(self) -> Limits:
        return Limits(np.stack(self.coef, axis=1), np.stack(self.rest, axis=1))
