"""Planning an evening: when it is, in which languages, and its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.desk.answered import delete_event, refuse_answered
from survey.desk.limits import LONGEST_PAST_MIDNIGHT, check_day, tidy
from survey.desk.slugs import numbered
from survey.questionnaire.areas import fold
from survey.questionnaire.instrument import Content
from survey.questionnaire.words import READERS
from survey.storage.events import Refused, agencies_of, now
from survey.storage.keeping_tables import refuse_forgotten
from survey.storage.models import Community, Event

MOST_PEOPLES_ZONE = "America/New_York"
STAYS_OPEN = timedelta(hours=48)  # a family answers at breakfast the day after


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
    host: str = "",
) -> Event:
    """Make an event that takes answers from its start until two days after its end.

    One that ends before it starts by the clock ends on the next day. host: as in set_host; "" for
    the local law enforcement.
    """
    offered = list(dict.fromkeys(languages))
    for code in offered:
        check_language(content, code)
    agencies_of(community)
    if not community.made_up:
        refuse_forgotten(session, day.year)
    event = Event(name=tidy(name, Event.name, "The event's name"), head_count=head_count)
    event.languages = offered
    set_time(content, event, day, starts, ends, time_zone)
    event.slug = free_event_slug(session, f"{community.slug}-{day.year}")
    community.events.append(event)
    if host:
        set_host(content, event, host)
    session.flush()
    return event


MOST_PEOPLE = 200_000  # at one event: more is a slip of the finger


def count_heads(event: Event, typed: str) -> None:
    """Keep how many people came; nothing typed is not counted. Raises Refused for no number."""
    text = typed.strip().replace(",", "").replace(".", "").replace(" ", "")
    if text and not (text.isascii() and text.isdigit() and 0 < int(text) <= MOST_PEOPLE):
        raise Refused("A head count is a whole number.", "head_count", "head_count")
    event.head_count = int(text) if text else None


def set_time(
    content: Content, event: Event, day: date, starts: time, ends: time, time_zone: str
) -> None:
    """Set when an event is, and what follows from it: season, questionnaire, days for answers."""
    check_day(day, now())
    zone = zone_of(time_zone)
    starts_at = datetime.combine(day, starts, zone).astimezone(UTC)
    ends_at = datetime.combine(day, ends, zone).astimezone(UTC)
    if ends <= starts:
        ends_at = datetime.combine(day + timedelta(days=1), ends, zone).astimezone(UTC)
        if ends_at - starts_at > LONGEST_PAST_MIDNIGHT:
            raise Refused(
                f"The event must end after it starts: from {starts:%H:%M} to {ends:%H:%M} "
                f"of the next day are {(ends_at - starts_at) / timedelta(hours=1):g} hours.",
                "ends_before",
                "ends",
            )
    event.season = day.year
    event.instrument = content.instrument_of(day.year).id
    event.time_zone = time_zone
    event.starts_at, event.ends_at = starts_at, ends_at
    event.opens_at, event.closes_at = starts_at, ends_at + STAYS_OPEN


def usual_zone(community: Community) -> str:
    """Return the time zone of a community's last event; before its first the most people's."""
    last = max(community.events, key=lambda event: event.starts_at, default=None)
    return last.time_zone if last else MOST_PEOPLES_ZONE


def refuse_repeat(community: Community, day: date, name: str) -> None:
    """Raise Refused where a community has an event of this name on this day already."""
    for event in community.events:
        held = event.starts_at.astimezone(ZoneInfo(event.time_zone)).date()
        if held == day and fold(event.name) == fold(name):
            raise Refused(
                f"{community.name} has {event.name} on {day} already: {event.slug}. "
                "For a second one on that day give it a name of its own: --name",
                "repeat",
                "day",
                name=event.name,
            )


def correct_event(
    session: Session,
    content: Content,
    event: Event,
    *,
    day: date | None = None,
    starts: time | None = None,
    ends: time | None = None,
    time_zone: str | None = None,
    name: str | None = None,
) -> None:
    """Correct what is given, before the first answer. Another year is another address."""
    refuse_answered(session, [event], event.slug)
    zone = ZoneInfo(event.time_zone)
    began, ended = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    season, day = event.season, day or began.date()
    set_time(
        content,
        event,
        day,
        began.time() if starts is None else starts,
        ended.time() if ends is None else ends,
        time_zone or event.time_zone,
    )
    if name is not None:
        event.name = tidy(name, Event.name, "The event's name")
    if season != event.season:
        event.slug = free_event_slug(session, f"{event.community.slug}-{day.year}")
    session.flush()


def remove_event(session: Session, event: Event) -> None:
    """Remove an event and its posters, before the first answer."""
    refuse_answered(session, [event], event.slug)
    delete_event(session, event)


def set_host(content: Content, event: Event, host: str) -> None:
    """Say who runs the survey at an event: a kind or the name of one of its agencies, or any name.

    Attendees read the name. What they read about the police is chosen here and never typed: an
    agency that is law enforcement, or a name that says so, sees answers; everybody else sees that
    the police get released figures only.
    """
    host = tidy(host, Event.host, "The host's name", "host")
    named = host.casefold()
    for agency in event.community.agencies:
        if named in (agency.kind, agency.name.casefold()):
            event.host, event.police_run = agency.name, content.agencies[agency.kind].law
            return
    law = [kind for kind, agency in content.agencies.items() if agency.law]
    event.host, event.police_run = host, any(kind in named for kind in law)


def check_language(content: Content, code: str, *, on: bool = True) -> None:
    """Raise Refused for a language that there is not, or that waits for native readers."""
    if code not in content.languages:
        known = ", ".join(content.languages)
        raise Refused(f"{code!r} is no language here: {known}.", "language", "languages")
    if on and not content.languages[code].offered:
        raise Refused(
            f"{code} is not offered before {READERS} native speakers have read it: "
            f"give them /languages/{code}, then `flask language review {code} FILE`.",
            "language_waits",
            "languages",
        )


def turn_language(event: Event, content: Content, code: str, *, on: bool) -> None:
    """Offer the event's survey in one more language, or in one fewer."""
    check_language(content, code, on=on)
    kept = [other for other in event.languages if other != code]
    if not on and not kept:
        only = f"{code} is the only language of {event.slug}: turn another one on first."
        raise Refused(only, "language", "languages")
    if not on:
        event.languages = kept
    elif code not in event.languages:
        event.languages = [*event.languages, code]


