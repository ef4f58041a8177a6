"""Small communities: steadied marks that borrow from the others, and the funnel (METHODS 6).

Both read banded figures only. A steadied mark is shown beside the raw one, with how much it
borrows; a community outside the funnel gets "look closer", never a rank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import expit

from analysis.estimators.basic import Z95, FloatArray
from analysis.measures import BoolArray

Z998 = 3.090232306167813  # qnorm(.999): "look closer" outside
WINSORISED = 0.10  # of the z-scores, at each end, before their spread is measured
LEAST_AREAS = 3  # fewer have nothing to borrow from


@dataclass(frozen=True)
class Pooled:
    """A random-effects summary: mu, its SE, and the variance between areas."""

    mu: float
    se: float
    tau2: float
    q: float  # Cochran's Q


@dataclass(frozen=True)
class Steadied:
    """Per area, in the unit of y: steadied value, its SE, and the part borrowed (B, 0..1)."""

    value: FloatArray
    se: FloatArray
    borrowed: FloatArray
    pooled: Pooled


@dataclass(frozen=True)
class Funnel:
    """p0: share over all; z: per area, overdispersion taken out; closer: outside 3.09."""

    p0: float
    z: FloatArray
    overdispersion: float  # 1 or more
    closer: BoolArray

    def limits(self, n_star: ArrayLike, z: float = Z95) -> tuple[FloatArray, FloatArray]:
        """The funnel's lines at these n*, 0..1; z: 1.96 or 3.09."""
        n = np.asarray(n_star, dtype=float)
        half = z * np.sqrt(self.overdispersion * self.p0 * (1 - self.p0) / n)
        return np.maximum(self.p0 - half, 0.0), np.minimum(self.p0 + half, 1.0)


def paule_mandel(y: ArrayLike, v: ArrayLike) -> float:
    """Variance between areas for which Q equals its expectation m-1; 0 if Q is at or under that.

    In the squared unit of y. Raises ValueError as steadied() does.
    Source: Paule and Mandel 1982; R: metafor::rma(y, v, method = "PM").
    """
    values, variances = _checked(y, v)

    def surplus(tau2: float) -> float:
        w = 1 / (variances + tau2)
        mu = (w * values).sum() / w.sum()
        return float((w * (values - mu) ** 2).sum() - (len(values) - 1))

    if surplus(0.0) <= 0:
        return 0.0
    most = float(values.var() * len(values) + variances.max())
    return float(brentq(surplus, 0.0, most, xtol=1e-14 * most, rtol=1e-14))


def dersimonian_laird(y: ArrayLike, v: ArrayLike) -> float:
    """Moment estimate of the variance between areas, 0 or more. R: rma(method = "DL")."""
    values, variances = _checked(y, v)
    w = 1 / variances
    mu = (w * values).sum() / w.sum()
    q = (w * (values - mu) ** 2).sum()
    return float(max(0.0, (q - (len(values) - 1)) / (w.sum() - (w * w).sum() / w.sum())))


def pooled(y: ArrayLike, v: ArrayLike, tau2: float) -> Pooled:
    """mu = sum w y / sum w with w = 1 / (v + tau2). R: metafor::rma. Raises as steadied() does."""
    values, variances = _checked(y, v)
    if not tau2 >= 0:
        raise ValueError("The variance between areas is 0 or more.")
    w, fixed = 1 / (variances + tau2), 1 / variances
    centre = (fixed * values).sum() / fixed.sum()
    q = (fixed * (values - centre) ** 2).sum()
    return Pooled(float((w * values).sum() / w.sum()), float(1 / np.sqrt(w.sum())), tau2, float(q))


