"""Which events need a closer look: one at the columns of all answers, for most have no sign.

Told from counts and sums is what every sign needs at the least: answers that are the same often
enough, or a part that lies far enough from the rest. Where may_hold() is False, signs() finds
nothing. It may be True where there is nothing: signs() decides.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from math import hypot
from typing import Any, NamedTuple

from survey.quality.answer import Scales, error_of, opinion_of, vector_of
from survey.quality.signs import (
    AFTER,
    ERRORS,
    FEWEST,
    FEWEST_ALIKE,
    FEWEST_ITEMS,
    HALF_POINT,
    MODES,
)

StoredRow = Sequence[Any]  # as evenings.stored() selects it
Given = Mapping[str, Any]  # item -> code, as it is stored
Steps = Mapping[str, Mapping[Any, float]]  # item -> code -> where it lies on its scale, 0..1
ROUNDING = 1e-9  # sums differ in their last digits from what signs() works out
IS_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch


class Columns(NamedTuple):
    """Answers of those who were asked the same at one event, as evenings.stored() has them."""

    key: Sequence[str]
    answers: Sequence[str]
    poster: Sequence[str]
    hour: Sequence[str]
    mode: Sequence[str]
    instrument: Sequence[str]


def may_hold(
    rows: Sequence[StoredRow], hours: Collection[str], scales: Callable[[str, str, str], Scales]
) -> bool:
    """Whether answers of an event may have to wait.

    rows: of evenings.stored(). hours: event-local, while it runs. scales: opinion_scales() of an
    instrument, wave and audience at this event
    """
    for (audience, wave), mine in by_sample(rows):
        if len(mine.key) < min(FEWEST_ALIKE, 2 * FEWEST):
            continue
        try:
            given = answers_in(mine)
            steps = steps_of(scales(mine.instrument[0], wave, audience))
            if many_alike(given, steps) or any_apart(mine, given, steps, hours):
                return True
        except (TypeError, ValueError, RecursionError):  # not as answers are stored today
            return True
    return False


def by_sample(rows: Sequence[StoredRow]) -> Iterator[tuple[tuple[str, str], Columns]]:
    """Yield (audience and wave, columns)."""
    asked: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        _, key, answers, poster, hour, mode, instrument, audience, wave, _ = row
        asked[audience, wave].append((key, answers, poster, hour, mode, instrument))
    for sample, mine in asked.items():
        yield sample, Columns(*zip(*mine, strict=True))


def answers_in(mine: Columns) -> list[Given]:
    """Return all answers, read at once. Raises ValueError, TypeError or RecursionError where one
    cannot be read, or they are of several instruments."""
    given: list[Given] = PLAIN.decode(f"[{','.join(mine.answers)}]")
    if len(given) != len(mine.key) or {*map(type, given)} != {dict}:
        raise ValueError("answers that are none")
    if not all(map(IS_ID, mine.key)):
        raise ValueError("an id that is none")
    if len({*mine.instrument}) > 1:
        raise ValueError("several instruments")
    return given


def refuse(number: str) -> float:
    raise ValueError(f"{number} is no code")


PLAIN = json.JSONDecoder(parse_float=refuse, parse_constant=refuse)  # codes are whole numbers


def steps_of(scales: Scales) -> Steps:
    return {
        name: {code: opinion_of(codes, code) for code in codes} for name, codes in scales.items()
    }


def many_alike(given: Sequence[Given], steps: Steps) -> bool:
    """Whether so many are the same to the last tick that chance has to be asked.

    Those are the same in each item: item by item, whoever has too few beside them drops out. Only
    who is left after the opinions is compared in full. Raises TypeError for a list as an opinion.
    """
    left = [given]
    for name, of_code in steps.items():
        if not left:
            return False
        left = [part for group in left for part in parted(group, name, of_code)]
    same = Counter(vector_of(one) for group in left for one in group)
    return any(
        count >= FEWEST_ALIKE and len(vector) >= FEWEST_ITEMS for vector, count in same.items()
    )


def parted(
    group: Sequence[Given], name: str, of_code: Mapping[Any, float]
) -> Iterator[Sequence[Given]]:
    """Yield those of a group who are of one opinion, where they are enough for a sign."""
    parts: dict[float | None, list[Given]] = defaultdict(list)
    for one in group:
        parts[of_code.get(one.get(name))].append(one)
    return (part for part in parts.values() if len(part) >= FEWEST_ALIKE)


def any_apart(mine: Columns, given: Sequence[Given], steps: Steps, hours: Collection[str]) -> bool:
    """Whether what came by one way may differ from the rest as a sign has to.

    Raises TypeError for a list as an opinion.
    """
    came = list(zip(mine.poster, mine.hour, mine.mode, strict=True))
    counts = Counter(came)
    way_of = {
        (poster, hour, mode): (poster, MODES.get(mode) or (hour if hour in hours else AFTER))
        for poster, hour, mode in counts
    }
    sizes: Counter[tuple[str, str]] = Counter()
    for at, count in counts.items():
        sizes[way_of[at]] += count
    if not any(FEWEST <= count <= len(came) - FEWEST for count in sizes.values()):
        return False
    opinions: dict[tuple[str, str], list[float]] = defaultdict(list)
    for at, one in zip(came, given, strict=True):
        told = [of_code.get(one.get(name)) for name, of_code in steps.items()]
        if said := [step for step in told if step is not None]:
            opinions[way_of[at]].append(sum(said) / len(said))
    parts = [Sums.of(values) for values in opinions.values()]
    whole = Sums(*map(sum, zip(*parts, strict=True)))
    return any(may_differ(part, whole.without(part)) for part in parts)


class Sums(NamedTuple):
    """What is needed of some opinions."""

    n: int
    total: float
    squares: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Sums:
        return cls(len(values), sum(values), sum([one * one for one in values]))

    def without(self, part: Sums) -> Sums:
        return Sums(self.n - part.n, self.total - part.total, self.squares - part.squares)

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def error(self) -> float:
        return error_of(self.squares / self.n - self.mean**2, self.n)


def may_differ(mine: Sums, rest: Sums) -> bool:
    """Whether two groups may differ by enough for any sign; rounding is held to be a difference."""
    if min(mine.n, rest.n) < FEWEST:
        return False
    difference = abs(mine.mean - rest.mean) + ROUNDING
    return difference >= max(HALF_POINT, ERRORS * hypot(mine.error, rest.error))
