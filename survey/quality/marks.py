"""Marks answers of closed events as counted or held, with the reason. Nothing is ever deleted.

What is marked is computed anew from the stored answers until somebody has proposed what is to
become of a group. From then on the group stays, and answers that come later wait in another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select
from sqlalchemy.orm import Session, joinedload

from survey.quality.evenings import evening_of, hours_of, rows_of, scales_of
from survey.quality.screening import may_hold
from survey.quality.signs import Held, signs
from survey.questionnaire.instrument import Content
from survey.storage.desk_tables import HeldAnswer, HeldGroup
from survey.storage.events import agencies_of
from survey.storage.models import Community, Event, Release

WAITING, COUNTED, LEFT_OUT = "waiting", "counted", "left_out"
AT_ONCE = 200  # events of one query
STILL_COMES = timedelta(days=35)  # after an event: late phones, keyed paper, follow-ups


def mark_closed(session: Session, content: Content, moment: datetime) -> None:
    """Mark the closed events whose answers may have changed since the last release.

    Each in a transaction of its own that is short, and none where nothing waits: a release takes
    minutes, in which guests of other events answer.
    """
    bind = session.get_bind()
    with Session(bind, expire_on_commit=False) as own:  # else each event is read twice
        for events in some_at_once(own, changed_since(own, moment)):
            for event in suspects(own, content, events):
                mark(own, content, event)
                own.commit()
            own.commit()


def some_at_once(session: Session, query: Select[Event]) -> Iterator[Sequence[Event]]:
    """Yield the events of a query that is ordered by their ids, with their agencies."""
    agencies = joinedload(Event.community).selectinload(Community.agencies)
    some, last = query.options(agencies).limit(AT_ONCE), 0
    while events := session.scalars(some.where(Event.id > last)).all():
        yield events
        last = events[-1].id


def suspects(session: Session, content: Content, events: Sequence[Event]) -> list[Event]:
    """Return the events that signs() has to see, or have groups that it may have to take back."""
    scales = scales_of(content)
    known = {event.id: event for event in events}
    of_these = HeldGroup.event_id.in_(known)
    found = set(session.scalars(select(HeldGroup.event_id).where(of_these)))
    for event_id, rows in rows_of(session, events):
        event = known[event_id]
        if event_id not in found and may_hold(
            rows, hours_of(event), partial(scales, agencies_of(event.community))
        ):
            found.add(event_id)
    return [event for event in events if event.id in found]


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


def is_counted(event_id: object, submission: object) -> ColumnElement[bool]:
    """Return the condition that a response counts: nobody waits to decide, or left it out."""
    return ~exists().where(
        HeldAnswer.event_id == event_id,
        HeldAnswer.submission == submission,
        HeldGroup.event_id == HeldAnswer.event_id,
        HeldGroup.number == HeldAnswer.number,
        HeldGroup.state != COUNTED,
    )
