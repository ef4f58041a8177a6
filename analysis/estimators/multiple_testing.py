"""Multiple testing: few of the changes reported may be false (METHODS 5)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.basic import FloatArray
from analysis.measures import BoolArray

FALSE_DISCOVERIES = 0.05  # Benjamini and Hochberg's q
Q_STEPS = 1000  # q is shown in thousandths, rounded up


def benjamini_hochberg(p_values: ArrayLike, q: float = FALSE_DISCOVERIES) -> BoolArray:
    """Which of many tests pass when at most a part q of those that pass may be false.

    Parameters
    ----------
    p_values
        Any shape, 0..1; NaN is no test and does not pass.
    q
        The false discovery rate, 0..1.

    Returns
    -------
    Booleans of the same shape.

    Raises
    ------
    ValueError
        For a p-value outside 0..1.

    Source
    ------
    METHODS 5; Benjamini and Hochberg 1995; R: p.adjust(p, "BH") <= q.
    """
    passes: BoolArray = adjusted_p(p_values) <= q
    return passes


def adjusted_p(p_values: ArrayLike) -> FloatArray:
    """The least q at which each test passes.

    Parameters
    ----------
    p_values
        Any shape, 0..1; NaN where there was no test.

    Returns
    -------
    The same shape, 0..1; NaN where there was no test.

    Raises
    ------
    ValueError
        For a p-value outside 0..1.

    Source
    ------
    METHODS 5; R: p.adjust(p, "BH").
    """
    p = np.asarray(p_values, dtype=float)
    if ((p < 0) | (p > 1)).any():
        raise ValueError("A p-value lies between 0 and 1.")
    adjusted = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    down = tested[np.argsort(-p[tested], kind="stable")]  # from the greatest
    factors = len(down) / np.arange(len(down), 0, -1)
    adjusted[down] = np.minimum(1.0, np.minimum.accumulate(factors * p[down]))
    return adjusted


class Curve(NamedTuple):
    """How a family's adjusted p-values climb: q belongs to every p-value up to `upto`.

    As short for ten thousand places as for ten: q is rounded up to thousandths.
    """

    upto: tuple[float, ...]
    q: tuple[float, ...]
    tests: int

    def adjusted(self, p_values: ArrayLike) -> FloatArray:
        """q of each p-value, 0..1; NaN stays, and what is over all that were tested is 1."""
        p = np.asarray(p_values, dtype=float)
        place = np.searchsorted(np.asarray(self.upto), p, side="left")
        q: FloatArray = np.where(np.isnan(p), np.nan, np.asarray((*self.q, 1.0))[place])
        return q


def curve_of(p_values: ArrayLike) -> Curve:
    """The curve of a family's tests; raises ValueError as adjusted_p() does."""
    p = np.asarray(p_values, dtype=float)
    p = np.sort(p[~np.isnan(p)])
    q = np.ceil((adjusted_p(p) * Q_STEPS).round(6)) / Q_STEPS
    last = np.flatnonzero(np.append(np.diff(q) > 0, True)) if p.size else np.array([], dtype=int)
    return Curve(tuple(p[last].tolist()), tuple(q[last].tolist()), int(p.size))
