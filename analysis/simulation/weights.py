"""Raking under known margins: does the weighted range hold the population's share?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.estimators.basic import FloatArray
from analysis.estimators.linearization import design, mean_of
from analysis.estimators.linearized_ranges import t_range
from analysis.estimators.margins import Margin, margin
from analysis.estimators.weighted_estimates import weighted_mean
from analysis.estimators.weighting import rake
from analysis.measures import IntArray
from analysis.simulation.rates import Rate, rate
from analysis.simulation.towns import event_shares

PEOPLE = np.outer([0.3, 0.4, 0.3], [0.6, 0.25, 0.15])  # who lives there: age by race
PEOPLE = PEOPLE + np.array([[-0.02, 0.01, 0.01], [0, 0, 0], [0.02, -0.01, -0.01]])  # not apart
COMES = np.outer([0.5, 1.0, 1.9], [1.2, 0.8, 0.6])  # how much more likely each is to answer
TRUST = np.array([[0.50, 0.35, 0.45], [0.65, 0.50, 0.55], [0.85, 0.70, 0.75]])
POPULATION = 100_000.0
TRUE = float((PEOPLE * TRUST).sum())


@dataclass(frozen=True)
class Raked:
    """Rates at which a 95 % range held the population's share, and the mean errors in points."""

    events: int
    each: int
    icc: float
    raked: Rate
    fixed: Rate  # raked weights treated as if they were fixed numbers
    unweighted: Rate
    width: float
    fixed_width: float


def raking(rng: np.random.Generator, events: int, each: int, icc: float, runs: int) -> Raked:
    """Seasons of `events` events; who answers depends on age and race, and on nothing else."""
    held = np.empty((runs, 3))
    width = np.empty((runs, 2))
    for run in range(runs):
        ranges = _ranges(rng, events, each, icc)
        held[run] = [low <= TRUE <= high for low, high in ranges]
        width[run] = [high - low for low, high in ranges[:2]]
    raked, fixed, unweighted = map(rate, held.T)
    return Raked(events, each, icc, raked, fixed, unweighted, *width.mean(axis=0).tolist())


def _ranges(
    rng: np.random.Generator, events: int, each: int, icc: float
) -> list[tuple[float, float]]:
    comes = (PEOPLE * COMES / (PEOPLE * COMES).sum()).ravel()
    cell = rng.choice(comes.size, events * each, p=comes)
    event = np.repeat(np.arange(events), each)
    moods = event_shares(rng, np.full((events, 1), 0.5), icc)[event, 0] - 0.5
    trust = np.clip(TRUST.ravel()[cell] + moods, 0, 1)
    y = (rng.random(len(cell)) < trust).astype(float)
    of = design(event)
    fitted = rake(np.ones(len(y)), _margins(cell))
    fixed = design(event, fitted.weights)
    return [
        t_range(weighted_mean(y, fitted, of)),
        t_range(mean_of(y, fixed)),
        t_range(mean_of(y, of)),
    ]


def _margins(cell: IntArray) -> list[Margin]:
    age, race = np.unravel_index(cell, PEOPLE.shape)
    return [
        margin("age", age.tolist(), _target(PEOPLE.sum(axis=1))),
        margin("race", race.tolist(), _target(PEOPLE.sum(axis=0))),
    ]


def _target(shares: FloatArray) -> dict[int, float]:
    return {i: POPULATION * float(share) for i, share in enumerate(shares)}
