"""Closed events as the signs of stuffing see them, read from what is stored.

One event as answers (evening_of), or many as rows, event by event (rows_of). Answers and ids are
read as text: a value that is no JSON or no UUID would end the query.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, RowMapping, Select, String, Text, cast, select
from sqlalchemy.orm import Session

from survey.quality.answer import Answer, Scales, answer_of
from survey.quality.signs import Evening
from survey.questionnaire.forms import Agencies, items
from survey.questionnaire.instrument import Content
from survey.storage.events import agencies_of
from survey.storage.models import IMPORTED, Event, Poster, Response, Scan

ROWS = 1_000  # fetched at once


def evening_of(session: Session, content: Content, event: Event) -> Evening:
    """Return an event as the signs see it. Imported answers came by no poster and are not in it."""
    scales = scales_of(content)
    agencies = agencies_of(event.community)

    def here(instrument: str, wave: str, audience: str) -> Scales:
        return scales(agencies, instrument, wave, audience)

    rows = session.execute(stored([event.id])).mappings()
    scans = select(Scan.poster, Scan.hour, Scan.count).where(Scan.event_id == event.id)
    return Evening(
        answers=[one for row in rows if (one := seen(row, here))],
        scans={(poster, hour): count for poster, hour, count in session.execute(scans)},
        hours=hours_of(event),
    )


def rows_of(session: Session, events: Sequence[Event]) -> Iterator[tuple[int, list[Row[Any]]]]:
    """Yield (event id, its stored rows) of those events that have any, one event in memory."""
    query = stored([event.id for event in events]).order_by(Response.event_id)
    rows = session.connection().execute(query, execution_options={"yield_per": ROWS})
    for event_id, mine in groupby(rows, key=itemgetter(0)):
        yield event_id, list(mine)


def stored(event_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Response.event_id,
            cast(Response.submission, String).label("key"),
            cast(Response.answers, Text).label("answers"),
            Response.poster,
            Response.hour,
            Response.mode,
            Response.instrument,
            Response.audience,
            Response.wave,
            Response.household,
        )
        .join(Poster, Poster.code == Response.poster)
        .where(Response.event_id.in_(event_ids), Poster.channel != IMPORTED)
    )


def seen(row: RowMapping, scales: Callable[[str, str, str], Scales]) -> Answer | None:
    """Return a stored response as an Answer; None for one that cannot be read.

    scales: opinion_scales() of an instrument, wave and audience at this event
    """
    try:
        key, given = UUID(row["key"]), json.loads(row["answers"])
    except (TypeError, ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    return answer_of(
        key,
        given,
        scales(row["instrument"], row["wave"], row["audience"]),
        poster=row["poster"],
        hour=row["hour"],
        mode=row["mode"],
        sample=(row["audience"], row["wave"]),
        household=row["household"],
    )


def scales_of(content: Content) -> Callable[[Agencies, str, str, str], Scales]:
    """Return opinion_scales() of this content, each worked out once."""

    @cache
    def scales(agencies: Agencies, instrument: str, wave: str, audience: str) -> Scales:
        return opinion_scales(content, agencies, instrument, wave, audience)

    return scales


def opinion_scales(
    content: Content, agencies: Agencies, instrument: str, wave: str, audience: str
) -> Scales:
    """Return the scales of opinions: of the local police, or of a child's form."""
    known = content.instruments.get(instrument)
    if known is None:
        return {}
    scales = {
        item.name: (item.question.scale.codes, item.agency)
        for item in items(known, agencies, wave, audience)
        if item.question.scale
    }
    about = {name: codes for name, (codes, agency) in scales.items() if agency == agencies.local}
    return about or {name: codes for name, (codes, _) in scales.items()}


def hours_of(event: Event) -> set[str]:
    """Return the local hours while an event runs."""
    zone = ZoneInfo(event.time_zone)
    return set(hours(event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)))


def hours(starts: datetime, ends: datetime) -> Iterator[str]:
    """Yield the local hours from a start until an end, as they stand in answers."""
    at = starts.replace(minute=0, second=0)
    while at < ends:
        yield f"{at:%Y-%m-%dT%H}"
        at += timedelta(hours=1)
