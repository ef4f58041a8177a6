"""The same people twice: before and after, or the event and three weeks later (METHODS 5).

Label it "change people reported" and give the share who reported none: recall is not measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest, t, wilcoxon

from analysis.estimators.answers import named, numbers
from analysis.estimators.basic import LEVEL, FloatArray, tails
from analysis.estimators.design import design
from analysis.estimators.intervals import mean_range, pooled_rho
from analysis.estimators.trend import CannotCompare
from analysis.measures import BoolArray

LEAST_PAIRS = 30


@dataclass(frozen=True)
class Paired:
    """Change of the same people, later minus earlier, in the unit of the answers.

    way: how the range was made: "pairs" (people as if unrelated), "t" over events, or "n_star";
    events: that they came from, 0 where nobody said.
    """

    pairs: int
    mean: float
    low: float
    high: float
    up: int
    same: int
    down: int
    wilcoxon_p: float
    mcnemar_p: float
    way: str = "pairs"
    events: int = 0

    @property
    def none(self) -> float:
        """Share of the people who reported no change, 0..1."""
        return self.same / self.pairs


def paired(
    before: ArrayLike,
    after: ArrayLike,
    favourable: tuple[int, ...],
    *,
    events: ArrayLike | None = None,
    rho: float | None = None,
    level: float = LEVEL,
) -> Paired:
    """What changed in people who answered both times; a missing (NaN) answer drops the pair.

    Parameters
    ----------
    before, after
        Codes of the answers, one per person, in one order.
    favourable
        The codes that count for McNemar's test.
    events
        Where each person was: people of one event moved alike, and ranges of pairs that ignore it
        held 0 in 68 % of cases only. Without it the people are taken as unrelated.
    rho
        Correlation of the changes at one event, 0..1, for a range from few events; pooled_rho() of
        these changes unless given.
    level
        Of the range, 0..1.

    Returns
    -------
    A Paired. Its range is mean_range()'s of the changes: Student's t over events from 8 degrees of
    freedom on, else n*; without events t with n-1 df. NaN where all changed alike. The two
    p-values take the people as unrelated.

    Raises
    ------
    CannotCompare
        Under 30 pairs, for arrays that do not fit, and for a negative answer: a frame's codes of
        missing answers must be NaN first (person_items()).
    ValueError
        For answers that are no numbers, with the column's name; for a level outside 0..1.

    Source
    ------
    METHODS 5; R: t.test(paired = TRUE), by event svymean of the changes.
    """
    x, y = numbers(before), numbers(after)
    if x.shape != y.shape:
        raise CannotCompare(
            f"Every person needs an answer before and one after; here are {x.size}{named(before)} "
            f"and {y.size}{named(after)}."
        )
    both = ~np.isnan(x) & ~np.isnan(y)
    for column, said in ((before, x), (after, y)):
        if (said[both] < 0).any():
            raise CannotCompare(
                f"An answer{named(column)} is negative: codes of missing answers must be NaN."
            )
    if both.sum() < LEAST_PAIRS:
        raise CannotCompare(f"Under {LEAST_PAIRS} people answered both times.")
    d, where = y[both] - x[both], _events(events, both)
    low, high, way = _range(d, where, rho, level)
    return Paired(
        pairs=len(d),
        mean=float(d.mean()),
        low=low,
        high=high,
        up=int((d > 0).sum()),
        same=int((d == 0).sum()),
        down=int((d < 0).sum()),
        wilcoxon_p=wilcoxon_p(d),
        mcnemar_p=mcnemar_p(np.isin(x[both], favourable), np.isin(y[both], favourable)),
        way=way,
        events=0 if where is None else len(np.unique(where)),
    )


def _events(events: ArrayLike | None, both: BoolArray) -> NDArray[Any] | None:
    if events is None:
        return None
    labels = np.asarray(events)
    if labels.shape != both.shape:
        raise CannotCompare("Every person needs one event.")
    return labels[both]


def _range(
    d: FloatArray, events: NDArray[Any] | None, rho: float | None, level: float
) -> tuple[float, float, str]:
    upper = tails(level)
    if np.ptp(d) == 0:
        return float("nan"), float("nan"), "pairs" if events is None else "n_star"
    if events is None:
        half = float(t.ppf(upper, len(d) - 1)) * d.std(ddof=1) / np.sqrt(len(d))
        return float(d.mean() - half), float(d.mean() + half), "pairs"
    of = design(events)
    interval = mean_range(d, of, rho=pooled_rho(d, of) if rho is None else rho, level=level)
    return interval.low, interval.high, interval.way


def wilcoxon_p(differences: ArrayLike) -> float:
    """Two-sided signed-rank p-value: zeros dropped, ties and continuity corrected.

    By the normal approximation for every n: answers on a scale are tied nearly always, and R too
    takes it then.

    Parameters
    ----------
    differences
        Shape (people,); missing ones (NaN) leave.

    Returns
    -------
    0..1; 1 if all are 0.

    Raises
    ------
    Nothing.

    Source
    ------
    R: wilcox.test(after, before, paired = TRUE, exact = FALSE).
    """
    d: FloatArray = np.asarray(differences, dtype=float)
    d = d[~np.isnan(d) & (d != 0)]
    if not len(d):
        return 1.0
    test = wilcoxon(d, zero_method="wilcox", correction=True, method="approx")
    return float(min(1.0, test.pvalue))


def mcnemar_p(before: ArrayLike, after: ArrayLike) -> float:
    """Exact two-sided p-value that as many turned favourable as turned away.

    Parameters
    ----------
    before, after
        Shape (people,): booleans, favourable or not.

    Returns
    -------
    0..1; 1 if nobody turned.

    Raises
    ------
    CannotCompare
        For a missing one or for arrays that do not fit.

    Source
    ------
    METHODS 5; R: binom.test(b, b + c).
    """
    both = np.ravel(before), np.ravel(after)
    if len(both[0]) != len(both[1]) or pd.isna(np.concatenate(both)).any():
        raise CannotCompare("Every person needs an answer before and one after.")
    x, y = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    gained, lost = int((~x & y).sum()), int((x & ~y).sum())
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0
