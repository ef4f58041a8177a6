"""Takes a form back that was keyed in from paper: whoever keyed it holds the sheet, and its id.

The id is random, made by the page that keyed the form and told to nobody, so it is what allows the
undo. A row with that id alone stays, or a queue that sends the form once more would store it again.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import Connection, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from survey.quality import marks
from survey.storage import audit
from survey.storage.desk_tables import RehearsalAnswer, SecondKeying, UndoneKeying
from survey.storage.events import TWICE, Place
from survey.storage.models import Event, Release, Response

MOST = 1000  # of one event: the door is as open as that of paper, and the audit trail has a limit


class Undone(Enum):
    """What became of a form that was to be taken back."""

    UNDONE = "undone"
    STAYS = "stays"  # it may be in published figures, or two people have settled it


def undo(connection: Connection, place: Place, id: UUID, opened: datetime, now: datetime) -> Undone:
    """Take one form back, its held mark with it; the commit is the caller's.

    opened: when the page was handed out on which the form was keyed. A comment stays among the
    others: nothing says which one came with the form.
    """
    session = Session(connection, expire_on_commit=False)
    audit.hold(session)
    # whoever stores this very form at the same moment has done so before this lock, or waits for it
    event = session.scalars(select(Event).where(Event.id == place.event_id).with_for_update()).one()
    if place.rehearsing:
        session.execute(delete(RehearsalAnswer).where(RehearsalAnswer.id == id))
        return Undone.UNDONE
    if is_undone(connection, place.event_id, id):
        return Undone.UNDONE
    if (
        is_published(session, event, opened)
        or is_settled(session, event, id)
        or is_full(session, event)
    ):
        return Undone.STAYS
    session.execute(insert(UndoneKeying), {"event_id": event.id, "submission": id})
    remove(session, event.id, id)
    about: dict[str, str | int] = {
        "event": event.name,
        "season": event.season,
        "place": event.community.name,
    }
    name = "second_keying_undone" if place.door == TWICE else "keying_undone"
    audit.append(session, name, now, community_id=event.community_id, about=about)
    session.flush()
    return Undone.UNDONE


def remove(session: Session, event_id: int, id: UUID) -> None:
    """Delete what was keyed under an id. Only paper's: no other answer can be taken back."""
    is_paper = Response.event_id == event_id, Response.submission == id, Response.mode == "paper"
    if session.scalar(select(exists().where(*is_paper))):
        marks.unmark(session, event_id, id)
        session.execute(delete(Response).where(*is_paper))
    mine = SecondKeying.event_id == event_id, SecondKeying.id == id
    session.execute(delete(SecondKeying).where(*mine))


def is_undone(connection: Connection, event_id: int, id: UUID) -> bool:
    mine = UndoneKeying.event_id == event_id, UndoneKeying.submission == id
    return bool(connection.scalar(select(exists().where(*mine))))


def is_published(session: Session, event: Event, opened: datetime) -> bool:
    """Whether a release may hold what was keyed on a page that was handed out then."""
    after = Release.made_at >= max(event.closes_at, opened)
    return bool(session.scalar(select(exists().where(after))))


def is_settled(session: Session, event: Event, id: UUID) -> bool:
    """Whether it is a second keying whose differences were looked up: the first has them now."""
    mine = SecondKeying.event_id == event.id, SecondKeying.id == id
    return bool(session.scalar(select(exists().where(*mine, SecondKeying.differed.is_not(None)))))


def is_full(session: Session, event: Event) -> bool:
    mine = select(func.count()).select_from(UndoneKeying).where(UndoneKeying.event_id == event.id)
    return (session.scalar(mine) or 0) >= MOST
