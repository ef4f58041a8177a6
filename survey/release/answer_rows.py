"""Stored answers of closed events, row by row, for a release.

A release reads what years of versions, and of hands with a database client, have left. A row that
cannot be read is set aside, counted and reported; the others are released without it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, Select, String, Text, cast, literal, select, tuple_
from sqlalchemy.orm import Session

from survey.quality.marks import is_counted
from survey.questionnaire.answer_codes import Codes, codes_of_items, unreadable
from survey.questionnaire.areas import area_id
from survey.questionnaire.forms import Item
from survey.questionnaire.instrument import Content
from survey.release import measure_catalogue
from survey.release.samples import samples
from survey.storage.keeping_tables import is_kept
from survey.storage.models import Community, Event, Response


class SetAside:
    """How many rows could not be read: by event, and by the item that holds no code of its own."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def add(self, event: str, why: str) -> None:
        self.counts[event, why] += 1

    def sentences(self) -> Iterator[str]:
        """Yield a sentence for each event and reason. It never quotes what a row holds."""
        for (event, why), count in sorted(self.counts.items()):
            noun = "1 response was" if count == 1 else f"{count} responses were"
            yield f"{event}: {noun} set aside, not counted in any figure ({why})."


class Area(NamedTuple):
    """A county or what stands for one, as communities name it."""

    state: str
    county: str
    kind: str
    made_up: bool  # of the demonstration, which no release mixes with what is real


def stored(
    session: Session, content: Content, moment: datetime, area: Area
) -> Sequence[RowMapping]:
    """Return a county's responses at events that are closed, with their event and place, as they
    are stored."""
    return session.execute(query(content, moment, area)).mappings().all()


def readable(
    content: Content, rows: Iterable[RowMapping], aside: SetAside
) -> Iterator[dict[str, Any]]:
    """Yield those of the rows that can be read.

    Posters at the way out and follow-ups ask the same people once more: `audience` and `wave` tell
    the samples apart, and no figure adds two of them.
    """
    reader = Reader(content)
    for row in rows:
        answers, why = reader.read(row)
        if why:
            aside.add(row["event"], why)
        else:
            yield {**row, "key": row["key"].replace("-", ""), "answers": answers}


def query(content: Content, moment: datetime, area: Area) -> Select[*tuple[Any, ...]]:
    """Answers and ids are read as text: a value that is no JSON or no UUID would end the query."""
    return (
        select(
            cast(Response.submission, String).label("key"),
            Response.language,
            Response.instrument,
            Response.audience,
            Response.wave,
            Response.verified,
            cast(Response.answers, Text).label("answers"),
            Event.season,
            Event.slug.label("event"),
            Event.head_count,
            Community.slug.label("community"),
            literal(area_id(area.county, area.kind, content.areas)).label("county"),
            Community.state,
        )
        .join(Event, Event.id == Response.event_id)
        .join(Community, Community.id == Event.community_id)
        .where(
            Community.state == area.state,
            Community.county == area.county,
            Community.area == area.kind,
            Community.made_up == area.made_up,
        )
        .where(
            Event.closes_at <= moment,
            is_counted(Response.event_id, Response.submission),
            is_kept(made_up=area.made_up),
            tuple_(Response.audience, Response.wave).in_(list(samples(content))),
        )
    )


class Reader:
    """Reads the answers of a row by the questionnaire under which they were given."""

    def __init__(self, content: Content) -> None:
        kinds = tuple(content.agencies)
        cuts = [Item(question) for question in measure_catalogue.cut_questions(content)]
        asked: Sequence[Item] = [*measure_catalogue.measured_items(content, kinds), *cuts]
        self.languages = content.languages
        self.codes: Mapping[str, Mapping[str, Codes]] = {
            id: codes_of_items(instrument, asked, kinds)
            for id, instrument in content.instruments.items()
        }

    def read(self, row: RowMapping) -> tuple[Any, str]:
        """Return (answers, ""), or (None, why they cannot be read)."""
        codes = self.codes.get(row["instrument"])
        if codes is None:
            return None, "its questionnaire is not known here"
        if row["language"] not in self.languages:
            return None, "its language is not known here"
        try:
            answers = json.loads(row["answers"])
        except (TypeError, ValueError, RecursionError):
            return None, "its answers are no JSON"
        item = unreadable(answers, codes)
        return (None, f"{item} holds no code of its question") if item else (answers, "")
