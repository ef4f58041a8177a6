"""What an organiser makes: communities, agencies, events and posters, and closing an event."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.desk.limits import tidy
from survey.desk.slugs import free_slug, numbered
from survey.questionnaire.areas import area_id, area_name, fold, parse_area
from survey.questionnaire.instrument import EVENT, LEAVING, Content
from survey.questionnaire.words import READERS
from survey.storage.events import CODE_LENGTH, CODE_SIGNS, Refused, agencies_of
from survey.storage.models import Agency, Community, Event, Poster

POSTER_WAVES = (EVENT, LEAVING)  # the follow-up has no poster: it is opened from the phone
SHORTEST_STATE = 3  # letters; OH and Ohio would be two states
STAYS_OPEN = timedelta(hours=48)  # a family answers at breakfast the day after


def add_community(
    session: Session,
    content: Content,
    *,
    name: str,
    county: str,
    state: str,
    area: str = "",
    made_up: bool = False,
) -> Community:
    """Make a community. Its county may be a parish or the like: by its name ("Orleans Parish"),
    by `area`, or by what is usual in its state.

    Raises Refused where it is there already: the same name, county and state are the same place.
    """
    place = place_named(session, content, name=name, county=county, state=state, area=area)
    community = Community(**asdict(place), made_up=made_up)
    community.identity = identity_of(content, place, made_up=made_up)
    refuse_twin(session, content, community)
    taken = session.scalars(select(Community.slug)).all()
    wider = f"{place.name} {area_id(place.county, place.area, content.areas)}"
    community.slug = free_slug((place.name, wider, f"{wider} {place.state}"), taken)
    session.add(community)
    session.flush()
    return community


@dataclass(frozen=True)
class Named:
    """What a community is called, tidied."""

    name: str
    county: str
    area: str
    state: str


def place_named(
    session: Session, content: Content, *, name: str, county: str, state: str, area: str
) -> Named:
    """Return what was typed, checked; a county and a state are spelled as they already are."""
    name = tidy(name, Community.name, "The name")
    county = tidy(county, Community.county, "The county")
    state = tidy(state, Community.state, "The state")
    if len(state) <= SHORTEST_STATE:
        raise Refused(f"Write the state in full: with {state!r} it would stand here twice.")
    if area and area not in content.areas:
        raise Refused(f"{area!r} is no kind of area: {', '.join(content.areas)}.")
    known = select(Community.state, Community.county, Community.area).distinct()
    kept = session.execute(known.order_by(Community.state, Community.county)).all()
    state = next((row.state for row in kept if fold(row.state) == fold(state)), state)
    county, found = parse_area(county, state, content.areas)
    same = (row.county for row in kept if row.state == state and row.area == (area or found))
    county = next((other for other in same if fold(other) == fold(county)), county)
    return Named(name, county, area or found, state)


def identity_of(content: Content, place: Named, *, made_up: bool) -> str:
    """Return what makes a community the same place however it is typed. One of the demonstration
    is not the real one."""
    county = area_id(place.county, place.area, content.areas)
    whose = "made up" if made_up else ""
    return "\n".join([*map(fold, (place.name, county, place.state)), whose])


def refuse_twin(session: Session, content: Content, community: Community) -> None:
    """Raise Refused where this place is there already, or in the demonstration."""
    there = select(Community).where(Community.identity == community.identity)
    with session.no_autoflush:
        twin = session.scalar(there)
    if twin is not None and twin is not community:
        where = area_name(twin.county, twin.area, content.areas)
        raise Refused(f"{twin.name} in {where}, {twin.state} is there already: {twin.slug}.")
    shown = Community.made_up, Community.name == community.name, Community.state == community.state
    if not community.made_up and session.scalar(select(Community.slug).where(*shown)):
        raise Refused(
            f"{community.name} is a place of the demonstration, and has its address. "
            "Remove the demonstration first: flask demo remove"
        )


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
    for code in languages:
        check_language(content, code)
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


def check_language(content: Content, code: str, *, on: bool = True) -> None:
    """Raise Refused for a language that there is not, or that waits for native readers."""
    if code not in content.languages:
        raise Refused(f"{code!r} is no language here: {', '.join(content.languages)}.")
    if on and not content.languages[code].offered:
        raise Refused(
            f"{code} is not offered before {READERS} native speakers have read it: "
            f"give them /languages/{code}, then `flask language review {code} FILE`."
        )


def turn_language(event: Event, content: Content, code: str, *, on: bool) -> None:
    """Offer the event's survey in one more language, or in one fewer."""
    check_language(content, code, on=on)
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
    return numbered(slug, session.scalars(select(Event.slug)).all())
