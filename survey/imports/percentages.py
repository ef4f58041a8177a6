"""Percentages worked back to counts, only where exactly one set of whole numbers gives them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*(%?)")
SUMS_TO = (97.0, 103.0)  # per cent: rounded shares of a whole
EDGE = 1e-9


@dataclass(frozen=True)
class Percent:
    """A percentage as it is shown: 12.5 with one decimal."""

    value: float
    decimals: int
    is_marked: bool  # has its sign

    def counts(self, n: int) -> range:
        """Return the whole numbers of n people that are shown so, however halves are rounded."""
        half = 0.5 * 10.0**-self.decimals
        low = math.ceil((self.value - half) * n / 100 - EDGE)
        high = math.floor((self.value + half) * n / 100 + EDGE)
        return range(max(low, 0), min(high, n) + 1)


def percent_of(text: str) -> Percent | None:
    """Return the percentage that a cell shows, with or without its sign; None for another."""
    match = PERCENT.fullmatch(text.replace("\u00a0", " ").replace("\u202f", " ").strip())
    if not match:
        return None
    number = match[1].replace(",", ".")
    value = float(number)
    return Percent(value, len(number.partition(".")[2]), bool(match[2])) if value <= 100 else None


def are_percentages(shown: Sequence[Percent | None], n: int | None) -> bool:
    """Whether cells are percentages: by their sign, by decimals, or by adding up to 100 beside an
    n that they do not add up to."""
    known = [one for one in shown if one is not None]
    if not known:
        return False
    if any(one.is_marked for one in known):
        return True
    total = sum(one.value for one in known)
    is_whole = SUMS_TO[0] <= total <= SUMS_TO[1]
    return is_whole and (any(one.decimals for one in known) or (n is not None and n != total))


def whole_numbers(shown: Sequence[Percent], n: int, *, adds_up: bool) -> list[int] | None:
    """Return the only counts that give every percentage and, where `adds_up`, n together.

    None where there are none or more than one set.
    """
    options = [one.counts(n) for one in shown]
    if not adds_up:
        exact = all(len(choices) == 1 for choices in options)
        return [choices[0] for choices in options] if exact else None
    ways = {n: 1}  # what is left to give -> in how many ways it came to that, two being many
    left = [ways]
    for choices in options:
        after: dict[int, int] = {}
        for rest, count in left[-1].items():
            for one in choices:
                if one <= rest:
                    after[rest - one] = min(after.get(rest - one, 0) + count, 2)
        left.append(after)
    if left[-1].get(0) != 1:
        return None
    counts, rest = [], 0
    for before, choices in zip(reversed(left[:-1]), reversed(options), strict=True):
        one = next(c for c in choices if before.get(rest + c) == 1)
        counts.append(one)
        rest += one
    return counts[::-1]
