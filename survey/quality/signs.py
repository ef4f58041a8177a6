"""Signs of stuffing, computed from the stored answers of one event and the counts of its scans.

Nothing here knows who sent an answer, from where, or at which minute: none of that is kept. So no
answer waits for what it is alone; it takes a group that a crowd of people does not make. A bus, a
school class, a speech, a family on one phone, a shared tablet differ from others in number, not
in kind. docs/methods.md, "Which answers count", has the rules, the rates and what they miss.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, hypot, lgamma, log
from statistics import fmean, median

from survey.quality.answer import Answer, opinions, standard_error
from survey.quality.mixture import strangers

ALIKE, BURST, UNOPENED = "alike", "burst", "unopened"
TABLET, PAPER, AFTER = "tablet", "paper", "after"
REASONS = (ALIKE, UNOPENED, BURST, AFTER, TABLET, PAPER)
MODES = {"kiosk": TABLET, "paper": PAPER}

FEWEST_ITEMS = 6  # answers of a form: two people's shorter ones are often the same
FEWEST_ALIKE = 8  # the same form: a family, and classmates who copy, are fewer
FEWEST_ALONE = 100  # the same form where there is no crowd beside it
CHANCE = 1e-6  # of so many the same among this event's people, by their own answers
FEWEST = 15  # answers of a part that is looked at: of fewer a mean says little
TIMES = 2.5  # a poster's own rate: a bus
POINT = 0.25  # of the way from worst to best: one step on a scale of five
HALF_POINT = POINT / 2  # where more answers came than forms were opened, which no crowd does
ERRORS = 5.0  # standard errors of the difference, parties of people allowed for
OVER = 10  # answers more than forms that were opened: phones that kept the form from before


@dataclass(frozen=True)
class Held:
    """One answer that waits, and with which others."""

    key: Hashable
    reason: str
    poster: str
    hour: str  # "" where the reason is not about an hour


@dataclass(frozen=True)
class Evening:
    """One event as the signs see it."""

    answers: Sequence[Answer]
    scans: Mapping[tuple[str, str], int]  # (poster, hour) -> forms that were opened
    hours: Collection[str]  # event-local hours while it runs

    def without(self, keys: Collection[Hashable]) -> list[Answer]:
        return [one for one in self.answers if one.key not in keys]


def signs(evening: Evening) -> list[Held]:
    """Return what waits of an event, the same for the same answers in any order.

    The part that stands out most is looked at first, so that the others are not compared with it.
    """
    held = {one.key: one for one in alike(evening)}
    left = sorted(parts(evening), key=lambda part: (REASONS.index(part.reason), part.name))
    while left:
        answers = evening.without(held)
        compared = [(distance(part, answers), part) for part in left]
        farthest, part = max(compared, key=lambda one: one[0])
        if not farthest:
            break
        left.remove(part)
        for answer in differing(part, answers):
            held[answer.key] = Held(answer.key, part.reason, part.poster, part.hour)
    return sorted(held.values(), key=lambda one: str(one.key))


def alike(evening: Evening) -> Iterator[Held]:
    """Yield answers that are the same to the last tick, more often than chance would have it.

    How often chance would is counted among the others: how many of them are of the same opinion,
    and of those, how many gave each answer. So "all the same" from many who are content is no sign.
    """
    same: dict[Hashable, list[Answer]] = defaultdict(list)
    for one in evening.answers:
        if len(one.vector) >= FEWEST_ITEMS:
            same[one.sample, one.vector].append(one)
    groups = [group for group in same.values() if len(group) >= FEWEST_ALIKE]
    many = {one.key for group in groups for one in group}
    for group in groups:
        asked = (one for one in evening.without(many) if one.sample == group[0].sample)
        crowd = [one for one in asked if one.opinion is not None]
        if len(crowd) >= FEWEST:
            is_odd = more_than_chance(len(group), expected(group[0], crowd))
        else:  # nobody to compare with
            is_odd = len(group) >= FEWEST_ALONE
        if is_odd:
            for one in group:
                yield Held(one.key, ALIKE, one.poster, "")


def expected(one: Answer, others: Sequence[Answer]) -> float:
    """Return how many of these people would have given the same answers by chance."""
    near = [other for other in others if level(other) == level(one)]
    probability = (len(near) + 1) / (len(others) + 1)
    given = [dict(other.vector) for other in near]
    for name, value in one.vector:
        those = [answers[name] for answers in given if name in answers]
        probability *= (those.count(value) + 1) / (len(those) + 2)
    return len(others) * probability


def level(one: Answer) -> int:
    """Return an opinion as one of nine levels; -1 for none."""
    return -1 if one.opinion is None else round(one.opinion * 8)


def more_than_chance(count: int, mean: float) -> bool:
    """Whether a count is beyond what chance gives in one of a million cases (Poisson)."""
    mean = max(mean, 0.05)
    if count <= mean:
        return False
    first = exp(count * log(mean) - mean - lgamma(count + 1))
    return first / (1 - mean / (count + 1)) < CHANCE


@dataclass(frozen=True)
class Part:
    """Answers of an event that came by one way, and why that is looked at."""

    reason: str
    poster: str
    hour: str
    keys: frozenset[Hashable]
    differs: float = POINT  # from what difference on

    @property
    def name(self) -> tuple[str, str]:
        return self.poster, self.hour


def parts(evening: Evening) -> Iterator[Part]:
    """Yield what is looked at: each way in which answers came, and each hour that stands out."""
    own: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    other: dict[tuple[str, str, str], list[Answer]] = defaultdict(list)
    for one in evening.answers:
        if reason := MODES.get(one.mode):
            other[reason, one.poster, ""].append(one)
        elif one.hour in evening.hours:
            own[one.poster, one.hour].append(one)
        else:
            other[AFTER, one.poster, ""].append(one)
    for (reason, poster, hour), answers in other.items():
        yield Part(reason, poster, hour, keys_of(answers))
    for (poster, hour), answers in own.items():
        opened = evening.scans.get((poster, hour), 0)
        alone = [one for one in answers if not one.household]
        if len(alone) > opened + OVER:
            yield Part(UNOPENED, poster, hour, keys_of(answers), HALF_POINT)
        elif len(answers) >= TIMES * own_rate(poster, hour, own):
            yield Part(BURST, poster, hour, keys_of(answers))


def own_rate(poster: str, hour: str, own: Mapping[tuple[str, str], Sequence[Answer]]) -> float:
    """Return a poster's usual count in an hour, of its other hours; 1 where it has none."""
    return median([len(own[at]) for at in own if at[0] == poster and at[1] != hour] or [1])


