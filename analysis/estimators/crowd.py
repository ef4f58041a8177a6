"""Two questions of one figure: who happened to answer (the crowd), and what another evening would
have shown (the place). Each has its own number of unrelated people's worth of answers (METHODS 3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.basic import Z95, FloatArray, wilson

# As if everybody came with one other person, and two of one party agree by .4: 1 + (2 - 1) .4.
PARTIES = 1.4


def crowd_n(n: ArrayLike, deff_w: ArrayLike = 1.0) -> FloatArray:
    """Unrelated people's worth of n answers, about the people who came: n / (1.4 deff_w).

    All events of the place are in the data, so how evenings differ is part of the truth, not an
    error.

    Parameters
    ----------
    n
        Any shape: answers, over 0.
    deff_w
        Kish's loss from weights, 1 or more.

    Returns
    -------
    People, of the shape of n.

    Raises
    ------
    ValueError
        For n = 0 and a deff_w under 1.

    Source
    ------
    METHODS 3A.
    """
    answers, deff = np.asarray(n, dtype=float), np.asarray(deff_w, dtype=float)
    if (answers <= 0).any():
        raise ValueError("A range needs at least one answer: n is 0.")
    if (deff < 1 - 1e-9).any():
        raise ValueError("Weights never gain answers: their design effect is 1 or more.")
    result: FloatArray = answers / (PARTIES * deff)
    return result


def place_n(
    n: ArrayLike, per_event: ArrayLike, icc: ArrayLike, deff_w: ArrayLike = 1.0
) -> FloatArray:
    """Unrelated people's worth of n answers, about the place: n / (icc m + (1 - icc) 1.4).

    Parameters
    ----------
    n
        Any shape: answers, over 0.
    per_event
        m = sum n_j^2 / n over the place's events.
    icc
        Correlation of two answers at one event of a place, 0..1; NaN where it is not settled.
    deff_w
        Kish's loss from weights, 1 or more.

    Returns
    -------
    People, never more than crowd_n(); NaN where icc is.

    Raises
    ------
    ValueError
        As crowd_n() does, and for an icc outside 0..1.

    Source
    ------
    METHODS 3B: n* = p(1-p) / v with v = p(1-p) [icc m / n + (1 - icc) 1.4 / n].
    """
    rho, m = np.asarray(icc, dtype=float), np.asarray(per_event, dtype=float)
    if ((rho < 0) | (rho > 1)).any():
        raise ValueError("A correlation lies between 0 and 1.")
    m = np.maximum(np.minimum(m, np.asarray(n, dtype=float)), PARTIES)
    result: FloatArray = crowd_n(n, deff_w) * PARTIES / (rho * m + (1 - rho) * PARTIES)
    return result


def ends(
    low: ArrayLike, high: ArrayLike, n_eff: ArrayLike, spread: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """95 % range, 0..1, of a figure that lies between low and high (0..1).

    Wilson's; for a score of which the standard deviation is known (spread, 0...5; else NaN) the
    mean +- 1.96 s / sqrt(n_eff). A score without one is taken as a share, which is never too
    narrow (Bhatia and Davis 2000). NaN where n_eff or low is. Source: METHODS 3.
    """
    s = np.asarray(spread, dtype=float)
    n = np.asarray(n_eff, dtype=float)
    half = Z95 * s / np.sqrt(n)
    own = ~np.isnan(s)
    as_share = wilson(low, n)[0], wilson(high, n)[1]
    as_score = np.maximum(np.asarray(low) - half, 0.0), np.minimum(np.asarray(high) + half, 1.0)
    return np.where(own, as_score[0], as_share[0]), np.where(own, as_score[1], as_share[1])
