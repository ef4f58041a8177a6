"""Ranges of shares and means from answers: which way, and why (METHODS 3).

A Taylor variance from few events is too shaky to stand alone, and of one event it says nothing.
Under DF_TO_TRUST degrees of freedom, and where everybody agrees, a range rests on n* instead.
For a notebook on answers; what is published is made from banded figures, in derive.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.answers import named, numbers
from analysis.estimators.basic import (
    LEVEL,
    FloatArray,
    effective_n,
    intraclass_correlation,
    kish_deff,
    settled_rho,
    wilson,
    z_of,
)
from analysis.estimators.design import codes_of
from analysis.estimators.linearization import (
    DF_TO_TRUST,
    Design,
    Estimate,
    domain_of,
    korn_graubard,
    mean_of,
    t_range,
)
from analysis.estimators.weighting import Weighted, weighted_mean
from analysis.measures import BoolArray

ROUNDING = 1e-12  # of the error of unrelated people: events that agree exactly leave only this
Way = Literal["korn_graubard", "t", "wilson", "n_star"]


@dataclass(frozen=True)
class Ranged:
    """A share (0..1) or a mean (in the unit of y) with its range, and how that was made.

    way: "korn_graubard" or "t" from the events themselves, "wilson" or "n_star" from n*;
    n_star: unrelated people's worth of answers; events: one event is to be said in words;
    level: how often such ranges hold the truth, .95 unless another was asked for.
    """

    value: float
    low: float
    high: float
    n: int
    events: int
    df: int
    n_star: float
    way: Way
    level: float = LEVEL


def share_range(
    y: ArrayLike,
    of: Design,
    *,
    rho: float,
    domain: ArrayLike | None = None,
    level: float = LEVEL,
) -> Ranged:
    """Share of ones in y (0 or 1; NaN leaves) with Korn-Graubard's range, or Wilson's with n*.

    rho: intraclass correlation 0..1 of the whole programme, see pooled_rho(); level: of the
    range, 0..1. Raises ValueError for nobody, for a y that is neither 0 nor 1 (named, with its
    column) and for a level outside 0..1. Source: METHODS 3; Korn and Graubard 1998 (R: svyciprop(
    method = "beta"), with at most the n who answered), Wilson 1927.
    """
    values = _zero_or_one(y)
    n_star = n_star_of(of, domain_of(values, of, domain), rho)
    return _share_told(mean_of(values, of, domain), n_star, level)


def mean_range(
    y: ArrayLike,
    of: Design,
    *,
    rho: float,
    domain: ArrayLike | None = None,
    level: float = LEVEL,
) -> Ranged:
    """Mean of y (NaN leaves) with Student's t and the design's df, or +- 1.96 s / sqrt(n*).

    In the unit of y: a score of 0..100, or a net of -1, 0 and 1. s: weighted standard deviation
    with n-1; level: of the range, 0..1, and z or t with it. Raises ValueError for nobody, for
    answers that are no numbers and for a level outside 0..1; for one person, and where all give
    the same answer, the range cannot be estimated and is NaN. Source: METHODS 3; R: svymean,
    confint(df = degf()).
    """
    values = numbers(y)
    return _mean_told(values, mean_of(values, of, domain), of, domain, rho, level)


def weighted_share_range(
    y: ArrayLike,
    fitted: Weighted,
    of: Design,
    *,
    rho: float,
    domain: ArrayLike | None = None,
    level: float = LEVEL,
) -> Ranged:
    """share_range() with adjusted weights; their error is in it, see weighted_mean().

    0..1; raises ValueError as share_range() does. Source: METHODS 3 and 4.
    """
    values, with_weights = _zero_or_one(y), replace(of, weights=fitted.weights)
    n_star = n_star_of(with_weights, domain_of(values, with_weights, domain), rho)
    return _share_told(weighted_mean(values, fitted, of, domain), n_star, level)


def weighted_mean_range(
    y: ArrayLike,
    fitted: Weighted,
    of: Design,
    *,
    rho: float,
    domain: ArrayLike | None = None,
    level: float = LEVEL,
) -> Ranged:
    """mean_range() with adjusted weights; their error is in it, see weighted_mean().

    In the unit of y; raises ValueError as mean_range() does. Source: METHODS 3 and 4.
    """
    values, with_weights = numbers(y), replace(of, weights=fitted.weights)
    estimate = weighted_mean(values, fitted, of, domain)
    return _mean_told(values, estimate, with_weights, domain, rho, level)


def pooled_rho(y: ArrayLike, of: Design, *, domain: ArrayLike | None = None) -> float:
    """The correlation within events to use for a measure, .02...20, from everybody's answers.

    y: all answers of the programme (NaN leaves). The estimate is raised, floored and capped as
    settled_rho() says; "events" are those in y. Raises ValueError for nobody. Source: METHODS 3.
    """
    values = numbers(y)
    inside = domain_of(values, of, domain)
    codes, centred = codes_of(of.events[inside]), values[inside]
    centred = centred - centred.mean()  # the same correlation, with less rounding
    n, s, q = (np.bincount(codes, w) for w in (np.ones_like(centred), centred, centred**2))
    return settled_rho(intraclass_correlation(n, s, q), events=len(n), answers=float(n.sum()))


def _zero_or_one(y: ArrayLike) -> FloatArray:
    values = numbers(y)
    valid = values[~np.isnan(values)]
    if not np.isin(valid, (0.0, 1.0)).all():
        other = float(valid[~np.isin(valid, (0.0, 1.0))][0])
        raise ValueError(
            f"A share needs answers of 0 or 1, and there is {other:g}{named(y)}; for a score take "
            "mean_range, for codes person_values."
        )
    return values


def _share_told(estimate: Estimate, n_star: float, level: float) -> Ranged:
    p = estimate.value
    some = estimate.variance > ROUNDING * p * (1 - p) / estimate.n
    if estimate.df >= DF_TO_TRUST and 0 < p < 1 and some:
        return _told(estimate, korn_graubard(estimate, level=level), n_star, "korn_graubard", level)
    low, high = wilson(p, n_star, z_of(level))
    return _told(estimate, (float(low), float(high)), n_star, "wilson", level)


def _mean_told(
    values: FloatArray,
    estimate: Estimate,
    of: Design,
    domain: ArrayLike | None,
    rho: float,
    level: float,
) -> Ranged:
    inside = domain_of(values, of, domain)
    n_star = n_star_of(of, inside, rho)
    y, w, n = values[inside], of.weights[inside], estimate.n
    if np.ptp(y) == 0:
        return _told(estimate, (float("nan"), float("nan")), n_star, "n_star", level)
    spread = (w * (y - estimate.value) ** 2).sum() / w.sum() * n / (n - 1)
    if estimate.df >= DF_TO_TRUST and estimate.variance > ROUNDING * spread / n:
        return _told(estimate, t_range(estimate, level=level), n_star, "t", level)
    half = z_of(level) * float(np.sqrt(spread / n_star))
    ends = estimate.value - half, estimate.value + half
    return _told(estimate, ends, n_star, "n_star", level)


def n_star_of(of: Design, inside: BoolArray, rho: float) -> float:
    """n / (deff_w [1 + (m-1) rho]) of the people inside, m = sum n_j^2 / n over their events."""
    sizes = np.bincount(of.events[inside])
    n = int(inside.sum())
    return float(effective_n(n, (sizes**2).sum(), rho, kish_deff(of.weights[inside])))


def _told(
    estimate: Estimate, ends: tuple[float, float], n_star: float, way: Way, level: float
) -> Ranged:
    return Ranged(
        estimate.value, *ends, estimate.n, estimate.events, estimate.df, n_star, way, level
    )  # fmt: skip