def steadied(y: ArrayLike, v: ArrayLike, tau2: float | None = None) -> Steadied:
    """Empirical Bayes: theta = B mu + (1-B) y with B = v / (v + tau2).

    se^2 = tau2 v / (v + tau2) + B^2 / sum 1/(v + tau2).

    Parameters
    ----------
    y
        Shape (areas,): estimates.
    v
        Shape (areas,): their variances, over 0.
    tau2
        Variance between areas; by default Paule and Mandel's, or DerSimonian and Laird's where that
        has no solution.

    Returns
    -------
    A Steadied, in the unit of y.

    Raises
    ------
    ValueError
        Under three areas or for a variance of 0.

    Source
    ------
    METHODS 6; R: metafor::blup.
    """
    values, variances = _checked(y, v)
    if tau2 is None:
        try:
            tau2 = paule_mandel(values, variances)
        except (RuntimeError, ValueError):
            tau2 = dersimonian_laird(values, variances)
    summary = pooled(values, variances, tau2)
    borrowed = variances / (variances + tau2)
    own = tau2 * variances / (variances + tau2)
    se = np.sqrt(own + borrowed**2 * summary.se**2)
    return Steadied(borrowed * summary.mu + (1 - borrowed) * values, se, borrowed, summary)


def steadied_shares(p: ArrayLike, n_star: ArrayLike) -> tuple[FloatArray, Steadied]:
    """Steadied shares, by way of the logit scale.

    y = logit((x + .5) / (n* + 1)) with x = p n*, v = 1 / (n* p q) of that share.

    Parameters
    ----------
    p
        Shape (areas,): banded shares, 0..1; 0 and 1 allowed.
    n_star
        Shape (areas,): people's worth of answers.

    Returns
    -------
    Shares, shape (areas,), 0..1, and what is behind them on the logit scale.

    Raises
    ------
    ValueError
        As steadied() does, and for shares outside 0..1 or no answers.

    Source
    ------
    METHODS 6.
    """
    share, n = np.asarray(p, dtype=float), np.asarray(n_star, dtype=float)
    if (n <= 0).any() or ((share < 0) | (share > 1)).any():
        raise ValueError("Shares lie between 0 and 1 and rest on at least one answer.")
    moved = (share * n + 0.5) / (n + 1)
    result = steadied(np.log(moved / (1 - moved)), 1 / (n * moved * (1 - moved)))
    return expit(result.value), result


def funnel(p: ArrayLike, n_star: ArrayLike) -> Funnel:
    """Which communities lie outside what chance and common variation explain.

    p0 = sum n* p / sum n*; z = (p - p0) / sqrt(p0 q0 / n*); the overdispersion is the mean z^2
    after 10 % at each end are winsorised, 1 or more; z are divided by its root.

    Parameters
    ----------
    p
        Shape (areas,): shares, 0..1.
    n_star
        Shape (areas,): people's worth of answers.

    Returns
    -------
    A Funnel.

    Raises
    ------
    ValueError
        Under three areas or for a p0 of 0 or 1.

    Source
    ------
    METHODS 6; Spiegelhalter 2005.
    """
    share, n = np.asarray(p, dtype=float), np.asarray(n_star, dtype=float)
    if len(share) < LEAST_AREAS or share.shape != n.shape or not (n > 0).all():
        raise ValueError(f"A funnel needs {LEAST_AREAS} communities with answers.")
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError("A share is missing or does not lie between 0 and 1.")
    p0 = float((n * share).sum() / n.sum())
    if not 0 < p0 < 1:
        raise ValueError("Everybody answered alike everywhere: there is no funnel.")
    z = (share - p0) / np.sqrt(p0 * (1 - p0) / n)
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    over = max(1.0, float((np.clip(z, low, high) ** 2).mean()))
    z = z / np.sqrt(over)
    return Funnel(p0, z, over, abs(z) > Z998)


def _checked(y: ArrayLike, v: ArrayLike) -> tuple[FloatArray, FloatArray]:
    values, variances = np.asarray(y, dtype=float), np.asarray(v, dtype=float)
    if len(values) < LEAST_AREAS or values.shape != variances.shape:
        raise ValueError(f"Steadying needs {LEAST_AREAS} areas, each with a value and a variance.")
    if not (np.isfinite(values).all() and np.isfinite(variances).all() and (variances > 0).all()):
        raise ValueError("An area has no value, or no variance over 0.")
    return values, variances