def set_languages(event: Event, content: Content, codes: Iterable[str]) -> None:
    """Offer the event's survey in these languages and no other. Raises Refused."""
    wanted = [code for code in content.languages if code in set(codes)]
    if not wanted:
        raise Refused("An event has a language at least.", "language", "languages")
    for code in wanted:
        if code not in event.languages:
            check_language(content, code)
    event.languages = wanted


def close_event(event: Event, moment: datetime) -> None:
    """Stop taking answers now; phones that were waiting for a signal still have two weeks."""
    if moment <= event.opens_at:
        raise Refused(f"{event.slug} has not opened yet.", "not_open")
    event.closes_at = min(event.closes_at, moment)


@cache
def time_zones() -> frozenset[str]:
    """Return the names of the tz database: reading them all takes longer than planning an event."""
    return frozenset(available_timezones())


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name in the tz database. Raises Refused."""
    if name not in time_zones() or ("/" not in name and name != "UTC"):
        raise Refused(f"{name!r} is no time zone; one is America/New_York.", "zone", "zone")
    return ZoneInfo(name)


def free_event_slug(session: Session, slug: str) -> str:
    """Return `slug`, or with -2, -3 ... where a community has several events in a season."""
    return numbered(slug, session.scalars(select(Event.slug)).all())
