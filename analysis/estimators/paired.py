"""The same people twice: before and after, or the event and three weeks later (METHODS 5).

Label it "change people reported" and give the share who reported none: recall is not measurement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import binomtest, norm, rankdata, t

from analysis.estimators.basic import FloatArray
from analysis.estimators.trend import CannotCompare

LEAST_PAIRS = 30


@dataclass(frozen=True)
class Paired:
    """Change of the same people, later minus earlier, in the unit of the answers."""

    pairs: int
    mean: float
    low: float
    high: float
    up: int
    same: int
    down: int
    wilcoxon_p: float
    mcnemar_p: float

    @property
    def none(self) -> float:
        """Share of the people who reported no change, 0..1."""
        return self.same / self.pairs


def paired(before: ArrayLike, after: ArrayLike, favourable: tuple[int, ...]) -> Paired:
    """What changed in people who answered both times; a missing (NaN) answer drops the pair.

    favourable: the codes that count for McNemar's test. Raises CannotCompare under 30 pairs, and
    for a negative answer: a frame's codes of missing answers must be NaN first (person_items()).
    Range: t with n-1 df, NaN where all changed alike. Source: METHODS 5; R: t.test(paired=TRUE).
    """
    x, y = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if x.shape != y.shape:
        raise CannotCompare("Every person needs an answer before and one after.")
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    if (x < 0).any() or (y < 0).any():
        raise CannotCompare("An answer is negative: codes of missing answers must be NaN.")
    if len(x) < LEAST_PAIRS:
        raise CannotCompare(f"Under {LEAST_PAIRS} people answered both times.")
    d = y - x
    spread = d.std(ddof=1) if np.ptp(d) > 0 else float("nan")
    half = float(t.ppf(0.975, len(d) - 1)) * spread / np.sqrt(len(d))
    return Paired(
        pairs=len(d),
        mean=float(d.mean()),
        low=float(d.mean() - half),
        high=float(d.mean() + half),
        up=int((d > 0).sum()),
        same=int((d == 0).sum()),
        down=int((d < 0).sum()),
        wilcoxon_p=wilcoxon_p(d),
        mcnemar_p=mcnemar_p(np.isin(x, favourable), np.isin(y, favourable)),
    )


def wilcoxon_p(differences: ArrayLike) -> float:
    """Two-sided signed-rank p-value: zeros dropped, ties and continuity corrected; 1 if all are 0.

    0..1; never raises. Missing (NaN) differences leave. By the normal approximation for every n:
    answers on a scale are tied nearly always, and R too takes it then.
    R: wilcox.test(after, before, paired = TRUE, exact = FALSE).
    """
    d: FloatArray = np.asarray(differences, dtype=float)
    d = d[~np.isnan(d) & (d != 0)]
    n = len(d)
    if n == 0:
        return 1.0
    ranks = rankdata(abs(d))
    _, ties = np.unique(ranks, return_counts=True)
    from_middle = ranks[d > 0].sum() - n * (n + 1) / 4
    sigma = np.sqrt(n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48)
    z = (from_middle - np.sign(from_middle) / 2) / sigma
    return float(min(1.0, 2 * norm.sf(abs(z))))


def mcnemar_p(before: ArrayLike, after: ArrayLike) -> float:
    """Exact two-sided p-value that as many turned favourable as turned away; 1 if nobody turned.

    before, after: booleans, favourable or not. Raises CannotCompare for a missing one or for
    arrays that do not fit. R: binom.test(b, b + c).
    """
    both = np.ravel(before), np.ravel(after)
    if len(both[0]) != len(both[1]) or pd.isna(np.concatenate(both)).any():
        raise CannotCompare("Every person needs an answer before and one after.")
    x, y = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    gained, lost = int((~x & y).sum()), int((x & ~y).sum())
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0
