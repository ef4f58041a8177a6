"""What chance alone would do: how often a place that did not move is reported as higher or lower.

Not 5 %: rounding, the least reported change and small numbers make it less, and each place
has its own. Shown values are few (21 for steps of 5), so that the probability is a plain sum over
all pairs of them (METHODS 5).
"""

from __future__ import annotations

from collections.abc import Sequence
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
CELLS = 500_000  # pairs of shown values that are compared together: some 40 MB


class Seen(NamedTuple):
    """How one season of a place is shown: its n, its step in per cent, a score's spread (0..1)."""

    n: int
    step: int
    spread: float  # -1: of a share


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
    before, after = (_seen(table, scale) for table in (old, new))
    same_steps: dict[tuple[int, int], list[int]] = {}
    for i in np.flatnonzero(comparable).tolist():
        same_steps.setdefault((before[i].step, after[i].step), []).append(i)
    for rows in same_steps.values():
        shares = [round(one, 2) for one in share[rows].tolist()]
        expected[rows] = reported_by_chance(
            [before[i] for i in rows], [after[i] for i in rows], shares
        )
    return expected.round(4)


def reported_by_chance(
    old: Sequence[Seen], new: Sequence[Seen], share: Sequence[float]
) -> FloatArray:
    """Probability that rung 1 tells a change from old to new, both with this true share, 0..1.

    All of old have one step, and so have all of new.
    """
    pairs = {pair: at for at, pair in enumerate(dict.fromkeys(zip(old, new, strict=True)))}
    which = np.array([pairs[pair] for pair in zip(old, new, strict=True)])
    each, told = list(pairs), np.empty(len(which))
    together = max(CELLS // (_values(old[0].step) * _values(new[0].step)), 1)
    for first in range(0, len(each), together):
        clear = _clear(each[first : first + together])
        rows = np.flatnonzero((which >= first) & (which < first + together)).tolist()
        shares = np.array([share[i] for i in rows])
        p1, p2 = (_probable([side[i] for i in rows], shares) for side in (old, new))
        at = (which[rows] - first).tolist()
        told[rows] = [p @ clear[k] @ q for p, k, q in zip(p1, at, p2, strict=True)]
    return told


def _seen(table: pd.DataFrame, scale: FloatArray) -> list[Seen]:
    columns = (table[name].tolist() for name in ("n_low", "band", "spread"))
    return [
        Seen(n, STEP_OF[band], -1.0 if spread != spread else round(spread / whole, 4))
        for n, band, spread, whole in zip(*columns, scale.tolist(), strict=True)
    ]


def _clear(pairs: Sequence[tuple[Seen, Seen]]) -> FloatArray:
    """1 where rung 1 tells a change: by pair, earlier and later shown value."""
    (a, l1, u1), (b, l2, u2) = (_shown(side) for side in zip(*pairs, strict=True))
    before = Interval(a[:, None], l1[:, :, None], u1[:, :, None])
    low, high = newcombe(before, Interval(b, l2[:, None, :], u2[:, None, :]))
    clear = ((low > 0) | (high < 0)) & (abs(b - a[:, None]) >= CLEAR - 1e-9)
    return clear.astype(np.float64)


def _shown(side: Sequence[Seen]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Every value that can be shown, and its crowd's range for each."""
    low, high = _cells(side[0].step)
    n, spread = _columns(side)
    range_low, range_high = ends(low, high, crowd_n(n), spread)
    return (low + high) / 2, range_low, range_high


def _probable(side: Sequence[Seen], share: FloatArray) -> FloatArray:
    """How probable every value is, by row."""
    _, high = _cells(side[0].step)
    n, spread = _columns(side)
    n = (n + (N_STEP - 1) / 2) / PARTIES  # the n behind what is shown is on average so much
    p = share[:, None]
    sd = np.where(np.isnan(spread), np.sqrt(p * (1 - p) / n), spread / np.sqrt(n))
    edges = np.concatenate(([-np.inf], high[:-1], [np.inf]))
    return np.diff(ndtr((edges - p) / np.maximum(sd, 1e-9)))


def _columns(side: Sequence[Seen]) -> tuple[FloatArray, FloatArray]:
    """n and spread, each of shape (rows, 1); the spread of a share is NaN."""
    n, spread = (np.array([[one[i]] for one in side], dtype=float) for i in (0, 2))
    return n, np.where(spread >= 0, spread, np.nan)


def _values(step: int) -> int:
    return len(_cells(step)[0])


@lru_cache(maxsize=8)
def _cells(step: int) -> tuple[FloatArray, FloatArray]:
    """Least and greatest share of every value that is shown to the nearest `step` per cent."""
    inner = np.arange(TAIL * step, 100 - TAIL * step + step / 2, step)
    edges = np.concatenate(([0.0], inner, [100.0])) / 100
    return edges[:-1], edges[1:]
