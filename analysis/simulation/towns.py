"""Made-up seasons whose truth is known, as frames that release() takes.

An event's share is drawn from a beta distribution with the town's share as its mean, so that two
people of one event agree with an intraclass correlation of exactly `icc`. Many measures in one
frame are many independent programmes at the price of one: each has answers, a correlation and
figures of its own, and all of them share the towns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.estimators.basic import FloatArray
from analysis.measures import BoolArray, IntArray, Measure

SEASON = 2026
WORDING = {"made-up": "1"}
YES, NO = 5, 1


@dataclass(frozen=True)
class Town:
    """n people who answered, spread evenly over its events."""

    n: int
    events: int = 1
    county: str = "county"


def programmes(count: int) -> tuple[Measure, ...]:
    """As many programmes: headline measures of one panel, so that they share one partition."""
    return tuple(
        Measure(f"m{i:04}", favourable=(YES,), panel="all", wording=WORDING, headline=True)
        for i in range(count)
    )


@dataclass(frozen=True)
class Season:
    """A frame, and what is known of it: yes[town, programme] and each town's own event sizes."""

    frame: pd.DataFrame
    yes: IntArray
    squares: IntArray  # per town the sum of n_j^2


def season(
    rng: np.random.Generator,
    towns: Sequence[Town],
    shares: ArrayLike,
    icc: float,
    *,
    year: int = SEASON,
) -> Season:
    """A season of these towns. shares: true ones, one per programme or (towns, programmes)."""
    true = np.atleast_2d(np.asarray(shares, dtype=float))
    true = np.broadcast_to(true, (len(towns), true.shape[1]))
    town = np.repeat(np.arange(len(towns)), [place.n for place in towns])
    within = np.concatenate([np.arange(place.n) % place.events for place in towns])
    first = np.cumsum([0, *(place.events for place in towns)])
    event = first[town] + within
    of_event = event_shares(rng, np.repeat(true, np.diff(first), axis=0), icc)
    answers = rng.random((len(town), true.shape[1])) < of_event[event]
    sizes = np.bincount(event, minlength=first[-1])
    return Season(
        frame=_frame(towns, town, event, answers, year),
        yes=np.add.reduceat(answers, _starts(town), axis=0, dtype=np.int64),
        squares=np.add.reduceat(sizes**2, first[:-1]),
    )


def event_shares(rng: np.random.Generator, true: FloatArray, icc: float) -> FloatArray:
    """Each event's share, drawn around the true one; all the same for an icc of 0."""
    if icc == 0:
        return true
    alike = (1 - icc) / icc
    drawn: FloatArray = rng.beta(true * alike, (1 - true) * alike)
    return drawn


def _starts(codes: IntArray) -> IntArray:
    return np.flatnonzero(np.diff(codes, prepend=-1))


def _frame(
    towns: Sequence[Town],
    town: NDArray[np.int64],
    event: NDArray[np.int64],
    answers: BoolArray,
    year: int,
) -> pd.DataFrame:
    names = np.array([name_of(i) for i in range(len(towns))], dtype=object)
    counties = np.array([place.county for place in towns], dtype=object)
    place = pd.DataFrame(
        {
            "key": [f"{year}-{i}" for i in range(len(town))],
            "season": np.full(len(town), year),
            "state": "OH",
            "county": counties[town],
            "community": names[town],
            "event": np.array([f"{year}-{i}" for i in range(event.max() + 1)], dtype=object)[event],
            "instrument": "made-up",
            "audience": "adult",
        }
    )
    codes = np.where(answers, YES, NO).astype("int8")
    items = pd.DataFrame(codes, columns=[m.id for m in programmes(answers.shape[1])])
    return pd.concat([place, items], axis=1)


def name_of(town: int) -> str:
    return f"town-{town:03}"
