"""The rules of the first release, kept as a baseline: one range and one verdict for everything.

Range: Wilson with n* = n / (1 + (m - 1) rho), rho from a plain analysis of variance over all
events, at least .02 and .05 or .12 while there are few. Clear: Newcombe in the worst case that the
bands allow, Benjamini and Hochberg over the season, 5 points or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr

from analysis.estimators.basic import Z95, FloatArray, wilson
from analysis.estimators.intraclass import effective_n, intraclass_correlation, settled_rho
from analysis.estimators.multiple_testing import benjamini_hochberg
from analysis.estimators.two_shares import Interval, newcombe
from analysis.measures import BoolArray
from analysis.release.figures import scale_of
from analysis.release.verdict import CLEAR, not_told
from analysis.tabulation.rounding import THIRDS

Events = tuple[FloatArray, FloatArray, FloatArray]  # per event n, sum and sum of squares, 0..1


def old_rho(seasons: Mapping[int, Events]) -> dict[int, float]:
    """The correlation of each season of one measure; events count from the first season on."""
    by_season, events = {}, 0
    for season in sorted(seasons):
        n, total, squares = seasons[season]
        events += len(n)
        raw = intraclass_correlation(n, total, squares)
        by_season[season] = settled_rho(raw, events=events, answers=float(n.sum()))
    return by_season


def old_ranges(figures: pd.DataFrame, rho: Sequence[float] | FloatArray) -> pd.DataFrame:
    """The figures with the old range in place of the new; rho: one per row."""
    n, m = figures["n_low"].to_numpy(float), figures["per_event"].to_numpy(float)
    m = np.minimum(np.maximum(m, 1.0), n)
    n_star = np.floor(effective_n(n, m * n, rho) * 10) / 10
    scale = scale_of(figures)
    low, _ = wilson(figures["value_low"].to_numpy(float) / scale, n_star)
    _, high = wilson(figures["value_high"].to_numpy(float) / scale, n_star)
    words = (figures["band"] == THIRDS).to_numpy()
    return figures.assign(
        range_low=np.where(words, np.nan, np.floor(low * 1000) / 1000 * scale),
        range_high=np.where(words, np.nan, np.ceil(high * 1000) / 1000 * scale),
    )


def old_clear(old: pd.DataFrame, new: pd.DataFrame, family: Sequence[object]) -> BoolArray:
    """Which changes were reported as clear; old, new: rows of old_ranges(), one pair per row."""
    scale = scale_of(new)
    wall, few = not_told(old, new)
    p = np.where(wall | few, np.nan, _worst_p(old, new, scale))
    passes = np.zeros(len(p), dtype=bool)
    for _, rows in pd.Series(p).groupby(pd.Series(list(family), dtype=object)):
        tested = rows.dropna()
        passes[tested.index.to_numpy()] = benjamini_hochberg(tested.to_numpy())
    change = (new["value"] - old["value"]).to_numpy(dtype=float) / scale
    clear: BoolArray = passes & (abs(change) >= CLEAR - 1e-9)
    return clear


def _worst_p(old: pd.DataFrame, new: pd.DataFrame, scale: FloatArray) -> FloatArray:
    names = ("value_low", "value_high", "range_low", "range_high")
    a, b, l1, u1 = (old[name].to_numpy(dtype=float) / scale for name in names)
    c, d, l2, u2 = (new[name].to_numpy(dtype=float) / scale for name in names)
    low, _ = newcombe(Interval(b, b, u1), Interval(c, l2, c))
    _, high = newcombe(Interval(a, l1, a), Interval(d, d, u2))
    least, most = c - b, d - a
    nothing = np.zeros_like(least)
    z = np.where(
        least > 0,
        np.divide(least, least - low, out=nothing.copy(), where=least > low),
        np.where(most < 0, np.divide(-most, high - most, out=nothing, where=high > most), 0.0),
    )
    return np.asarray(2 * ndtr(-Z95 * z), dtype=np.float64)
