"""Counties of small towns: what pooling shows, and what steadying adds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import logit

from analysis.estimators.basic import Z95
from analysis.estimators.small_areas import steadied_shares
from analysis.measures import OTHER
from analysis.release.build import release
from analysis.simulation.rates import Rate, rate
from analysis.simulation.towns import Town, name_of, programmes, season
from analysis.tabulation.rounding import THIRDS

COUNTIES, TOWNS = 6, 9
BETWEEN = 0.08  # how far true shares of towns lie from each other, one standard deviation


@dataclass(frozen=True)
class SmallTowns:
    """ranges: of towns, pools and counties that held their people's true share; words: part of
    the figures shown in words; steadied: held by the steadied marks' ranges; errors in points.
    """

    icc: float
    ranges: Rate
    words: float
    least: int  # the fewest people behind any figure
    steadied: Rate
    raw_error: float
    steadied_error: float


def small_towns(rng: np.random.Generator, icc: float, each: int) -> SmallTowns:
    """Towns of 3 to 250 people at one event each, every town with a true share of its own."""
    sizes = np.geomspace(3, 250, COUNTIES * TOWNS).astype(int)
    rng.shuffle(sizes)
    towns = [Town(int(n), 1, f"county-{i // TOWNS}") for i, n in enumerate(sizes)]
    true = np.clip(rng.normal(0.7, BETWEEN, (len(towns), each)), 0.05, 0.95)
    made = season(rng, towns, true, icc)
    released = release(made.frame, programmes(each), ())
    assert released.ledger is not None
    figures = released.figures.assign(truth=_truth(released.figures, towns, true))
    apart = figures[figures["band"] != THIRDS]
    held = (apart["range_low"] <= apart["truth"]) & (apart["truth"] <= apart["range_high"])
    marks = [_steadied(rows) for _, rows in apart.groupby("measure")]
    return SmallTowns(
        icc=icc,
        ranges=rate(held.groupby(apart["measure"]).mean()),
        words=float((figures["band"] == THIRDS).mean()),
        least=int(released.ledger["n"].min()),
        steadied=rate([mark[0] for mark in marks]),
        raw_error=float(np.mean([mark[1] for mark in marks])),
        steadied_error=float(np.mean([mark[2] for mark in marks])),
    )


def _truth(figures: pd.DataFrame, towns: list[Town], true: np.ndarray) -> np.ndarray:
    """Each figure's true share: of its people, were their events drawn again and again."""
    index = {name_of(i): i for i in range(len(towns))}
    n = np.array([town.n for town in towns])
    county = np.array([town.county for town in towns])
    truths = np.empty(len(figures))
    rows = zip(
        figures["community"], figures["members"], figures["county"], figures["measure"], strict=True
    )
    for i, (community, members, of, measure) in enumerate(rows):
        if community == OTHER:
            there = np.array([index[name] for name in members.split("|")])
        else:
            there = np.array([index[community]]) if community else np.flatnonzero(county == of)
        truths[i] = np.average(true[there, int(measure[1:])], weights=n[there])
    return truths


def _steadied(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Part of a season's towns whose steadied range holds the truth; mean errors in points."""
    towns = rows[(rows["community"] != "") & (rows["community"] != OTHER)]
    values, made = steadied_shares(towns["value"], towns["n_eff_place"].fillna(towns["n_eff"]))
    truth = towns["truth"].to_numpy(dtype=float)
    held = abs(made.value - logit(truth)) <= Z95 * made.se
    raw = abs(towns["value"].to_numpy(dtype=float) - truth).mean()
    return float(held.mean()), float(100 * raw), float(100 * abs(values - truth).mean())