def keys_of(answers: Sequence[Answer]) -> frozenset[Hashable]:
    return frozenset(one.key for one in answers)


def distance(part: Part, answers: Sequence[Answer]) -> float:
    """Return how far a part lies from the rest, as a share of the scale; 0 where it is no sign."""
    return max((apart(*one, part.differs) for one in by_sample(part, answers)), default=0.0)


def differing(part: Part, answers: Sequence[Answer]) -> Iterator[Answer]:
    """Yield those of a part who are unlike everybody else, where the part as a whole is so."""
    for mine, rest in by_sample(part, answers):
        if apart(mine, rest, part.differs):
            yield from strangers(mine, rest)


def by_sample(part: Part, answers: Sequence[Answer]) -> Iterator[tuple[list[Answer], list[Answer]]]:
    """Yield (the part's answers, the rest) of each sample, where both are enough."""
    for sample in sorted({one.sample for one in answers}):
        asked = [one for one in answers if one.sample == sample and one.opinion is not None]
        mine = [one for one in asked if one.key in part.keys]
        rest = [one for one in asked if one.key not in part.keys]
        if len(mine) >= FEWEST and len(rest) >= FEWEST:
            yield mine, rest


def apart(mine: Sequence[Answer], rest: Sequence[Answer], least: float) -> float:
    """Return by how much of the scale two groups differ; 0 for less than `least`, or than chance
    allows."""
    ours, theirs = opinions(mine), opinions(rest)
    difference = abs(fmean(ours) - fmean(theirs))
    error = hypot(standard_error(ours), standard_error(theirs))
    return difference if difference >= max(least, ERRORS * error) else 0.0
