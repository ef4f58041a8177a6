"""What an organiser makes: communities, agencies, events and posters, and closing an event."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.events import CODE_LENGTH, CODE_SIGNS, Refused, agencies_of
from survey.instrument import EVENT, LEAVING, Content
from survey.models import Agency, Community, Event, Poster

POSTER_WAVES = (EVENT, LEAVING)  # the follow-up has no poster: it is opened from the phone
STAYS_OPEN = timedelta(hours=48)  # a family answers at breakfast the day after


def add_community(
    session: Session, *, name: str, county: str, state: str, made_up: bool = False
) -> Community:
    """Make a community. Raises Refused where its slug is taken."""
    slug = slug_of(name)
    if session.scalar(select(Community).where(Community.slug == slug)):
        slug = slug_of(f"{name} {state}")
    if not slug or session.scalar(select(Community).where(Community.slug == slug)):
        raise Refused(f"There is a community {slug!r} already.")
    community = Community(slug=slug, name=name, county=county, state=state, made_up=made_up)
    session.add(community)
    session.flush()
    return community


def add_agency(
    session: Session, content: Content, community: Community, *, kind: str, name: str
) -> Agency:
    """Make an agency. The first police or sheriff is the one the police questions are about."""
    if kind not in content.agencies:
        raise Refused(f"{kind!r} is no kind of agency: {', '.join(content.agencies)}.")
    if any(agency.kind == kind for agency in community.agencies):
        raise Refused(f"{community.slug} has its {kind} already.")
    has_local = any(agency.local for agency in community.agencies)
    local = content.agencies[kind].law and not has_local
    agency = Agency(kind=kind, name=name, local=local)
    community.agencies.append(agency)
    session.flush()
    return agency


def add_event(
    session: Session,
    content: Content,
    community: Community,
    *,
    day: date,
    time_zone: str,
    starts: time = time(17),
    ends: time = time(21),
    name: str = "National Night Out",
    languages: Iterable[str] = ("en", "es"),
    head_count: int | None = None,
) -> Event:
    """Make an event that takes answers from its start until two days after its end."""
    unknown = set(languages) - content.languages.keys()
    if unknown:
        raise Refused(f"{min(unknown)!r} is no language here: {', '.join(content.languages)}.")
    agencies_of(community)
    zone = zone_of(time_zone)
    starts_at = datetime.combine(day, starts, zone).astimezone(UTC)
    ends_at = datetime.combine(day, ends, zone).astimezone(UTC)
    if ends_at <= starts_at:
        raise Refused("The event must end after it starts.")
    slug = free_event_slug(session, f"{community.slug}-{day.year}")
    event = Event(
        slug=slug,
        name=name,
        season=day.year,
        instrument=content.instrument_of(day.year).id,
        languages=list(languages),
        time_zone=time_zone,
        starts_at=starts_at,
        ends_at=ends_at,
        opens_at=starts_at,
        closes_at=ends_at + STAYS_OPEN,
        head_count=head_count,
    )
    community.events.append(event)
    session.flush()
    return event


def turn_language(event: Event, content: Content, code: str, *, on: bool) -> None:
    """Offer the event's survey in one more language, or in one fewer."""
    if code not in content.languages:
        raise Refused(f"{code!r} is no language here: {', '.join(content.languages)}.")
    kept = [other for other in event.languages if other != code]
    if not on and not kept:
        raise Refused(f"{code} is the only language of {event.slug}: turn another one on first.")
    if not on:
        event.languages = kept
    elif code not in event.languages:
        event.languages = [*event.languages, code]


def add_poster(session: Session, event: Event, *, channel: str, wave: str = EVENT) -> Poster:
    """Make a poster with a random code that no other has."""
    if wave not in POSTER_WAVES:
        raise Refused(f"{wave!r} is no wave of a poster: {', '.join(POSTER_WAVES)}.")
    while session.get(Poster, code := random_code()):
        pass
    poster = Poster(code=code, channel=channel, wave=wave)
    event.posters.append(poster)
    session.flush()
    return poster


def close_event(event: Event, moment: datetime) -> None:
    """Stop taking answers now; phones that were waiting for a signal still have two weeks."""
    if moment <= event.opens_at:
        raise Refused(f"{event.slug} has not opened yet.")
    event.closes_at = min(event.closes_at, moment)


def random_code() -> str:
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Refused(f"{name!r} is no time zone; one is America/New_York.") from error


def free_event_slug(session: Session, slug: str) -> str:
    """Return `slug`, or with -2, -3 ... where a community has several events in a season."""
    taken = set(session.scalars(select(Event.slug).where(Event.slug.startswith(slug))))
    number = 1
    while (free := slug if number == 1 else f"{slug}-{number}") in taken:
        number += 1
    return free


def slug_of(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
