"""The most that any rule could do about a script that fills one busy hour.

The likelihood ratio of an answer (how likely the script gives it, over how likely a guest does)
is the best sign there can be (Neyman and Pearson, 1933). Here both are known, because crowds.py
draws both; no rule that sees only what is stored knows them, so none can do better than this.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.crowds import HOURS, POLICE, RACES, STEPS, Night, Row

LEAN, SPREAD = 0.2, math.hypot(0.63, 0.77)  # of a guest's opinion: the party's and one's own
SCRIPT = 2.2  # the script's opinion
STRAIGHT, LEFT_OUT, NOISE = 0.15, 0.05, 0.6  # taps straight down; gives no step; within one person
GRID = [LEAN + SPREAD * (at / 10) for at in range(-45, 46)]
WEIGHTS = [math.exp(-(((one - LEAN) / SPREAD) ** 2) / 2) for one in GRID]
GUESTS: dict[
    str, dict[Any, float]
] = {  # what guests answer beside their opinion; the script draws each option as often
    "name": {"no": 0.5, "met": 0.3, "before": 0.2},
    "again": {3: 8 / 12, 2: 3 / 12, 1: 1 / 12},
    "live": {"yes": 0.7, "near": 0.2, "no": 0.1},
    "first": {"yes": 0.5, "no": 0.4, "unsure": 0.1},
    "race": dict(zip(RACES, (0.5, 0.2, 0.15, 0.06, 0.03, 0.03, 0.03), strict=True)),
}


def best_recall(nights: Sequence[Night], honest_held: float) -> float:
    """Return the mean share of stuffed answers that the best rule finds, 0..1, where it holds at
    most `honest_held` of an evening's honest ones."""
    found = []
    for night in nights:
        honest = sum(row.honest for row in night.rows)
        caught = held = 0
        for row in by_likelihood(night):
            if row.honest and (held + 1) / honest > honest_held:
                break
            held, caught = held + row.honest, caught + (not row.honest)
        found.append(caught / (len(night.rows) - honest))
    return math.fsum(found) / len(found)


def least_held(nights: Sequence[Night], recall: float) -> float:
    """Return the mean share of honest answers that the best rule holds, 0..1, until it has found
    `recall` of the stuffed ones."""
    needed = []
    for night in nights:
        honest = sum(row.honest for row in night.rows)
        caught = held = 0
        for row in by_likelihood(night):
            held, caught = held + row.honest, caught + (not row.honest)
            if caught >= recall * (len(night.rows) - honest):
                break
        needed.append(held / honest)
    return math.fsum(needed) / len(needed)


def by_likelihood(night: Night) -> list[Row]:
    """Return the answers of the hour that the script fills, the likeliest of it first."""
    rows = (row for row in night.rows if (row.poster, row.hour) == ("ENTRNC", HOURS[1]))
    return sorted((row for row in rows if row.mode == "own phone"), key=ratio, reverse=True)


def ratio(row: Row) -> float:
    given = row.answers
    found = math.prod(step(given[name], SCRIPT) for name in POLICE) * fire(given, SCRIPT)
    total = sum(WEIGHTS)
    found /= math.fsum(w / total * guest(given, at) for at, w in zip(GRID, WEIGHTS, strict=True))
    return found * math.prod(beside(given))


def guest(given: dict[str, Any], opinion: float) -> float:
    """Return how likely a guest of that opinion gives these answers about police and fire."""
    steps = [given[name] for name in POLICE]
    likely = (1 - STRAIGHT) * math.prod(step(value, opinion) for value in steps)
    if len(set(steps)) == 1 and steps[0] > 0:  # who taps straight down and skips gives fours
        skipped = LEFT_OUT if steps[0] == 4 else 0.0
        likely += STRAIGHT * (step(steps[0], opinion) + skipped)
    return likely * fire(given, opinion)


def fire(given: dict[str, Any], opinion: float) -> float:
    return step(given["trust.fire"], opinion / 2 + 1.0) if "trust.fire" in given else 1.0


def step(value: int, opinion: float) -> float:
    """Return how likely somebody of that opinion gives one answer of a scale."""
    if value < 0:
        return LEFT_OUT / 2
    ends = (-math.inf, *STEPS, math.inf)
    below = [(1 + math.erf((end - opinion) / NOISE / math.sqrt(2))) / 2 for end in ends]
    return (1 - LEFT_OUT) * (below[value] - below[value - 1])


def beside(given: dict[str, Any]) -> Iterator[float]:
    for name, usual in GUESTS.items():
        value = given[name][0] if isinstance(given[name], list) else given[name]
        if value in usual:
            yield 1 / len(usual) / usual[value]
