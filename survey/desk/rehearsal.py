"""A try-out of an event: its posters work for a while before the evening, and nothing counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.storage import rehearsal
from survey.storage.events import Refused
from survey.storage.models import Event

LONGEST = timedelta(hours=4)  # then it ends by itself, and in any case when the event opens


def begin(session: Session, event: Event, moment: datetime) -> None:
    """Let the posters work from now on, for a try-out. Raises Refused once the event has opened."""
    if moment >= event.opens_at:
        sentence = f"{event.slug} has opened: answers count now."
        raise Refused(sentence, "opened")
    rehearsal.wipe(session.connection(), event.id)
    event.rehearsal_until = min(moment + LONGEST, event.opens_at)
    session.flush()


def end(session: Session, event: Event) -> None:
    """End the try-out and delete what was answered."""
    session.flush()
    rehearsal.wipe(session.connection(), event.id)
    session.expire(event)


def is_on(event: Event, moment: datetime) -> bool:
    return event.rehearsal_until is not None and moment < min(event.rehearsal_until, event.opens_at)
