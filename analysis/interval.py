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

from analysis.estimate import Z95, effective_n, kish_deff, wilson
from analysis.measures import BoolArray
from analysis.taylor import (
    DF_TO_TRUST,
    Design,
    Estimate,
    domain_of,
    korn_graubard,
    mean_of,
    t_range,
)

Way = Literal["korn_graubard", "t", "wilson", "n_star"]


@dataclass(frozen=True)
class Ranged:
    """A share (0..1) or a mean (in the unit of y) with its 95 % range, and how that was made.

    way: "korn_graubard" or "t" from the events themselves, "wilson" or "n_star" from n*;
    n_star: unrelated people's worth of answers; events: one event is to be said in words.
    """

    value: float
    low: float
    high: float
    n: int
    events: int
    df: int
    n_star: float
    way: Way


def share_range(y: ArrayLike, of: Design, *, rho: float, domain: ArrayLike | None = None) -> Ranged:
    """Share of ones in y (0 or 1; NaN leaves) with Korn-Graubard's range, or Wilson's with n*.

    rho: intraclass correlation 0..1 of the whole programme. Raises ValueError for nobody and for
    a y that is neither 0 nor 1. Source: METHODS 3; Korn and Graubard 1998, Wilson 1927.
    """
    values = np.asarray(y, dtype=float)
    if not np.isin(values[~np.isnan(values)], (0.0, 1.0)).all():
        raise ValueError("A share needs answers of 0 or 1; for a score take mean_range.")
    estimate = mean_of(values, of, domain)
    n_star = n_star_of(of, domain_of(values, of, domain), rho)
    if estimate.df >= DF_TO_TRUST and 0 < estimate.value < 1 and estimate.variance > 0:
        return _told(estimate, korn_graubard(estimate), n_star, "korn_graubard")
    low, high = wilson(estimate.value, n_star)
    return _told(estimate, (float(low), float(high)), n_star, "wilson")


def mean_range(y: ArrayLike, of: Design, *, rho: float, domain: ArrayLike | None = None) -> Ranged:
    """Mean of y (NaN leaves) with Student's t and the design's df, or +- 1.96 s / sqrt(n*).

    s: weighted standard deviation with n-1. Raises ValueError for nobody; for one person, and
    where few events give all the same answer, the range cannot be told and is NaN.
    """
    values = np.asarray(y, dtype=float)
    estimate = mean_of(values, of, domain)
    inside = domain_of(values, of, domain)
    n_star = n_star_of(of, inside, rho)
    if estimate.df >= DF_TO_TRUST and estimate.variance > 0:
        return _told(estimate, t_range(estimate), n_star, "t")
    w, n = of.weights[inside], estimate.n
    spread = (w * (values[inside] - estimate.value) ** 2).sum() / w.sum() * n / max(n - 1, 1)
    half = Z95 * float(np.sqrt(spread / n_star)) if spread > 0 else float("nan")
    return _told(estimate, (estimate.value - half, estimate.value + half), n_star, "n_star")


def n_star_of(of: Design, inside: BoolArray, rho: float) -> float:
    """n / (deff_w [1 + (m-1) rho]) of the people inside, m = sum n_j^2 / n over their events."""
    sizes = np.bincount(of.events[inside])
    n = int(inside.sum())
    return float(effective_n(n, (sizes**2).sum(), rho, kish_deff(of.weights[inside])))


def _told(estimate: Estimate, ends: tuple[float, float], n_star: float, way: Way) -> Ranged:
    return Ranged(
        estimate.value, *ends, estimate.n, estimate.events, estimate.df, n_star, way
    )  # fmt: skip
