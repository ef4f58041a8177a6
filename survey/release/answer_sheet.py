"""Answers column by column: people are many, different answers to a question few.

What is worked out, checked or counted is so once for each different answer, never for each person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from survey.questionnaire.instrument import NOT_SHOWN

Answer = int | str | tuple[str, ...] | None  # a list of options as a tuple; None: no answer at all


class Row(NamedTuple):
    """A response as it is stored, with its event and place."""

    key: str
    language: str
    instrument: str
    audience: str
    wave: str
    verified: bool
    answers: Any  # JSON as text; of counts without single answers, an object
    season: int
    event: str
    head_count: int | None
    community: str
    county: str
    state: str


class Given(NamedTuple):
    """What people gave to an item."""

    each: list[Answer]
    different: frozenset[Answer]

    def coded(self, code: Callable[[Answer], int]) -> NDArray[np.int8]:
        """Return a number for each person's answer."""
        table = {one: code(one) for one in self.different}
        return np.fromiter(map(table.__getitem__, self.each), np.int8, len(self.each))

    def named(self, name: Callable[[Answer], str]) -> list[str]:
        """Return a word for each person's answer."""
        table = {one: name(one) for one in self.different}
        return [table[one] for one in self.each]


@dataclass
class Sheet:
    """What was answered under one instrument: a row for each person, and what they answered."""

    instrument: str
    rows: Sequence[Row]
    answers: Sequence[dict[str, Any]]  # of each row, by item
    _given: dict[str, Given] = field(default_factory=dict, repr=False)

    @cached_property
    def forms(self) -> list[tuple[str, ...]]:
        """The items that each was asked; most people were asked the same."""
        return [tuple(one) for one in self.answers]

    @cached_property
    def items(self) -> frozenset[str]:
        """The items that anybody was asked."""
        return frozenset(chain.from_iterable({*self.forms}))

    def given(self, item: str) -> Given:
        """Return what all gave to an item; to one that is not there, that it was not shown."""
        if item not in self._given:
            each: list[Any] = [NOT_SHOWN] * len(self.rows)
            if item in self.items:
                each = [one.get(item, NOT_SHOWN) for one in self.answers]
            if not {*map(type, each)} <= {int, str}:
                each = [plain(one) for one in each]
            self._given[item] = Given(each, frozenset(each))
        return self._given[item]

    def without(self, rows: set[int]) -> Sheet:
        """Return it without some rows, by their number."""
        kept = [i for i in range(len(self.rows)) if i not in rows]
        return Sheet(self.instrument, [self.rows[i] for i in kept], [self.answers[i] for i in kept])


def plain(given: Any) -> Answer:
    """Return an answer that may be a key: True and 1.0 are equal to 1, and neither is a code."""
    if type(given) in (int, str):
        return given  # type: ignore[no-any-return]
    if isinstance(given, list) and all(type(option) is str for option in given):
        return tuple(given)
    return None
