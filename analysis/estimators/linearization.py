"""Taylor linearisation: standard errors for people who came in events (METHODS 3).

An estimate is linearised into one influence value per person; the values are added up per event,
and the spread of the events' sums is its variance. A domain (one age group, one town) is a subset
of the design, not of the data: events without anybody in it still count, with a sum of 0.
Agrees with R's survey package (svydesign, svymean, svytotal, svyratio, svyby, svyciprop).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.answers import numbers
from analysis.estimators.basic import FloatArray
from analysis.estimators.design import Design as Design
from analysis.estimators.design import chosen, codes_of
from analysis.estimators.design import design as design
from analysis.measures import BoolArray

DF_TO_TRUST = 8  # under so many degrees of freedom a Taylor variance is too shaky: Wilson with n*


@dataclass(frozen=True)
class Estimate:
    """A number with its Taylor variance; in the unit of what was estimated."""

    value: float
    variance: float  # NaN when one event only: the error between events cannot be estimated
    df: int  # events - strata, among those with anybody in the domain
    n: int
    events: int

    @property
    def se(self) -> float:
        return float(np.sqrt(self.variance))


def variance(influence: FloatArray, of: Design) -> FloatArray:
    """Variance of the sums of influence values; (n,) gives a number, (n, v) a (v, v) matrix.

    influence: per person, weight included, 0 outside the domain.
    v = sum over strata of (1 - k/K) k/(k-1) sum_j (Z_j - mean Z)(Z_j - mean Z)'.
    """
    z = np.asarray(influence, dtype=float)
    columns = z.reshape(len(z), -1)
    covariance = np.zeros((columns.shape[1], columns.shape[1]))
    for stratum in np.unique(of.strata):
        here = of.strata == stratum
        ids = codes_of(of.events[here])
        sums = np.stack([np.bincount(ids, column) for column in columns[here].T], axis=1)
        k = len(sums)
        share_left = 1 - k / of.population[here][0]
        if k > 1:
            sums = sums - sums.mean(axis=0)
            covariance += share_left * k / (k - 1) * sums.T @ sums
        elif of.lonely:
            covariance += share_left * sums.T @ sums
    return covariance[0, 0] if z.ndim == 1 else covariance


def mean_of(y: ArrayLike, of: Design, domain: ArrayLike | None = None) -> Estimate:
    """Weighted mean of y over the domain: a share, if y is 0 or 1.

    Parameters
    ----------
    y
        Shape (people,); missing answers leave.
    of
        The design.
    domain
        Shape (people,): whose mean; everybody's by default.

    Returns
    -------
    An Estimate in the unit of y; of one event the variance is NaN, never 0.

    Raises
    ------
    ValueError
        When nobody is left, for an infinite y, and for arrays that do not fit the design.

    Source
    ------
    METHODS 3; R: svymean, svyby.
    """
    y = numbers(y)
    return ratio_of(y, np.ones_like(y), of, domain)


def ratio_of(y: ArrayLike, x: ArrayLike, of: Design, domain: ArrayLike | None = None) -> Estimate:
    """sum w y / sum w x over the domain; rows where either is missing leave it.

    Parameters
    ----------
    y, x
        Shape (people,).
    of
        The design.
    domain
        Shape (people,): whose ratio; everybody's by default.

    Returns
    -------
    An Estimate in the unit of y per that of x.

    Raises
    ------
    ValueError
        As mean_of() does, and where the x add up to 0.

    Source
    ------
    R: svyratio.
    """
    y, x = numbers(y), numbers(x)
    inside = _inside(np.column_stack((y, x)), of, domain)
    w = np.where(inside, of.weights, 0.0)
    y, x = np.where(inside, y, 0.0), np.where(inside, x, 0.0)
    if (w * x).sum() == 0:
        raise ValueError("A ratio needs something to divide by: here that adds up to 0.")
    ratio = (w * y).sum() / (w * x).sum()
    return _estimate(ratio, w * (y - ratio * x) / (w * x).sum(), inside, of)


def total_of(y: ArrayLike, of: Design, domain: ArrayLike | None = None) -> Estimate:
    """sum w y over the domain; missing y leave it.

    A domain of one event has an error here: the other events' 0 are part of it.

    Parameters
    ----------
    y
        Shape (people,).
    of
        The design.
    domain
        Shape (people,): whose total; everybody's by default.

    Returns
    -------
    An Estimate in the unit of y; its error is NaN only where the design has no other event.

    Raises
    ------
    ValueError
        As mean_of() does.

    Source
    ------
    R: svytotal.
    """
    y = numbers(y)
    inside = _inside(y[:, None], of, domain)
    influence = np.where(inside, of.weights, 0.0) * np.where(inside, y, 0.0)
    events = len(np.unique(of.events))
    return _estimate(float(influence.sum()), influence, inside, of, estimable=events > 1)


def means_of(
    columns: ArrayLike, of: Design, domain: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray]:
    """Means of several columns and their covariances, listwise.

    Parameters
    ----------
    columns
        Shape (people, v); a row with any missing value is left out of all means.
    of
        The design.
    domain
        Shape (people,): whose means; everybody's by default.

    Returns
    -------
    Means, shape (v,), and covariances, shape (v, v); of one event these are NaN, never 0.

    Raises
    ------
    ValueError
        As mean_of() does.

    Source
    ------
    R: svymean(na.rm=TRUE).
    """
    table = numbers(columns)
    inside = _inside(table, of, domain)
    w = np.where(inside, of.weights, 0.0) / of.weights[inside].sum()
    values = np.where(inside[:, None], table, 0.0)
    means: FloatArray = w @ values
    if len(np.unique(of.events[inside])) < 2:
        return means, np.full((len(means), len(means)), np.nan)
    return means, variance(w[:, None] * (values - means), of)


def difference_of(y: ArrayLike, of: Design, later: ArrayLike, earlier: ArrayLike) -> Estimate:
    """Mean over `later` minus mean over `earlier`, two domains of one design.

    When the same events or communities return, as clusters of both, their covariance is in it.

    Parameters
    ----------
    y
        Shape (people,); missing answers leave.
    of
        The design of both together.
    later, earlier
        Shape (people,): who is in which.

    Returns
    -------
    An Estimate in the unit of y; its error is NaN where one of the two is a single event.

    Raises
    ------
    ValueError
        When nobody is in one of the two.

    Source
    ------
    METHODS 5; R: svycontrast on svyby(covmat=TRUE).
    """
    y = numbers(y)
    influence, value = np.zeros(len(y)), 0.0
    inside_any, estimable = np.zeros(len(y), dtype=bool), True
    for sign, domain in ((1, later), (-1, earlier)):
        inside = _inside(y[:, None], of, domain)
        w = np.where(inside, of.weights, 0.0) / of.weights[inside].sum()
        mean = float(w @ np.where(inside, y, 0.0))
        influence += sign * w * np.where(inside, y - mean, 0.0)
        value += sign * mean
        inside_any |= inside
        estimable &= len(np.unique(of.events[inside])) > 1
    return _estimate(value, influence, inside_any, of, estimable=estimable)


def domain_of(y: FloatArray, of: Design, domain: ArrayLike | None) -> BoolArray:
    """Who counts for a mean of y: a value, a weight over 0 and inside. ValueError for nobody."""
    return _inside(y[:, None], of, domain)


def _inside(columns: FloatArray, of: Design, domain: ArrayLike | None) -> BoolArray:
    if len(columns) != len(of.weights):
        raise ValueError("The answers and the design need one entry per person.")
    if np.isinf(columns).any():
        raise ValueError("An answer is infinite: a missing one is NaN.")
    inside: BoolArray = ~np.isnan(columns).any(axis=1) & (of.weights > 0)
    if domain is not None:
        inside &= chosen(domain, len(inside))
    if not inside.any():
        raise ValueError("There is no valid answer in this domain: a mean of nobody is no number.")
    return inside


def _estimate(
    value: float,
    influence: FloatArray,
    inside: BoolArray,
    of: Design,
    *,
    estimable: bool | None = None,
) -> Estimate:
    events = len(np.unique(of.events[inside]))
    df = events - len(np.unique(of.strata[inside]))
    estimable = events > 1 if estimable is None else estimable
    error = float(variance(influence, of)) if estimable else float("nan")
    return Estimate(float(value), error, df, int(inside.sum()), events)
