"""Shares, means and their uncertainty ranges for people who came together (METHODS 2 and 3).

Shares are 0..1 and ranges are 95 % ones. People at one event resemble each other, so a range
rests on n*, the number of unrelated people who would tell as much as the n who answered.
Every function here is pure; n = 0 raises, because a share of nobody is not a number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

FloatArray = NDArray[np.float64]

LEVEL = 0.95  # of ranges, unless another is asked for
Z95 = 1.959963984540054  # qnorm(.975)
Z80 = 0.8416212335729143  # qnorm(.80): to find four of five real changes


def share(valid: ArrayLike, favourable: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Part of the valid answers that are favourable.

    Parameters
    ----------
    valid, favourable
        Shape (people,): booleans.
    weights
        Shape (people,), 0 or more; 1 by default.

    Returns
    -------
    0..1.

    Raises
    ------
    ValueError
        When nobody's answer is valid.

    Source
    ------
    METHODS 2; R: svymean of 0 and 1.
    """
    valid = np.asarray(valid, dtype=bool)
    return mean(np.asarray(favourable, dtype=float)[valid], _of(weights, valid))


def net(
    valid: ArrayLike,
    favourable: ArrayLike,
    unfavourable: ArrayLike,
    weights: ArrayLike | None = None,
) -> float:
    """Favourable minus unfavourable share: the mean of z = favourable - unfavourable.

    Its range: mean_range() of person_nets().

    Parameters
    ----------
    valid, favourable, unfavourable
        Shape (people,): booleans.
    weights
        Shape (people,), 0 or more; 1 by default.

    Returns
    -------
    -1..1.

    Raises
    ------
    ValueError
        When no answer is valid.

    Source
    ------
    METHODS 2.
    """
    valid = np.asarray(valid, dtype=bool)
    z = np.asarray(favourable, dtype=float) - np.asarray(unfavourable, dtype=float)
    return mean(z[valid], _of(weights, valid))


def mean(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Weighted mean.

    Parameters
    ----------
    values
        Shape (people,), none missing.
    weights
        Shape (people,), 0 or more; 1 by default.

    Returns
    -------
    In the unit of the values.

    Raises
    ------
    ValueError
        For no values, for a missing one, and for weights that are negative, missing or all 0.

    Source
    ------
    R: weighted.mean.
    """
    values = np.asarray(values, dtype=float)
    if values.size == 0:
        raise ValueError("There is no valid answer: a mean of nobody is not a number.")
    w = np.ones_like(values) if weights is None else np.asarray(weights, dtype=float)
    if not (np.isfinite(values).all() and (w >= 0).all()):
        raise ValueError("A value or a weight is missing, or a weight is negative.")
    if not w.sum() > 0:
        raise ValueError("The weights add up to nothing: a mean needs somebody.")
    return float((w * values).sum() / w.sum())


def tails(level: float) -> float:
    """What lies under the upper end of a two-sided range: .975 for a level of .95.

    Raises ValueError for a level outside 0..1, such as 95.
    """
    if not 0 < level < 1:
        raise ValueError(f"A level lies between 0 and 1, such as .95; here it is {level:g}.")
    return (1 + level) / 2


def z_of(level: float) -> float:
    """How many standard errors a range of this level reaches: 1.96 for .95. R: qnorm.

    Raises ValueError as tails() does.
    """
    return Z95 if level == LEVEL else float(ndtri(tails(level)))


def wilson(p: ArrayLike, n_star: ArrayLike, z: float = Z95) -> tuple[FloatArray, FloatArray]:
    """Wilson's range of a share for n_star unrelated people; works at 0 and at 1.

    Parameters
    ----------
    p
        Any shape: shares, 0..1.
    n_star
        The same shape: people's worth of answers, over 0.
    z
        Quantile of the level, 1.96 for 95 %.

    Returns
    -------
    Low and high, 0..1; NaN where p or n_star is missing.

    Raises
    ------
    ValueError
        For n_star <= 0 or a share outside 0..1.

    Source
    ------
    Wilson 1927; R: prop.test(x, n, correct=FALSE) for whole x and n.
    """
    p, n = np.asarray(p, dtype=float), np.asarray(n_star, dtype=float)
    if (n <= 0).any():
        raise ValueError("A range needs at least one answer: n* is 0.")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("A share lies between 0 and 1.")
    z2 = z * z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = np.where(p == 0, 0.0, centre - half), np.where(p == 1, 1.0, centre + half)
    return np.clip(low, 0.0, p), np.clip(high, p, 1.0)  # against the last digit's rounding


def _of(weights: ArrayLike | None, chosen: NDArray[np.bool_]) -> FloatArray | None:
    return None if weights is None else np.asarray(weights, dtype=float)[chosen]
