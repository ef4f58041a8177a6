"""From stored answers to the frame that analysis reads.

Imported by the release alone: it loads pandas, which no page needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.measures import CARD, FOLLOW_UP, UNSAID, WITH_CARD, WITHOUT
from survey.questionnaire.forms import Item
from survey.questionnaire.instrument import (
    AGENCIES,
    NOT_SHOWN,
    Content,
    Instrument,
    Question,
    Scale,
)
from survey.release.answer_sheet import Answer, Row, Sheet
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

Column = list[Any] | NDArray[np.int8]


def frame_of(content: Content, sheets: Sequence[Sheet], kinds: Sequence[str]) -> pd.DataFrame:
    """Return the frame of analysis/frame.py; sheets: of responses with their event and place.

    Whoever answered again three weeks later is in it twice, the second time with both answers;
    second answers to a first one that is not there are left out.
    """
    parts = [dict(columns_of(content, sheet, kinds)) for sheet in sheets if sheet.rows]
    if not parts:
        return pd.DataFrame()
    columns = {name: joined([part[name] for part in parts]) for name in parts[0]}
    first = first_answers(columns)
    columns |= pair_columns(content, kinds, columns, first)
    frame = pd.DataFrame(columns)
    alone = (frame["wave"] == FOLLOW_UP).to_numpy() & (first < 0)
    return frame[~alone].reset_index(drop=True) if alone.any() else frame


def joined(parts: Sequence[Column]) -> Column:
    if isinstance(parts[0], list):
        return [one for part in parts for one in part]
    return np.concatenate(parts)


def columns_of(
    content: Content, sheet: Sheet, kinds: Sequence[str]
) -> Iterator[tuple[str, Column]]:
    """Yield the columns of one sheet: the response, its groups, and every item as codes."""
    stored = dict(zip(Row._fields, map(list, zip(*sheet.rows, strict=True)), strict=True))
    yield "key", [key.replace("-", "") for key in stored["key"]]
    for name in ("season", *COPIED):
        yield name, stored[name]
    yield "head_count", [count or 0 for count in stored["head_count"]]
    asked = content.instruments[sheet.instrument].questions
    for question in cut_questions(content):
        groups = [UNSAID] * len(sheet.rows)
        if question.id in asked:
            groups = sheet.given(question.id).named(partial(group, question))
        yield f"cut.{question.id}", groups
    yield f"cut.{LANGUAGE}", stored["language"]
    yield f"cut.{CARD}", [WITH_CARD if one else WITHOUT for one in stored["verified"]]
    yield from answer_columns(content, sheet, kinds)


def answer_columns(
    content: Content, sheet: Sheet, kinds: Sequence[str]
) -> Iterator[tuple[str, NDArray[np.int8]]]:
    """Yield every item as a column of codes; one that takes several, as a column per option.

    What a question that this instrument lacks holds is no answer to it.
    """
    instrument = content.instruments[sheet.instrument]
    not_shown = np.full(len(sheet.rows), NOT_SHOWN, dtype=np.int8)
    there: dict[str, NDArray[np.bool_]] = {}
    for item in measured_items(content, kinds):
        asked = item.question.id in instrument.questions
        if not item.question.is_ticked:
            code = partial(code_of, instrument, item)
            yield item.name, sheet.given(item.name).coded(code) if asked else not_shown
            continue
        for option in options_of(item.question, kinds):
            _, kind, column = option_names(item.question, option, kinds)
            codes = not_shown
            if asked:
                codes = sheet.given(item.name).coded(partial(ticked, option))
            if kind and AGENCIES in item.question.options:
                # an option that stands for an agency is shown where that was at the event
                there = there or present(sheet, kinds)
                codes = np.where(there[kind], codes, NOT_SHOWN).astype(np.int8)
            yield dotted(column, kind), codes


def present(sheet: Sheet, kinds: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Return for each kind of agency of whom it was at the event: it is asked about by name."""
    forms = {*sheet.forms}
    of = {one: {item.rpartition(".")[2] for item in one if "." in item} for one in forms}
    return {kind: np.array([kind in of[one] for one in sheet.forms], dtype=bool) for kind in kinds}


def first_answers(columns: Mapping[str, Column]) -> NDArray[np.int64]:
    """Return for each row the number of the row with the first answer of the same person; -1 for
    whoever did not answer again, or whose first answer is not there."""
    keys, waves = columns["key"], columns["wave"]
    found = np.full(len(keys), -1)
    again = [i for i, wave in enumerate(waves) if wave == FOLLOW_UP]
    if again:
        firsts = (i for i, wave in enumerate(waves) if wave != FOLLOW_UP)
        later = {follow_up_id(UUID(keys[i])).hex: i for i in firsts}
        found[again] = [later.get(keys[i], -1) for i in again]
    return found


def pair_columns(
    content: Content,
    kinds: Sequence[str],
    columns: Mapping[str, Column],
    first: NDArray[np.int64],
) -> dict[str, NDArray[np.int8]]:
    """Return, of those who answered twice, the first answer and whether the second is higher."""
    paired = {q.id for s in samples(content) for q in content.current.asked(*s) if is_paired(q, s)}
    pairs: dict[str, NDArray[np.int8]] = {}
    for item in measured_items(content, kinds):
        if item.question.id not in paired:
            continue
        now = np.asarray(columns[item.name])
        then = np.where(first < 0, NOT_SHOWN, now[first]).astype(np.int8)
        moved = np.select([then == now, now > then], [SAME, HIGHER], LOWER)
        pairs[dotted(THEN, item.name)] = then
        pairs[dotted(MOVED, item.name)] = np.where((then < 0) | (now < 0), NOT_SHOWN, moved).astype(
            np.int8
        )
    return pairs


def group(question: Question, given: Answer) -> str:
    """Return the one group a person is in; blank and "prefer not to say" are a group too."""
    if isinstance(given, tuple):
        given = given[0] if len(given) == 1 else TWO_OR_MORE
    if not isinstance(given, str):
        return UNSAID
    return next((id for id, options in question.groups if given in options), given)


def code_of(instrument: Instrument, item: Item, given: Answer) -> int:
    """Return an answer as a number: a scale's code, a choice's place in its list, or missing."""
    asked = instrument.questions[item.question.id]
    if isinstance(given, str):
        return asked.options.index(given) + 1
    assert isinstance(given, int)  # a list is no answer to what takes one
    if given > 0 and asked.scale and asked.scale.codes != item.question.scale.codes:  # type: ignore[union-attr]
        return same_side(given, asked.scale, item.question.scale)  # type: ignore[arg-type]
    return given


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


def ticked(option: str, given: Answer) -> int:
    """Return whether an option was ticked, as a code; missing where nothing was."""
    if isinstance(given, tuple):
        return TICKED if option in given else NOT_TICKED
    assert isinstance(given, int)
    return given
