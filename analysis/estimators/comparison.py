"""Side by side in a notebook: a range for each group, and the difference of two with a p-value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr

from analysis.estimators.basic import Z95, FloatArray
from analysis.estimators.design import Design
from analysis.estimators.intervals import Ranged, mean_range, share_range

COLUMNS = ("group", "value", "low", "high", "n", "events", "way")


@dataclass(frozen=True)
class Difference:
    """Later minus earlier with its 95 % range and two-sided p-value, in the unit of the two."""

    value: float
    low: float
    high: float
    p: float


def by_group(y: ArrayLike, groups: ArrayLike, of: Design, *, rho: float) -> pd.DataFrame:
    """A row of COLUMNS for each group, in order of its label: share_range() where every answer is
    0 or 1, else mean_range(). Groups that nobody answered are left out; a missing label is none.

    y: a number per person, NaN for no answer; groups: a label per person. Raises ValueError for
    answers that are no numbers, naming what they are. Source: METHODS 3; R: svyby.
    """
    values, labels = numbers(y), pd.Series(np.asarray(groups, dtype=object))
    told = labels.notna().to_numpy() & ~np.isnan(values)
    ranged = share_range if np.isin(values[told], (0.0, 1.0)).all() else mean_range
    rows = []
    for label in sorted(labels[told].unique(), key=str):
        one = ranged(values, of, rho=rho, domain=(labels == label).to_numpy())
        rows.append((label, one.value, one.low, one.high, one.n, one.events, one.way))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def difference_of_ranges(later: Ranged, earlier: Ranged) -> Difference:
    """Newcombe's difference of two independent ranged shares or means, with the p-value of the
    normal whose 95 % range has the arm towards 0: under .05 just where 0 is outside.

    In the unit of the two; NaN where a range could not be told. Not for the same people or events
    twice: take paired() or difference_of(). Source: METHODS 5; Newcombe 1998, method 10.
    """
    d = later.value - earlier.value
    low = d - float(np.hypot(later.value - later.low, earlier.high - earlier.value))
    high = d + float(np.hypot(later.high - later.value, earlier.value - earlier.low))
    arm = d - low if d > 0 else high - d
    p = float(2 * ndtr(-Z95 * abs(d) / arm)) if arm > 0 else (float("nan") if arm != arm else 1.0)
    return Difference(d, low, high, p)


def numbers(y: ArrayLike) -> FloatArray:
    """Answers as numbers. Raises ValueError with the column's name and what stands in it instead.

    A "Yes" has to become 1 first; codes of missing answers are negative and must be NaN.
    """
    name = f" in {y.name!r}" if isinstance(y, pd.Series) and y.name is not None else ""
    column = pd.Series(np.asarray(y, dtype=object))
    values = pd.to_numeric(column, errors="coerce")
    text = column[values.isna() & column.notna()].unique()
    if len(text):
        some = ", ".join(repr(one) for one in text[:3])
        raise ValueError(
            f"The answers{name} are no numbers: {some}. Say which of them counts as 1."
        )
    found: FloatArray = values.to_numpy(dtype=float)
    return found
