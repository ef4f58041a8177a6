"""Every claim of the release, judged by its own truth (METHODS 9), by the new rules and the old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.estimators.basic import FloatArray
from analysis.measures import BoolArray
from analysis.release.changes import released_changes
from analysis.release.columns import NOTES
from analysis.release.overall import overall, parts_of
from analysis.release.released import tidy
from analysis.simulation.crowds import Season, Town, figures_of, measures, season, wide
from analysis.simulation.judge import judge, with_old_ranges
from analysis.simulation.rates import Rate, rate

LEAST, MOST = 0.35, 0.75  # true shares of towns; they are not all alike
ALIKE = 0.01  # crowds that differ by less did not move
BEFORE, AFTER = 2025, 2026


@dataclass(frozen=True)
class Finding:
    """What one case of a claim came to; goal: at least (or, sign -1, at most) so much, or None."""

    claim: str
    case: str
    rate: Rate
    old: Rate | None = None
    goal: float | None = None
    sign: int = 1

    @property
    def room(self) -> float:
        """By how much the goal is met, 0..1; the greatest error that is the simulation's own."""
        if self.goal is None:
            return float("inf")
        slack = min(2 * self.rate.error, SLACK)
        return self.sign * (self.rate.part - self.goal) + slack


SLACK = 0.004  # 94.5 % of 95 counts as missed, however few programmes were simulated


def crowd(
    rng: np.random.Generator, town: Town, icc: float, share: float, each: int
) -> list[Finding]:
    """Does the crowd's range hold the share of people like those who came?"""
    made = season(rng, [town], np.full((1, each), share), icc)
    figures = figures_of([made])
    case = f"{town.n} answers, {_events(town)}, ICC {icc:.2f}, {100 * share:.0f} %"
    held = rate(_held(figures, made))
    return [Finding("crowd", case, held, rate(_held(with_old_ranges(figures, [made]), made)), 0.95)]


def _held(figures: pd.DataFrame, made: Season) -> FloatArray:
    low, high = (wide(figures, name) for name in ("range_low", "range_high"))
    held: FloatArray = ((low <= made.crowd) & (made.crowd <= high)).mean(axis=0)
    return held


def false_and_chance(rng: np.random.Generator, icc: float, each: int) -> list[Finding]:
    """Rung 1 where crowds did not move, its direction where they did, and chance's own number."""
    towns = [Town(int(n), 1 + i % 3) for i, n in enumerate(np.geomspace(30, 1200, 24))]
    place = rng.uniform(LEAST, MOST, (len(towns), each))
    seasons = [season(rng, towns, place, icc, year=year) for year in (BEFORE, AFTER)]
    made, moved = judge(seasons), seasons[1].crowd - seasons[0].crowd
    claimed = made.rung >= 1
    still = abs(moved) < ALIKE
    wrong = claimed & (np.sign(made.change) != np.sign(moved)) & ~still
    case = f"24 towns of 30 to 1,200, ICC {icc:.2f}"
    findings = [
        Finding("false", case, _among(claimed, still), _among(made.old > 0, still), 0.05, -1),
        Finding("direction", case, rate(wrong.mean(axis=0)), None, 0.005, -1),
    ]
    if icc == 0:
        ratio = made.chance.sum(axis=0).mean() / claimed.sum(axis=0).mean()
        error = ratio * rate(claimed.sum(axis=0)).error / claimed.sum(axis=0).mean()
        off = Rate(abs(float(ratio) - 1), float(error), each)
        findings.append(
            Finding("chance", f"{case}: {ratio:.2f} of the simulated", off, None, 0.10, -1)
        )
    return findings


def _among(claimed: BoolArray, chosen: BoolArray) -> Rate:
    """Share of the chosen that are reported, per programme; programmes without any are dropped."""
    count = chosen.sum(axis=0)
    return rate(np.where(count > 0, (claimed & chosen).sum(axis=0) / np.maximum(count, 1), np.nan))


def one_place(
    rng: np.random.Generator, claim: str, n: int, points: float, goal: float | None, each: int
) -> list[Finding]:
    """One place with one event a year moves from 60 %: how often is it reported at rung 1?"""
    made, before_now = np.zeros((2, each)), np.zeros((2, each))
    for i, sign in enumerate((1, -1)):
        place = np.full((1, each), 0.6)
        before = season(rng, [Town(n)], place, 0.0, year=BEFORE)
        after = season(rng, [Town(n)], place + sign * points, 0.0, year=AFTER)
        judged = judge([before, after])
        right = (judged.rung >= 1) & (np.sign(judged.change) == sign)
        made[i], before_now[i] = right[0], judged.old[0]
    case = f"{n} answers, one event, {100 * points:g} points up or down from 60 %"
    return [Finding(claim, case, rate(made.mean(axis=0)), rate(before_now.mean(axis=0)), goal)]


