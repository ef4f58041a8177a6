"""How often something happened in a simulation, with its Monte-Carlo error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Rate:
    """part: 0..1; error: its standard error; of: independent programmes behind it."""

    part: float
    error: float
    of: int

    def order(self) -> float:
        return self.part

    def __str__(self) -> str:
        return f"{100 * self.part:.1f} ± {100 * self.error:.1f}"


def rate(per_programme: ArrayLike) -> Rate:
    """The mean over programmes; figures of one programme share its chance, so it is the unit.

    Raises ValueError for no programme. Where all agree the
    error is that of one more that would not: "always" is never printed without an error.
    """
    x = np.asarray(per_programme, dtype=float)
    x = x[~np.isnan(x)]
    if x.size == 0:
        raise ValueError("Nothing was simulated: a rate of no programme is no number.")
    spread = float(x.std(ddof=1) / np.sqrt(x.size)) if x.size > 1 else 1.0
    return Rate(float(x.mean()), spread or 1 / (x.size + 1), x.size)
