"""One response as the signs of stuffing see it: no more than is stored of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import sqrt
from statistics import fmean, pvariance
from typing import Any

from survey.questionnaire.answer_codes import ORDER
from survey.questionnaire.instrument import NOT_SHOWN

Scales = Mapping[str, tuple[int, ...]]  # the codes of items that tell an opinion
Vector = tuple[tuple[str, Hashable], ...]

PARTY = 1.4  # people come in parties who agree: so many answers are worth one (docs/methods.md)
LEAST_VARIANCE = 0.01  # a few people who all say the same are not sure to go on


@dataclass(frozen=True)
class Answer:
    """One response of an event.

    opinion: the mean of its answers about the police, 0 (worst) to 1 (best); None for none
    about: its other answers, by item, each as one value
    """

    key: Hashable
    poster: str
    hour: str  # event-local
    mode: str
    sample: tuple[str, str]  # audience and wave: those who were asked the same
    household: bool
    vector: Vector
    opinion: float | None
    about: Mapping[str, Hashable] = field(hash=False)


def answer_of(
    key: Hashable,
    given: Mapping[str, Any],
    scales: Scales,
    *,
    poster: str,
    hour: str,
    mode: str,
    sample: tuple[str, str],
    household: bool,
) -> Answer:
    """Return a stored response as an Answer.

    given: item -> code, as it is stored
    """
    vector = vector_of(given)
    opinions, about = [], {}
    for name, value in vector:
        codes = scales.get(name)
        if codes is None:
            about[name] = value
        elif value in codes:
            opinions.append(opinion_of(codes, value))
    return Answer(
        key=key,
        poster=poster,
        hour=hour,
        mode=mode,
        sample=sample,
        household=household,
        vector=vector,
        opinion=fmean(opinions) if opinions else None,
        about=about,
    )


def vector_of(given: Mapping[str, Any]) -> Vector:
    """Return what somebody ticked, by item, each as one value."""
    vector: list[tuple[str, Hashable]] = []
    for name in sorted(given):
        value = given[name]
        if name == ORDER or value == NOT_SHOWN or not isinstance(value, (int, str, list)):
            continue
        vector.append((name, tuple(map(str, value)) if isinstance(value, list) else value))
    return tuple(vector)


@lru_cache(maxsize=1024)
def opinion_of(codes: tuple[int, ...], value: int) -> float:
    """Return where a code lies on its scale: 0 the lowest, 1 the highest."""
    low, high = min(codes), max(codes)
    return (value - low) / (high - low)


def opinions(answers: Iterable[Answer]) -> list[float]:
    return [one.opinion for one in answers if one.opinion is not None]


def standard_error(values: Sequence[float]) -> float:
    """Return the standard error of a mean of people who come in parties; never quite 0."""
    return error_of(pvariance(values) if len(values) > 1 else 0.1, len(values))


def error_of(variance: float, n: int) -> float:
    """Return the standard error of a mean of n people who come in parties."""
    return sqrt(PARTY * max(variance, LEAST_VARIANCE) / max(n, 1))
