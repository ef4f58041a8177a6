"""Stored answers of closed events, a sheet for each instrument, for a release.

A release reads what years of versions, and of hands with a database client, have left. A row that
cannot be read is set aside, counted and reported; the others are released without it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, String, Text, cast, literal, select, tuple_
from sqlalchemy.orm import Session

from survey.quality.marks import is_counted
from survey.questionnaire.answer_codes import Codes, codes_of_items
from survey.questionnaire.areas import area_id
from survey.questionnaire.forms import Item
from survey.questionnaire.instrument import Content
from survey.release import measure_catalogue
from survey.release.answer_sheet import Answer, Row, Sheet
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


def stored(session: Session, content: Content, moment: datetime, area: Area) -> Sequence[Row]:
    """Return a county's responses at events that are closed, with their event and place, as they
    are stored."""
    return session.connection().execute(query(content, moment, area)).all()  # type: ignore[return-value]


def readable(content: Content, rows: Iterable[Row], aside: SetAside) -> Iterator[Sheet]:
    """Yield those of the rows that can be read, a sheet for each instrument.

    Posters at the way out and follow-ups ask the same people once more: `audience` and `wave` tell
    the samples apart, and no figure adds two of them.
    """
    kinds = tuple(content.agencies)
    cuts = [Item(question) for question in measure_catalogue.cut_questions(content)]
    asked = [*measure_catalogue.measured_items(content, kinds), *cuts]
    for instrument, mine in by_instrument(rows).items():
        known = content.instruments.get(instrument)
        if known is None:
            for row in mine:
                aside.add(row.event, "its questionnaire is not known here")
            continue
        sheet = sheet_of(content, instrument, mine, aside)
        wrong = unreadable(sheet, codes_of_items(known, asked, kinds))
        for number, item in wrong.items():
            aside.add(sheet.rows[number].event, f"{item} holds no code of its question")
        yield sheet.without({*wrong}) if wrong else sheet


def by_instrument(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.instrument].append(row)
    return found


def sheet_of(content: Content, instrument: str, rows: Iterable[Row], aside: SetAside) -> Sheet:
    """Return the rows whose answers are an object, in a language that is known."""
    kept, answers = [], []
    for row in rows:
        if row.language not in content.languages:
            aside.add(row.event, "its language is not known here")
            continue
        try:
            told = json.loads(row.answers)
        except (TypeError, ValueError, RecursionError):
            aside.add(row.event, "its answers are no JSON")
            continue
        if isinstance(told, dict):
            kept.append(row)
            answers.append(told)
        else:
            aside.add(row.event, "answers holds no code of its question")
    return Sheet(instrument, kept, answers)


def unreadable(sheet: Sheet, codes: Mapping[str, Codes]) -> dict[int, str]:
    """Return {number of a row: the first item that holds no code of its own}.

    An item that is not there was not asked.
    """
    found: dict[int, str] = {}
    for item, known in codes.items():
        given = sheet.given(item)
        wrong = {one for one in given.different if not allowed(one, known)}
        if wrong:
            found |= {
                i: item for i, one in enumerate(given.each) if one in wrong and i not in found
            }
    return found


def allowed(given: Answer, codes: Codes) -> bool:
    return codes.allow(list(given) if isinstance(given, tuple) else given)


def query(content: Content, moment: datetime, area: Area) -> Select[*tuple[Any, ...]]:
    """Return the query of rows as Row has them.

    Answers and ids are read as text: a value that is no JSON or no UUID would end the query."""
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
