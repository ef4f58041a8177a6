"""Shares, means and their uncertainty ranges for people who came together (METHODS 2 and 3).

Shares are 0..1 and ranges are 95 % ones. People at one event resemble each other, so a range
rests on n*, the number of unrelated people who would tell as much as the n who answered.
Every function here is pure; n = 0 raises, because a share of nobody is not a number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

FloatArray = NDArray[np.float64]

LEVEL = 0.95  # of ranges, unless another is asked for
Z95 = 1.959963984540054  # qnorm(.975)
Z80 = 0.8416212335729143  # qnorm(.80): to find four of five real changes

# Intraclass correlation of answers within events (METHODS 3, docs/decisions/0008).
RHO_FLOOR = 0.02  # never less: a handful of events that happen to agree proves nothing
RHO_FLOOR_EARLY = 0.05  # until EVENTS_TO_TRUST events exist
RHO_UNTOLD = 0.12  # where nothing tells it: a little over .10, up to which ranges must hold
RHO_CAP = 0.20
EVENTS_TO_TELL = 10  # the estimate of fewer may lie anywhere, so it may only raise RHO_UNTOLD
EVENTS_TO_TRUST = 30
ANSWERS_TO_TRUST = 300  # a statistic over the whole programme needs these (METHODS 7.5)
Z75 = 0.6744897501960817  # qnorm(.75): three of four estimates so raised reach the truth


def share(valid: ArrayLike, favourable: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Part of the valid answers that are favourable, 0..1.

    valid, favourable: booleans per person; weights: per person, default 1.
    Raises ValueError when nobody's answer is valid. Source: METHODS 2; R: svymean of 0 and 1.
    """
    valid = np.asarray(valid, dtype=bool)
    return mean(np.asarray(favourable, dtype=float)[valid], _of(weights, valid))


def net(
    valid: ArrayLike,
    favourable: ArrayLike,
    unfavourable: ArrayLike,
    weights: ArrayLike | None = None,
) -> float:
    """Favourable minus unfavourable share, -1..1: the mean of z = favourable - unfavourable.

    Raises ValueError when no answer is valid. Its range: mean_range() of person_nets(). METHODS 2.
    """
    valid = np.asarray(valid, dtype=bool)
    z = np.asarray(favourable, dtype=float) - np.asarray(unfavourable, dtype=float)
    return mean(z[valid], _of(weights, valid))


