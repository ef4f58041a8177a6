"""The difference of two figures that have ranges of their own, and its p-value (METHODS 5)."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from analysis.estimators.basic import Z95, FloatArray


class HasRange(Protocol):
    """A figure, or an array of them, with the two ends of its range."""

    @property
    def value(self) -> ArrayLike: ...
    @property
    def low(self) -> ArrayLike: ...
    @property
    def high(self) -> ArrayLike: ...


class Interval(NamedTuple):
    """A figure with its range, where nothing more is known of it."""

    value: ArrayLike
    low: ArrayLike
    high: ArrayLike


def newcombe(
    earlier: HasRange, later: HasRange, *, correlation: ArrayLike = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Range of `later` minus `earlier` from their own ranges.

    Parameters
    ----------
    earlier, later
        Two shares, 0..1, or arrays of them, of any one shape: what share_range() gives, a row of
        by_group(), or an Interval of released columns. The ranges must hold their shares, at 0
        and at 1 too, and be of one level.
    correlation
        Of the two estimates, -1..1; 0 for two independent samples.

    Returns
    -------
    The two ends, -1..1, at the level of the two ranges; NaN where one is missing.

    Raises
    ------
    Nothing: whether the ranges are fit for it is the caller's to see to.

    Source
    ------
    Newcombe 1998, method 10: d - sqrt((p2-l2)^2 + (u1-p1)^2), d + sqrt((u2-p2)^2 + (p1-l1)^2);
    with a correlation r the root has - 2 r (p2-l2)(u1-p1): Zou and Donner 2008.
    """
    p1, l1, u1 = (np.asarray(x, dtype=float) for x in (earlier.value, earlier.low, earlier.high))
    p2, l2, u2 = (np.asarray(x, dtype=float) for x in (later.value, later.low, later.high))
    d, r = p2 - p1, np.asarray(correlation, dtype=float)
    return d - _joined(p2 - l2, u1 - p1, r), d + _joined(u2 - p2, p1 - l1, r)


def parts_correlation(one: ArrayLike, other: ArrayLike) -> FloatArray:
    """Correlation of the estimates of two shares of the same people who exclude each other.

    Parameters
    ----------
    one, other
        Any shape: shares, 0..1, together at most 1 (rounded ones may be a little more).

    Returns
    -------
    -1..0; 0 where one of them is 0 or 1.

    Raises
    ------
    Nothing.

    Source
    ------
    Of a multinomial: -sqrt(pq / (1-p)(1-q)).
    """
    p, q = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    rest = (1 - p) * (1 - q)
    odds = np.divide(p * q, rest, out=np.zeros_like(p * q), where=rest > 0)
    return np.asarray(-np.sqrt(np.minimum(odds, 1.0)), dtype=np.float64)


def two_sided_p(
    difference: ArrayLike, low: ArrayLike, high: ArrayLike, z: float = Z95
) -> FloatArray:
    """p-value of the normal whose range has the arm towards 0: small just where 0 is out.

    Parameters
    ----------
    difference, low, high
        Any shape: a difference and its range.
    z
        Quantile of the range's level, 1.96 for 95 %.

    Returns
    -------
    0..1; 1 for a difference of 0, NaN where an end is missing.

    Raises
    ------
    Nothing.

    Source
    ------
    METHODS 5.
    """
    d, low, high = (np.asarray(x, dtype=float) for x in (difference, low, high))
    arm = np.where(d > 0, d - low, high - d)
    ratio = np.divide(abs(d), arm, out=np.zeros_like(arm), where=arm > 0)
    return np.where(np.isnan(arm), np.nan, 2 * ndtr(-z * ratio))


def _joined(arm: FloatArray, other: FloatArray, correlation: FloatArray) -> FloatArray:
    if not correlation.any():
        return np.hypot(arm, other)
    squared = arm**2 + other**2 - 2 * correlation * arm * other
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)), dtype=np.float64)
