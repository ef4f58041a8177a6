"""Ranges of a share that we do not publish, for whoever compares with other programs.

Ours are Korn and Graubard's (taylor.py) and Wilson's (estimate.py), see METHODS 3. R's
svyciprop() takes the logit's by default. None of these can be estimated at 0, at 1 or for
one event: they raise ValueError there, and Wilson's with n* is the way.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t

from analysis.estimators.basic import LEVEL, tails
from analysis.estimators.linearization import Estimate


def logit_range(estimate: Estimate, *, level: float = LEVEL) -> tuple[float, float]:
    """Range of a share, symmetric on the logit scale: se / (p q), t with the df.

    Parameters
    ----------
    estimate
        Of a share, as mean_of() returns it.
    level
        Of the range, 0..1.

    Returns
    -------
    Low and high, 0..1.

    Raises
    ------
    ValueError
        At 0, at 1, for one event and for a level outside 0..1.

    Source
    ------
    R: svyciprop(method = "logit"), "xlogit".
    """
    p, half = estimate.value, _half(estimate, level)
    half /= p * (1 - p)
    return float(expit(logit(p) - half)), float(expit(logit(p) + half))


def arcsine_range(estimate: Estimate, *, level: float = LEVEL) -> tuple[float, float]:
    """Range of a share, symmetric in asin(sqrt(p)): se / (2 sqrt(p q)), t with the df.

    Parameters
    ----------
    estimate
        Of a share, as mean_of() returns it.
    level
        Of the range, 0..1.

    Returns
    -------
    Low and high, 0..1.

    Raises
    ------
    ValueError
        As logit_range() does.

    Source
    ------
    R: svyciprop(method = "asin"), but that an end below 0 is 0 here: R squares it, so that its
    range may begin above the share of nobody.
    """
    p, half = estimate.value, _half(estimate, level)
    half /= 2 * np.sqrt(p * (1 - p))
    middle = np.arcsin(np.sqrt(p))
    low, high = max(middle - half, 0.0), min(middle + half, np.pi / 2)
    return float(np.sin(low) ** 2), float(np.sin(high) ** 2)


def _half(estimate: Estimate, level: float) -> float:
    if not (0 < estimate.value < 1 and estimate.variance > 0 and estimate.df > 0):
        raise ValueError("A share of 0 or 1, or from one event, has no such range: use Wilson.")
    return float(t.ppf(tails(level), estimate.df)) * estimate.se
