"""A slope over several seasons (METHODS 5). Never carried beyond the last season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from analysis.estimators.basic import FloatArray
from analysis.measures import IntArray
from analysis.wordings import comparable

LEAST_SEASONS = 4  # three are shown in words


class CannotCompare(ValueError):
    """These seasons cannot be set against each other; the message says why."""


@dataclass(frozen=True)
class Slope:
    """Change per season, in the unit of the values; low, high: its range with t and T-2 df.

    intercept: the line's value at season 0, so that intercept + slope * season is the line.
    """

    slope: float
    se: float
    low: float
    high: float
    excess: float  # Q / (T-2): over 1, seasons scatter more than their own errors say
    intercept: float
    p: float


def slope(
    seasons: ArrayLike,
    values: ArrayLike,
    variances: ArrayLike,
    wordings: Sequence[str],
    *,
    level: float = 0.95,
) -> Slope:
    """Weighted least squares with weights 1/v_t; SE times sqrt(max(1, Q / (T-2))).

    Parameters
    ----------
    seasons
        Shape (seasons,): years, four or more, each once.
    values
        Shape (seasons,), none missing.
    variances
        Of each season's value, over 0.
    wordings
        In which each season was asked.
    level
        Of the range, 0..1.

    Returns
    -------
    A Slope, in the unit of the values a year.

    Raises
    ------
    CannotCompare
        Under four seasons, for a repeated season, a missing value, or seasons that were asked in
        different words.

    Source
    ------
    METHODS 5; R: lm(y ~ x, weights = 1/v), its SE / sigma * max(1, sigma).
    """
    x, y, v = (np.asarray(column, dtype=float) for column in (seasons, values, variances))
    if not (x.shape == y.shape == v.shape == (len(wordings),)) or not np.isfinite(x).all():
        raise CannotCompare("Every season needs its year, value, variance and wording.")
    if len(set(x.tolist())) != len(x) or len(x) < LEAST_SEASONS:
        raise CannotCompare(f"A trend needs {LEAST_SEASONS} different seasons.")
    if not all(comparable(wordings[0], one) for one in wordings):
        raise CannotCompare("The question was asked in different words: no trend crosses that.")
    if not (np.isfinite(y).all() and np.isfinite(v).all() and (v > 0).all()):
        raise CannotCompare("A season has no value, or no variance over 0.")
    fit = slopes(np.zeros(len(x), dtype=np.int64), x, y, v)
    b, se = float(fit.slope[0]), float(fit.se[0])
    half = float(stdtrit(len(x) - 2, (1 + level) / 2)) * se
    return Slope(
        b, se, b - half, b + half, float(fit.excess[0]), float(fit.intercept[0]),
        float(fit.p[0]),
    )  # fmt: skip


@dataclass(frozen=True)
class Slopes:
    """Per series; arrays of shape (series,)."""

    seasons: IntArray
    slope: FloatArray
    se: FloatArray
    excess: FloatArray
    intercept: FloatArray
    p: FloatArray  # two-sided, t with T-2 df

    def ends(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        half = stdtrit(self.seasons - 2, (1 + level) / 2) * self.se
        return self.slope - half, self.slope + half


def slopes(series: IntArray, x: FloatArray, y: FloatArray, v: FloatArray) -> Slopes:
    """slope() of many series at once; series: codes 0..k-1, at least three seasons each.

    Never raises: it is slope() and the release that check. Same formula, same source.
    """
    w = 1 / v
    total = np.bincount(series, w)
    centre, level = np.bincount(series, w * x) / total, np.bincount(series, w * y) / total
    away = x - centre[series]
    spread = np.bincount(series, w * away**2)
    gradient = np.bincount(series, w * away * y) / spread
    count = np.bincount(series)
    rest = y - level[series] - gradient[series] * away
    excess = np.bincount(series, w * rest**2) / (count - 2)
    se = np.sqrt(np.maximum(1.0, excess) / spread)
    p = 2 * stdtr(count - 2, -np.abs(gradient / se))
    return Slopes(count, gradient, se, excess, level - gradient * centre, p)
