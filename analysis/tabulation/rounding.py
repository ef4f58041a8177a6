"""Banding: no published step isolates a person (METHODS 7.4).

A band row says for a class of n how coarsely its share is shown. Sums are whole numbers
(people, or millionths of a person's value), so every result here is exact and the same on
every machine. Scores are banded like shares of 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.measures import LEAST, WHOLE, BoolArray, IntArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    name: str  # as printed in the column "band"
    least: int  # smallest n of the class
    most: int | None  # largest n, None: no end
    step: int  # per cent points between shown values; 0: thirds, told in words only
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
_THIRD_EDGES = ((0.0, 0.3334), (0.3333, 0.6667), (0.6666, 1.0))  # rounded outward
THIRD_PARTS = np.array([0, 200, 400, 600])  # the same edges, exact, in 600ths


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


def shown_n(low: int) -> str:
    """How a class of n is printed, from its least n: 11 -> "11–29", 45 -> "45".

    With an en dash: a spreadsheet would read 11-29 as the 29th of November.
    """
    return f"{LEAST}–{BANDS[1].least - 1}" if low < BANDS[1].least else str(low)


def band_share(
    total: IntArray, n: IntArray, *, band: IntArray | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shown value and the least and greatest share that it allows; shares 0..1.

    total: sum of the people's values in millionths (a count of people times WHOLE), 0..n*WHOLE
    n:     people it is a share of; band: position in BANDS, by default that of n

    The value is the middle of what the band allows (so a tail "15 % or less" has the value .075)
    and NaN for thirds, which are told in words. Raises ValueError for a total outside 0..n.
    """
    total, n = np.asarray(total, dtype=np.int64), np.asarray(n, dtype=np.int64)
    if (n < 1).any():
        raise ValueError("A share of nobody cannot be banded: n is 0.")
    if ((total < 0) | (total > n * WHOLE)).any():
        raise ValueError("A total lies outside 0..n: it is not the sum of n people's values.")
    band = band_of(n) if band is None else band
    step = step_of(band)
    whole = n * WHOLE
    middle = (200 * total + step * whole) // (2 * step * whole) * step  # nearest step, half up
    low, high = 2.0 * middle - step, 2.0 * middle + step  # in half per cents
    under = 200 * total <= 3 * step * whole
    over = 200 * (whole - total) <= 3 * step * whole
    low = np.where(under, 0, np.where(over, 200 - 2 * TAIL * step, low)) / 200
    high = np.where(over, 200, np.where(under, 2 * TAIL * step, high)) / 200
    value = (low + high) / 2
    return _words_for_thirds(total, whole, band, value, low, high)


def split_is_shown(parts: Sequence[IntArray], band: IntArray, least: IntArray) -> BoolArray:
    """Whether bottom, middle and top may be shown: the band allows it, each has `least` people."""
    allowed: BoolArray = np.array([row.split for row in BANDS])[band]
    for count in parts:
        allowed = allowed & (count >= least)
    return allowed


def _words_for_thirds(
    total: IntArray,
    whole: IntArray,
    band: IntArray,
    value: FloatArray,
    low: FloatArray,
    high: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    third = np.where(3 * total < whole, 0, np.where(3 * total > 2 * whole, 2, 1))
    edges = np.array(_THIRD_EDGES)[third]
    words = band == 0
    return (
        np.where(words, np.nan, value).round(DECIMALS),
        np.where(words, edges[..., 0], low).round(DECIMALS),
        np.where(words, edges[..., 1], high).round(DECIMALS),
    )


def band_event(answers: IntArray) -> IntArray:
    """The most answers that an event's public count allows: tens from 20 on, 57 -> 59, 8 -> 19.

    That count is shown while an event is open (METHODS 7.1), so what rests on it reveals nothing.
    """
    answers = np.asarray(answers, dtype=np.int64)
    return np.where(answers < 20, 19, answers - answers % 10 + 9)
