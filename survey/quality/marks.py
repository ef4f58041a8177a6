"""Marks answers of closed events as counted or held, with the reason. Nothing is ever deleted.

What is marked is computed anew from the stored answers until somebody has proposed what is to
become of a group. From then on the group stays, and answers that come later wait in another.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    String,
    Text,
    cast,
    delete,
    exists,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from survey.quality.answer import Answer, answer_of
from survey.quality.signs import Evening, Held, signs
from survey.questionnaire.forms import Agencies, items
from survey.questionnaire.instrument import Content
from survey.storage.desk_tables import HeldAnswer, HeldGroup
from survey.storage.events import agencies_of
from survey.storage.models import IMPORTED, Event, Poster, Release, Response, Scan

Scales = dict[str, tuple[int, ...]]  # codes of each item

WAITING, COUNTED, LEFT_OUT = "waiting", "counted", "left_out"
STILL_COMES = timedelta(days=35)  # after an event: late phones, keyed paper, follow-ups


def mark_closed(session: Session, content: Content, moment: datetime) -> None:
    """Mark the closed events whose answers may have changed since the last release.

    Each in a transaction of its own that is short, and none where nothing waits: a release takes
    minutes, in which guests of other events answer.
    """
    bind = session.get_bind()
    with Session(bind, expire_on_commit=False) as own:  # else each event is read twice
        for event in own.scalars(changed_since(own, moment)).all():
            mark(own, content, event)
            own.commit()


def changed_since(session: Session, moment: datetime) -> Select[Event]:
    """Return the query of closed events that may have had answers since the last release."""
    closed = select(Event).where(Event.closes_at <= moment).order_by(Event.id)
    if last := session.scalar(select(func.max(Release.made_at))):
        closed = closed.where(Event.closes_at > last - STILL_COMES)
    return closed


def mark(session: Session, content: Content, event: Event) -> None:
    """Mark one event's answers anew; groups about which somebody said something stay."""
    keep(session, event, signs(evening_of(session, content, event)))


def keep(session: Session, event: Event, held: Sequence[Held]) -> None:
    """Keep what waits of an event in groups, in place of those about which nobody said anything."""
    mine = select(HeldGroup).where(HeldGroup.event_id == event.id)
    groups = session.scalars(mine).all()
    if not (held or groups):
        return
    fixed = [one.number for one in groups if one.proposal]
    ours = HeldAnswer.event_id == event.id
    session.execute(delete(HeldAnswer).where(ours, HeldAnswer.number.not_in(fixed)))
    for one in groups:
        if not one.proposal:
            session.delete(one)
    session.flush()
    settled = set(session.scalars(select(HeldAnswer.submission).where(ours)))
    fresh = [one for one in held if one.key not in settled]
    for number, group in enumerate(grouped(fresh), max(fixed, default=0) + 1):
        keep_group(session, event, number, group)


def grouped(held: Sequence[Held]) -> list[list[Held]]:
    groups: dict[tuple[str, str, str], list[Held]] = defaultdict(list)
    for one in held:
        groups[one.reason, one.poster, one.hour].append(one)
    return [groups[key] for key in sorted(groups)]


def keep_group(session: Session, event: Event, number: int, held: Sequence[Held]) -> None:
    first = held[0]
    about = {"reason": first.reason, "poster": first.poster, "hour": first.hour}
    nothing = {"state": WAITING, "proposal": "", "why": "", "proposed_as": ""}
    session.execute(insert(HeldGroup), {"event_id": event.id, "number": number, **about, **nothing})
    rows = [{"event_id": event.id, "submission": one.key, "number": number} for one in held]
    session.execute(insert(HeldAnswer), rows)


def evening_of(session: Session, content: Content, event: Event) -> Evening:
    """Return an event as the signs see it. Imported answers came by no poster and are not in it."""
    zone, agencies = ZoneInfo(event.time_zone), agencies_of(event.community)

    @cache
    def scales(instrument: str, wave: str, audience: str) -> Scales:
        return opinion_scales(content, agencies, instrument, wave, audience)

    rows = session.execute(stored(event.id)).mappings()
    scans = select(Scan.poster, Scan.hour, Scan.count).where(Scan.event_id == event.id)
    return Evening(
        answers=[one for row in rows if (one := seen(row, scales))],
        scans={(poster, hour): count for poster, hour, count in session.execute(scans)},
        hours=set(hours(event.starts_at.astimezone(zone), event.ends_at.astimezone(zone))),
    )


def stored(event_id: int) -> Select[*tuple[Any, ...]]:
    """Answers and ids are read as text: a value that is no JSON or no UUID would end the query."""
    return (
        select(
            cast(Response.submission, String).label("key"),
            cast(Response.answers, Text).label("answers"),
            Response.poster,
            Response.hour,
            Response.mode,
            Response.audience,
            Response.wave,
            Response.household,
            Response.instrument,
        )
        .join(Poster, Poster.code == Response.poster)
        .where(Response.event_id == event_id, Poster.channel != IMPORTED)
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


def unmark(session: Session, event_id: int, submission: UUID) -> None:
    """Forget that an answer is held: it is about to be deleted. A group that waits with nothing
    left in it goes, too; what two people decided stays as they decided it."""
    mine = HeldAnswer.event_id == event_id
    number = session.scalar(
        delete(HeldAnswer)
        .where(mine, HeldAnswer.submission == submission)
        .returning(HeldAnswer.number)
    )
    if number is None:
        return
    if not session.scalar(select(exists().where(mine, HeldAnswer.number == number))):
        waits = HeldGroup.state == WAITING, HeldGroup.number == number
        session.execute(delete(HeldGroup).where(HeldGroup.event_id == event_id, *waits))


def hours(starts: datetime, ends: datetime) -> Iterator[str]:
    """Yield the local hours from a start until an end, as they stand in answers."""
    at = starts.replace(minute=0, second=0)
    while at < ends:
        yield f"{at:%Y-%m-%dT%H}"
        at += timedelta(hours=1)


def is_counted(event_id: object, submission: object) -> ColumnElement[bool]:
    """Return the condition that a response counts: nobody waits to decide, or left it out."""
    return ~exists().where(
        HeldAnswer.event_id == event_id,
        HeldAnswer.submission == submission,
        HeldGroup.event_id == HeldAnswer.event_id,
        HeldGroup.number == HeldAnswer.number,
        HeldGroup.state != COUNTED,
    )
