"""Weights within bounds, so that nobody speaks for ten times as many as a neighbour (METHODS 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.basic import FloatArray
from analysis.estimators.margins import CannotWeight, Margin
from analysis.estimators.weighting import CYCLES, Weighted, rake

BOUNDS = (0.3, 3.0)  # of the mean weight: nobody speaks for ten times as many as a neighbour
ROUNDS = 50  # of trimming and raking again


def trim(weights: ArrayLike, lower: float = -np.inf, upper: float = np.inf) -> FloatArray:
    """Weights cut to lower..upper; what was cut is shared equally by those inside, once.

    Some may end above upper by that share.

    Parameters
    ----------
    weights
        Shape (people,).
    lower, upper
        Bounds, in the unit of the weights.

    Returns
    -------
    Shape (people,), with the same sum.

    Raises
    ------
    CannotWeight
        When no weight is inside, one is missing, or the bounds are the wrong way round.

    Source
    ------
    METHODS 4; R: trimWeights.
    """
    w = np.asarray(weights, dtype=float)
    if not np.isfinite(w).all() or not lower <= upper:
        raise CannotWeight("A weight is missing, or the bounds are the wrong way round.")
    outside = (w < lower) | (w > upper)
    if not outside.any():
        return w
    if outside.all():
        raise CannotWeight("Every weight is outside the bounds: there is nobody to share with.")
    cut = np.clip(w, lower, upper)
    result: FloatArray = np.where(outside, cut, w + (w - cut).sum() / (~outside).sum())
    return result


def trim_strictly(weights: ArrayLike, lower: float = -np.inf, upper: float = np.inf) -> FloatArray:
    """Trim until every weight is inside lower..upper.

    Parameters
    ----------
    weights
        Shape (people,).
    lower, upper
        Bounds, in the unit of the weights.

    Returns
    -------
    Shape (people,), with the same sum.

    Raises
    ------
    CannotWeight
        As trim() does, and where that never ends.

    Source
    ------
    METHODS 4; R: trimWeights(strict=TRUE).
    """
    w = np.asarray(weights, dtype=float)
    for _ in range(CYCLES):
        trimmed = trim(w, lower, upper)
        if trimmed is w or np.array_equal(trimmed, w):
            return trimmed
        w = trimmed
    raise CannotWeight("Trimming does not end: the bounds are too narrow for these weights.")


def rake_and_trim(
    base: ArrayLike, margins: Sequence[Margin], bounds: tuple[float, float] = BOUNDS
) -> Weighted:
    """Rake, trim to bounds and rake again, until both hold.

    Who has no base weight stays out.

    Parameters
    ----------
    base
        Shape (people,): weights before, 0 or more.
    margins
        As margin() returns them.
    bounds
        Least and greatest weight, of the mean weight.

    Returns
    -------
    A Weighted.

    Raises
    ------
    CannotWeight
        As rake() does, and when both do not hold in ROUNDS rounds.

    Source
    ------
    METHODS 4.
    """
    start = np.asarray(base, dtype=float)
    fitted, used = rake(start, margins), start > 0
    for _ in range(ROUNDS):
        mean = fitted.weights[used].mean()
        lower, upper = bounds[0] * mean, bounds[1] * mean
        slack = 1e-6 * mean
        if ((fitted.weights >= lower - slack) & (fitted.weights <= upper + slack))[used].all():
            return replace(fitted, base=start)
        trimmed = fitted.weights.copy()
        trimmed[used] = trim_strictly(trimmed[used], lower, upper)
        fitted = rake(trimmed, margins)
    raise CannotWeight(
        f"Weights between {bounds[0]} and {bounds[1]} of their mean cannot meet these margins: "
        "those who answered are too different from those who live there."
    )