def mean(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Weighted mean, in the unit of the values. R: weighted.mean.

    Raises ValueError for no values, for a missing one, and for weights that are negative, missing
    or all 0.
    """
    values = np.asarray(values, dtype=float)
    if values.size == 0:
        raise ValueError("There is no valid answer: a mean of nobody is not a number.")
    w = np.ones_like(values) if weights is None else np.asarray(weights, dtype=float)
    if not (np.isfinite(values).all() and (w >= 0).all()):
        raise ValueError("A value or a weight is missing, or a weight is negative.")
    if not w.sum() > 0:
        raise ValueError("The weights add up to nothing: a mean needs somebody.")
    return float((w * values).sum() / w.sum())


def tails(level: float) -> float:
    """What lies under the upper end of a two-sided range: .975 for a level of .95.

    Raises ValueError for a level outside 0..1, such as 95.
    """
    if not 0 < level < 1:
        raise ValueError(f"A level lies between 0 and 1, such as .95; here it is {level:g}.")
    return (1 + level) / 2


def z_of(level: float) -> float:
    """How many standard errors a range of this level reaches: 1.96 for .95. R: qnorm.

    Raises ValueError as tails() does.
    """
    return Z95 if level == LEVEL else float(ndtri(tails(level)))


def wilson(p: ArrayLike, n_star: ArrayLike, z: float = Z95) -> tuple[FloatArray, FloatArray]:
    """Wilson's range of a share, 0..1, for n_star unrelated people; works at 0 and at 1.

    Raises ValueError for n_star <= 0 or a share outside 0..1; NaN where either is missing.
    Source: Wilson 1927; R's prop.test(x, n, correct=FALSE) for whole x and n.
    """
    p, n = np.asarray(p, dtype=float), np.asarray(n_star, dtype=float)
    if (n <= 0).any():
        raise ValueError("A range needs at least one answer: n* is 0.")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("A share lies between 0 and 1.")
    z2 = z * z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = np.where(p == 0, 0.0, centre - half), np.where(p == 1, 1.0, centre + half)
    return np.clip(low, 0.0, p), np.clip(high, p, 1.0)  # against the last digit's rounding


def effective_n(
    n: ArrayLike, sum_squares: ArrayLike, rho: ArrayLike, deff_w: ArrayLike = 1.0
) -> FloatArray:
    """Unrelated people's worth of answers: n* = n / (deff_w [1 + (m-1) rho]), m = sum n_j^2 / n.

    n: answers; sum_squares: sum over events of n_j^2, n..n^2; rho: intraclass correlation 0..1;
    deff_w: Kish's loss from weights, 1 or more. One event gives m = n, never "no error".
    Raises ValueError for n = 0, for a sum of squares that no split of n gives, for a rho outside
    0..1 and a deff_w under 1. Source: METHODS 3; Kish 1965.
    """
    n, squares = np.asarray(n, dtype=float), np.asarray(sum_squares, dtype=float)
    if (n <= 0).any():
        raise ValueError("An effective n needs at least one answer: n is 0.")
    if ((squares < n * (1 - 1e-12)) | (squares > n * n * (1 + 1e-12))).any():
        raise ValueError("The sum of n_j^2 must lie between n and n^2.")
    rho, deff = np.asarray(rho, dtype=float), np.asarray(deff_w, dtype=float)
    if ((rho < 0) | (rho > 1)).any() or (deff < 1 - 1e-9).any():
        raise ValueError("A correlation lies between 0 and 1, and weights never gain answers.")
    m = squares / n
    result: FloatArray = n / (deff * (1 + (m - 1) * rho))
    return result


def most_per_event(n: ArrayLike, at_most: ArrayLike) -> FloatArray:
    """The largest m = sum n_j^2 / n when n answers came from events of at most these sizes.

    n: answers, an array; at_most: per event the most answers it can have given. The greatest sum
    of squares fills the events from the largest down. One event gives m = n. It is a bound on
    the truth for any split, so a range that rests on it is never too narrow for that reason.
    Raises ValueError when the events cannot hold n answers.
    """
    n = np.asarray(n, dtype=float)
    sizes = np.sort(np.asarray(at_most, dtype=float))[::-1]
    filled = np.concatenate(([0.0], np.cumsum(sizes)))
    if (n <= 0).any() or (n > filled[-1]).any():
        raise ValueError("These events cannot have given that many answers.")
    squares = np.concatenate(([0.0], np.cumsum(sizes * sizes)))
    full = np.searchsorted(filled, n, side="right") - 1  # events that are full
    result: FloatArray = (squares[full] + (n - filled[full]) ** 2) / n
    return result


def kish_deff(weights: ArrayLike) -> float:
    """n sum w^2 / (sum w)^2: 1 for equal weights, more otherwise. Source: Kish 1965.

    Raises ValueError for no weights and for a negative one.
    """
    w = np.asarray(weights, dtype=float)
    if not ((w >= 0) & np.isfinite(w)).all():
        raise ValueError("A weight is negative or missing: each person needs one of 0 or more.")
    if w.size == 0 or not w.sum() > 0:
        raise ValueError("The weights add up to nothing: a design effect needs somebody.")
    return float(w.size * (w * w).sum() / w.sum() ** 2)


def intraclass_correlation(n_j: ArrayLike, sum_j: ArrayLike, squares_j: ArrayLike) -> float:
    """Analysis-of-variance estimate, -1/(m0-1)..1; NaN when it cannot be estimated.

    n_j, sum_j, squares_j: per event the number, sum and sum of squares of its answers.
    (MSB - MSW) / (MSB + (m0-1) MSW), m0 = (n - sum n_j^2 / n) / (k-1). Events with no answer do
    not count. NaN for one event, for one answer per event, or when all answers are the same.
    Raises ValueError for arrays that do not fit or a negative number of answers.
    Source: METHODS 3; Donner 1986.
    """
    n, s = np.asarray(n_j, dtype=float), np.asarray(sum_j, dtype=float)
    if not (n.shape == s.shape == np.shape(squares_j)) or not ((n >= 0) & np.isfinite(s)).all():
        raise ValueError("Every event needs its number, sum and sum of squares of answers.")
    q, s, n = np.asarray(squares_j, dtype=float)[n > 0], s[n > 0], n[n > 0]
    k, total = n.size, n.sum()
    if k < 2 or total <= k:
        return float("nan")
    between = (s * s / n).sum() - s.sum() ** 2 / total
    within = max(q.sum() - (s * s / n).sum(), 0.0)
    msb, msw = between / (k - 1), within / (total - k)
    m0 = (total - (n * n).sum() / total) / (k - 1)
    scale = msb + (m0 - 1) * msw
    return float((msb - msw) / scale) if scale > 1e-12 * q.sum() / total else float("nan")


def settled_rho(raw: float, *, events: int, answers: float) -> float:
    """The correlation to use: raised, floored, capped, rounded up to hundredths; .02...20.

    raw: the estimate (NaN allowed); events: how many exist so far in the whole programme;
    answers: how many the estimate rests on. Raised by Z75 of its standard error, relative
    sqrt(2 / (events - 1)) for large events, because a range that rests on an estimate that came
    out too low is too narrow. Under 300 answers it may not be estimated, and under ten events it
    hardly can be: then it is RHO_UNTOLD or more. Never raises. Source: METHODS 3, decision 0008.
    """
    if answers < ANSWERS_TO_TRUST or np.isnan(raw):
        return RHO_UNTOLD
    floor = RHO_FLOOR if events >= EVENTS_TO_TRUST else RHO_FLOOR_EARLY
    floor = RHO_UNTOLD if events < EVENTS_TO_TELL else floor
    raised = raw * (1 + Z75 * np.sqrt(2 / max(events - 1, 1)))
    return min(max(floor, float(np.ceil(round(raised * 100, 6))) / 100), RHO_CAP)


def _of(weights: ArrayLike | None, chosen: NDArray[np.bool_]) -> FloatArray | None:
    return None if weights is None else np.asarray(weights, dtype=float)[chosen]
