"""Who came, or what they think? Kitagawa's split of a change (METHODS 5).

Total change = part from who came (the strata's shares moved) + part from what they think (the
rates within strata moved). An exact identity, for one stratifier at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.change import comparable
from analysis.estimate import FloatArray
from analysis.measures import LEAST
from analysis.trend import CannotCompare

LEAST_PEOPLE = 100  # in each season


@dataclass(frozen=True)
class Split:
    """In the unit of the rates; total = who_came + what_they_think."""

    total: float
    who_came: float
    what_they_think: float


def kitagawa(
    n_from: ArrayLike,
    rates_from: ArrayLike,
    n_to: ArrayLike,
    rates_to: ArrayLike,
    *,
    wording: tuple[str, str],
) -> Split:
    """The split from people and rates per stratum in the earlier and the later season.

    n: people per stratum (or their weights); rates: favourable shares 0..1 or scores there.
    sum (b-a)(rA+rB)/2 and sum (rB-rA)(a+b)/2 with a, b the strata's shares of their season.
    Raises CannotCompare under 11 people in a stratum, under 100 in a season, or across a wording.
    Source: Kitagawa 1955.
    """
    counts = [np.asarray(n, dtype=float) for n in (n_from, n_to)]
    rates = [np.asarray(r, dtype=float) for r in (rates_from, rates_to)]
    if not comparable(*wording):
        raise CannotCompare(
            "The question was asked in different words: the seasons do not compare."
        )
    for n, rate in zip(counts, rates, strict=True):
        _refuse_few(n, rate)
    if counts[0].shape != counts[1].shape:
        raise CannotCompare("The two seasons need the same strata.")
    a, b = (n / n.sum() for n in counts)
    before, after = rates
    who_came = float(((b - a) * (before + after) / 2).sum())
    what_they_think = float(((after - before) * (a + b) / 2).sum())
    return Split(float(b @ after - a @ before), who_came, what_they_think)


def _refuse_few(n: FloatArray, rate: FloatArray) -> None:
    if n.shape != rate.shape or not np.isfinite(rate).all():
        raise CannotCompare("Every stratum needs its people and its rate.")
    if n.size == 0 or n.min() < LEAST:
        raise CannotCompare(f"A stratum has under {LEAST} people: join it with another.")
    if n.sum() < LEAST_PEOPLE:
        raise CannotCompare(f"A season has under {LEAST_PEOPLE} answers: too few to take apart.")
