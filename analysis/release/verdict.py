"""What may be said of a change, in three rungs, from what is shown only (METHODS 5).

1 higher, lower: among the people who came. The shown range excludes 0, and 5 points or more.
2 rise, fall: of the place. The place's range excludes 0 too, and the test passes among all of its
  season (Benjamini and Hochberg). One evening cannot tell the town from the evening: this can.
3 rising, falling: over the years, see trends.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.estimators.basic import Z80, Z95
from analysis.estimators.crowd import crowd_n, ends
from analysis.estimators.multiple_testing import FALSE_DISCOVERIES, Curve, curve_of
from analysis.estimators.two_shares import Interval, newcombe, parts_correlation, two_sided_p
from analysis.measures import BoolArray
from analysis.release.figures import scale_of
from analysis.tabulation.rounding import BANDS, N_STEP, THIRDS, FloatArray, band_of
from analysis.wordings import comparable

HIGHER, LOWER = "higher", "lower"  # rung 1
RISE, FALL = "rise", "fall"  # rung 2
RISING, FALLING = "rising", "falling"  # rung 3
UNCLEAR = "unclear"  # no clear change; never "no change"
FEW = "few"  # too few answers to tell
WORDING = "wording"  # asked in other words: not comparable

CLEAR = 0.05  # of the scale: smaller differences are not reported as a change, however certain
STEPS = 8  # of the fixed point behind the smallest change; it moves by under .001 after five
DECIMALS = 4  # of a change and its range, as they are printed; verdicts are about what is printed

BEFORE, FIRST, TREND = "before", "first", "trend"  # what a change is measured from
EVENING = "evening"  # from those who arrive to those who leave, on the same evenings
PAIRS = "pairs"  # of those who answered twice: who moved down, against who moved up


def smallest_change(p: ArrayLike, n_star_from: ArrayLike, n_star_to: ArrayLike) -> FloatArray:
    """Smallest change of a share that would show in four of five cases.

    At 0 and 1 half an answer is taken for the other side: a share that nobody contradicts may still
    move.

    Parameters
    ----------
    p
        Any shape: the share that is moved from, 0..1.
    n_star_from, n_star_to
        Unrelated people's worth of answers (n / 1.4 when nothing better is known).

    Returns
    -------
    0..1, of the shape of p.

    Raises
    ------
    ValueError
        When a season has no answers and for a share outside 0..1.

    Source
    ------
    METHODS 5: (z.975 + z.80) sqrt(pq/n1 + pq/n2).
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


def compared(old: pd.DataFrame, new: pd.DataFrame, *, parts: bool = False) -> pd.DataFrame:
    """Every number of the changes from old to new rows, and p-values; no verdict yet.

    old, new: released rows, one pair per row; parts: as for difference(). In the unit of the
    measure; NaN where too few answered or the wording changed, and for the place where its
    correlation is not settled.
    """
    scale = scale_of(new)
    wall, few = not_told(old, new)
    comparable = ~wall & ~few
    change, low, high, p_crowd = difference(old, new, "range", scale, parts=parts)
    _, place_low, place_high, _ = difference(old, new, "place_range", scale)
    unit = {"change": change, "low": low, "high": high, "smallest": _smallest(old, new, scale),
            "place_low": place_low, "place_high": place_high}  # fmt: skip
    shown = {
        name: np.where(comparable, x * scale, np.nan).round(DECIMALS) for name, x in unit.items()
    }
    tests = {"p_crowd": np.where(comparable, p_crowd, np.nan).round(6), "p": place_p(old, new)}
    return pd.DataFrame({**shown, **tests, "wall": wall, "few": few, "scale": scale})


def place_p(old: pd.DataFrame, new: pd.DataFrame) -> FloatArray:
    """The p-values of compared() for the place, 0..1, as they are printed and judged."""
    wall, few = not_told(old, new)
    p = difference(old, new, "place_range", scale_of(new))[3]
    return np.where(wall | few, np.nan, p).round(6)


def judged(table: pd.DataFrame, curves: Mapping[str, Curve] | None = None) -> pd.DataFrame:
    """The table of compared() with q, rung and verdict; it needs the column `family`.

    curves: how each family's q climb over the whole programme; else computed from this table alone.
    """
    curves = curves_of(table) if curves is None else curves
    q = np.full(len(table), np.nan)
    for family, rows in table.groupby("family", sort=False).indices.items():
        if curve := curves.get(str(family)):
            q[rows] = curve.adjusted(table["p"].to_numpy()[rows])
    enough = abs(table["change"] / table["scale"]) >= CLEAR - 1e-9
    first = enough & _not_0(table, "low", "high")
    second = first & _not_0(table, "place_low", "place_high") & (q <= FALSE_DISCOVERIES)
    up = table["change"] > 0
    verdict = np.select(
        [table["wall"], table["few"], second & up, second, first & up, first],
        [WORDING, FEW, RISE, FALL, HIGHER, LOWER],
        default=UNCLEAR,
    )
    return table.assign(q=q, rung=first.astype(int) + second, verdict=verdict)


