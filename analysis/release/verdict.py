"""Is a change clear? Its range, its p-value in the worst case that the bands allow, its family.

Everything here reads shown figures only. A change is told from what the bands allow, so that a
clear change stays clear whatever the exact numbers were (METHODS 5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from analysis.estimators.basic import Z80, Z95, wilson
from analysis.estimators.multiple_testing import FALSE_DISCOVERIES, benjamini_hochberg
from analysis.measures import BoolArray, Measure
from analysis.release.figures import scale_of
from analysis.tabulation.rounding import THIRDS, FloatArray
from analysis.wordings import comparable

UP, DOWN = "up", "down"  # a clear change
UNCLEAR = "unclear"  # no clear change; never "no change"
FEW = "few"  # too few answers to tell
WORDING = "wording"  # asked in other words: not comparable

CLEAR = 0.05  # of the scale: smaller differences are not told as a change, however certain
STEPS = 8  # of the fixed point behind the smallest change; it moves by under .001 after five


def newcombe(
    p_from: ArrayLike,
    range_from: tuple[ArrayLike, ArrayLike],
    p_to: ArrayLike,
    range_to: tuple[ArrayLike, ArrayLike],
) -> tuple[FloatArray, FloatArray]:
    """Range of p_to - p_from from the two shares' own ranges, -1..1; NaN where one is missing.

    The ranges must hold their shares, as wilson()'s and share_range()'s do, at 0 and at 1 too;
    that is the caller's to see to: nothing is raised.
    Source: Newcombe 1998, method 10:
    d - sqrt((p2-l2)^2 + (u1-p1)^2), d + sqrt((u2-p2)^2 + (p1-l1)^2).
    """
    p1, l1, u1 = (np.asarray(x, dtype=float) for x in (p_from, *range_from))
    p2, l2, u2 = (np.asarray(x, dtype=float) for x in (p_to, *range_to))
    d = p2 - p1
    return d - np.hypot(p2 - l2, u1 - p1), d + np.hypot(u2 - p2, p1 - l1)


def smallest_change(p: ArrayLike, n_star_from: ArrayLike, n_star_to: ArrayLike) -> FloatArray:
    """Smallest change of a share that would show in four of five cases, 0..1.

    p: the share that is moved from, 0..1; n_star: unrelated people's worth of answers (n / 1.4
    when nothing better is known). At 0 and 1 half an answer is taken for the other side: a share
    that nobody contradicts may still move. Source: METHODS 5; (z.975 + z.80) sqrt(pq/n1 + pq/n2).
    Raises ValueError when a season has no answers and for a share outside 0..1.
    """
    share = np.asarray(p, dtype=float)
    n1, n2 = np.asarray(n_star_from, dtype=float), np.asarray(n_star_to, dtype=float)
    if (n1 <= 0).any() or (n2 <= 0).any():
        raise ValueError("A change needs answers in both seasons: n* is 0.")
    if ((share < 0) | (share > 1)).any():
        raise ValueError("A share lies between 0 and 1.")
    half = 0.5 / (n1 + 1)
    inner = np.minimum(np.maximum(share, half), 1 - half)
    moved = (Z95 + Z80) * np.sqrt(inner * (1 - inner) * (1 / n1 + 1 / n2))
    return np.asarray(np.minimum(moved, 1.0), dtype=np.float64)


class Family(NamedTuple):
    """Tests that are judged together."""

    season: int
    headline: bool  # of a headline measure
    since_first: bool = False  # from the first season shown, not from the one before


class Bar(NamedTuple):
    """A family's tests: the greatest p-value that passes (-1: none), how many pass, of how many."""

    most: float
    passed: int
    tests: int


def settled_bars(tests: Mapping[Family, Sequence[float]]) -> dict[Family, Bar]:
    """What each family's tests came to, over the whole programme."""
    found = {}
    for family, p_values in tests.items():
        p = np.asarray(p_values, dtype=float)
        passed = benjamini_hochberg(p)
        found[family] = Bar(float(p[passed].max(initial=-1.0)), int(passed.sum()), len(p))
    return found


def judged(
    old: pd.DataFrame,
    new: pd.DataFrame,
    family: Sequence[Family],
    settled: Mapping[Family, Bar] | None,
) -> pd.DataFrame:
    scale = scale_of(new)
    wall, few = not_told(old, new)
    told = ~wall & ~few
    low, high, p_value = from_bands(old, new, scale)
    change = (new["value"] - old["value"]).to_numpy(dtype=float) / scale
    tested = np.where(told, p_value, np.nan)
    passes, bar = _passes(tested, family) if settled is None else _held(tested, family, settled)
    clear = passes & (abs(change) >= CLEAR - 1e-9)
    verdict = np.select(
        [wall, few, clear & (change > 0), clear], [WORDING, FEW, UP, DOWN], default=UNCLEAR
    )
    numbers = {
        "change": change,
        "low": low,
        "high": high,
        "smallest": _smallest(old, new, scale, bar),
    }
    shown = {name: np.where(told, x * scale, np.nan).round(4) for name, x in numbers.items()}
    return pd.DataFrame({**shown, "verdict": verdict})


