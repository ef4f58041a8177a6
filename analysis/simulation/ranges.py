"""Do the released ranges hold the truth? Coverage for every size, correlation and kind of place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.estimators.basic import EVENTS_TO_TRUST, FloatArray, effective_n, wilson
from analysis.measures import BoolArray
from analysis.release.build import RHO, release
from analysis.release.released import Released
from analysis.simulation.rates import Rate, rate
from analysis.simulation.towns import Season, Town, programmes, season
from analysis.tabulation.rounding import BANDS, THIRDS

SHARES = (0.5, 0.8, 0.95)  # true ones; .2 and .05 are the same by symmetry


@dataclass(frozen=True)
class Case:
    """Towns of n people at this many events; alone: the whole programme is one such town."""

    n: int
    events: int
    icc: float
    alone: bool

    @property
    def towns(self) -> list[Town]:
        """One, or as many as make a programme whose correlation is estimated at all."""
        count = 1 if self.alone else max(2, -(-EVENTS_TO_TRUST // self.events))
        return [Town(self.n, self.events)] * count


@dataclass(frozen=True)
class Coverage:
    """What share of ranges held the truth; widths are in points."""

    case: Case
    share: float
    words: bool  # told in words: the range is then what a reader can work out from the third
    released: Rate
    exact: Rate  # Wilson with n* on the exact numbers, before any rounding
    unclustered: Rate  # Wilson with n: what would happen if events were ignored
    width: float
    exact_width: float


def coverage(
    rng: np.random.Generator, case: Case, shares: Sequence[float], each: int
) -> list[Coverage]:
    """One entry per true share, from `each` programmes of its own."""
    true = np.repeat(shares, each)
    made = season(rng, case.towns, true, case.icc)
    released = release(made.frame, programmes(len(true)), ())
    low, high = _released(released, made)
    exact, unclustered = _exact(released, made, case.n), wilson(made.yes / case.n, case.n)
    held = [_held(ends, true) for ends in ((low, high), exact, unclustered)]
    found = []
    for i, share in enumerate(shares):
        mine = slice(i * each, (i + 1) * each)
        shown, plain, ignored = (rate(one[:, mine].mean(axis=0)) for one in held)
        widths = [float((b - a)[:, mine].mean()) for a, b in ((low, high), exact)]
        found.append(Coverage(case, share, case.n < BANDS[1].least, shown, plain, ignored, *widths))
    return found


def _held(ends: tuple[FloatArray, FloatArray], true: FloatArray) -> BoolArray:
    low, high = ends
    held: BoolArray = (low <= true) & (true <= high)
    return held


def _released(released: Released, made: Season) -> tuple[FloatArray, FloatArray]:
    """Shape (towns, programmes). Words: by the formula of derive.with_ranges, from the download."""
    figures = released.figures
    figures = figures[figures["community"] != ""]
    words = figures["band"] == THIRDS
    low, _ = wilson(figures["value_low"], figures["n_star"])
    _, high = wilson(figures["value_high"], figures["n_star"])
    figures = figures.assign(
        range_low=figures["range_low"].where(~words, low),
        range_high=figures["range_high"].where(~words, high),
    )
    return _wide(figures, "range_low"), _wide(figures, "range_high")


def _wide(figures: pd.DataFrame, name: str) -> FloatArray:
    table = figures.pivot(index="community", columns="measure", values=name)
    return table.sort_index().sort_index(axis=1).to_numpy(dtype=float)


def _exact(released: Released, made: Season, n: int) -> tuple[FloatArray, FloatArray]:
    """Wilson's range with n* of the exact sizes and the season's correlation."""
    notes = released.notes[released.notes["kind"] == RHO].sort_values("measure")
    rho = notes["value"].to_numpy(dtype=float)
    n_star = effective_n(n, made.squares[:, None], rho[None, :])
    return wilson(made.yes / n, n_star)
