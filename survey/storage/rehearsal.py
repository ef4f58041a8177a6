"""A try-out before the evening: what was answered is shown to the organiser and wiped.

It is kept apart from every answer, in words, and no release, count or file reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from survey.storage.desk_tables import RehearsalAnswer
from survey.storage.models import Event

MOST = 50  # of one event: a try-out is a few people, and others may come across a code


def keep(
    connection: Connection, event_id: int, id: UUID, poster: str, answers: Sequence[tuple[str, str]]
) -> None:
    """Keep one set of answers as (question, answer), once; beyond MOST nothing more is kept."""
    ours = RehearsalAnswer.event_id == event_id
    kept = connection.scalars(select(RehearsalAnswer.id).where(ours).limit(MOST)).all()
    if id not in kept and len(kept) < MOST:
        row: dict[str, Any] = {"event_id": event_id, "id": id, "poster": poster}
        connection.execute(insert(RehearsalAnswer), {**row, "told": [list(one) for one in answers]})


def wipe(connection: Connection, event_id: int) -> None:
    """End an event's try-out and delete what was answered; commit is the caller's."""
    connection.execute(delete(RehearsalAnswer).where(RehearsalAnswer.event_id == event_id))
    connection.execute(update(Event).where(Event.id == event_id).values(rehearsal_until=None))


def answers(session: Session, event_id: int) -> list[RehearsalAnswer]:
    query = select(RehearsalAnswer).where(RehearsalAnswer.event_id == event_id)
    return list(session.scalars(query.order_by(RehearsalAnswer.id)))
