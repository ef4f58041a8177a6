"""What one shown figure says of the counts behind it, as whole-number inequalities.

A figure stands for every (n, t, b) that would be printed alike: n people, t of them favourable
(or, of a score, the sum of their values in millionths), b unfavourable. Each row here reads
coef . (change of n, t, b) <= rest, with rest >= 0 for the truth: a change of the counts that keeps
every row gives the same print. All numbers are whole, so nothing is lost to rounding.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.measures import LEAST, WHOLE, BoolArray, IntArray
from analysis.tabulation.rounding import (
    BANDS,
    THIRD_PARTS,
    band_n,
    band_of,
    coarser,
    split_is_shown,
    step_of,
)

PARTS = 600  # edges of shares in 600ths: halves of a per cent and thirds are both whole there
FREE = 10**12  # rest of a row that says nothing


class Counts(NamedTuple):
    """Exact counts of F figures, each an array of shape (F,): private."""

    n: IntArray
    top: IntArray  # people; of a score the sum of values in millionths
    bottom: IntArray  # people; 0 for a score
    dont_know: IntArray  # -1: not printed
    score: BoolArray  # a score, not a share
    splits: BoolArray  # its bottom, middle and top may be printed
    coarse: IntArray  # 0, or 1 where the band is one coarser
    least: int = LEAST  # people that a figure of this audience may rest on


class Limits(NamedTuple):
    """coef: shape (F, K, 3) for n, t and b; rest: shape (F, K)."""

    coef: IntArray
    rest: IntArray


class Edges(NamedTuple):
    """The shares that a band allows, in 600ths; open: the edge itself is printed otherwise."""

    low: IntArray
    high: IntArray
    low_open: BoolArray
    high_open: BoolArray


def banded(counts: Counts) -> Limits:
    """What the release prints of each figure: n, value, don't know and split."""
    n, band = counts.n, coarser(band_of(counts.n), counts.coarse)
    rows = _Rows(counts)
    low, high = band_n(n, counts.coarse)
    rows.add(n=1, rest=high - n)
    rows.add(n=-1, rest=n - low)
    scale = np.where(counts.score, WHOLE, 1)
    rows.between(edges(counts.top, n * scale, band), counts.top, n, scale, t=1)
    told = (counts.dont_know >= 0) & (band > 0)
    asked = np.maximum(counts.dont_know, 0)
    of = edges(asked, n + asked, band)
    rows.between(of, asked, n + asked, np.ones_like(n), shown=told)
    rows.split(band)
    return rows.limits()


def exact(counts: Counts) -> Limits:
    """Figures that are printed to the last person: what a release must never hold."""
    rows = _Rows(counts)
    for sign in (1, -1):
        rows.add(n=sign, rest=np.zeros_like(counts.n))
        rows.add(t=sign, rest=np.zeros_like(counts.n))
        rows.add(b=sign, rest=np.zeros_like(counts.n))
    return rows.limits()


def only_n(n: IntArray, low: IntArray, high: IntArray) -> Limits:
    """Nothing is printed, but n lies between low and high, or it would be grouped otherwise."""
    rest = np.stack((high - n, n - low), axis=1)
    coef = np.zeros((len(n), 2, 3), dtype=np.int64)
    coef[:, 0, 0], coef[:, 1, 0] = 1, -1
    return Limits(coef, rest)


def score_room(counts: Counts, low: IntArray, high: IntArray, least: int) -> IntArray:
    """How many people may answer a score's questions otherwise while its print can stay.

    low, high: sums of the least and the greatest scores that the questions' own figures allow;
    least: how many questions a score needs. One answer moves a person's span by at most 1/least of
    a whole; so a sum within the band must lie between low + r/least and high - r/least.
    """
    n, each = counts.n, PARTS * (WHOLE // least + 1)
    of = edges(counts.top, n * WHOLE, coarser(band_of(n), counts.coarse))
    rooms = (
        (of.high * n * WHOLE - PARTS * low - of.high_open) // each,
        (PARTS * high - of.low * n * WHOLE - of.low_open) // each,
        PARTS * (high - low) // (2 * each),
    )
    room: IntArray = np.maximum(np.min(np.stack(rooms), axis=0), 0)
    return room


def edges(count: IntArray, whole: IntArray, band: IntArray) -> Edges:
    """The least and the greatest share that is printed as count / whole is; see band_share."""
    step = step_of(band)
    middle = (200 * count + step * whole) // (2 * step * whole) * step
    low, high = 3 * (2 * middle - step), 3 * (2 * middle + step)
    under = 200 * count <= 3 * step * whole
    over = ~under & (200 * (whole - count) <= 3 * step * whole)
    grid = Edges(
        np.where(under, 0, np.where(over, PARTS - 9 * step, low)),
        np.where(under, 9 * step, np.where(over, PARTS, high)),
        ~under & ~over & (low == 9 * step),
        ~under & ~over,
    )
    third = np.where(3 * count < whole, 0, np.where(3 * count > 2 * whole, 2, 1))
    words = band == 0
    return Edges(
        np.where(words, THIRD_PARTS[third], grid.low),
        np.where(words, THIRD_PARTS[third + 1], grid.high),
        np.where(words, third == 2, grid.low_open),
        np.where(words, third == 0, grid.high_open),
    )


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

    def between(
        self,
        of: Edges,
        count: IntArray,
        whole: IntArray,
        scale: IntArray,
        *,
        n: int = 0,
        t: int = 0,
        b: int = 0,
        shown: BoolArray | None = None,
    ) -> None:
        """low <= count / whole <= high, where n, t, b say how the count changes with each."""
        low, high = of.low * scale, of.high * scale
        self.add(
            n=low - PARTS * n, t=-PARTS * t, b=-PARTS * b,
            rest=PARTS * count - low * whole - of.low_open, shown=shown,
        )  # fmt: skip
        self.add(
            n=PARTS * n - high, t=PARTS * t, b=PARTS * b,
            rest=high * whole - PARTS * count - of.high_open, shown=shown,
        )  # fmt: skip

    def split(self, band: IntArray) -> None:
        """Where the split is printed its three shares stay; where it is not, its reason stays."""
        c = self.counts
        parts = (c.top, c.n - c.top - c.bottom, c.bottom)
        signs: tuple[dict[str, int], ...] = ({"t": 1}, {"n": 1, "t": -1, "b": -1}, {"b": 1})
        may = c.splits & np.array([row.split for row in BANDS])[band]
        shown = split_is_shown(parts, band, np.full_like(c.n, c.least)) & c.splits
        least = np.argmin(np.stack(parts), axis=0)
        one = np.ones_like(c.n)
        for i, (count, sign) in enumerate(zip(parts, signs, strict=True)):
            minus = {name: -value for name, value in sign.items()}
            self.add(**minus, rest=count - c.least, shown=shown)
            self.add(**sign, rest=c.least - 1 - count, shown=may & ~shown & (least == i))
            if i:
                self.between(edges(count, c.n, band), count, c.n, one, **sign, shown=shown)

    def limits(self) -> Limits:
        return Limits(np.stack(self.coef, axis=1), np.stack(self.rest, axis=1))