def not_told(old: pd.DataFrame, new: pd.DataFrame) -> tuple[BoolArray, BoolArray]:
    """Where the wording is a wall, and where there are too few answers."""
    wordings = zip(old["wording"], new["wording"], strict=True)
    wall = np.array([not comparable(a, b) for a, b in wordings], dtype=bool)
    few = ((old["band"] == THIRDS) | (new["band"] == THIRDS)).to_numpy(dtype=bool)
    return wall, few


def families(new: pd.DataFrame, measures: Sequence[Measure], since_first: bool) -> list[Family]:
    headline = {m.key: m.headline for m in measures}
    keys = zip(new["season"], new["measure"], new["agency"], strict=True)
    return [
        Family(int(season), headline.get((id, agency), False), since_first)
        for season, id, agency in keys
    ]


def from_bands(
    old: pd.DataFrame, new: pd.DataFrame, scale: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Range of the change and its p-value in the worst case that the bands allow.

    Newcombe's low end is least when the earlier share is the greatest that its band allows and
    the later one the least; its high end the other way round.
    """
    names = ("value_low", "value_high", "range_low", "range_high")
    a, b, l1, u1 = (old[name].to_numpy(dtype=float) / scale for name in names)
    c, d, l2, u2 = (new[name].to_numpy(dtype=float) / scale for name in names)
    low, _ = newcombe(b, (b, u1), c, (l2, c))
    _, high = newcombe(a, (l1, a), d, (d, u2))
    least, most = c - b, d - a
    nothing = np.zeros_like(least)
    z = np.where(
        least > 0,
        np.divide(least, least - low, out=nothing.copy(), where=least > low),
        np.where(most < 0, np.divide(-most, high - most, out=nothing, where=high > most), 0.0),
    )
    return np.maximum(low, -1.0), np.minimum(high, 1.0), 2 * ndtr(-Z95 * z)


def _passes(p_values: FloatArray, family: Sequence[object]) -> tuple[BoolArray, FloatArray]:
    """Benjamini and Hochberg within each family, and the p-value each test had to stay under.

    That bar is q (k + 1) / m when k of the m - 1 other tests pass. NaN is not a test.
    """
    passes: NDArray[np.bool_] = np.zeros(len(p_values), dtype=bool)
    bar = np.full(len(p_values), FALSE_DISCOVERIES)
    for _, rows in pd.Series(p_values).groupby(pd.Series(list(family), dtype=object)):
        tested = rows.dropna()
        here = tested.index.to_numpy()
        passes[here] = benjamini_hochberg(tested.to_numpy())
        others = passes[here].sum() - passes[here]
        bar[here] = FALSE_DISCOVERIES * (others + 1) / max(len(here), 1)
    return passes, bar


def _held(
    p_values: FloatArray, family: Sequence[Family], settled: Mapping[Family, Bar]
) -> tuple[BoolArray, FloatArray]:
    """As _passes, by what the whole programme's tests came to."""
    bars = [settled.get(one, Bar(-1.0, 0, 1)) for one in family]
    most, passed, tests = np.array(bars, dtype=float).reshape(-1, 3).T
    passes = np.asarray(p_values <= most, dtype=bool)
    bar = FALSE_DISCOVERIES * (passed - passes + 1) / np.maximum(tests, 1)
    return passes, np.where(np.isnan(p_values), FALSE_DISCOVERIES, bar)


def _smallest(
    old: pd.DataFrame, new: pd.DataFrame, scale: FloatArray, bar: FloatArray
) -> FloatArray:
    """The change that gets a clear verdict in four of five cases, by the verdict's own rule.

    The verdict takes the worst that both bands allow (h1 + h2), wants z for the season's bar and
    at least CLEAR; chance and rounding (a band's width over the root of 12) do the rest. Moved
    towards the middle of the scale, where chance is largest: the other way shows sooner.
    """
    names = ("value_low", "value_high", "n_star")
    a, b, n1 = (old[name].to_numpy(dtype=float) for name in names)
    c, d, n2 = (new[name].to_numpy(dtype=float) for name in names)
    p = (a + b) / 2 / scale
    p = np.minimum(p, 1 - p)  # a share and its opposite move alike
    h1, h2 = (b - a) / 2 / scale, (d - c) / 2 / scale
    z = -ndtri(bar / 2) / Z95
    moved = h1 + h2
    for _ in range(STEPS):
        later = np.clip(p + moved, 0.0, 1.0)
        most, least = np.minimum(p + h1, 1.0), np.maximum(later - h2, 0.0)
        up, down = wilson(most, n1)[1] - most, least - wilson(least, n2)[0]
        chance = p * (1 - p) / n1 + later * (1 - later) / n2 + (h1**2 + h2**2) / 3
        moved = np.maximum(h1 + h2 + z * np.hypot(up, down), CLEAR) + Z80 * np.sqrt(chance)
    result: FloatArray = np.minimum(moved, 1.0)
    return result