def curves_of(table: pd.DataFrame) -> dict[str, Curve]:
    """How the q of each family in the table climb."""
    return settled_curves((family, rows["p"]) for family, rows in table.groupby("family"))


def settled_curves(tests: Iterable[tuple[object, ArrayLike]]) -> dict[str, Curve]:
    """(family, p-values) -> curves; the family "" is of changes that are not tested."""
    return {str(family): curve_of(p) for family, p in tests if family}


def family(season: object, headline: bool, basis: str) -> str:
    """Tests that are judged together: "2026 headline before"."""
    return f"{season} {'headline' if headline else 'other'} {basis}"


def not_told(old: pd.DataFrame, new: pd.DataFrame) -> tuple[BoolArray, BoolArray]:
    """Where the wording is a wall, and where there are too few answers."""
    wordings = zip(old["wording"].tolist(), new["wording"].tolist(), strict=True)
    wall = np.array([not comparable(a, b) for a, b in wordings], dtype=bool)
    few = ((old["band"] == THIRDS) | (new["band"] == THIRDS)).to_numpy(dtype=bool)
    return wall, few


def difference(
    old: pd.DataFrame, new: pd.DataFrame, name: str, scale: FloatArray, *, parts: bool = False
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Change, its range and its p-value, -1..1, from the shown values and a pair of ranges.

    name: "range" or "place_range". The range is newcombe()'s, the p-value two_sided_p()'s, so
    that it is under .05 just where 0 is outside. parts: old and new are shares of the same people
    who exclude each other.
    """
    p1, l1, u1, p2, l2, u2 = (
        table[column].to_numpy(dtype=float) / scale
        for table in (old, new)
        for column in ("value", f"{name}_low", f"{name}_high")
    )
    related = parts_correlation(p1, p2) if parts else 0.0
    low, high = newcombe(Interval(p1, l1, u1), Interval(p2, l2, u2), correlation=related)
    change = p2 - p1
    return change, np.maximum(low, -1.0), np.minimum(high, 1.0), two_sided_p(change, low, high)


def _not_0(table: pd.DataFrame, low: str, high: str) -> pd.Series:
    return (table[low] > 0) | (table[high] < 0)


def _smallest(old: pd.DataFrame, new: pd.DataFrame, scale: FloatArray) -> FloatArray:
    """The change, 0..1, that rung 1 tells in four of five cases, by its own rule."""
    (a, b), (c, d) = (
        (table["value_low"].to_numpy(float) / scale, table["value_high"].to_numpy(float) / scale)
        for table in (old, new)
    )
    spread = (table["spread"].to_numpy(float) / scale for table in (old, new))
    n_eff = (table["n_eff"].to_numpy(float) for table in (old, new))
    return smallest_told((a + b) / 2, (b - a) / 2, (d - c) / 2, *n_eff, *spread)


def smallest_told(
    share: FloatArray,
    half_from: FloatArray,
    half_to: FloatArray,
    n_from: FloatArray,
    n_to: FloatArray,
    spread_from: FloatArray,
    spread_to: FloatArray,
) -> FloatArray:
    """The change, 0..1, that rung 1 tells in four of five cases.

    share: the earlier figure; half_*: half the width of the band in which each is shown; n_*:
    unrelated people's worth of answers; spread_*: of a score, else NaN. Told is what reaches
    beyond its own range and 5 points; chance and rounding (a band's width over the root of 12) do
    the rest. Moved towards the middle of the scale, where chance is largest: the other way shows
    sooner. Never raises. Source: METHODS 5.
    """
    p = np.minimum(share, 1 - share)  # a share and its opposite move alike
    moved = half_from + half_to
    most = np.minimum(p + half_from, 1.0)
    up = ends(p, most, n_from, spread_from)[1] - p
    for _ in range(STEPS):
        later = np.clip(p + moved, 0.0, 1.0)
        least = np.maximum(later - half_to, 0.0)
        down = later - ends(least, later, n_to, spread_to)[0]
        variance = _variance(p, n_from, spread_from) + _variance(later, n_to, spread_to)
        rounding = (half_from**2 + half_to**2) / 3
        moved = np.maximum(np.hypot(up, down), CLEAR) + Z80 * np.sqrt(variance + rounding)
    result: FloatArray = np.minimum(moved, 1.0)
    return result


def smallest_for(n: int, share: float = 0.6) -> float:
    """The change of a share that rung 1 tells in four of five cases, with n answers in each season.

    0..1, from what is shown: n rounded down, the share in the band of n. Raises ValueError for an
    n that is shown in words. For the guide's examples.
    """
    band = BANDS[int(band_of(np.array([n]))[0])]
    if not band.step:
        raise ValueError(f"{n} answers are shown in words: no change of them is reported.")
    half, worth = np.array([band.step / 200]), crowd_n(np.array([n - n % N_STEP]))
    none = np.array([np.nan])
    return float(smallest_told(np.array([share]), half, half, worth, worth, none, none)[0])


def _variance(p: FloatArray, n: FloatArray, spread: FloatArray) -> FloatArray:
    return np.where(np.isnan(spread), p * (1 - p), spread**2) / n
