"""Two kinds of people in one group: those like everybody else, and strangers.

What everybody else answers is known from the rest of the event. How many of the group are like them
is read off the side of the scale on which strangers are not (Storey, A direct approach to false
discovery rates, 2002); whatever is left of the group is theirs. An answer waits where it is
likelier a stranger's (the local false discovery rate of Efron, 2004, is under a half).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from math import exp, log
from statistics import fmean

from survey.quality.answer import Answer, opinions

LEVELS = 8  # of opinion, from worst to best
STEPS = 10  # of the estimation; it stands still before
LIKELY = 0.8  # four to one: an honest answer that waits is worse than a stuffed one that counts
FEWEST_STRANGERS = 0.02  # a share; with none there would be nothing to find
SMOOTH = {-1: 0.2, 0: 0.6, 1: 0.2}  # a level and its neighbours: few people, many levels


def strangers(mine: Sequence[Answer], rest: Sequence[Answer]) -> list[Answer]:
    """Return those of `mine` who are likelier strangers than people like the rest.

    Both hold answers with an opinion.
    """
    usual, seen = by_level(rest), by_level(mine)
    plain = plain_share(mine, rest)
    left = {at: max(seen[at] - plain * usual[at], 0.0) for at in range(LEVELS + 1)}
    share = max(sum(left.values()), FEWEST_STRANGERS)
    ratio = [log(max(left[at] / share, 1e-4) / usual[at]) for at in map(level, mine)]
    odds = log(share / max(1 - share, FEWEST_STRANGERS))
    weights = [logistic(odds + one) for one in ratio]
    theirs = Habits(rest, [1.0] * len(rest))
    for _ in range(STEPS):
        strange = Habits(mine, weights)
        weights = [
            logistic(odds + one + strange.log_likelihood(answer) - theirs.log_likelihood(answer))
            for answer, one in zip(mine, ratio, strict=True)
        ]
    return [one for one, weight in zip(mine, weights, strict=True) if weight > LIKELY]


def plain_share(mine: Sequence[Answer], rest: Sequence[Answer]) -> float:
    """Return which share of `mine` is like the rest: so many as stand on the other side of the
    rest's middle, over the share of the rest who do."""
    ours, theirs = opinions(mine), opinions(rest)
    middle = fmean(theirs)
    higher = fmean(ours) > middle
    away = [fmean((one < middle) == higher for one in group) for group in (ours, theirs)]
    return min(away[0] / away[1], 1.0) if away[1] else 0.0


def level(one: Answer) -> int:
    return round((one.opinion or 0.0) * LEVELS)


def by_level(answers: Sequence[Answer]) -> dict[int, float]:
    """Return the share of each level, smoothed; none is quite 0."""
    counts = Counter(map(level, answers))
    smooth = {
        at: sum(counts[at + step] * part for step, part in SMOOTH.items()) + 0.5 / LEVELS
        for at in range(LEVELS + 1)
    }
    total = sum(smooth.values())
    return {at: one / total for at, one in smooth.items()}


def logistic(odds: float) -> float:
    return 1 / (1 + exp(-max(min(odds, 50.0), -50.0)))


class Habits:
    """What one kind of people answers beside their opinion, each item by itself."""

    def __init__(self, answers: Sequence[Answer], weights: Sequence[float]) -> None:
        self.counts: dict[str, dict[Hashable, float]] = {}
        for one, weight in zip(answers, weights, strict=True):
            for name, value in one.about.items():
                item = self.counts.setdefault(name, {})
                item[value] = item.get(value, 0.0) + weight

    def log_likelihood(self, one: Answer) -> float:
        total = 0.0
        for name, value in one.about.items():
            item = self.counts.get(name, {})
            total += log((item.get(value, 0.0) + 1) / (sum(item.values()) + 10))
        return total
