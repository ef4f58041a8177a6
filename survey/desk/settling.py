"""What is done with an event's rows once it is over, so that nothing but the answers is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from survey.quality.marks import changed_since
from survey.storage import row_order
from survey.storage.db import AWAY
from survey.storage.models import PosterActivity
from survey.storage.sealed_comments import Seal, move


def settled_again(session: Session, moment: datetime) -> dict[int, str]:
    """Return {id: slug} of the closed events whose rows may have changed since the last release."""
    return {event.id: event.slug for event in session.scalars(changed_since(session, moment))}


def settle(engine: Engine, seal: Seal, over: Mapping[int, str], moment: datetime) -> Iterator[str]:
    """Move the comments that still wait, forget when posters were used, write the rows anew in key
    order, and yield what could not be done. It is safe to repeat; a release does it, too."""
    if not over:
        return
    try:
        with engine.begin() as connection:
            tonight = PosterActivity.event_id.in_(over)
            connection.execute(delete(PosterActivity).where(tonight))
        for event_id, slug in over.items():
            with engine.begin() as connection:
                moved = move(connection, seal, event_id, least=1)
            if moved.closed:
                yield OTHER_SECRET.format(slug=slug, count=moved.closed)
        done = row_order.settle(engine, over, moment)
    except AWAY:
        done = False
    if not done:
        yield NOT_YET


OTHER_SECRET = (
    "{slug}: {count} of its comments cannot be opened: another SECRET_KEY sealed them. They are "
    "kept; with that key back in place, type this again."
)
NOT_YET = (
    "The database's files may still show the order in which answers came: they are in use now. "
    "The next `flask release` sees to it."
)
