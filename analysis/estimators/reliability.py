"""Do the four items of the trust index belong together? Alpha, omega, item-rest (METHODS 2).

Published once a season on the pooled answers of the whole programme, and the index is shown only
when it holds together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from analysis.estimators.basic import FloatArray
from analysis.measures import Measure, in_sample

LEAST_PEOPLE = 200
LEAST_OMEGA = 0.70
LEAST_ITEM_REST = 0.30
LEAST_UNIQUE = 0.005  # of an item's variance that is its own, as in psych::fa


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
    estimate = _estimated(table)
    if min(estimate.item_rest) < 0:
        worst = estimate.item_rest.index(min(estimate.item_rest)) + 1
        raise ValueError(f"Item {worst} runs against the others: check its keying.")
    return estimate


def _estimated(table: FloatArray) -> Reliability:
    rest = tuple(item_rest(table).tolist())
    return Reliability(len(table), alpha(table), omega(table), rest)


def checked_indexes(
    frame: pd.DataFrame, measures: Sequence[Measure]
) -> dict[tuple[int, str, str], Reliability | None]:
    """(season, measure id, agency) -> reliability of every index, on all answers of the season.

    None: too few complete answers (LEAST_PEOPLE) for an estimate. An item that runs against
    the others makes an index that does not hold; the other figures of a release need not wait.
    """
    checked: dict[tuple[int, str, str], Reliability | None] = {}
    for measure in measures:
        names = measure.columns
        if len(names) < 2 or not set(names) <= set(frame.columns):
            continue
        left_out = frame["instrument"].isin(measure.without).to_numpy()
        mine = frame[in_sample(frame, measure) & ~left_out]
        codes = mine[list(names)].astype("float64")
        items = codes.where(codes.isin(measure.valid))
        for season, rows in items.groupby(mine["season"].to_numpy()):
            complete = rows.dropna().to_numpy()
            enough = len(complete) >= LEAST_PEOPLE and (complete.std(axis=0) > 0).all()
            checked[int(str(season)), *measure.key] = _estimated(complete) if enough else None
    return checked


def alpha(items: FloatArray) -> float:
    """Cronbach's alpha = k/(k-1) (1 - sum s_j^2 / s_T^2), at most 1. R: psych::alpha, raw_alpha."""
    k = items.shape[1]
    variances, total = items.var(axis=0, ddof=1), items.sum(axis=1).var(ddof=1)
    return float(k / (k - 1) * (1 - variances.sum() / total))


def item_rest(items: FloatArray) -> FloatArray:
    """Correlation of each item with the sum of the others, -1..1. R: psych::alpha, r.drop."""
    rest = items.sum(axis=1, keepdims=True) - items
    return np.array([np.corrcoef(items[:, j], rest[:, j])[0, 1] for j in range(items.shape[1])])


def omega(items: FloatArray) -> float:
    """Omega total of one factor, at most 1: 1 - sum of uniquenesses / sum of the correlations.

    The factor is fitted to the correlations by minimum residuals, as psych::fa does.
    R: psych::omega(items, nfactors = 1)$omega.tot, to 1e-4; McDonald 1999. Three items or more.
    """
    if items.shape[1] < 3:
        raise ValueError("Omega needs three items: with two, a factor is not identified.")
    r = np.atleast_2d(np.corrcoef(items, rowvar=False))
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
