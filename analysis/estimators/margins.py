"""Margins: what is known about everybody who lives there, and whether answers can meet it.

A margin that does not fit is refused with a sentence; several public libraries go on silently and
give wrong numbers here (METHODS 4).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimators.basic import FloatArray
from analysis.measures import IntArray

Target = Mapping[Any, float] | pd.Series  # category -> people in the population

MARGINS = 3  # more leave too few people per combination
LEAST_PEOPLE, LEAST_CATEGORY = 100, 10  # answers in all, and in each category that is used


# Census margins still follow the 1997 standard; the questionnaire has the seven categories of
# 2024. Hispanic counts with or without another, these count alone, and the rest is "all other".
HISPANIC, ALL_OTHER = "hispanic", "all_other"
BRIDGE = {
    "black": {"black"},
    "asian_pacific": {"asian", "pacific"},
    "white_mena": {"white", "mena"},
}


class CannotWeight(ValueError):
    """These answers cannot be weighted to these margins; the message says why."""


@dataclass(frozen=True)
class Margin:
    """One margin: each person's category (codes 0..c-1) and the population's counts."""

    name: str
    codes: IntArray
    target: FloatArray


def margin(name: str, categories: Collection[Any], target: Target) -> Margin:
    """A Margin from each person's category and the population's counts.

    Parameters
    ----------
    name
        What the margin is of, for its errors.
    categories
        Shape (people,): the category of each.
    target
        Category -> people in the population, or shares; their proportions and total matter alone.

    Returns
    -------
    A Margin.

    Raises
    ------
    CannotWeight
        When a target category has nobody in the sample, a sample category has no target, a target
        is not a positive number, or somebody has no category.

    Source
    ------
    METHODS 4.
    """
    target = dict(target)
    names = list(target)
    position = {category: i for i, category in enumerate(names)}
    counts = np.array([float(target[category]) for category in names])
    if not (np.isfinite(counts).all() and (counts > 0).all()):
        raise CannotWeight(f"The margin {name} has a target that is not a positive number.")
    silent = int(pd.isna(pd.Series(list(categories), dtype=object)).sum())
    if silent:
        raise CannotWeight(
            f"{silent} of those who answered have no category in {name}: leave them out, or name "
            "them and give that category a target."
        )
    strange = set(categories) - set(names)
    if strange:
        raise CannotWeight(
            f"The margin {name} has no target for {_some(strange)}, but people of that category "
            "answered; add its target or join categories."
        )
    absent = set(names) - set(categories)
    if absent:
        raise CannotWeight(
            f"Nobody of {_some(absent)} answered, so no weight can stand for them in {name}; "
            "join that category with another."
        )
    codes = np.array([position[category] for category in categories], dtype=np.int64)
    return Margin(name, codes, counts)


def bridged(races: Collection[str]) -> str | None:
    """The category of 1997 for everything that a person ticked.

    Parameters
    ----------
    races
        The options ticked.

    Returns
    -------
    "hispanic", one of BRIDGE's three, or "all_other"; None for nothing ticked.

    Raises
    ------
    Nothing.

    Source
    ------
    METHODS 4, the bridge from the standard of 2024 to that of the census margins.
    """
    ticked = set(races)
    if not ticked:
        return None
    if HISPANIC in ticked:
        return HISPANIC
    return next((name for name, alone in BRIDGE.items() if ticked <= alone), ALL_OTHER)


def check_people(margins: Sequence[Margin]) -> None:
    """Refuse margins with too few people.

    1 to 3 margins, 100 people, 10 in every category; counts are of people, not of weights.

    Parameters
    ----------
    margins
        As margin() returns them, of the same people.

    Raises
    ------
    CannotWeight
        Under those numbers.

    Source
    ------
    METHODS 4.
    """
    if not 1 <= len(margins) <= MARGINS:
        raise CannotWeight(f"Weight to 1 to {MARGINS} margins; here are {len(margins)}.")
    n = len(margins[0].codes)
    if n < LEAST_PEOPLE:
        raise CannotWeight(f"Under {LEAST_PEOPLE} people answered: weights would be guesses.")
    for one in margins:
        if np.bincount(one.codes, minlength=len(one.target)).min() < LEAST_CATEGORY:
            raise CannotWeight(
                f"A category of {one.name} has under {LEAST_CATEGORY} answers; join it to another."
            )


def _some(categories: set[Hashable]) -> str:
    plain = (one.item() if isinstance(one, np.generic) else one for one in categories)
    return ", ".join(sorted(map(repr, plain)))