def clear(
    rng: np.random.Generator, towns: int, town: Town, icc: float, every: int, each: int
) -> list[Finding]:
    """Rung 2: false ones among those reported, true ones detected; three seasons, some places move
    by 20 points towards the middle."""
    place = rng.uniform(LEAST, MOST, (towns, each))
    moves = (np.arange(towns) % every == 0)[:, None] & np.ones_like(place, dtype=bool)
    after = np.where(moves, place + np.where(place > 0.55, -0.2, 0.2), place)
    shares = (place, place, after)
    made = judge(
        [season(rng, [town] * towns, p, icc, year=AFTER - 2 + i) for i, p in enumerate(shares)]
    )
    clear_now, old = made.rung == 2, made.old > 0
    right = moves & (np.sign(made.change) == np.sign(after - place))
    false = [
        (one & ~right).sum(axis=0) / np.maximum(one.sum(axis=0), 1) for one in (clear_now, old)
    ]
    case = (
        f"{towns} towns of {town.n}, {_events(town)}, ICC {icc:.2f}, "
        f"{'all move' if every == 1 else f'one of {every} moves'}"
    )
    power = 0.70 if (town.n, town.events, icc) == (300, 4, 0.01) else None
    return [
        Finding("fdr", case, rate(false[0]), rate(false[1]), 0.05 if icc <= 0.05 else None, -1),
        Finding("clear", case, _among(clear_now & right, moves), _among(old & right, moves), power),
    ]


def trend(rng: np.random.Generator, n: int, icc: float, each: int) -> list[Finding]:
    """Eight seasons, one event each: does the slope's range hold it, is a rise of 20 reported?"""
    findings = []
    for rise, goal in ((0.0, 0.93), (0.2, 0.93)):
        place = np.linspace(0.5, 0.5 + rise, 8)
        seasons = [
            season(rng, [Town(n)], np.full((1, each), p), icc, year=AFTER - 7 + i)
            for i, p in enumerate(place)
        ]
        table = released_changes(figures_of(seasons), measures(each), AFTER)
        rows = table[table["basis"] == "trend"]
        held = (rows["low"] - 1e-4 <= rise / 7) & (rise / 7 <= rows["high"] + 1e-4)
        case = f"8 seasons of {n}, one event, ICC {icc:.2f}, {100 * rise:.0f} points in all"
        findings.append(Finding("slope", case, rate(held), None, goal))
        what = "rising" if rise else "false rise or fall"
        claimed = rows["verdict"] == "rising" if rise else rows["rung"] > 0
        findings.append(Finding("trend", f"{case}: reported as {what}", rate(claimed)))
    return findings


def programme(rng: np.random.Generator, mean: float, icc: float, each: int) -> list[Finding]:
    """48 places of 200: their changes differ, and their mean is the claim."""
    towns = [Town(200, 2)] * 48
    place = rng.uniform(LEAST, MOST, (48, each))
    change = mean + rng.normal(0, 0.05, place.shape)
    seasons = [
        season(rng, towns, place, icc, year=BEFORE),
        season(rng, towns, np.clip(place + change, 0.02, 0.98), icc, year=AFTER),
    ]
    figures = figures_of(seasons)
    changes = released_changes(figures, measures(each), AFTER)
    nothing_said = tidy((), NOTES)
    table = overall(parts_of(figures, changes, nothing_said, measures(each)))
    rows = table[(table["state"] == "") & (table["season"] == AFTER)].sort_values("measure")
    truth = (np.clip(place + change, 0.02, 0.98) - place).mean(axis=0)
    held = (rows["low"].to_numpy() <= truth) & (truth <= rows["high"].to_numpy())
    case = f"48 places of 200, two events, ICC {icc:.2f}, mean change {100 * mean:+.0f}"
    return [
        Finding("mean held", case, rate(held), None, 0.95),
        Finding("mean", case, rate((rows["verdict"] == "higher").to_numpy()), None,
                0.80 if mean and icc <= 0.02 else None),
    ]  # fmt: skip


def _events(town: Town) -> str:
    return "one event" if town.events == 1 else f"{town.events} events"


def worst(findings: Sequence[Finding]) -> Finding:
    """The finding with the least room; of equals the first."""
    return min(findings, key=lambda one: one.room)
