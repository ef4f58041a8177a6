"""Who came, or what they think? Kitagawa's split of a change (METHODS 5).

Total change = part from who came (the strata's shares moved) + part from what they think (the
rates within strata moved). An exact identity, for one stratifier at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

from analysis.estimators.answers import numbers
from analysis.estimators.basic import LEVEL, FloatArray, tails, z_of
from analysis.estimators.intraclass import effective_n
from analysis.estimators.linearization import DF_TO_TRUST, design, variance
from analysis.estimators.trend import CannotCompare
from analysis.measures import LEAST, BoolArray, IntArray
from analysis.wordings import comparable

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
    """The split of a change: who came, and what they think.

    sum (b-a)(rA+rB)/2 and sum (rB-rA)(a+b)/2, with a and b the strata's shares of their season.

    Parameters
    ----------
    n_from, rates_from
        Shape (strata,): people per stratum, or their weights, and favourable shares 0..1 or
        scores, in the earlier season.
    n_to, rates_to
        The same in the later season.
    wording
        The wording of the earlier and of the later season.

    Returns
    -------
    A Split, in the unit of the rates.

    Raises
    ------
    CannotCompare
        Under 11 people in a stratum, under 100 in a season, or across a wording.

    Source
    ------
    METHODS 5; Kitagawa 1955.
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


@dataclass(frozen=True)
class Adjusted:
    """A split with its ranges, in the unit of the answers.

    raw: of the whole change; adjusted: of what they think, with the mix of people held still;
    df: 0 where the events were too few and n* stood in for them.
    """

    split: Split
    raw: tuple[float, float]
    adjusted: tuple[float, float]
    df: int


def adjusted_change(
    y: ArrayLike,
    later: ArrayLike,
    strata: ArrayLike,
    events: ArrayLike,
    *,
    wording: tuple[str, str],
    rho: float,
    level: float = LEVEL,
) -> Adjusted:
    """The split of two seasons' answers, with ranges that know who came with whom.

    Both parts are linearised (delta method) and summed per event. A label that occurs in both
    seasons is one cluster, so that its covariance counts; else the seasons are strata.

    Parameters
    ----------
    y
        Shape (people,): 0 or 1, or a score; a missing answer (NaN) leaves.
    later
        Shape (people,): whether the answer is of the later season.
    strata
        Shape (people,): age group or the like.
    events
        Shape (people,): labels; the community where communities return.
    wording
        The wording of the earlier and of the later season.
    rho
        Intraclass correlation, 0..1, used under DF_TO_TRUST degrees of freedom.
    level
        Of both ranges, 0..1.

    Returns
    -------
    An Adjusted, in the unit of y.

    Raises
    ------
    CannotCompare
        As kitagawa() does.
    ValueError
        For a level outside 0..1.

    Source
    ------
    METHODS 5; Kitagawa 1955; Wolter 2007, chapter 6.
    """
    values, after, stratum, event, strata_in_all = _prepared(y, later, strata, events)
    counts = [np.bincount(stratum[one], minlength=strata_in_all) for one in (~after, after)]
    sums = [
        np.bincount(stratum[one], values[one], minlength=strata_in_all) for one in (~after, after)
    ]
    rates = [s / np.maximum(n, 1) for s, n in zip(sums, counts, strict=True)]
    split = kitagawa(counts[0], rates[0], counts[1], rates[1], wording=wording)
    thoughts = _of_thoughts(values, after, stratum, counts, rates)
    influence = np.stack([_of_total(values, after), thoughts], axis=1)
    errors, df = _errors(influence, after, event, rho)
    factor = float(t.ppf(tails(level), df)) if df else z_of(level)
    ends = [
        (value - factor * se, value + factor * se)
        for value, se in zip((split.total, split.what_they_think), errors.tolist(), strict=True)
    ]
    return Adjusted(split, ends[0], ends[1], df)


def _prepared(
    y: ArrayLike, later: ArrayLike, strata: ArrayLike, events: ArrayLike
) -> tuple[FloatArray, BoolArray, IntArray, NDArray[Any], int]:
    """Of those who answered: the answer, the season, the stratum as a code and the event; and how
    many strata there are."""
    values, after = numbers(y), np.asarray(later, dtype=bool)
    if len({len(column) for column in (values, after, np.asarray(strata), np.asarray(events))}) > 1:
        raise CannotCompare("Every person needs an answer, a season, a stratum and an event.")
    if pd.isna(np.asarray(strata)).any() or pd.isna(np.asarray(later)).any():
        raise CannotCompare("Somebody has no stratum or season: name those who did not say.")
    there = ~np.isnan(values)
    label, event = (np.asarray(column)[there] for column in (strata, events))
    names, stratum = np.unique(label, return_inverse=True)
    return values[there], after[there], stratum.astype(np.int64), event, len(names)


def _of_total(y: FloatArray, later: BoolArray) -> FloatArray:
    """What each person moves the difference of the two means."""
    influence = np.empty_like(y)
    for season, sign in ((~later, -1.0), (later, 1.0)):
        influence[season] = sign * (y[season] - y[season].mean()) / season.sum()
    return influence


def _of_thoughts(
    y: FloatArray,
    later: BoolArray,
    stratum: IntArray,
    counts: list[IntArray],
    rates: list[FloatArray],
) -> FloatArray:
    """What each person moves sum (rB-rA)(a+b)/2: through a rate, and through a stratum's share."""
    mix = [n / n.sum() for n in counts]
    between = (mix[0] + mix[1]) / 2
    gap = (rates[1] - rates[0]) / 2
    influence = np.empty_like(y)
    seasons = zip((~later, later), (-1.0, 1.0), mix, counts, rates, strict=True)
    for season, sign, share, n, rate in seasons:
        here = stratum[season]
        by_rate = sign * between[here] * (y[season] - rate[here]) / n[here]
        influence[season] = by_rate + (gap[here] - share @ gap) / n.sum()
    return influence


def _errors(
    influence: FloatArray, later: BoolArray, events: FloatArray, rho: float
) -> tuple[FloatArray, int]:
    """Standard errors of both columns and the df; Taylor, or n* where events are few (df 0)."""
    returning = np.intersect1d(events[later], events[~later]).size > 0
    of = design(events, strata=None if returning else later)
    df = len(np.unique(of.events)) - len(np.unique(of.strata))
    if df >= DF_TO_TRUST:
        return np.sqrt(np.diag(variance(influence, of))), df
    total = np.zeros(influence.shape[1])
    for season in (~later, later):
        sizes = np.unique(events[season], return_counts=True)[1]
        n = sizes.sum()
        total += (influence[season] ** 2).sum(axis=0) * n / effective_n(n, (sizes**2).sum(), rho)
    return np.sqrt(total), 0


def _refuse_few(n: FloatArray, rate: FloatArray) -> None:
    if n.shape != rate.shape or np.isnan(n).any():
        raise CannotCompare("Every stratum needs its people and its rate.")
    if n.size == 0 or n.min() < LEAST:
        raise CannotCompare(f"A stratum has under {LEAST} people: join it with another.")
    if not np.isfinite(rate).all():
        raise CannotCompare("Every stratum needs its people and its rate.")
    if n.sum() < LEAST_PEOPLE:
        raise CannotCompare(f"A season has under {LEAST_PEOPLE} answers: too few to take apart.")
