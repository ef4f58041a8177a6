"""Weights: post-stratify, rake, trim; what would go wrong silently is refused (METHODS 4).

Weighting is an optional second view; the headline is unweighted. It takes margins of the same
universe (adults who live there) and cannot repair who chose to come: people who already trust the
police come more often, within every age and every group.
Agrees with R's survey package (postStratify, rake, calibrate, trimWeights).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.basic import FloatArray
from analysis.estimators.margins import CannotWeight, Margin

SAME = 1e-10  # raking has converged when no weight moves by more, relative to the mean weight
CYCLES = 1000
TOTALS_AGREE = 1e-6  # relative
SWEEPS = 10  # of the regression on the margins, as in R: its last digits (2e-6) depend on it


@dataclass(frozen=True)
class Weighted:
    """Weights after adjustment, with what their variance needs.

    base: weights before; raked: after the last raking, the same as weights unless trimmed
    afterwards; margins: what was adjusted to.
    """

    weights: FloatArray
    base: FloatArray
    raked: FloatArray
    margins: tuple[Margin, ...]


def post_stratify(base: ArrayLike, cells: Margin) -> Weighted:
    """Weights whose sums over the cells are the population's.

    Parameters
    ----------
    base
        Shape (people,): weights before, 0 or more.
    cells
        As margin() returns it.

    Returns
    -------
    A Weighted; its weights are 0 or more.

    Raises
    ------
    CannotWeight
        For bad weights and for a cell whose people have none.

    Source
    ------
    METHODS 4; R: postStratify.
    """
    weights = _weights(base, [cells])
    _refuse_weightless(weights, cells)
    fitted = _scaled(weights, cells)
    return Weighted(fitted, weights, fitted, (cells,))


def rake(base: ArrayLike, margins: Sequence[Margin]) -> Weighted:
    """Weights whose sums over every margin are the population's; the order does not matter.

    Cycles until no weight moves by more than SAME of the mean weight.

    Parameters
    ----------
    base
        Shape (people,): weights before, 0 or more.
    margins
        As margin() returns them.

    Returns
    -------
    A Weighted; its weights are 0 or more and add up to the margins' total.

    Raises
    ------
    CannotWeight
        When the margins disagree about the total or it does not converge in CYCLES cycles:
        combinations that nobody has may make margins impossible to meet.

    Source
    ------
    METHODS 4; R: rake; Deming and Stephan 1940.
    """
    weights = _weights(base, margins)
    totals = [float(one.target.sum()) for one in margins]
    if max(totals) - min(totals) > TOTALS_AGREE * max(totals):
        said = ", ".join(f"{m.name} {total:g}" for m, total in zip(margins, totals, strict=True))
        raise CannotWeight(f"The margins disagree about how many people there are: {said}.")
    for one in margins:
        _refuse_weightless(weights, one)
    raked = weights
    for _ in range(CYCLES):
        before = raked
        for one in margins:
            raked = _scaled(raked, one)
        if abs(raked - before).max() <= SAME * raked.mean() and _meets(raked, margins):
            return Weighted(raked, weights, raked, tuple(margins))
    raise CannotWeight(
        f"Raking did not settle in {CYCLES} cycles: the margins cannot all be met by those who "
        "answered, because some combinations have nobody. Join categories or drop a margin."
    )


def _weights(base: ArrayLike, margins: Sequence[Margin]) -> FloatArray:
    weights = np.asarray(base, dtype=float)
    if not len(weights):
        raise CannotWeight("Nobody answered: there is no weight to adjust.")
    if not margins:
        raise CannotWeight("There is no margin to weight to.")
    if any(len(one.codes) != len(weights) for one in margins):
        raise CannotWeight("Weights and margins need one entry per person.")
    if not ((weights >= 0).all() and np.isfinite(weights).all()):
        raise CannotWeight("A base weight is negative or missing.")
    return weights


def _refuse_weightless(weights: FloatArray, one: Margin) -> None:
    if (np.bincount(one.codes, weights, minlength=len(one.target)) <= 0).any():
        raise CannotWeight(f"A category of {one.name} has people, but no weight.")


def _scaled(weights: FloatArray, one: Margin) -> FloatArray:
    have = np.bincount(one.codes, weights, minlength=len(one.target))
    result: FloatArray = weights * (one.target / have)[one.codes]
    return result


def _meets(weights: FloatArray, margins: Sequence[Margin]) -> bool:
    """Every margin, not only the last one that was fitted."""
    for one in margins:
        have = np.bincount(one.codes, weights, minlength=len(one.target))
        if (abs(have - one.target) > TOTALS_AGREE * one.target.sum()).any():
            return False
    return True
