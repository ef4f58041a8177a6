"""Other people, same minds: does the adjusted change see that nobody changed their mind?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from analysis.estimators.basic import FloatArray
from analysis.estimators.decomposition import adjusted_change
from analysis.measures import BoolArray, IntArray
from analysis.simulation.rates import Rate, rate

RATES = np.array([0.45, 0.65, 0.85])  # of three age groups, the same in both seasons
BEFORE, AFTER = np.array([0.5, 0.3, 0.2]), np.array([0.25, 0.3, 0.45])  # who came
MIXED = 15.0  # concentration of an event's own mix around the season's: events differ in who comes


@dataclass(frozen=True)
class Mix:
    """Rates at which a 95 % range held 0, where what people think did not change."""

    events: int
    each: int
    icc: float
    returning: bool
    adjusted: Rate
    raw: Rate


def composition_only(
    rng: np.random.Generator, events: int, each: int, icc: float, returning: bool, runs: int
) -> Mix:
    """Two seasons of `events` events with `each` people; returning: of the same communities."""
    held: list[tuple[bool, bool]] = []
    for _ in range(runs):
        kept = rng.random(events) if returning else None
        seasons = [_season(rng, mix, events, each, icc, kept) for mix in (BEFORE, AFTER)]
        label = [
            np.repeat(np.arange(events) + (0 if returning else i * events), each) for i in (0, 1)
        ]
        split = adjusted_change(
            np.concatenate([y for y, _ in seasons]),
            np.repeat([False, True], events * each),
            np.concatenate([stratum for _, stratum in seasons]),
            np.concatenate(label),
            wording=("1", "1"),
            rho=max(icc, 0.02),
        )
        held.append((_holds_0(split.adjusted), _holds_0(split.raw)))
    adjusted, raw = np.array(held, dtype=float).T
    return Mix(events, each, icc, returning, rate(adjusted), rate(raw))


def _season(
    rng: np.random.Generator,
    mix: FloatArray,
    events: int,
    each: int,
    icc: float,
    kept: FloatArray | None,
) -> tuple[BoolArray, IntArray]:
    """Answers and strata. An event is liked or disliked by all strata at the same quantile.

    kept: quantiles that a community keeps over the seasons; half of its mood, half of the year's.
    """
    own = rng.dirichlet(mix * MIXED, events)
    stratum = (rng.random((events, each, 1)) > own.cumsum(axis=1)[:, None, :-1]).sum(axis=2)
    mood = rng.random(events)
    if kept is not None:
        mood = np.where(rng.random(events) < 0.5, kept, mood)
    alike = (1 - icc) / icc if icc else 0.0
    of_event = betaincinv(RATES * alike, (1 - RATES) * alike, mood[:, None]) if icc else None
    chance = RATES[stratum] if of_event is None else np.take_along_axis(of_event, stratum, axis=1)
    return (rng.random((events, each)) < chance).ravel(), stratum.ravel()


def _holds_0(ends: tuple[float, float]) -> bool:
    return ends[0] <= 0 <= ends[1]
