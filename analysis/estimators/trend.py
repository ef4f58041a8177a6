"""A slope over four seasons or more (METHODS 5). Never carried beyond the last season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t

from analysis.wordings import comparable

LEAST_SEASONS = 4  # three are told in words


class CannotCompare(ValueError):
    """These seasons cannot be set against each other; the message says why."""


@dataclass(frozen=True)
class Slope:
    """Change per season, in the unit of the values; low, high: 95 % with t and T-2 df."""

    slope: float
    se: float
    low: float
    high: float
    excess: float  # Q / (T-2): over 1, seasons scatter more than their own errors say


def slope(
    seasons: ArrayLike, values: ArrayLike, variances: ArrayLike, wordings: Sequence[str]
) -> Slope:
    """Weighted least squares with weights 1/v_t; SE times sqrt(max(1, Q / (T-2))).

    variances: of each season's value, over 0. Raises CannotCompare for under four seasons, a
    season told twice, a missing value, or seasons that were asked in different words.
    Source: METHODS 5; R: lm(y ~ x, weights = 1/v), its SE / sigma * max(1, sigma).
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
    w = 1 / v
    centre = (w * x).sum() / w.sum()
    spread = (w * (x - centre) ** 2).sum()
    found = (w * (x - centre) * y).sum() / spread
    level = (w * y).sum() / w.sum()
    df = len(x) - 2
    excess = (w * (y - level - found * (x - centre)) ** 2).sum() / df
    se = float(np.sqrt(max(1.0, excess) / spread))
    half = float(t.ppf(0.975, df)) * se
    return Slope(float(found), se, float(found - half), float(found + half), float(excess))
