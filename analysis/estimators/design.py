"""Who came with whom: events, their strata and weights, and the people that a figure is about.

As R's svydesign(): what does not fit is refused with a sentence before anything is computed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.estimators.basic import FloatArray
from analysis.measures import BoolArray, IntArray


@dataclass(frozen=True)
class Design:
    """Who came with whom: one entry per person.

    events: codes 0..k-1, unique over strata; strata: codes, nested around events;
    weights: 1 unless weighted; population: events that exist in the person's stratum (inf: very
    many), for the finite population correction; lonely: whether an only event of its stratum
    counts with its distance from 0 (R's lonely.psu "adjust") or not at all ("certainty"). R itself
    stops there by default; we take the first, which rather says too much error than none.
    """

    events: IntArray
    strata: IntArray
    weights: FloatArray
    population: FloatArray
    lonely: bool = True


def design(
    events: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    strata: ArrayLike | None = None,
    population: ArrayLike | None = None,
    lonely: bool = True,
) -> Design:
    """A Design from event and stratum labels; the same label in two strata is two events.

    Parameters
    ----------
    events
        Shape (people,): a label per person, none missing.
    weights
        Shape (people,), 0 or more; 0 leaves a person out but not the event.
    strata
        Shape (people,): a label per person.
    population
        Shape (people,): events in all, the same for everybody of a stratum.
    lonely
        Whether the only event of its stratum counts with its distance from 0 (R's lonely.psu
        "adjust") or not at all ("certainty").

    Returns
    -------
    A Design.

    Raises
    ------
    ValueError
        For arrays of different lengths, a missing label, a negative, infinite or missing weight,
        and a population smaller than its events.

    Source
    ------
    METHODS 3; R: svydesign(id=, strata=, weights=, fpc=, nest=TRUE).
    """
    labels = np.asarray(events)
    n = labels.size
    layers = np.zeros(n) if strata is None else np.asarray(strata)
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    many = np.full(n, np.inf) if population is None else np.asarray(population, dtype=float)
    if not (labels.ndim == 1 and w.shape == many.shape == layers.shape == labels.shape):
        raise ValueError("Events, strata, weights and population need one entry per person.")
    if pd.isna(labels).any() or pd.isna(layers).any():
        raise ValueError("Somebody has no event or no stratum: leave them out or name it.")
    if not ((w >= 0) & np.isfinite(w)).all():
        raise ValueError("A weight is negative or missing: each person needs one of 0 or more.")
    stratum = codes_of(layers)
    event = codes_of(stratum * (n + 1) + codes_of(labels))
    _refuse_population(event, stratum, many)
    return Design(event, stratum, w, many, lonely)


def chosen(domain: ArrayLike, n: int) -> BoolArray:
    """A domain as booleans; who is missing in it is outside, as in R's subset()."""
    asked = np.asarray(domain)
    if asked.shape != (n,):
        raise ValueError("A domain needs one entry per person.")
    inside: BoolArray = np.where(pd.isna(asked), False, asked).astype(bool)
    return inside


def codes_of(labels: NDArray[np.generic]) -> IntArray:
    """Labels as codes 0, 1, 2 in their order."""
    codes: IntArray = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return codes


def _refuse_population(event: IntArray, stratum: IntArray, many: FloatArray) -> None:
    """Unless everybody of a stratum has the same, and it holds the events."""
    for one in np.unique(stratum[np.isfinite(many) | np.isnan(many)]):
        here = stratum == one
        if not (many[here] == many[here][0]).all():
            raise ValueError("The population of a stratum must be the same for all its people.")
        if many[here][0] < len(np.unique(event[here])):
            raise ValueError("A stratum has more events than its population: give their number.")
