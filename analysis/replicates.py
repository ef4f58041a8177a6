"""Delete one event at a time: the error of any statistic, also of one without a formula.

An own way to the same number as taylor.py, and so a check on it. R: as.svrepdesign, type "JK1"
(one stratum) and "JKn" (several).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.estimate import FloatArray
from analysis.taylor import Design, Estimate

Statistic = Callable[[FloatArray], float]
"""Weights -> number; a weight of 0 leaves that person out."""


def jackknife(statistic: Statistic, of: Design) -> Estimate:
    """The statistic on all events, and its variance from leaving each out in turn.

    The others of its stratum stand in for the one left out, with weights times k / (k-1).
    v = sum over strata of (k-1)/k sum_j (value_j - mean of the stratum's values)^2, df = events -
    strata. A stratum of one event cannot leave it out and adds nothing. NaN for one event.
    """
    values: list[FloatArray] = []
    for stratum in np.unique(of.strata):
        here = of.strata == stratum
        events = np.unique(of.events[here])
        if len(events) > 1:
            values.append(np.array([statistic(_without(of, here, one, events)) for one in events]))
    variance = sum((len(v) - 1) / len(v) * ((v - v.mean()) ** 2).sum() for v in values)
    there = of.weights > 0
    k = len(np.unique(of.events[there]))
    return Estimate(
        value=float(statistic(of.weights)),
        variance=float(variance) if values else float("nan"),
        df=k - len(np.unique(of.strata[there])),
        n=int(there.sum()),
        events=k,
    )


def _without(of: Design, here: FloatArray, event: int, events: FloatArray) -> FloatArray:
    k = len(events)
    weights = np.where(here, of.weights * k / (k - 1), of.weights)
    return np.where(of.events == event, 0.0, weights)
