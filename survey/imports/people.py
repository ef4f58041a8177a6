"""Rows -> people: whose answers a row holds, or why it is no response."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from survey.imports.dates import Calendar
from survey.imports.event_of_file import Evening
from survey.imports.folding import fold, plain
from survey.imports.label_codes import CHILD, TEEN
from survey.imports.mapping_file import MappingFile
from survey.imports.plan import Column, LeftOut, Person, Plan
from survey.imports.row_filter import RowFilter
from survey.imports.sheets import Record, Sheet
from survey.imports.tools import FINISHED, LANGUAGE
from survey.questionnaire.instrument import NOT_SHOWN, SKIPPED

NEVER_REACHED = -5  # shown in the plan; stored by leaving the item out
MOST_ROWS_TOLD = 20
BATCH = 4000
MOST_KEPT = 50_000
BLANK = (SKIPPED, NOT_SHOWN)
FINISHED_WORDS = frozenset({"true", "1", "yes", "finished", "complete", "verdadero", "sí"})


@dataclass
class Reader:
    """Reads rows by the columns of a plan."""

    plan: Plan
    evening: Evening
    stamp: int
    calendar: Calendar
    language: str

    def __post_init__(self) -> None:
        layout = self.plan.layout
        self.finished, self.languages = layout.having(FINISHED)[:1], layout.having(LANGUAGE)[:1]
        self.single = [c for c in self.plan.used if not c.part]
        self.ticks: dict[str, list[Column]] = defaultdict(list)
        for column in self.plan.used:
            if column.part:
                self.ticks[column.item].append(column)
        self.plan.items = (*(column.item for column in self.single), *self.ticks)
        self.age = next((i for i, c in enumerate(self.single) if c.question == "age"), -1)
        self.audiences = self.evening.instrument.audiences

    def day(self, cells: Record) -> tuple[str, str]:
        """Return (day, ""), or ("", why the row is left out)."""
        if self.stamp < 0:
            return self.evening.day.isoformat(), ""
        stamp = cells[self.stamp]
        day: date | None = self.calendar.day(stamp) if stamp else None
        if day is None:
            return self.evening.day.isoformat(), ""
        if day.year != self.evening.season:
            return "", f"another season ({day.year})"
        return day.isoformat(), ""

    def is_finished(self, cells: Record) -> bool:
        for at in self.finished:
            word = fold(cells[at])
            if self.plan.tool == "redcap":
                return word in ("2", "complete", "completo")
            if self.plan.tool == "limesurvey":  # a date, or nothing
                return bool(word)
            return word in FINISHED_WORDS
        return True

    def values(self, cells: Record, finished: bool) -> list[Any]:
        """Return a value for each item, -5 after the last answer of what was not finished."""
        values: list[Any] = [column.codes[cells[column.heading.index]] for column in self.single]
        for item in self.ticks:
            values.append(self.ticked(self.ticks[item], cells))
        if not finished:
            at = max((i for i, value in enumerate(values) if value not in BLANK), default=-1)
            values[at + 1 :] = [NEVER_REACHED] * (len(values) - at - 1)
        return values

    def ticked(self, columns: Sequence[Column], cells: Record) -> Any:
        chosen = [c.part for c in columns if c.codes[cells[c.heading.index]]]
        return tuple(dict.fromkeys(chosen)) or SKIPPED

    def audience(self, values: list[Any]) -> str:
        """Return whose answers these are, and take an age that says so out of them."""
        if self.age < 0 or values[self.age] not in (CHILD, TEEN):
            return "adult"
        audience: str = values[self.age]
        values[self.age] = NEVER_REACHED
        return audience

    def language_of(self, cells: Record) -> str:
        for at in self.languages:
            code = cells[at].strip().lower()[:2]
            if code in self.evening.content.languages:
                return code
        return self.language


def read_people(
    plan: Plan,
    sheet: Sheet,
    evening: Evening,
    mapping: MappingFile,
    calendar: tuple[int, Calendar],
    step: Callable[[int], None],
) -> None:
    """Fill a plan with its people, the rows that are none and the counts of every code."""
    reader = Reader(plan, evening, *calendar, language_of_file(plan, evening, mapping))
    kept: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    left: dict[str, list[int]] = defaultdict(list)
    finished: list[bool] = []
    records = RowFilter(plan.layout).records(sheet)
    while batch := list(islice(records, BATCH)):
        for number, cells, why in batch:
            person, reason, whole = (None, why, False) if why else one_row(reader, cells, kept)
            if person is None:
                left[reason].append(number)
            else:
                plan.people.append(person)
                finished.append(whole)
        step(len(batch))
    plan.left_out = [
        LeftOut(why, len(rows), tuple(rows[:MOST_ROWS_TOLD])) for why, rows in left.items()
    ]
    plan.complete = sum(finished)
    plan.counts = counted(plan, plan.people)
    plan.complete_counts = counted(
        plan, (one for one, whole in zip(plan.people, finished, strict=True) if whole)
    )


def one_row(
    reader: Reader, cells: Record, kept: dict[tuple[Any, ...], tuple[Any, ...]]
) -> tuple[Person | None, str, bool]:
    """Return (person, "", finished), or (None, why, False). Equal answers are kept once."""
    day, why = reader.day(cells)
    if why:
        return None, why, False
    whole = reader.is_finished(cells)
    values = reader.values(cells, whole)
    audience = reader.audience(values)
    if audience == CHILD:
        return None, "a child under 13: held back", False
    if audience not in reader.audiences:
        return None, "13 to 17: that season's questionnaire was for adults", False
    key = tuple(tuple(value) if isinstance(value, list) else value for value in values)
    return (day, reader.language_of(cells), audience, same(key, kept)), "", whole


def same(key: tuple[Any, ...], kept: dict[tuple[Any, ...], tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return equal answers as one object, as long as few enough are different to be worth it."""
    return kept.setdefault(key, key) if len(kept) < MOST_KEPT else kept.get(key, key)


def counted(plan: Plan, people: Any) -> dict[str, dict[Any, int]]:
    """Return how often each item has each code; of several options, how often each was named."""
    by_item: dict[str, Counter[Any]] = {item: Counter() for item in plan.items}
    for _, _, _, values in people:
        for item, value in zip(plan.items, values, strict=True):
            if isinstance(value, tuple):
                by_item[item].update(value)
            else:
                by_item[item][value] += 1
    return {item: dict(counts) for item, counts in by_item.items()}


def language_of_file(plan: Plan, evening: Evening, mapping: MappingFile) -> str:
    """Return the language of most of a file's questions: declared, or that of the matched ones."""
    if mapping.language:
        return mapping.language
    spanish = sum("¿" in plain(heading.asked) for heading in plan.layout.headings)
    return "es" if 2 * spanish > len(plan.used) else "en"
