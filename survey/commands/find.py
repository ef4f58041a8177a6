"""What a command's words name: a community, an event, a poster. Raises Refused for nothing."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.storage.events import Refused, tidy_code
from survey.storage.models import Agency, Community, Event, Poster


def community_of(session: Session, slug: str) -> Community:
    community = session.scalar(select(Community).where(Community.slug == slug.strip().lower()))
    if community is None:
        raise Refused(f"There is no community {slug!r}; see `flask community list`.")
    return community


def agency_of(session: Session, slug: str, kind: str) -> Agency:
    community = community_of(session, slug)
    matching = next((agency for agency in community.agencies if agency.kind == kind), None)
    if matching is None:
        raise Refused(f"{slug} has no agency of the kind {kind!r}; see `flask community list`.")
    return matching


def event_of(session: Session, slug: str) -> Event:
    event = session.scalar(select(Event).where(Event.slug == slug.strip().lower()))
    if event is None:
        raise Refused(f"There is no event {slug!r}; see `flask event list`.")
    return event


def poster_of(session: Session, code: str) -> Poster:
    poster = session.get(Poster, tidy_code(code))
    if poster is None:
        raise Refused(f"There is no poster {code!r}; see `flask poster list`.")
    return poster
