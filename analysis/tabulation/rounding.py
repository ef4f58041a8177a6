"""Banding: no published step isolates a person (METHODS 7.4).

A band row says for a class of n how coarsely its share is shown. Sums are whole numbers
(people, or millionths of a person's value), so every result here is exact and the same on
every machine. Scores are banded like shares of 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.measures import LEAST, WHOLE, BoolArray, IntArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    name: str  # as printed in the column "band"
    least: int  # smallest n of the class
    most: int | None  # largest n, None: no end
    step: int  # per cent points between shown values; 0: thirds, shown in words only
    split: bool  # may bottom / middle / top be shown (each category needs LEAST people too)


BANDS = (
    Band("thirds", LEAST, 29, step=0, split=False),
    Band("10", 30, 59, step=10, split=False),
    Band("5", 60, 149, step=5, split=True),
    Band("2", 150, 299, step=2, split=True),
    Band("1", 300, None, step=1, split=True),
)
THIRDS = BANDS[0].name
N_STEP = 5  # from 30 answers on, n is shown down to a multiple of this
TAIL = 1.5  # steps: at most this, or at least one minus this, is a tail ("15 % or less")
DECIMALS = 4  # of a share in print: every grid value above is exact in four

_LEAST = np.array([band.least for band in BANDS])
_STEP = np.array([band.step for band in BANDS])
_THIRDS_IN_PRINT = ((0.0, 0.3334), (0.3333, 0.6667), (0.6666, 1.0))  # rounded outward
PARTS = 600  # edges of shares in 600ths: halves of a per cent and thirds are both whole there
_THIRD = PARTS // 3
_HALF_STEP = PARTS // 200  # half a per cent, in 600ths


class Edges(NamedTuple):
    """The shares that are shown alike, in 600ths; open: the edge itself is shown otherwise."""

    low: IntArray
    high: IntArray
    low_open: BoolArray
    high_open: BoolArray


def band_of(n: IntArray) -> IntArray:
    """Position in BANDS for each n. Raises if one is under LEAST: it may not be shown at all."""
    n = np.asarray(n, dtype=np.int64)
    if (n < LEAST).any():
        raise ValueError(f"A part has under {LEAST} people: it has no band and may not be shown.")
    return np.searchsorted(_LEAST, n, side="right") - 1


def coarser(band: IntArray, by: IntArray | int) -> IntArray:
    """The band that is `by` coarser; thirds are the coarsest. -1 is one finer, which no release
    shows: benchmarks/bands.py asks what it would take."""
    return np.clip(band - np.asarray(by, dtype=np.int64), 0, len(BANDS) - 1)


def step_of(band: IntArray) -> IntArray:
    """Per cent points between shown values, 1 or more (thirds have none: 1 stands in)."""
    step: IntArray = np.maximum(_STEP[band], 1)
    return step


def band_n(n: IntArray, coarse: IntArray | int = 0) -> tuple[IntArray, IntArray]:
    """The least and the greatest n of each n's class: 17 -> 11, 29; 48 -> 45, 49.

    coarse: 0, or 1 where classes are twice as wide: 48 -> 40, 49.
    """
    n = np.asarray(n, dtype=np.int64)
    step = N_STEP * (1 + np.maximum(np.asarray(coarse, dtype=np.int64), 0))
    words_only = band_of(n) == 0
    low = np.where(words_only, LEAST, n - n % step)
    return low, np.where(words_only, BANDS[1].least - 1, low + step - 1)


def greatest_n(low: int, band: str) -> int:
    """The greatest n of a class, from what is printed of it: its least n and its band's name.

    A share in a coarser band than n asks for has classes twice as wide (band_n).
    """
    own = max(i for i, row in enumerate(BANDS) if row.least <= low)
    if own == 0:
        return BANDS[1].least - 1
    return low + N_STEP * (1 if BANDS[own].name == band else 2) - 1


def shown_n(low: int) -> str:
    """How a class of n is printed, from its least n: 11 -> "11–29", 45 -> "45".

    With an en dash: a spreadsheet would read 11-29 as the 29th of November.
    """
    return f"{LEAST}–{BANDS[1].least - 1}" if low < BANDS[1].least else str(low)


def edges(count: IntArray, whole: IntArray, band: IntArray) -> Edges:
    """The band that count / whole falls in: every share inside it is shown alike.

    The one place where a share is rounded: what is printed and what the audit takes to be printed
    are both made of it. count: 0..whole, whole numbers; band: position in BANDS.
    """
    step = step_of(band)
    middle = (200 * count + step * whole) // (2 * step * whole) * step  # nearest step, half up
    low, high = _HALF_STEP * (2 * middle - step), _HALF_STEP * (2 * middle + step)
    under = 200 * count <= 3 * step * whole
    over = ~under & (200 * (whole - count) <= 3 * step * whole)
    tail = int(2 * TAIL) * _HALF_STEP * step
    third = np.where(3 * count < whole, 0, np.where(3 * count > 2 * whole, 2, 1))
    words = band == 0
    return Edges(
        np.where(words, third * _THIRD, np.where(under, 0, np.where(over, PARTS - tail, low))),
        np.where(words, (third + 1) * _THIRD, np.where(under, tail, np.where(over, PARTS, high))),
        np.where(words, third == 2, ~under & ~over & (low == tail)),
        np.where(words, third == 0, ~under & ~over),
    )


def in_print(of: Edges, band: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shown value and the least and greatest share that a band allows; shares 0..1.

    The value is the middle of what the band allows (so a tail "15 % or less" has the value .075)
    and NaN for thirds, which are shown in words.
    """
    words = band == 0
    thirds = np.array(_THIRDS_IN_PRINT)[np.where(words, of.low // _THIRD, 0)]
    low, high = of.low / PARTS, of.high / PARTS
    value = np.where(words, np.nan, (low + high) / 2)
    return (
        value.round(DECIMALS),
        np.where(words, thirds[..., 0], low).round(DECIMALS),
        np.where(words, thirds[..., 1], high).round(DECIMALS),
    )


def band_share(
    total: IntArray, n: IntArray, *, band: IntArray | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shown value and the least and greatest share that it allows, as a release would show them.

    Parameters
    ----------
    total
        Sum of the people's values in millionths (a count of people times WHOLE), 0..n*WHOLE.
    n
        People it is a share of, 1 or more.
    band
        Position in BANDS; by default that of n.

    Returns
    -------
    (value, least, greatest), shares 0..1; the value is NaN where a third is shown in words.

    Raises
    ------
    ValueError
        For a total outside 0..n, and for a share of nobody.

    Source
    ------
    METHODS 7.
    """
    total, n = np.asarray(total, dtype=np.int64), np.asarray(n, dtype=np.int64)
    if (n < 1).any():
        raise ValueError("A share of nobody cannot be banded: n is 0.")
    if ((total < 0) | (total > n * WHOLE)).any():
        raise ValueError("A total lies outside 0..n: it is not the sum of n people's values.")
    band = band_of(n) if band is None else np.asarray(band)
    return in_print(edges(total, n * WHOLE, band), band)


def split_is_shown(parts: Sequence[IntArray], band: IntArray, least: IntArray) -> BoolArray:
    """Whether bottom, middle and top may be shown: the band allows it, each has `least` people."""
    allowed: BoolArray = np.array([row.split for row in BANDS])[band]
    for count in parts:
        allowed = allowed & (count >= least)
    return allowed


def band_event(answers: IntArray) -> IntArray:
    """The most answers that an event's public count allows: tens from 20 on, 57 -> 59, 8 -> 19.

    That count is shown while an event is open (METHODS 7.1), so what rests on it reveals nothing.
    """
    answers = np.asarray(answers, dtype=np.int64)
    return np.where(answers < 20, 19, answers - answers % 10 + 9)
