"""What chance alone would do: how often a place that did not move is reported as higher or lower.

Not 5 %: rounding, the least reported change and small numbers make it less, and each place
has its own. Shown values are few (21 for steps of 5), so that the probability is a plain sum over
all pairs of them (METHODS 5).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr

from analysis.estimators.basic import FloatArray
from analysis.estimators.crowd import PARTIES, crowd_n, ends
from analysis.estimators.two_shares import Interval, newcombe
from analysis.release.figures import scale_of
from analysis.release.verdict import CLEAR
from analysis.tabulation.rounding import BANDS, N_STEP, TAIL, THIRDS

STEP_OF = {band.name: band.step for band in BANDS}


class Seen(NamedTuple):
    """How one season of a place is shown: its n, its step in per cent, a score's spread (0..1)."""

    n: int
    step: int
    spread: float


def chance_alone(old: pd.DataFrame, new: pd.DataFrame) -> FloatArray:
    """Probability, 0..1, that rung 1 tells a change where the crowds are alike; NaN for thirds.

    old, new: released rows, one pair per row. The share that both have is the mean of the two
    shown values, weighted by n. Rounded to hundredths before it is looked up: it changes little.
    """
    expected = np.full(len(new), np.nan)
    comparable = ((old["band"] != THIRDS).to_numpy()) & ((new["band"] != THIRDS).to_numpy())
    scale = scale_of(new)
    n1, n2 = old["n_low"].to_numpy(dtype=float), new["n_low"].to_numpy(dtype=float)
    share = (old["value"].to_numpy() * n1 + new["value"].to_numpy() * n2) / (n1 + n2) / scale
    seen = [
        [
            Seen(n, STEP_OF[band], -1.0 if spread != spread else round(spread / whole, 4))
            for n, band, spread, whole in zip(
                table["n_low"].tolist(), table["band"], table["spread"].tolist(), scale, strict=True
            )
        ]
        for table in (old, new)
    ]
    for i in np.flatnonzero(comparable).tolist():
        expected[i] = reported_by_chance(seen[0][i], seen[1][i], round(float(share[i]), 2))
    return expected.round(4)


@lru_cache(maxsize=65_536)
def reported_by_chance(old: Seen, new: Seen, share: float) -> float:
    """Probability that rung 1 tells a change from old to new, both with this true share, 0..1."""
    (v1, l1, u1, p1), (v2, l2, u2, p2) = (_shown(one, share) for one in (old, new))
    a, b = v1[:, None], v2[None, :]
    before = Interval(a, l1[:, None], u1[:, None])
    low, high = newcombe(before, Interval(b, l2[None, :], u2[None, :]))
    clear = ((low > 0) | (high < 0)) & (abs(b - a) >= CLEAR - 1e-9)
    return float(p1 @ clear @ p2)


def _shown(one: Seen, share: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Every value that can be shown, its crowd's range, and how probable it is."""
    low, high = _cells(one.step)
    value = (low + high) / 2
    spread = one.spread if one.spread >= 0 else np.nan
    range_low, range_high = ends(low, high, crowd_n(one.n), spread)
    n = (one.n + (N_STEP - 1) / 2) / PARTIES  # the n behind what is shown is on average so much
    sd = np.sqrt(share * (1 - share) / n) if spread != spread else spread / np.sqrt(n)
    edges = np.concatenate(([-np.inf], high[:-1], [np.inf]))
    return value, range_low, range_high, np.diff(ndtr((edges - share) / max(sd, 1e-9)))


@lru_cache(maxsize=8)
def _cells(step: int) -> tuple[FloatArray, FloatArray]:
    """Least and greatest share of every value that is shown to the nearest `step` per cent."""
    inner = np.arange(TAIL * step, 100 - TAIL * step + step / 2, step)
    edges = np.concatenate(([0.0], inner, [100.0])) / 100
    return edges[:-1], edges[1:]
