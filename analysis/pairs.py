"""The same people twice: before and after, or the event and three weeks later (METHODS 5).

Label it "change people reported" and give the share who reported none: recall is not measurement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest, norm, rankdata, t

from analysis.estimate import FloatArray
from analysis.trend import CannotCompare

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

    Raises CannotCompare under 30 pairs. Range: t with n-1 df. Source: METHODS 5.
    """
    x, y = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if x.shape != y.shape:
        raise CannotCompare("Every person needs an answer before and one after.")
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    if len(x) < LEAST_PAIRS:
        raise CannotCompare(f"Under {LEAST_PAIRS} people answered both times.")
    d = y - x
    half = float(t.ppf(0.975, len(d) - 1)) * d.std(ddof=1) / np.sqrt(len(d))
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

    R: wilcox.test(after, before, paired = TRUE, exact = FALSE).
    """
    d: FloatArray = np.asarray(differences, dtype=float)
    d = d[d != 0]
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

    R: binom.test(b, b + c).
    """
    x, y = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    gained, lost = int((~x & y).sum()), int((x & ~y).sum())
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0
