"""How alike people of one event answer, and what their answers are worth (METHODS 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.basic import FloatArray

# Intraclass correlation of answers within events (METHODS 3, docs/decisions/0008).
RHO_FLOOR = 0.02  # never less: a handful of events that happen to agree proves nothing
RHO_FLOOR_EARLY = 0.05  # until EVENTS_TO_TRUST events exist
RHO_UNKNOWN = 0.12  # where it is not known: a little over .10, up to which ranges must hold
RHO_CAP = 0.20
EVENTS_TO_ESTIMATE = 10  # the estimate of fewer may lie anywhere, so it may only raise RHO_UNKNOWN
EVENTS_TO_TRUST = 30
ANSWERS_TO_TRUST = 300  # a statistic over the whole programme needs these (METHODS 7.5)
Z75 = 0.6744897501960817  # qnorm(.75): three of four estimates so raised reach the truth


def effective_n(
    n: ArrayLike, sum_squares: ArrayLike, rho: ArrayLike, deff_w: ArrayLike = 1.0
) -> FloatArray:
    """Unrelated people's worth of answers: n* = n / (deff_w [1 + (m-1) rho]), m = sum n_j^2 / n.

    One event gives m = n, never "no error".

    Parameters
    ----------
    n
        Any shape: answers.
    sum_squares
        Sum over events of n_j^2, n..n^2.
    rho
        Intraclass correlation, 0..1.
    deff_w
        Kish's loss from weights, 1 or more.

    Returns
    -------
    People, of the shape of n.

    Raises
    ------
    ValueError
        For n = 0, for a sum of squares that no split of n gives, for a rho outside 0..1 and a
        deff_w under 1.

    Source
    ------
    METHODS 3; Kish 1965.
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
    """Analysis-of-variance estimate of how alike answers of one event are.

    (MSB - MSW) / (MSB + (m0-1) MSW), m0 = (n - sum n_j^2 / n) / (k-1). Events with no answer do not
    count.

    Parameters
    ----------
    n_j, sum_j, squares_j
        Shape (events,): number, sum and sum of squares of the answers of each event.

    Returns
    -------
    -1/(m0-1)..1; NaN for one event, for one answer per event, or when all answers are the same.

    Raises
    ------
    ValueError
        For arrays that do not fit or a negative number of answers.

    Source
    ------
    METHODS 3; Donner 1986.
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
    """The correlation to use: raised, floored, capped, rounded up to hundredths.

    Raised by Z75 of its standard error, relative sqrt(2 / (events - 1)) for large events, because a
    range that rests on an estimate that came out too low is too narrow. Under 300 answers it may
    not be estimated, and under ten events it hardly can be: then it is RHO_UNKNOWN or more.

    Parameters
    ----------
    raw
        The estimate; NaN allowed.
    events
        How many exist so far in the whole programme.
    answers
        How many the estimate rests on.

    Returns
    -------
    .02...20.

    Raises
    ------
    Nothing.

    Source
    ------
    METHODS 3, decision 0008.
    """
    if answers < ANSWERS_TO_TRUST or np.isnan(raw):
        return RHO_UNKNOWN
    floor = RHO_FLOOR if events >= EVENTS_TO_TRUST else RHO_FLOOR_EARLY
    floor = RHO_UNKNOWN if events < EVENTS_TO_ESTIMATE else floor
    raised = raw * (1 + Z75 * np.sqrt(2 / max(events - 1, 1)))
    return min(max(floor, float(np.ceil(round(raised * 100, 6))) / 100), RHO_CAP)
