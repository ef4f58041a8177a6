"""Which codes an answer may hold: the one rule for storing answers and for reading them back.

The form library validates what was posted. This module checks what is about to be stored, and
what a release reads, against the questionnaire alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from survey.questionnaire.forms import Agencies, Item, items
from survey.questionnaire.instrument import (
    AGENCIES,
    DONT_KNOW,
    NOT_SHOWN,
    PREFER_NOT,
    SKIPPED,
    Instrument,
    Question,
)

ORDER = "order"  # beside the answers: the agencies whose trust was asked, in the order shown


class UnknownCode(ValueError):
    """An answer holds what its question does not know. Names the item, never what was sent."""

    def __init__(self, item: str) -> None:
        super().__init__(f"{item} holds a code that its question does not have")
        self.item = item


@dataclass(frozen=True)
class Codes:
    """The values one item may have in `response.answers`.

    one: single values, missing codes included. several: the options of which a list may hold up
    to `most`, each once.
    """

    one: frozenset[int | str]
    several: frozenset[str] = frozenset()
    most: int = 0

    def allow(self, value: Any) -> bool:
        """Return whether `value`, of any JSON type, is a code or a list of codes."""
        if type(value) in (int, str):  # True == 1 and 1.0 == 1: neither is a code
            return value in self.one
        return (
            isinstance(value, list)
            and 0 < len(value) <= self.most
            and all(type(option) is str for option in value)
            and set(value) <= self.several
            and len(set(value)) == len(value)
        )


@lru_cache(maxsize=1024)
def codes_of(question: Question, kinds: tuple[str, ...]) -> Codes:
    """Return the codes of one question. `kinds` are the agencies that may be among its options."""
    missing: set[int | str] = {SKIPPED, NOT_SHOWN}
    missing |= {DONT_KNOW} if question.dont_know else set()
    missing |= {PREFER_NOT} if question.prefer_not else set()
    named = [kinds if option == AGENCIES else (option,) for option in question.options]
    options = frozenset(option for group in named for option in group)
    if question.kind == "several":
        return Codes(frozenset(missing), options, question.most or len(options))
    scale = frozenset(question.scale.codes) if question.scale else frozenset()
    return Codes(frozenset(missing | scale | options))


@lru_cache(maxsize=1024)
def codes_of_form(
    instrument: Instrument, agencies: Agencies, wave: str, audience: str
) -> Mapping[str, Codes]:
    """Return {item name: codes} of everything one audience's form keeps as an answer."""
    kept = {
        item.name: codes_of(item.question, agencies.all)
        for item in items(instrument, agencies, wave, audience)
        if item.question.kind != "text" and not item.question.gate
    }
    if any(question.per == "agency" for question in instrument.asked(audience, wave)):
        kept[ORDER] = Codes(frozenset(), frozenset(agencies.all), agencies.most)
    return kept


def check_answers(answers: Mapping[str, Any], codes: Mapping[str, Codes]) -> None:
    """Raise UnknownCode unless every answer is one that `codes` allows."""
    for name, value in answers.items():
        if name not in codes or not codes[name].allow(value):
            raise UnknownCode(name if name in codes else "an item that was not asked")


def codes_of_items(
    instrument: Instrument, asked: Iterable[Item], kinds: tuple[str, ...]
) -> dict[str, Codes]:
    """Return {item name: codes} of those of the items that this instrument asks."""
    return {
        item.name: codes_of(instrument.questions[item.question.id], kinds)
        for item in asked
        if item.question.id in instrument.questions
    }
