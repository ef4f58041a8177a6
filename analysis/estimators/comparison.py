"""Side by side in a notebook: a range for each group, and the difference of two with a p-value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.estimators.answers import named, numbers
from analysis.estimators.basic import LEVEL, z_of
from analysis.estimators.design import Design
from analysis.estimators.intervals import Ranged, mean_range, share_range
from analysis.estimators.two_shares import newcombe, two_sided_p

COLUMNS = ("group", "value", "low", "high", "n", "events", "way")


@dataclass(frozen=True)
class Difference:
    """Later minus earlier with its range and two-sided p-value, in the unit of the two."""

    value: float
    low: float
    high: float
    p: float
    level: float = LEVEL


def by_group(
    y: ArrayLike, groups: ArrayLike, of: Design, *, rho: float, level: float = LEVEL
) -> pd.DataFrame:
    """The share or mean of each group, with its range.

    share_range() where every answer is 0 or 1, else mean_range().

    Parameters
    ----------
    y
        Shape (people,): NaN for no answer.
    groups
        Shape (people,): a label per person; a missing one is no group.
    of
        The design: who came with whom.
    rho
        Intraclass correlation of the whole programme, 0..1.
    level
        Of the ranges, 0..1.

    Returns
    -------
    A frame with COLUMNS, a row per group in order of its label; groups that nobody answered are not
    in it. In the unit of y.

    Raises
    ------
    ValueError
        For answers that are no numbers, naming what they are, for groups and answers of two lengths
        and for a level outside 0..1.

    Source
    ------
    METHODS 3; R: svyby.
    """
    values, labels = numbers(y), pd.Series(np.asarray(groups, dtype=object))
    if len(labels) != len(values):
        raise ValueError(
            f"There are {len(values)} answers{named(y)} and {len(labels)} groups{named(groups)}: "
            "everybody needs one of each."
        )
    answered = labels.notna().to_numpy() & ~np.isnan(values)
    ranged = share_range if np.isin(values[answered], (0.0, 1.0)).all() else mean_range
    rows = []
    for label in sorted(labels[answered].unique(), key=str):
        one = ranged(values, of, rho=rho, domain=(labels == label).to_numpy(), level=level)
        rows.append((label, one.value, one.low, one.high, one.n, one.events, one.way))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def difference_of_ranges(later: Ranged, earlier: Ranged) -> Difference:
    """newcombe() of two independent ranged shares or means, with its p-value.

    The p-value is under .05 just where 0 is outside the 95 % range. Not for the same people or
    events twice: take paired() or difference_of().

    Parameters
    ----------
    later, earlier
        As share_range() or mean_range() returns them, at one level.

    Returns
    -------
    A Difference in the unit of the two; NaN where a range could not be estimated.

    Raises
    ------
    ValueError
        For ranges of two levels.

    Source
    ------
    METHODS 5; Newcombe 1998, method 10.
    """
    if later.level != earlier.level:
        raise ValueError(f"The ranges have two levels: {later.level:g} and {earlier.level:g}.")
    low, high = newcombe(earlier, later)
    d = later.value - earlier.value
    p = two_sided_p(d, low, high, z_of(later.level))
    return Difference(d, float(low), float(high), float(p), later.level)
