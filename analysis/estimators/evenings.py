"""How evenings of one place differ: a nested analysis of variance, events within places.

Real differences between towns must not be taken for likeness of the people at one event: a plain
analysis of variance over all events does that (.060 instead of -.006 in the demonstration). What is
counted here are sums that add up over places, counties and seasons, so that a country needs no
more memory than a town (METHODS 3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.basic import FloatArray
from analysis.estimators.crowd import PARTIES
from analysis.estimators.intraclass import ANSWERS_TO_TRUST, Z75
from analysis.measures import IntArray

EVENTS, PLACES, N, WITHIN, BETWEEN, SIZES, SUM, SQUARES = range(8)
SUMS = 8  # columns of what adds up

ICC_FLOOR = 0.005  # never less: a few evenings that happen to agree prove nothing
ICC_CAP = 0.20
DF_TO_SETTLE = 10  # events beyond one a place: fewer say next to nothing of how evenings differ
SEASONS_TOGETHER = 3  # one year has too few evenings; older ones were other evenings


def evening_sums(
    n: ArrayLike, total: ArrayLike, squares: ArrayLike, place: ArrayLike
) -> FloatArray:
    """What adds up of one season's events: shape (M, SUMS).

    n, total, squares: shape (events, M), per event and measure the number, sum and sum of squares
    of its answers; place: (events,), codes 0..k-1 of the place of each. Events and places without
    an answer do not count. Raises ValueError for arrays that do not fit.
    """
    n, s, q = (np.asarray(x, dtype=float) for x in (n, total, squares))
    codes: IntArray = np.asarray(place, dtype=np.int64)
    if not (n.shape == s.shape == q.shape and n.ndim == 2 and codes.shape == n.shape[:1]):
        raise ValueError("Every event needs its number, sum and squares of answers, and a place.")
    k = int(codes.max(initial=-1)) + 1
    of_place = np.zeros((3, k, n.shape[1]))
    for i, column in enumerate((n, s, n * n)):
        np.add.at(of_place[i], codes, column)
    people, sums, sizes = of_place
    per_event = _square_over(s, n).sum(axis=0)
    sums_of = np.zeros((n.shape[1], SUMS))
    sums_of[:, EVENTS], sums_of[:, PLACES] = (n > 0).sum(axis=0), (people > 0).sum(axis=0)
    sums_of[:, N], sums_of[:, SUM], sums_of[:, SQUARES] = (
        n.sum(axis=0),
        s.sum(axis=0),
        q.sum(axis=0),
    )
    sums_of[:, WITHIN] = np.maximum(q.sum(axis=0) - per_event, 0.0)
    sums_of[:, BETWEEN] = np.maximum(per_event - _square_over(sums, people).sum(axis=0), 0.0)
    sums_of[:, SIZES] = np.divide(sizes, people, out=np.zeros_like(sizes), where=people > 0).sum(
        axis=0
    )
    return sums_of


def within_places(sums: ArrayLike, parties: float = PARTIES) -> tuple[float, int, float]:
    """(intraclass correlation within places, its degrees of freedom, mean size of an event).

    sums: one row of evening_sums(), or several added up. MSB = between / (E - C), MSW = within /
    (n - E), m0 = (n - sum over places of sum n_j^2 / n_place) / (E - C), rho = (MSB - c MSW) /
    (MSB + (m0 - c) MSW). NaN where each place has one event, each event one answer, or all agree.
    c: what people who came together take from unrelated ones, 1.4 (see crowd.PARTIES): place_n()
    counts that by itself, and it must not be counted twice. c = 1 is the plain estimate.
    Source: METHODS 3; Donner 1986, events nested within places; decision 0013.
    """
    row = np.asarray(sums, dtype=float)
    df, rest = row[EVENTS] - row[PLACES], row[N] - row[EVENTS]
    if df < 1 or rest < 1:
        return float("nan"), int(max(df, 0)), float("nan")
    msb, msw = row[BETWEEN] / df, row[WITHIN] / rest
    m0 = (row[N] - row[SIZES]) / df
    scale = msb + (m0 - parties) * msw
    if not scale > 1e-12 * row[SQUARES] / row[N]:
        return float("nan"), int(df), float(m0)
    return float((msb - parties * msw) / scale), int(df), float(m0)


def settled_icc(sums: ArrayLike) -> float:
    """The correlation to use, .005...20, rounded up to thousandths; NaN: it is not settled.

    Raised by .67 of its standard error, sqrt(2 / df) (1 - rho)(1 + (m0 - 1) rho) / m0, because a
    range that rests on an estimate that came out too low is too narrow. Not settled under 10
    degrees of freedom or 300 answers: then two seasons say nothing of a place. Never raises.
    Source: METHODS 3; the error is that of Fisher 1925 for groups of m0.
    """
    row = np.asarray(sums, dtype=float)
    rho, df, m0 = within_places(row)
    if df < DF_TO_SETTLE or row[N] < ANSWERS_TO_TRUST or np.isnan(rho):
        return float("nan")
    error = np.sqrt(2 / df) * (1 - rho) * max(1 + (m0 - 1) * rho, 0.0) / m0
    raised = float(np.ceil(round((rho + Z75 * error) * 1000, 6))) / 1000
    return min(max(raised, ICC_FLOOR), ICC_CAP)


def spread_of(sums: ArrayLike, scale: float) -> float:
    """Standard deviation of all answers, rounded up to hundredths of the scale; NaN under 300.

    scale: what a whole is called (100 for a score); the sums are of values 0..1. Never raises.
    """
    row = np.asarray(sums, dtype=float)
    if row[N] < ANSWERS_TO_TRUST:
        return float("nan")
    variance = max(row[SQUARES] - row[SUM] ** 2 / row[N], 0.0) / (row[N] - 1)
    return float(np.ceil(round(np.sqrt(variance) * 100, 6)) / 100 * scale)


def _square_over(total: FloatArray, n: FloatArray) -> FloatArray:
    return np.divide(total * total, n, out=np.zeros_like(total), where=n > 0)
