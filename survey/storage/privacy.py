"""What we keep, read from the live schema: the privacy page leaves out nothing that is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from survey.questionnaire.words import Language
from survey.storage.models import Base

ANSWER_TABLES = (
    "response",
    "comment",
    "sealed_comment",
    "scan",
    "poster_activity",
    "rehearsal_answer",
    "second_keying",
    "undone_keying",
    "card",
)  # what an attendee's visit can add to


@dataclass(frozen=True)
class Kept:
    """One table of the database, and a sentence for each of its columns."""

    table: str
    title: str
    columns: tuple[tuple[str, str], ...]


def kept_of_attendees(language: Language) -> list[Kept]:
    """Return every column that an attendee's visit can write. KeyError: one is not explained."""
    return [explain(table, language) for table in ANSWER_TABLES]


def kept_of_others(language: Language) -> list[Kept]:
    """Return every column of the tables that organisers and releases fill."""
    others = [name for name in Base.metadata.tables if name not in ANSWER_TABLES]
    return [explain(table, language) for table in others]


def explain(table: str, language: Language) -> Kept:
    columns = Base.metadata.tables[table].columns
    return Kept(
        table=table,
        title=language.say(f"kept.{table}.title"),
        columns=tuple((c.name, language.say(f"kept.{table}.{c.name}")) for c in columns),
    )


def unexplained(language: Language) -> Iterator[str]:
    """Yield every word key that the schema needs and `language` lacks."""
    for table in Base.metadata.tables.values():
        for name in ("title", *(column.name for column in table.columns)):
            if not language.has(key := f"kept.{table.name}.{name}"):
                yield key
