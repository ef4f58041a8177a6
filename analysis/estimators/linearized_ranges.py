"""Ranges from a linearised variance, and what clustering does to it (METHODS 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta, t

from analysis.estimators.answers import numbers
from analysis.estimators.basic import LEVEL, tails
from analysis.estimators.design import Design as Design
from analysis.estimators.design import design as design
from analysis.estimators.linearization import Estimate, domain_of, mean_of


def design_effect(
    y: ArrayLike, of: Design, domain: ArrayLike | None = None, *, replaced: bool = False
) -> float:
    """Variance of the mean over that of as many unrelated people; 1: events do not matter.

    Parameters
    ----------
    y
        Shape (people,); missing answers leave.
    of
        The design.
    domain
        Shape (people,): whose mean; everybody's by default.
    replaced
        Whether the unrelated people are drawn with replacement; else without it, from as many
        people as the weights add up to.

    Returns
    -------
    A ratio, 0 or more.

    Raises
    ------
    ValueError
        For one person, for answers that are all alike, and for weights that add up to no more than
        the people who answered.

    Source
    ------
    R: svymean(deff=TRUE), or deff="replace".
    """
    y = numbers(y)
    inside = domain_of(y, of, domain)
    estimate, w, n = mean_of(y, of, domain), of.weights[inside], int(inside.sum())
    if np.ptp(y[inside]) == 0:
        raise ValueError("A design effect needs answers that differ.")
    if not replaced and w.sum() <= n:
        raise ValueError("These weights do not add up to a population: take replaced=True.")
    spread = (w * (y[inside] - estimate.value) ** 2).sum() / w.sum() * n / (n - 1)
    return float(estimate.variance / (spread / n * (1 if replaced else 1 - n / w.sum())))


def t_range(estimate: Estimate, *, level: float = LEVEL) -> tuple[float, float]:
    """Range of a mean from Student's t with the design's df.

    Parameters
    ----------
    estimate
        As mean_of() returns it.
    level
        Of the range, 0..1.

    Returns
    -------
    Low and high, in the unit of the estimate; NaN for one event: without degrees of freedom there
    is no range, and that is an answer, not an error.

    Raises
    ------
    ValueError
        For a level outside 0..1.

    Source
    ------
    R: confint(svymean(...), df = degf(design)); svyciprop(method="mean") for a share.
    """
    if estimate.df < 1:
        return float("nan"), float("nan")
    half = float(t.ppf(tails(level), estimate.df)) * estimate.se
    return estimate.value - half, estimate.value + half


def korn_graubard(
    estimate: Estimate, *, at_most_n: bool = True, level: float = LEVEL
) -> tuple[float, float]:
    """Range of a share for df >= 8: Clopper-Pearson with the effective n.

    n_e = p(1-p)/v (t_{n-1}/t_df)^2.

    Parameters
    ----------
    estimate
        Of a share, as mean_of() returns it.
    at_most_n
        Whether n_e is at most n: events that happen to agree do not make more of the people who
        answered. R's survey sets no such limit.
    level
        Of the range, 0..1.

    Returns
    -------
    Low and high, 0..1.

    Raises
    ------
    ValueError
        At 0, at 1 and for one event: there a Taylor variance says nothing, and Wilson with n* is
        the way; and for a level outside 0..1.

    Source
    ------
    METHODS 3; Korn and Graubard 1998; R: svyciprop(method="beta").
    """
    p, v = estimate.value, estimate.variance
    if not (0 < p < 1 and v > 0 and estimate.df > 0):
        raise ValueError("A share of 0 or 1, or from one event, has no Taylor range: use Wilson.")
    upper = tails(level)
    shrunk = (t.ppf(upper, estimate.n - 1) / t.ppf(upper, estimate.df)) ** 2
    n = p * (1 - p) / v * float(shrunk)
    n = min(n, float(estimate.n)) if at_most_n else n
    low = beta.ppf(1 - upper, n * p, n * (1 - p) + 1)
    return float(low), float(beta.ppf(upper, n * p + 1, n * (1 - p)))
