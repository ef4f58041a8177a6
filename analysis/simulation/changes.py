"""Do clear changes mean what they say? False ones where nothing moved, found ones where it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.estimators.basic import FloatArray
from analysis.release.build import release
from analysis.release.changes import season_changes
from analysis.release.verdict import DOWN, FEW, UP
from analysis.simulation.rates import Rate, rate
from analysis.simulation.towns import SEASON, Town, name_of, programmes, season

CLEARLY = (UP, DOWN)
NEIGHBOURS = 12  # towns of one county
ICC = 0.05  # of the towns whose power is measured; their ranges use the same
QUIET = (35, 1)  # people and events of a town that does not move
ROOM = 0.02  # a share that is moved ends at least so far from 0 and 1


def mixed_towns(count: int) -> list[Town]:
    """Small and large, with one event or a few: 12 to 600 people."""
    sizes = np.geomspace(12, 600, count).astype(int)
    return [
        Town(int(n), 1 + i % 3, county=f"county-{i // NEIGHBOURS}") for i, n in enumerate(sizes)
    ]


def large_towns(count: int) -> list[Town]:
    """Where rounding hides least: 600 people at six events."""
    return [Town(600, 6, county=f"county-{i // NEIGHBOURS}") for i in range(count)]


def two_seasons(
    rng: np.random.Generator,
    towns: Sequence[Town],
    before: FloatArray,
    after: FloatArray,
    icc: float,
    *,
    known: bool = False,
) -> list[pd.DataFrame]:
    """The verdicts of each programme, judged as release() judges them: one family each.

    before, after: true shares, (towns, programmes); known: the ranges use the true icc.
    """
    first = season(rng, towns, before, icc, year=SEASON - 1)
    second = season(rng, towns, after, icc, year=SEASON)
    both = pd.concat([first.frame, second.frame], ignore_index=True)
    measures = programmes(first.yes.shape[1])
    rho = {(year, m.id, ""): icc for year in (SEASON - 1, SEASON) for m in measures}
    figures = release(both, measures, (), rho=rho if known else None).figures
    by_programme = dict(list(figures.groupby("measure")))
    return [season_changes(by_programme[measure.id], [measure]) for measure in measures]


@dataclass(frozen=True)
class FalseChanges:
    """shown: false clear changes among all verdicts that are shown; any: programmes with one;
    among_clear: false ones among the clear changes (NaN-free: a programme without any counts 0).
    """

    shown: Rate
    any: Rate
    among_clear: Rate


def false_changes(
    rng: np.random.Generator, towns: Sequence[Town], icc: float, moved: float, each: int
) -> FalseChanges:
    """moved: by how much every fifth town really rises; 0: nothing changes anywhere.

    County figures that hold a town that moved have moved a little themselves: they are left out.
    """
    before = np.tile(rng.uniform(0.4, 0.65, (len(towns), 1)), (1, each))
    rises = np.arange(len(towns)) % 5 == 2
    after = before + np.where(rises, moved, 0.0)[:, None]
    verdicts = two_seasons(rng, towns, before, after, icc)
    names = {name_of(i) for i in np.flatnonzero(rises).tolist()} if moved else set()
    shown, wrong, clear = (np.zeros(each) for _ in range(3))
    for i, changes in enumerate(verdicts):
        told = changes[changes["verdict"] != FEW]
        told = told[(told["community"] != "") | (not names)]
        false = told["verdict"].isin(CLEARLY) & ~told["community"].isin(names)
        false |= told["community"].isin(names) & (told["verdict"] == DOWN)
        shown[i], wrong[i] = len(told), false.sum()
        clear[i] = told["verdict"].isin(CLEARLY).sum()
    return FalseChanges(
        shown=rate(wrong / np.maximum(shown, 1)),
        any=rate(wrong > 0),
        among_clear=rate(wrong / np.maximum(clear, 1)),
    )


@dataclass(frozen=True)
class Power:
    """How often a true change of the printed smallest size got its clear verdict."""

    town: Town
    towns: int
    moved: str  # "one" or "all" of the towns
    share: float
    printed: float  # smallest change as printed, 0..1; the median over programmes
    found: Rate


def power(
    rng: np.random.Generator, town: Town, towns: int, moved: str, share: float, each: int
) -> Power | None:
    """Simulate, read what is printed, move by that, count. None: there is no room to move so far.

    The bar of Benjamini and Hochberg depends on how many others changed, so what is printed is
    read where that many did. Towns that do not move are small: they are there to be counted.
    """
    rises = np.arange(towns) < (towns if moved == "all" else 1)
    places = [
        Town(*((town.n, town.events) if r else QUIET), f"county-{i // NEIGHBOURS}")
        for i, r in enumerate(rises)
    ]
    step = 0.0
    for count in (each // 4, each // 4, each):
        before = np.full((towns, max(count, 2)), share)
        after = before + np.where(rises, step, 0.0)[:, None]
        verdicts = two_seasons(rng, places, before, after, ICC, known=True)
        told = [_of(changes, rises) for changes in verdicts]
        if count == each:
            found = rate([float(one["verdict"].isin(CLEARLY).mean()) for one in told])
            return Power(town, towns, moved, share, abs(step), found)
        printed = float(np.median(np.concatenate([_smallest(one) for one in told])))
        step = printed if share < 0.5 else -printed
        if not ROOM <= share + step <= 1 - ROOM:
            return None
    raise AssertionError("the last round returns")


def _of(changes: pd.DataFrame, rises: np.ndarray) -> pd.DataFrame:
    names = {name_of(i) for i in np.flatnonzero(rises).tolist()}
    return changes[changes["community"].isin(names)]


def _smallest(changes: pd.DataFrame) -> FloatArray:
    return changes["smallest"].to_numpy(dtype=float)
