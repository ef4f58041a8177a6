"""Means and totals with adjusted weights, whose own error is in them (METHODS 4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.basic import FloatArray
from analysis.estimators.design import chosen
from analysis.estimators.intraclass import kish_deff
from analysis.estimators.linearization import Design, Estimate, variance
from analysis.estimators.margins import CannotWeight
from analysis.estimators.weighting import SWEEPS, Weighted
from analysis.measures import BoolArray

MOST_DEFF, LEAST_N_STAR = 2.0, 30  # weights that cost more precision are not shown
MATTERS = 0.05  # of the scale between the weighted and the unweighted view: "who answered matters"


def refuse_unshowable(weights: ArrayLike, n_star: float) -> None:
    """Refuse weighted figures that would be too shaky to show.

    Parameters
    ----------
    weights
        Shape (people,): of those who answered.
    n_star
        Worth of their answers, in people.

    Raises
    ------
    CannotWeight
        Over a design effect of 2, or under 30.

    Source
    ------
    METHODS 4.
    """
    deff = kish_deff(weights)
    if deff > MOST_DEFF:
        raise CannotWeight(f"The weights cost too much precision (design effect {deff:.1f}).")
    if n_star < LEAST_N_STAR:
        raise CannotWeight(f"The weighted answers are worth under {LEAST_N_STAR} people's.")


def weighted_mean(
    y: ArrayLike, fitted: Weighted, of: Design, domain: ArrayLike | None = None
) -> Estimate:
    """Mean with adjusted weights and its Taylor variance.

    The weights of `of` are not used, its events and strata are. Raked weights are not fixed
    numbers: the influence values are replaced by their residuals on the margins' dummies (a
    regression with base weights), because what the margins explain is known and not sampled.

    Parameters
    ----------
    y
        Shape (people,); missing answers leave.
    fitted
        As rake() or post_stratify() returns it.
    of
        The design.
    domain
        Shape (people,): whose mean; everybody's by default.

    Returns
    -------
    An Estimate in the unit of y; of one event its error is NaN.

    Raises
    ------
    ValueError
        When nobody is left, or for arrays that do not fit.

    Source
    ------
    METHODS 4; Deville and Sarndal 1992; R: svymean on rake() and calibrate().
    """
    y = np.asarray(y, dtype=float)
    inside = _inside(y, fitted.weights, domain)
    w = np.where(inside, fitted.weights, 0.0)
    mean = float((w * np.where(inside, y, 0.0)).sum() / w.sum())
    influence = np.where(inside, y - mean, 0.0) / w.sum()
    events, strata = len(np.unique(of.events[inside])), len(np.unique(of.strata[inside]))
    error = float(variance(adjusted_influence(influence, fitted), of)) if events > 1 else np.nan
    return Estimate(mean, error, events - strata, int(inside.sum()), events)


def weighted_total(y: ArrayLike, fitted: Weighted, of: Design) -> Estimate:
    """Total with adjusted weights and its Taylor variance; missing y count as 0.

    Parameters
    ----------
    y
        Shape (people,).
    fitted
        As rake() or post_stratify() returns it.
    of
        The design.

    Returns
    -------
    An Estimate in the unit of y.

    Raises
    ------
    ValueError
        When nobody answered.

    Source
    ------
    METHODS 4; R: svytotal on rake().
    """
    y = np.asarray(y, dtype=float)
    inside = _inside(y, fitted.weights, None)
    values = np.where(inside, y, 0.0)
    events, strata = len(np.unique(of.events[inside])), len(np.unique(of.strata[inside]))
    error = float(variance(adjusted_influence(values, fitted), of)) if events > 1 else np.nan
    total = float((fitted.weights * values).sum())
    return Estimate(total, error, events - strata, int(inside.sum()), events)


def adjusted_influence(influence: FloatArray, fitted: Weighted) -> FloatArray:
    """Raked weight times the residual of the influence value on the margins' dummies.

    influence: per person, without its weight. The regression has the base weights (METHODS 4, and
    R's calibrate); it is done margin by margin in SWEEPS sweeps, as R's rake does it with plain
    means, which are the same where base weights are equal. Where they are not, R's own two ways
    differ: this is that of calibrate(calfun = "raking"), and the jackknife's, not that of rake().
    """
    used = fitted.raked > 0
    ratio = np.divide(fitted.weights, fitted.raked, out=np.zeros_like(fitted.raked), where=used)
    value = influence * ratio
    for _ in range(SWEEPS):
        for one in fitted.margins:
            weight = np.bincount(one.codes, fitted.base)
            sums = np.bincount(one.codes, fitted.base * value)
            value = value - (sums / weight)[one.codes]
    return fitted.raked * value


def who_answered_matters(weighted: float, unweighted: float, *, scale: float = 1.0) -> bool:
    """Whether the two views differ by over MATTERS of the scale (1 or 100), so that it is said."""
    return abs(weighted - unweighted) > MATTERS * scale * (1 + 1e-9)


def _inside(y: FloatArray, weights: FloatArray, domain: ArrayLike | None) -> BoolArray:
    if len(y) != len(weights):
        raise ValueError("The answers and the weights need one entry per person.")
    inside: BoolArray = ~np.isnan(y) & (weights > 0)
    if domain is not None:
        inside &= chosen(domain, len(y))
    if not inside.any():
        raise ValueError("There is no valid answer in this domain: a mean of nobody is no number.")
    return inside
