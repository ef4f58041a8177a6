"""Communities: added once, corrected and removed before the first answer.

A community is the same place when its name, county and state are, with case and spaces folded.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.desk.answered import delete_event, has_answers, refuse_answered
from survey.desk.limits import tidy
from survey.desk.slugs import free_slug, numbered
from survey.questionnaire.areas import area_id, area_name, fold, parse_area
from survey.questionnaire.instrument import Content
from survey.storage.events import Refused
from survey.storage.models import Agency, Community
from survey.storage.publishing_tables import Reply

SHORTEST_STATE = 3  # letters; OH and Ohio would be two states


@dataclass(frozen=True)
class Named:
    """What a community is called, tidied."""

    name: str
    county: str
    area: str
    state: str


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

    Raises Refused where it is there already.
    """
    community = new_community(
        session, content, name=name, county=county, state=state, area=area, made_up=made_up
    )
    session.add(community)
    session.flush()
    return community


def new_community(
    session: Session,
    content: Content,
    *,
    name: str,
    county: str,
    state: str,
    area: str = "",
    made_up: bool = False,
) -> Community:
    """Return a community that could be added, with its address. Raises Refused."""
    place = place_named(session, content, name=name, county=county, state=state, area=area)
    community = Community(**asdict(place), made_up=made_up)
    community.identity = identity_of(content, place, made_up=made_up)
    refuse_twin(session, content, community)
    community.slug = slug_for(session, content, place)
    return community


def correct(
    session: Session,
    content: Content,
    community: Community,
    *,
    name: str = "",
    county: str = "",
    state: str = "",
    area: str = "",
) -> Community:
    """Correct what is given. A name can always be corrected; where a community lies, and with it
    whose answers are put together, only before its first answer. Its address follows until then.

    Raises Refused.
    """
    if county or state or area:
        refuse_answered(session, community.events, f"where {community.name} lies")
    place = place_named(
        session,
        content,
        name=name or community.name,
        county=county or community.county,
        state=state or community.state,
        area=area or ("" if county else community.area),
    )
    with session.no_autoflush:
        for part, value in asdict(place).items():
            setattr(community, part, value)
        community.identity = identity_of(content, place, made_up=community.made_up)
        refuse_twin(session, content, community)
        if not has_answers(session, community.events):
            give_address(session, content, community, place)
    session.flush()
    return community


def give_address(session: Session, content: Content, community: Community, place: Named) -> None:
    """Let a community's address, and its events', follow its name."""
    slug = slug_for(session, content, place, own=community.slug)
    if slug == community.slug:
        return
    for event in community.events:
        own = [one.slug for one in community.events if one is not event]
        event.slug = numbered(f"{slug}-{event.season}", own)
    community.slug = slug


def remove(session: Session, community: Community) -> None:
    """Remove a community with its agencies, events and posters. Raises Refused."""
    refuse_answered(session, community.events, community.name)
    id = community.id
    for event in list(community.events):
        delete_event(session, event)
    session.execute(delete(Reply).where(Reply.community_id == id))
    session.execute(delete(Agency).where(Agency.community_id == id))
    session.execute(delete(Community).where(Community.id == id))


def place_named(
    session: Session, content: Content, *, name: str, county: str, state: str, area: str
) -> Named:
    """Return what was typed, checked; a county and a state are spelled as they already are."""
    name = tidy(name, Community.name, "The name", "town")
    county = tidy(county, Community.county, "The county", "county")
    state = tidy(state, Community.state, "The state", "state")
    if len(state) < SHORTEST_STATE:
        short = f"Write the state in full: with {state!r} it would stand here twice."
        raise Refused(short, "state", "state")
    if area and area not in content.areas:
        known = ", ".join(content.areas)
        raise Refused(f"{area!r} is no kind of area: {known}.", "area", "county")
    spelled = select(Community.state, Community.county, Community.area).distinct()
    kept = session.execute(spelled.order_by(Community.state, Community.county)).all()
    state = next((row.state for row in kept if fold(row.state) == fold(state)), state)
    county, usual = parse_area(county, state, content.areas)
    same = (row.county for row in kept if row.state == state and row.area == (area or usual))
    county = next((other for other in same if fold(other) == fold(county)), county)
    return Named(name, county, area or usual, state)


def identity_of(content: Content, place: Named, *, made_up: bool) -> str:
    """Return what makes a community the same place however it is typed. One of the demonstration
    is not the real one."""
    county = area_id(place.county, place.area, content.areas)
    whose = "made up" if made_up else ""
    return "\n".join([*map(fold, (place.name, county, place.state)), whose])


def refuse_twin(session: Session, content: Content, community: Community) -> None:
    """Raise Refused where this place is there already, or in the demonstration."""
    with session.no_autoflush:
        there = select(Community).where(Community.identity == community.identity)
        twin = session.scalar(there)
        shown = select(Community).where(
            Community.made_up, Community.name == community.name, Community.state == community.state
        )
        example = None if community.made_up else session.scalar(shown)
    if twin is not None and twin is not community:
        where = area_name(twin.county, twin.area, content.areas)
        sentence = f"{twin.name} in {where}, {twin.state} is there already: {twin.slug}."
        named = {"name": twin.name, "where": where, "state": twin.state}
        raise Refused(sentence, "place_there", "town", **named)
    if example is not None:
        raise Refused(
            f"{community.name} is a place of the demonstration, and has its address. "
            "Remove the demonstration first: flask demo remove",
            "example",
            "town",
            name=community.name,
        )


def slug_for(session: Session, content: Content, place: Named, own: str = "") -> str:
    """Return a free address: the name, with its county, with its state, with a number."""
    taken = {*session.scalars(select(Community.slug))} - {own}
    wider = f"{place.name} {area_id(place.county, place.area, content.areas)}"
    return free_slug((place.name, wider, f"{wider} {place.state}"), taken)
