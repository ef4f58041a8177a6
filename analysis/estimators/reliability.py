"""Do the four items of the trust index belong together? Alpha, omega, item-rest (METHODS 2).

Published once a season on the pooled answers of the whole programme, and the index is shown only
when it holds together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from analysis.estimators.basic import FloatArray
from analysis.measures import IntArray, Measure, in_sample

LEAST_PEOPLE = 200
LEAST_OMEGA = 0.70
LEAST_ITEM_REST = 0.30
MANY_PEOPLE, CLEARLY = 1000, 0.1  # of a part of the answers that speaks for all of them
LEAST_UNIQUE = 0.005  # of an item's variance that is its own, as in psych::fa


IndexKey = tuple[int, str, str]  # season, measure id, agency


class IndexMoments(NamedTuple):
    """Of the codes of people who answered all k questions of an index."""

    n: int
    sums: IntArray  # shape (k,)
    products: IntArray  # shape (k, k)

    def plus(self, other: IndexMoments) -> IndexMoments:
        return IndexMoments(
            self.n + other.n, self.sums + other.sums, self.products + other.products
        )


@dataclass(frozen=True)
class Reliability:
    """n: people who answered every item; alpha, omega: at most 1; item_rest: one r per item."""

    n: int
    alpha: float
    omega: float
    item_rest: tuple[float, ...]

    @property
    def holds(self) -> bool:
        """Whether an index of these items may be shown."""
        return self.omega >= LEAST_OMEGA and min(self.item_rest) >= LEAST_ITEM_REST


def reliability(items: ArrayLike) -> Reliability:
    """Reliability of items; people with a missing item are left out.

    Parameters
    ----------
    items
        Shape (people, items), see person_items(); codes of missing answers must be NaN already.

    Returns
    -------
    A Reliability: alpha, omega and the item-rest correlations are at most 1.

    Raises
    ------
    ValueError
        Under three items or 200 complete answers, for an item that everyone answered alike, and for
        a negative item-rest correlation: then an item is keyed the wrong way round.

    Source
    ------
    METHODS 2; R: psych::alpha, psych::omega.
    """
    table = np.asarray(items, dtype=float)
    if table.ndim != 2 or table.shape[1] < 3:
        raise ValueError("Omega needs three items: with two, a factor is not identified.")
    table = table[~np.isnan(table).any(axis=1)]
    if len(table) < LEAST_PEOPLE:
        raise ValueError(f"Reliability needs {LEAST_PEOPLE} people who answered every item.")
    if (table.std(axis=0) == 0).any():
        raise ValueError("Everybody gave one item the same answer: it says nothing about the rest.")
    estimate = _of_covariance(len(table), np.cov(table, rowvar=False))
    if min(estimate.item_rest) < 0:
        worst = estimate.item_rest.index(min(estimate.item_rest)) + 1
        raise ValueError(f"Item {worst} runs against the others: check its keying.")
    return estimate


def checked_indexes(
    frame: pd.DataFrame, measures: Sequence[Measure]
) -> dict[IndexKey, Reliability | None]:
    """(season, measure id, agency) -> reliability of every index, on all answers of the season.

    None: too few complete answers (LEAST_PEOPLE) for an estimate. An item that runs against
    the others makes an index that does not hold; the other figures of a release need not wait.
    """
    return {key: reliability_of(sums) for key, sums in index_moments(frame, measures).items()}


def index_moments(frame: pd.DataFrame, measures: Sequence[Measure]) -> dict[IndexKey, IndexMoments]:
    """Sums of every index and season over those who answered all its questions.

    Whole numbers that add up over counties; never an answer itself.
    """
    moments: dict[IndexKey, IndexMoments] = {}
    for measure in measures:
        names = list(measure.columns)
        if len(names) < 2 or not set(names) <= set(frame.columns):
            continue
        mine = in_sample(frame, measure)
        if measure.without:
            mine &= ~frame["instrument"].isin(measure.without).to_numpy()
        codes = frame[names].to_numpy(dtype=np.int64)[mine]
        whole = np.isin(codes, measure.valid).all(axis=1)
        season = frame["season"].to_numpy()[mine]
        for year in np.unique(season).tolist():
            rows = codes[whole & (season == year)]
            moments[int(year), *measure.key] = IndexMoments(
                len(rows), rows.sum(axis=0), rows.T @ rows
            )
    return moments


def reliability_of(sums: IndexMoments) -> Reliability | None:
    """Reliability of an index; None under LEAST_PEOPLE, or where an item says nothing."""
    n, total, products = sums
    if n < LEAST_PEOPLE:
        return None
    covariance: FloatArray = (products - np.outer(total, total) / n) / (n - 1)
    if (np.diag(covariance) <= 0).any():
        return None
    return _of_covariance(n, covariance)


def is_beyond_doubt(sums: IndexMoments) -> bool:
    """Whether a part of the answers tells, as well as all of them would, if an index holds.

    Of MANY_PEOPLE and by CLEARLY: with 1,000 answers the error of a correlation is under .03.
    """
    one = reliability_of(sums)
    if one is None or one.n < MANY_PEOPLE:
        return False
    least = min(one.omega - LEAST_OMEGA, min(one.item_rest) - LEAST_ITEM_REST)
    return abs(least) >= CLEARLY


def _of_covariance(n: int, covariance: FloatArray) -> Reliability:
    rest = tuple(item_rest(covariance).tolist())
    return Reliability(n, alpha(covariance), omega(covariance), rest)


def alpha(covariance: FloatArray) -> float:
    """Cronbach's alpha of k items with these covariances, shape (k, k); at most 1.

    k/(k-1) (1 - sum s_j^2 / s_T^2). R: psych::alpha, raw_alpha. Never raises.
    """
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def item_rest(covariance: FloatArray) -> FloatArray:
    """Correlation of each item with the sum of the others, shape (k,), -1..1.

    covariance: shape (k, k). R: psych::alpha, r.drop. Never raises.
    """
    variances, with_all = np.diag(covariance), covariance.sum(axis=1)
    rest_sd = np.sqrt(covariance.sum() - 2 * with_all + variances)
    correlations: FloatArray = (with_all - variances) / (np.sqrt(variances) * rest_sd)
    return correlations


def omega(covariance: FloatArray) -> float:
    """Omega total of one factor, at most 1: 1 - sum of uniquenesses / sum of the correlations.

    covariance: shape (k, k), three items or more, else ValueError. The factor is fitted to the
    correlations by minimum residuals, as psych::fa does.
    R: psych::omega(items, nfactors = 1)$omega.tot, to 1e-4; McDonald 1999.
    """
    if len(covariance) < 3:
        raise ValueError("Omega needs three items: with two, a factor is not identified.")
    sd = np.sqrt(np.diag(covariance))
    r = covariance / np.outer(sd, sd)
    return float(1 - (1 - _loadings(r) ** 2).sum() / r.sum())


def _loadings(r: FloatArray) -> FloatArray:
    """One factor's loadings: the first axis of r with communalities on its diagonal.

    Sought are the uniquenesses that leave the least of r unexplained, as psych::fa does it. Where
    all lie inside the bounds, these are the loadings with the smallest residuals off the diagonal;
    where one runs into LEAST_UNIQUE, the others give way and its own loading need not.
    """

    def axis(unique: FloatArray) -> tuple[FloatArray, FloatArray]:
        reduced = r - np.diag(unique)
        values, vectors = np.linalg.eigh(reduced)
        first = vectors[:, -1] * np.sqrt(max(values[-1], 0.0)) * np.sign(vectors[:, -1].sum() or 1)
        return first, reduced - np.outer(first, first)

    def misfit(unique: FloatArray) -> tuple[float, FloatArray]:
        first, residual = axis(unique)
        return float((residual**2).sum() / 2), first**2 + unique - 1

    start = 1 - abs(r - np.eye(len(r))).max(axis=0)
    bounds = [(LEAST_UNIQUE, 1.0)] * len(r)
    best = minimize(
        misfit,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000},
    )
    return axis(best.x)[0]
