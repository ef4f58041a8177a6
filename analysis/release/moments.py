"""Counts of a county from which statistics of the whole programme are put together.

Whole numbers that add up: sums, squares and products of answers, never an answer itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_integer_dtype

from analysis.estimators.basic import FloatArray
from analysis.estimators.evenings import evening_sums
from analysis.estimators.reliability import LEAST_ITEM_REST, LEAST_OMEGA, LEAST_PEOPLE, _loadings
from analysis.measures import IntArray, Measure, answers, in_sample

Key = tuple[int, str, str]  # season, measure id, agency


@dataclass(frozen=True)
class Moments:
    """digest of the county's input; evenings: season -> shape (M, SUMS), see evenings.py;
    indexes: n, sums (k,), products (k, k) of complete answers to an index's questions."""

    digest: str
    evenings: Mapping[int, FloatArray]
    indexes: Mapping[Key, tuple[int, IntArray, IntArray]]


def moments_of(frame: pd.DataFrame, measures: Sequence[Measure]) -> Moments:
    """What a county's answers give to the programme, and their digest."""
    values = np.stack(
        [np.where(a.valid, a.value // 1000, -1) for a in (answers(frame, m) for m in measures)],
        axis=1,
    )
    mine = np.stack([in_sample(frame, m) for m in measures], axis=1)
    valid = (values >= 0) & mine
    sums = np.stack((valid, values * valid, values * values * valid), axis=2).astype(np.int64)
    names, first, event = np.unique(
        frame["event"].to_numpy(dtype=str), return_index=True, return_inverse=True
    )
    table = np.zeros((len(names), *sums.shape[1:]), dtype=np.int64)
    np.add.at(table, event, sums)
    year = frame["season"].to_numpy()[first]
    _, place = np.unique(frame["community"].to_numpy(dtype=str)[first], return_inverse=True)
    evenings = {}
    for season in np.unique(year).tolist():
        n, total, squares = np.moveaxis(table[year == season].astype(float), 2, 0)
        evenings[season] = evening_sums(n, total / 1e3, squares / 1e6, place[year == season])
    return Moments(digest_of(frame), evenings, index_moments(frame, measures))


def digest_of(frame: pd.DataFrame) -> str:
    """The same for the same responses in any order of rows and columns."""
    columns = sorted(frame.columns)
    plain = {
        name: frame[name].astype("int64" if is_integer_dtype(frame[name].dtype) else object)
        for name in columns
    }
    hashed = pd.util.hash_pandas_object(pd.DataFrame(plain), index=False)
    rows = np.sort(hashed.to_numpy(dtype=np.uint64))
    return hashlib.sha256("\t".join(columns).encode() + rows.tobytes()).hexdigest()


def index_moments(
    frame: pd.DataFrame, measures: Sequence[Measure]
) -> dict[Key, tuple[int, IntArray, IntArray]]:
    """Per season and index: n, sums and products of the codes of people who answered them all."""
    by_key: dict[Key, tuple[int, IntArray, IntArray]] = {}
    for measure in measures:
        names = list(measure.columns)
        if len(names) < 2 or not set(names) <= set(frame.columns):
            continue
        codes = frame[names].to_numpy(dtype=np.int64)
        whole = np.isin(codes, measure.valid).all(axis=1)
        whole &= in_sample(frame, measure)
        season = frame["season"].to_numpy()
        for year in np.unique(season).tolist():
            rows = codes[whole & (season == year)]
            by_key[year, measure.id, measure.agency] = (len(rows), rows.sum(axis=0), rows.T @ rows)
    return by_key


def index_holds(read: Sequence[Moments], measures: Sequence[Measure]) -> dict[Key, bool]:
    """Whether each index holds together in each season, over all counties (METHODS 2)."""
    summed: dict[Key, tuple[int, IntArray, IntArray]] = {}
    for moments in read:
        for key, (n, sums, products) in moments.indexes.items():
            old = summed.get(key, (0, np.zeros_like(sums), np.zeros_like(products)))
            summed[key] = (old[0] + n, old[1] + sums, old[2] + products)
    return {key: _holds(*parts) for key, parts in summed.items()}


def _holds(n: int, sums: IntArray, products: IntArray) -> bool:
    if n < LEAST_PEOPLE:
        return False
    covariance: FloatArray = (products - np.outer(sums, sums) / n) / (n - 1)
    sd = np.sqrt(np.diag(covariance))
    if (sd <= 0).any():
        return False
    r = covariance / np.outer(sd, sd)
    omega = 1 - (1 - _loadings(r) ** 2).sum() / r.sum()
    with_rest = covariance.sum(axis=1) - sd**2
    rest_sd = np.sqrt(covariance.sum() - 2 * covariance.sum(axis=1) + sd**2)
    item_rest = with_rest / (sd * rest_sd)
    return bool(omega >= LEAST_OMEGA and item_rest.min() >= LEAST_ITEM_REST)
