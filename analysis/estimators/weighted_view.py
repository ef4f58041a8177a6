"""The weighted view beside the headline, by all the rules of METHODS 4 at once.

It says how those who live there would have answered, had people of each kind answered as those
who came. It cannot repair who chose to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.estimators.answers import numbers
from analysis.estimators.basic import LEVEL, FloatArray
from analysis.estimators.design import Design
from analysis.estimators.intervals import Ranged, mean_range, share_range
from analysis.estimators.margins import CannotWeight, Margin, check_people
from analysis.estimators.trimming import rake_and_trim
from analysis.estimators.weighted_estimates import refuse_unshowable, who_answered_matters
from analysis.estimators.weighted_intervals import weighted_mean_range, weighted_share_range


@dataclass(frozen=True)
class SecondView:
    """Both views in the unit of y; matters: they differ by over 5 points, and that is said."""

    headline: Ranged
    weighted: Ranged
    matters: bool

    @property
    def difference(self) -> float:
        """Weighted minus headline."""
        return self.weighted.value - self.headline.value


def share_second_view(
    y: ArrayLike,
    margins: Sequence[Margin],
    of: Design,
    *,
    rho: float,
    level: float = LEVEL,
) -> SecondView:
    """The share of ones in y as it is, and raked to the margins.

    Parameters
    ----------
    y
        Shape (people,): 0 or 1; NaN leaves.
    margins
        1 to 3, see margin(), with a category for everybody.
    of
        The design.
    rho
        Intraclass correlation of the whole programme, 0..1.
    level
        Of both ranges, 0..1.

    Returns
    -------
    A SecondView, 0..1.

    Raises
    ------
    CannotWeight
        Under 100 answers, for a category with under 10, margins that cannot be met with weights of
        .3 to 3 times their mean, a design effect of the weights over 2, and answers worth under 30
        people's.

    Source
    ------
    METHODS 4.
    """
    values, there = _who_answered(y, margins, of)
    fitted = rake_and_trim(there, margins)
    weighted = weighted_share_range(values, fitted, of, rho=rho, level=level)
    refuse_unshowable(fitted.weights[there > 0], weighted.n_star)
    plain = share_range(values, of, rho=rho, level=level)
    return SecondView(plain, weighted, who_answered_matters(weighted.value, plain.value))


def mean_second_view(
    y: ArrayLike,
    margins: Sequence[Margin],
    of: Design,
    *,
    rho: float,
    scale: float = 100.0,
    level: float = LEVEL,
) -> SecondView:
    """As share_second_view(), of a mean.

    Parameters
    ----------
    y
        Shape (people,); NaN leaves.
    margins
        1 to 3, see margin(), with a category for everybody.
    of
        The design.
    rho
        Intraclass correlation of the whole programme, 0..1.
    scale
        From the least to the greatest y there can be; 5 % of it are worth saying.
    level
        Of both ranges, 0..1.

    Returns
    -------
    A SecondView in the unit of y.

    Raises
    ------
    CannotWeight
        As share_second_view() does.

    Source
    ------
    METHODS 4.
    """
    values, there = _who_answered(y, margins, of)
    fitted = rake_and_trim(there, margins)
    weighted = weighted_mean_range(values, fitted, of, rho=rho, level=level)
    refuse_unshowable(fitted.weights[there > 0], weighted.n_star)
    plain = mean_range(values, of, rho=rho, level=level)
    return SecondView(
        plain, weighted, who_answered_matters(weighted.value, plain.value, scale=scale)
    )


def _who_answered(
    y: ArrayLike, margins: Sequence[Margin], of: Design
) -> tuple[FloatArray, FloatArray]:
    """The answers, and base weights that are 0 for everybody else; the margins are checked."""
    values = numbers(y)
    if {len(of.weights), *(len(one.codes) for one in margins)} != {len(values)}:
        raise CannotWeight("Answers, margins and the design need one entry per person.")
    there = np.where(np.isnan(values), 0.0, of.weights)
    check_people([replace(one, codes=one.codes[there > 0]) for one in margins])
    return values, there
