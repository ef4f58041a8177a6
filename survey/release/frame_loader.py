"""From stored answers to the frame that analysis reads.

Imported by the release alone: it loads pandas, which no page needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.measures import CARD, FOLLOW_UP, UNSAID, WITH_CARD, WITHOUT
from survey.questionnaire.forms import Item
from survey.questionnaire.instrument import (
    AGENCIES,
    NOT_SHOWN,
    SKIPPED,
    Content,
    Instrument,
    Question,
    Scale,
)
from survey.release.measure_catalogue import (
    HIGHER,
    LANGUAGE,
    LOWER,
    MOVED,
    NOT_TICKED,
    SAME,
    TICKED,
    cut_questions,
    measured_items,
    option_names,
    options_of,
)
from survey.release.samples import THEN, dotted, is_paired, samples
from survey.storage.events import follow_up_id

TWO_OR_MORE = "two_or_more"
COPIED = ("state", "county", "community", "event", "instrument", "audience", "wave")

Row = Mapping[str, Any]  # a response with its event and place
Codes = list[int] | NDArray[np.int8]
Column = tuple[str, Codes]


class Given(NamedTuple):
    """What was given to a question, each answer once: people are many, different answers few."""

    values: list[Any]  # a list of options as a tuple
    of_row: NDArray[np.int64]  # which of them each row gave

    @classmethod
    def to(cls, question: Question, rows: Sequence[Row]) -> Given:
        name, number = question.id, dict[Any, int]()
        each = (plain(row["answers"].get(name, NOT_SHOWN)) for row in rows)
        at = [number.setdefault(one, len(number)) for one in each]
        return cls(list(number), np.array(at, dtype=np.int64))


def plain(given: Any) -> int | str | tuple[str, ...]:
    """Return an answer that may be a key. What a question that was not asked holds is unchecked:
    what is no answer at all is none."""
    if type(given) in (int, str):
        return given  # type: ignore[no-any-return]
    if isinstance(given, list) and all(type(option) is str for option in given):
        return tuple(given)
    return SKIPPED


def frame_of(content: Content, rows: Sequence[Row], kinds: Sequence[str]) -> pd.DataFrame:
    """Return the frame of analysis/frame.py. `rows` are responses with their event and place.

    Whoever answered again three weeks later is in it twice, the second time with both answers;
    second answers to a first one that is not there are left out.
    """
    pairs = first_answers(rows)
    rows = [row for row in rows if row["wave"] != FOLLOW_UP or row["key"] in pairs]
    codes = dict(answer_columns(content, rows, kinds))
    codes |= dict(pair_columns(content, rows, kinds, pairs, codes))
    columns: dict[str, list[Any]] = {
        name: [row[name] for row in rows] for name in ("key", "season", *COPIED)
    }
    columns["head_count"] = [row["head_count"] or 0 for row in rows]
    for question in cut_questions(content):
        given = Given.to(question, rows)
        groups = np.array([group(one, question) for one in given.values], dtype=object)
        columns[f"cut.{question.id}"] = groups[given.of_row].tolist()
    columns[f"cut.{LANGUAGE}"] = [row["language"] for row in rows]
    columns[f"cut.{CARD}"] = [WITH_CARD if row.get("verified") else WITHOUT for row in rows]
    return pd.DataFrame(columns | codes).astype(dict.fromkeys(codes, "int8"))


def first_answers(rows: Sequence[Row]) -> dict[str, Row]:
    """Return {key of a second answer: the row of the first}."""
    later = {row["key"] for row in rows if row["wave"] == FOLLOW_UP}
    if not later:
        return {}
    first = ((follow_up_id(UUID(row["key"])).hex, row) for row in rows if row["wave"] != FOLLOW_UP)
    return {key: row for key, row in first if key in later}


def answer_columns(content: Content, rows: Sequence[Row], kinds: Sequence[str]) -> Iterator[Column]:
    """Yield every item as a column of codes; one that takes several, as a column per option."""
    by_names: dict[tuple[str, ...], set[str]] = {}  # most people were asked the same
    here = [
        by_names.get(names) or by_names.setdefault(names, kinds_in(row["answers"]))
        for row in rows
        for names in (tuple(row["answers"]),)
    ]
    there = {kind: np.array([kind in one for one in here], dtype=bool) for kind in kinds}
    gets = [(row["instrument"], row["answers"].get) for row in rows]
    for item in measured_items(content, kinds):
        if not item.question.is_ticked:
            name, codes_of = (
                item.name,
                {id: Coded(content.instruments[id], item) for id in {id for id, _ in gets}},
            )
            yield name, [codes_of[id][get(name, NOT_SHOWN)] for id, get in gets]
            continue
        given = Given.to(item.question, rows)
        for option in options_of(item.question, kinds):
            _, kind, column = option_names(item.question, option, kinds)
            codes = np.array([ticked(one, option) for one in given.values], dtype=np.int8)
            codes = codes[given.of_row]
            if kind and AGENCIES in item.question.options:
                # an option that stands for an agency is shown where that was at the event
                codes = np.where(there[kind], codes, NOT_SHOWN).astype(np.int8)
            yield dotted(column, kind), codes


def pair_columns(
    content: Content,
    rows: Sequence[Row],
    kinds: Sequence[str],
    pairs: Mapping[str, Row],
    codes: Mapping[str, Codes],
) -> Iterator[Column]:
    """Yield, for those who answered twice, the first answer and whether the second is higher."""
    paired = {q.id for s in samples(content) for q in content.current.asked(*s) if is_paired(q, s)}
    for item in measured_items(content, kinds):
        if item.question.id not in paired:
            continue
        first = [NOT_SHOWN] * len(rows)
        if not pairs:
            yield dotted(THEN, item.name), first
            yield dotted(MOVED, item.name), first
            continue
        for i, row in enumerate(rows):
            if row["wave"] == FOLLOW_UP:
                before = pairs[row["key"]]
                instrument = content.instruments[before["instrument"]]
                first[i] = code(instrument, item, before["answers"])
        yield dotted(THEN, item.name), first
        yield dotted(MOVED, item.name), list(map(moved, first, codes[item.name]))


def moved(first: int, second: int) -> int:
    if first < 0 or second < 0:
        return NOT_SHOWN
    return SAME if first == second else HIGHER if second > first else LOWER


def group(given: Any, question: Question) -> str:
    """Return the one group a person is in; blank and "prefer not to say" are a group too."""
    if isinstance(given, tuple):
        given = given[0] if len(given) == 1 else TWO_OR_MORE
    if not isinstance(given, str):
        return UNSAID
    return next((id for id, options in question.groups if given in options), given)


def code(instrument: Instrument, item: Item, answers: Mapping[str, Any]) -> int:
    """Return an answer as a number: a scale's code, a choice's place in its list, or missing."""
    given = answers.get(item.name, NOT_SHOWN)
    asked = instrument.questions.get(item.question.id)
    if isinstance(given, str):
        return instrument.questions[item.question.id].options.index(given) + 1
    if asked and given > 0 and asked.scale and asked.scale.codes != item.question.scale.codes:  # type: ignore[union-attr]
        return same_side(given, asked.scale, item.question.scale)  # type: ignore[arg-type]
    return int(given)


class Coded(dict[Any, int]):
    """What an instrument's answers to an item are as numbers, each worked out once."""

    def __init__(self, instrument: Instrument, item: Item) -> None:
        self.instrument, self.item = instrument, item

    def __missing__(self, given: Any) -> int:
        self[given] = code(self.instrument, self.item, {self.item.name: given})
        return self[given]


def same_side(given: int, theirs: Scale, ours: Scale) -> int:
    """Return a code of ours that counts as an imported scale's step does: favourable, unfavourable
    or neither. It stands under a version of its own, and only what it counts as is used."""
    if given in theirs.favourable:
        return ours.favourable[0]
    if given in theirs.unfavourable:
        return ours.unfavourable[0]
    between = set(ours.codes) - set(ours.favourable) - set(ours.unfavourable)
    return min(between, default=ours.unfavourable[0])


def kinds_in(answers: Mapping[str, Any]) -> set[str]:
    """Return the kinds of agency that were at the event: each is asked about by name."""
    return {name.rpartition(".")[2] for name in answers if "." in name}


def ticked(given: Any, option: str) -> int:
    """Return whether an option was ticked, as a code; missing where nothing was."""
    if not isinstance(given, tuple):
        return int(given)
    return TICKED if option in given else NOT_TICKED
