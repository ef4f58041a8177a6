"""What a guest will see of an event, before it is made or opened."""

from __future__ import annotations

from collections.abc import Mapping

from survey.desk import planning
from survey.desk.event_plan import EventPlan
from survey.questionnaire.instrument import Content
from survey.storage.events import CODE_LENGTH, CODE_SIGNS, Place, place_of
from survey.storage.models import Agency, Community, Event, Poster

NO_CODE = CODE_SIGNS[0] * CODE_LENGTH  # the form is shown, and sent nowhere


def place_of_plan(plan: EventPlan, content: Content, place: str, named: Mapping[str, str]) -> Place:
    """Return the place of a poster of a planned event, of which nothing is stored.

    place: the community's name; named: kind -> name of its agencies. Raises Refused where the plan
    could not be made either.
    """
    community = Community(name=place, slug="", made_up=False)
    for kind, name in named.items():
        has_local = any(agency.local for agency in community.agencies)
        local = content.agencies[kind].law and not has_local
        community.agencies.append(Agency(kind=kind, name=name, local=local))
    event = Event(id=0, name=plan.name, languages=list(plan.languages), host="", police_run=True)
    event.community = community
    planning.set_time(content, event, plan.day, plan.starts, plan.ends, plan.time_zone)
    if plan.host:
        planning.set_host(content, event, plan.host)
    first = plan.posters[0]
    poster = Poster(code=NO_CODE, channel=first.channel, wave=first.wave)
    poster.event = event
    return place_of(poster)
