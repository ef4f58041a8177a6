"""Weights: post-stratify, rake, trim; what would go wrong silently is refused (METHODS 4).

Weighting is an optional second view; the headline is unweighted. It takes margins of the same
universe (adults who live there) and cannot repair who chose to come: people who already trust the
police come more often, within every age and every group.
Agrees with R's survey package (postStratify, rake, calibrate, trimWeights).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.basic import FloatArray, kish_deff
from analysis.estimators.design import chosen
from analysis.estimators.linearization import Design, Estimate, variance
from analysis.estimators.margins import CannotWeight, Margin
from analysis.measures import BoolArray

SAME = 1e-10  # raking has converged when no weight moves by more, relative to the mean weight
CYCLES = 1000
TOTALS_AGREE = 1e-6  # relative
SWEEPS = 10  # of the regression on the margins, as in R: its last digits (2e-6) depend on it
BOUNDS = (0.3, 3.0)  # of the mean weight: nobody speaks for ten times as many as a neighbour
ROUNDS = 50  # of trimming and raking again
MATTERS = 0.05  # of the scale between the weighted and the unweighted view: "who answered matters"
MOST_DEFF, LEAST_N_STAR = 2.0, 30  # weights that cost more precision are not shown


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
    """Weights whose sums over the cells are the population's. R: postStratify.

    base: weights before, 0 or more. Raises CannotWeight for bad weights and for a cell whose
    people have none.
    """
    weights = _weights(base, [cells])
    _refuse_weightless(weights, cells)
    fitted = _scaled(weights, cells)
    return Weighted(fitted, weights, fitted, (cells,))


def rake(base: ArrayLike, margins: Sequence[Margin]) -> Weighted:
    """Weights whose sums over every margin are the population's; the order does not matter.

    base: 0 or more, and the weights too; they add up to the margins' total. Cycles
    until no weight moves by more than SAME of the mean weight. Raises CannotWeight when
    the margins disagree about the total or it does not converge in CYCLES cycles: combinations
    that nobody has may make margins impossible to meet. R: rake; Deming and Stephan 1940.
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


def trim(weights: ArrayLike, lower: float = -np.inf, upper: float = np.inf) -> FloatArray:
    """Weights cut to lower..upper; what was cut is shared equally by those inside, once.

    Some may end above upper by that share. R: trimWeights. Raises CannotWeight when no weight is
    inside, one is missing, or the bounds are the wrong way round.
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
    """Trim until every weight is inside lower..upper. R: trimWeights(strict=TRUE).

    Raises CannotWeight as trim() does, and where that never ends.
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
    """Rake, trim to bounds (of the mean weight) and rake again, until both hold (METHODS 4).

    Who has no base weight stays out. Raises CannotWeight as rake() does, and when both do not
    hold in ROUNDS rounds.
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


def refuse_unshowable(weights: ArrayLike, n_star: float) -> None:
    """Raise CannotWeight when weighted figures would be too shaky to show (METHODS 4).

    weights: of those who answered; n_star: worth of their answers. Over a design effect of 2, or
    under 30.
    """
    deff = kish_deff(weights)
    if deff > MOST_DEFF:
        raise CannotWeight(f"The weights cost too much precision (design effect {deff:.1f}).")
    if n_star < LEAST_N_STAR:
        raise CannotWeight(f"The weighted answers are worth under {LEAST_N_STAR} people's.")


def weighted_mean(
    y: ArrayLike, fitted: Weighted, of: Design, domain: ArrayLike | None = None
) -> Estimate:
    """Mean with adjusted weights and its Taylor variance, in the unit of y; missing y leave.

    The weights of `of` are not used, its events and strata are. Raked weights are not fixed
    numbers: the influence values are replaced by their residuals on the margins' dummies (a
    regression with base weights), because what the margins explain is known and not sampled.
    One event: NaN. Raises ValueError when nobody is left, or for arrays that do not fit.
    Source: Deville and Sarndal 1992; R's svymean on rake() and calibrate().
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

    In the unit of y. Raises ValueError when nobody answered. R: svytotal on rake().
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
