"""Delete one event at a time: the error of any statistic, also of one without a formula.

An own way to the same number as taylor.py, and so a check on it. R: as.svrepdesign, type "JK1"
(one stratum) and "JKn" (several).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.estimators.basic import FloatArray
from analysis.estimators.linearization import Design, Estimate

Statistic = Callable[[FloatArray], float]
"""Weights -> number; a weight of 0 leaves that person out."""


def jackknife(statistic: Statistic, of: Design) -> Estimate:
    """The statistic on all events, and its variance from leaving each out in turn.

    The others of its stratum stand in for the one left out, with weights times k / (k-1). v = sum
    over strata of (1 - k/K) (k-1)/k sum_j (value_j - mean of all values)^2. A stratum of one event
    cannot leave it out and adds nothing.

    Parameters
    ----------
    statistic
        Weights, shape (people,) -> a number.
    of
        The design.

    Returns
    -------
    An Estimate in the unit of the statistic, df = events - strata; NaN for one event.

    Raises
    ------
    ValueError
        When the statistic is no number without one of the events.

    Source
    ------
    R: svymean(..., as.svrepdesign(type = "JK1" or "JKn")); Wolter 2007, chapter 4.
    """
    values: list[FloatArray] = []
    factors: list[FloatArray] = []
    for stratum in np.unique(of.strata):
        here = of.strata == stratum
        events = np.unique(of.events[here])
        k = len(events)
        if k > 1:
            values.append(np.array([statistic(_without(of, here, one, events)) for one in events]))
            factors.append(np.full(k, (1 - k / of.population[here][0]) * (k - 1) / k))
    variance = _spread(np.concatenate(values), np.concatenate(factors)) if values else np.nan
    there = of.weights > 0
    k = len(np.unique(of.events[there]))
    return Estimate(
        value=float(statistic(of.weights)),
        variance=float(variance),
        df=k - len(np.unique(of.strata[there])),
        n=int(there.sum()),
        events=k,
    )


def _spread(values: FloatArray, factors: FloatArray) -> float:
    if not np.isfinite(values).all():
        raise ValueError("Without one of the events the statistic is no number.")
    return float((factors * (values - values[factors > 0].mean()) ** 2).sum())


def _without(of: Design, here: FloatArray, event: int, events: FloatArray) -> FloatArray:
    k = len(events)
    weights = np.where(here, of.weights * k / (k - 1), of.weights)
    return np.where(of.events == event, 0.0, weights)
