"""The demonstration, removed whole: places, answers and releases."""

from __future__ import annotations

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from survey.desk.answered import ANSWERS, BESIDE
from survey.storage import release_names
from survey.storage.county_parts import forget_release, forget_sums
from survey.storage.events import Refused
from survey.storage.installation import note
from survey.storage.made_up import (
    LAST_RELEASE,
    has_made_up,
    is_only_made_up,
    next_release_id,
    releases,
)
from survey.storage.models import (
    Agency,
    Community,
    Event,
    Figure,
    Release,
)
from survey.storage.publishing_tables import Reply

REMOVED = "demo removed"  # noted, so that the next start does not load it again


def remove(session: Session) -> int:
    """Remove the demonstration and return how many communities it had. Commit is the caller's.

    Raises Refused where there is none.
    """
    if not has_made_up(session):
        raise Refused("There is no demonstration here.")
    note(session, LAST_RELEASE, str(next_release_id(session) - 1))
    for release in releases(session, made_up=True):
        forget_release(session, release.id)
        session.execute(delete(Figure).where(Figure.release_id == release.id))
        session.execute(delete(Release).where(Release.id == release.id))
    forget_sums(session)
    places = select(Community.id).where(Community.made_up)
    evenings = select(Event.id).where(Event.community_id.in_(places))
    for table in (*ANSWERS, *BESIDE):
        session.execute(delete(table).where(table.event_id.in_(evenings)))
    session.execute(delete(Event).where(Event.community_id.in_(places)))
    session.execute(delete(Reply).where(Reply.community_id.in_(places)))
    session.execute(delete(Agency).where(Agency.community_id.in_(places)))
    removed = session.execute(delete(Community).where(Community.made_up))
    assert isinstance(removed, CursorResult)
    note(session, REMOVED, "yes")
    return int(removed.rowcount)


def is_outdated(session: Session) -> bool:
    """Whether a demonstration is all there is, and none of its releases can be read any more."""
    return is_only_made_up(session) and release_names.newest(session) is None
