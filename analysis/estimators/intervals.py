"""Ranges of shares and means from answers: which way, and why (METHODS 3).

A Taylor variance from few events is too shaky to stand alone, and of one event it says nothing.
Under DF_TO_TRUST degrees of freedom, and where everybody agrees, a range rests on n* instead.
For a notebook on answers; what is published is made from banded figures, in derive.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.answers import named, numbers
from analysis.estimators.basic import LEVEL, FloatArray, wilson, z_of
from analysis.estimators.design import codes_of
from analysis.estimators.intraclass import (
    effective_n,
    intraclass_correlation,
    kish_deff,
    settled_rho,
)
from analysis.estimators.linearization import DF_TO_TRUST, Design, Estimate, domain_of, mean_of
from analysis.estimators.linearized_ranges import korn_graubard, t_range
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
    """Share of ones in y with Korn and Graubard's range, or Wilson's with n*.

    Parameters
    ----------
    y
        Shape (people,): 0 or 1; NaN leaves.
    of
        The design.
    rho
        Intraclass correlation of the whole programme, 0..1, see pooled_rho().
    domain
        Shape (people,): whose share; everybody's by default.
    level
        Of the range, 0..1.

    Returns
    -------
    A Ranged, 0..1.

    Raises
    ------
    ValueError
        For nobody, for a y that is neither 0 nor 1 (named, with its column) and for a level outside
        0..1.

    Source
    ------
    METHODS 3; Korn and Graubard 1998 (R: svyciprop(method = "beta"), with at most the n who
    answered); Wilson 1927.
    """
    values = _zero_or_one(y)
    n_star = n_star_of(of, domain_of(values, of, domain), rho)
    return _share_ranged(mean_of(values, of, domain), n_star, level)


def mean_range(
    y: ArrayLike,
    of: Design,
    *,
    rho: float,
    domain: ArrayLike | None = None,
    level: float = LEVEL,
) -> Ranged:
    """Mean of y with Student's t and the design's df, or +- 1.96 s / sqrt(n*).

    Parameters
    ----------
    y
        Shape (people,): a score of 0..100, or a net of -1, 0 and 1; NaN leaves.
    of
        The design.
    rho
        Intraclass correlation of the whole programme, 0..1, see pooled_rho().
    domain
        Shape (people,): whose mean; everybody's by default.
    level
        Of the range, 0..1; z or t go with it.

    Returns
    -------
    A Ranged in the unit of y. For one person, and where all give the same answer, the range cannot
    be estimated and is NaN.

    Raises
    ------
    ValueError
        For nobody, for answers that are no numbers and for a level outside 0..1.

    Source
    ------
    METHODS 3; R: svymean, confint(df = degf()). s: weighted standard deviation with n-1.
    """
    values = numbers(y)
    return _mean_ranged(values, mean_of(values, of, domain), of, domain, rho, level)


def pooled_rho(y: ArrayLike, of: Design, *, domain: ArrayLike | None = None) -> float:
    """The correlation within events to use for a measure, from everybody's answers.

    The estimate is raised, floored and capped as settled_rho() says; "events" are those in y.

    Parameters
    ----------
    y
        Shape (people,): all answers of the programme; NaN leaves.
    of
        The design.
    domain
        Shape (people,): whose answers; everybody's by default.

    Returns
    -------
    .02...20.

    Raises
    ------
    ValueError
        For nobody.

    Source
    ------
    METHODS 3.
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


def _share_ranged(estimate: Estimate, n_star: float, level: float) -> Ranged:
    p = estimate.value
    some = estimate.variance > ROUNDING * p * (1 - p) / estimate.n
    if estimate.df >= DF_TO_TRUST and 0 < p < 1 and some:
        return _ranged(
            estimate, korn_graubard(estimate, level=level), n_star, "korn_graubard", level
        )
    low, high = wilson(p, n_star, z_of(level))
    return _ranged(estimate, (float(low), float(high)), n_star, "wilson", level)


def _mean_ranged(
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
        return _ranged(estimate, (float("nan"), float("nan")), n_star, "n_star", level)
    spread = (w * (y - estimate.value) ** 2).sum() / w.sum() * n / (n - 1)
    if estimate.df >= DF_TO_TRUST and estimate.variance > ROUNDING * spread / n:
        return _ranged(estimate, t_range(estimate, level=level), n_star, "t", level)
    half = z_of(level) * float(np.sqrt(spread / n_star))
    ends = estimate.value - half, estimate.value + half
    return _ranged(estimate, ends, n_star, "n_star", level)


def n_star_of(of: Design, inside: BoolArray, rho: float) -> float:
    """n / (deff_w [1 + (m-1) rho]) of the people inside, m = sum n_j^2 / n over their events."""
    sizes = np.bincount(of.events[inside])
    n = int(inside.sum())
    return float(effective_n(n, (sizes**2).sum(), rho, kish_deff(of.weights[inside])))


def _ranged(
    estimate: Estimate, ends: tuple[float, float], n_star: float, way: Way, level: float
) -> Ranged:
    return Ranged(
        estimate.value, *ends, estimate.n, estimate.events, estimate.df, n_star, way, level
    )  # fmt: skip
