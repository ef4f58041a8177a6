"""What has answers stays as it is: people gave them about this place, this evening, this agency."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from survey.storage.desk_tables import (
    Card,
    HeldAnswer,
    HeldGroup,
    RehearsalAnswer,
    SecondKeying,
    UndoneKeying,
)
from survey.storage.events import Refused
from survey.storage.import_tables import ImportedFile
from survey.storage.models import (
    Comment,
    Event,
    Poster,
    PosterActivity,
    Response,
    Scan,
    SealedComment,
)

ANSWERS = (Response, Comment, SealedComment, ImportedFile)
BESIDE = (  # what else an event has; its posters last, which others point to
    Scan,
    PosterActivity,
    RehearsalAnswer,
    HeldAnswer,
    HeldGroup,
    SecondKeying,
    UndoneKeying,
    Card,
    Poster,
)


def has_answers(session: Session, events: Iterable[Event]) -> bool:
    ids = [event.id for event in events]
    there = (exists().where(table.event_id.in_(ids)) for table in ANSWERS)
    return any(session.scalar(select(one)) for one in there)


def refuse_answered(session: Session, events: Iterable[Event], what: str) -> None:
    """Raise Refused where one of these events has an answer."""
    if has_answers(session, events):
        sentence = f"There are answers already: {what} can no longer be changed or removed."
        raise Refused(sentence, "answered")


def delete_event(session: Session, event: Event) -> None:
    """Delete an event that has no answers, with its posters and their scans."""
    for table in BESIDE:
        session.execute(delete(table).where(table.event_id == event.id))
    session.execute(delete(Event).where(Event.id == event.id))
    session.expire_all()
