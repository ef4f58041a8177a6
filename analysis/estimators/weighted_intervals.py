"""Ranges of shares and means with adjusted weights (METHODS 3 and 4)."""

from __future__ import annotations

from dataclasses import replace

from numpy.typing import ArrayLike

from analysis.estimators.answers import numbers
from analysis.estimators.basic import LEVEL
from analysis.estimators.intervals import (
    Ranged,
    _mean_ranged,
    _share_ranged,
    _zero_or_one,
    n_star_of,
)
from analysis.estimators.linearization import Design, domain_of
from analysis.estimators.weighted_estimates import weighted_mean
from analysis.estimators.weighting import Weighted


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

    Parameters
    ----------
    y
        Shape (people,): 0 or 1; NaN leaves.
    fitted
        As rake() or post_stratify() returns it.
    of
        The design.
    rho
        Intraclass correlation of the whole programme, 0..1.
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
        As share_range() does.

    Source
    ------
    METHODS 3 and 4.
    """
    values, with_weights = _zero_or_one(y), replace(of, weights=fitted.weights)
    n_star = n_star_of(with_weights, domain_of(values, with_weights, domain), rho)
    return _share_ranged(weighted_mean(values, fitted, of, domain), n_star, level)


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

    Parameters
    ----------
    y
        Shape (people,); NaN leaves.
    fitted
        As rake() or post_stratify() returns it.
    of
        The design.
    rho
        Intraclass correlation of the whole programme, 0..1.
    domain
        Shape (people,): whose mean; everybody's by default.
    level
        Of the range, 0..1.

    Returns
    -------
    A Ranged in the unit of y.

    Raises
    ------
    ValueError
        As mean_range() does.

    Source
    ------
    METHODS 3 and 4.
    """
    values, with_weights = numbers(y), replace(of, weights=fitted.weights)
    estimate = weighted_mean(values, fitted, of, domain)
    return _mean_ranged(values, estimate, with_weights, domain, rho, level)
