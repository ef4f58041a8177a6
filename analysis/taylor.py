"""Taylor linearisation: standard errors for people who came in events (METHODS 3).

An estimate is linearised into one influence value per person; the values are added up per event,
and the spread of the events' sums is its variance. A domain (one age group, one town) is a subset
of the design, not of the data: events without anybody in it still count, with a sum of 0.
Agrees with R's survey package (svydesign, svymean, svytotal, svyratio, svyby, svyciprop).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, t

from analysis.estimate import FloatArray
from analysis.measures import BoolArray, IntArray

DF_TO_TRUST = 8  # under so many degrees of freedom a Taylor variance is too shaky: Wilson with n*


@dataclass(frozen=True)
class Design:
    """Who came with whom: one entry per person.

    events: codes 0..k-1, unique over strata; strata: codes, nested around events;
    weights: 1 unless weighted; population: events that exist in the person's stratum (inf: very
    many), for the finite population correction; lonely: whether an only event of its stratum
    counts with its distance from 0 (R's lonely.psu "adjust") or not at all ("certainty").
    """

    events: IntArray
    strata: IntArray
    weights: FloatArray
    population: FloatArray
    lonely: bool = True


@dataclass(frozen=True)
class Estimate:
    """A number with its Taylor variance; in the unit of what was estimated."""

    value: float
    variance: float  # NaN when one event only: the error between events cannot be told
    df: int  # events - strata, among those with anybody in the domain
    n: int
    events: int

    @property
    def se(self) -> float:
        return float(np.sqrt(self.variance))


def design(
    events: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    strata: ArrayLike | None = None,
    population: ArrayLike | None = None,
    lonely: bool = True,
) -> Design:
    """A Design from event and stratum labels; the same label in two strata is two events.

    Raises ValueError for negative or missing weights, or arrays of different lengths.
    """
    labels = np.asarray(events)
    n = labels.size
    stratum = _codes(np.zeros(n) if strata is None else np.asarray(strata))
    event = _codes(stratum * (labels.size + 1) + _codes(labels))
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    many = np.full(n, np.inf) if population is None else np.asarray(population, dtype=float)
    if not (w.shape == many.shape == stratum.shape == labels.shape):
        raise ValueError("Events, strata, weights and population need one entry per person.")
    if not (w >= 0).all():
        raise ValueError("A weight is negative or missing: each person needs one of 0 or more.")
    return Design(event, stratum, w, many, lonely)


def variance(influence: FloatArray, of: Design) -> FloatArray:
    """Variance of the sums of influence values; (n,) gives a number, (n, v) a (v, v) matrix.

    influence: per person, weight included, 0 outside the domain.
    v = sum over strata of (1 - k/K) k/(k-1) sum_j (Z_j - mean Z)(Z_j - mean Z)'.
    """
    z = np.asarray(influence, dtype=float)
    columns = z.reshape(len(z), -1)
    found = np.zeros((columns.shape[1], columns.shape[1]))
    for stratum in np.unique(of.strata):
        here = of.strata == stratum
        ids = _codes(of.events[here])
        sums = np.stack([np.bincount(ids, column) for column in columns[here].T], axis=1)
        k = len(sums)
        share_left = 1 - k / of.population[here][0]
        if k > 1:
            sums = sums - sums.mean(axis=0)
            found += share_left * k / (k - 1) * sums.T @ sums
        elif of.lonely:
            found += share_left * sums.T @ sums
    return found[0, 0] if z.ndim == 1 else found


def mean_of(y: ArrayLike, of: Design, domain: ArrayLike | None = None) -> Estimate:
    """Weighted mean of y (a share, if y is 0 or 1) over the domain; missing y leave it.

    Raises ValueError when nobody is left. One event: the variance is NaN, never 0.
    """
    y = np.asarray(y, dtype=float)
    return ratio_of(y, np.ones_like(y), of, domain)


def ratio_of(y: ArrayLike, x: ArrayLike, of: Design, domain: ArrayLike | None = None) -> Estimate:
    """sum w y / sum w x over the domain; rows where either is missing leave it. R: svyratio."""
    y, x = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    inside = _inside(np.column_stack((y, x)), of, domain)
    w = np.where(inside, of.weights, 0.0)
    y, x = np.where(inside, y, 0.0), np.where(inside, x, 0.0)
    ratio = (w * y).sum() / (w * x).sum()
    return _estimate(ratio, w * (y - ratio * x) / (w * x).sum(), inside, of)


def total_of(y: ArrayLike, of: Design, domain: ArrayLike | None = None) -> Estimate:
    """sum w y over the domain. R: svytotal."""
    y = np.asarray(y, dtype=float)
    inside = _inside(y[:, None], of, domain)
    influence = np.where(inside, of.weights, 0.0) * np.where(inside, y, 0.0)
    return _estimate(float(influence.sum()), influence, inside, of)


def means_of(
    columns: ArrayLike, of: Design, domain: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray]:
    """Means of several columns, shape (n, v), and their covariances (v, v); listwise.

    A row with any missing value is left out of all means, as R's svymean(na.rm=TRUE) does.
    """
    table = np.asarray(columns, dtype=float)
    inside = _inside(table, of, domain)
    w = np.where(inside, of.weights, 0.0) / of.weights[inside].sum()
    values = np.where(inside[:, None], table, 0.0)
    means: FloatArray = w @ values
    return means, variance(w[:, None] * (values - means), of)


def difference_of(y: ArrayLike, of: Design, later: ArrayLike, earlier: ArrayLike) -> Estimate:
    """Mean over `later` minus mean over `earlier`, two domains of one design (METHODS 5).

    When the same events or communities return, as clusters of both, their covariance is in it.
    """
    y = np.asarray(y, dtype=float)
    influence, value = np.zeros(len(y)), 0.0
    inside_any = np.zeros(len(y), dtype=bool)
    for sign, domain in ((1, later), (-1, earlier)):
        inside = _inside(y[:, None], of, domain)
        w = np.where(inside, of.weights, 0.0) / of.weights[inside].sum()
        mean = float(w @ np.where(inside, y, 0.0))
        influence += sign * w * np.where(inside, y - mean, 0.0)
        value += sign * mean
        inside_any |= inside
    return _estimate(value, influence, inside_any, of)


def design_effect(y: ArrayLike, of: Design, domain: ArrayLike | None = None) -> float:
    """Variance of the mean over that of as many unrelated people, drawn without replacement.

    As R's svymean(deff=TRUE): the population is the sum of the weights.
    """
    y = np.asarray(y, dtype=float)
    inside = domain_of(y, of, domain)
    estimate, w, n = mean_of(y, of, domain), of.weights[inside], int(inside.sum())
    spread = (w * (y[inside] - estimate.value) ** 2).sum() / w.sum() * n / (n - 1)
    return float(estimate.variance / (spread / n * (1 - n / w.sum())))


def t_range(estimate: Estimate) -> tuple[float, float]:
    """95 % range of a mean from Student's t with the design's df; NaN for one event."""
    if estimate.df < 1:
        return float("nan"), float("nan")
    half = float(t.ppf(0.975, estimate.df)) * estimate.se
    return estimate.value - half, estimate.value + half


def korn_graubard(estimate: Estimate, *, at_most_n: bool = True) -> tuple[float, float]:
    """95 % range of a share, 0..1, for df >= 8: Clopper-Pearson with the effective n.

    n_e = p(1-p)/v (t_{n-1}/t_df)^2, at most n: events that happen to agree do not make more of
    the people who answered. R's survey sets no such limit (at_most_n=False).
    Raises ValueError at 0, at 1 and for one event: there a Taylor variance says nothing, and
    Wilson with n* is the way.
    Source: Korn and Graubard 1998; R's svyciprop(method="beta").
    """
    p, v = estimate.value, estimate.variance
    if not (0 < p < 1 and v > 0 and estimate.df > 0):
        raise ValueError("A share of 0 or 1, or from one event, has no Taylor range: use Wilson.")
    shrunk = (t.ppf(0.975, estimate.n - 1) / t.ppf(0.975, estimate.df)) ** 2
    n = p * (1 - p) / v * float(shrunk)
    n = min(n, float(estimate.n)) if at_most_n else n
    low = beta.ppf(0.025, n * p, n * (1 - p) + 1)
    return float(low), float(beta.ppf(0.975, n * p + 1, n * (1 - p)))


def domain_of(y: FloatArray, of: Design, domain: ArrayLike | None) -> BoolArray:
    """Who counts for a mean of y: a value, a weight over 0 and inside. ValueError for nobody."""
    return _inside(y[:, None], of, domain)


def _inside(columns: FloatArray, of: Design, domain: ArrayLike | None) -> BoolArray:
    inside: BoolArray = ~np.isnan(columns).any(axis=1) & (of.weights > 0)
    if domain is not None:
        inside &= np.asarray(domain, dtype=bool)
    if not inside.any():
        raise ValueError("There is no valid answer in this domain: a mean of nobody is no number.")
    return inside


def _estimate(value: float, influence: FloatArray, inside: BoolArray, of: Design) -> Estimate:
    events = len(np.unique(of.events[inside]))
    df = events - len(np.unique(of.strata[inside]))
    found = float(variance(influence, of)) if events > 1 else float("nan")
    return Estimate(float(value), found, df, int(inside.sum()), events)


def _codes(labels: NDArray[np.generic]) -> IntArray:
    codes: IntArray = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return codes
