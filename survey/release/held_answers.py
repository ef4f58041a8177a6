"""Which answers a release leaves out because two people have not decided, or decided so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from analysis.release.held import HeldCount, HeldIn
from survey.quality.marks import COUNTED, WAITING
from survey.questionnaire.areas import area_id
from survey.questionnaire.instrument import Content
from survey.storage.desk_tables import HeldAnswer, HeldGroup
from survey.storage.events import coarse
from survey.storage.models import Community, Event, Response


def held_in(
    session: Session, content: Content, moment: datetime, *, made_up: bool
) -> dict[HeldIn, HeldCount]:
    """Return how many answers of closed events wait or were left out, by place and sample."""
    waits = func.sum(case((HeldGroup.state == WAITING, 1), else_=0))
    where = (
        Event.season, Community.state, Community.county, Community.area, Community.slug,
        Response.audience, Response.wave,
    )  # fmt: skip
    query = (
        select(*where, waits, func.count())
        .select_from(HeldAnswer)
        .join(
            HeldGroup,
            (HeldGroup.event_id == HeldAnswer.event_id) & (HeldGroup.number == HeldAnswer.number),
        )
        .join(
            Response,
            (Response.event_id == HeldAnswer.event_id)
            & (Response.submission == HeldAnswer.submission),
        )
        .join(Event, Event.id == HeldAnswer.event_id)
        .join(Community, Community.id == Event.community_id)
        .where(HeldGroup.state != COUNTED, Event.closes_at <= moment, Community.made_up == made_up)
        .group_by(*where)
    )
    held: dict[HeldIn, HeldCount] = {}
    for season, state, county, area, slug, *sample, waiting, every in session.execute(query):
        place = (season, state, area_id(county, area, content.areas), slug)
        held[HeldIn(*place, *sample)] = HeldCount(int(waiting), every - int(waiting))
    return held


def sentences(held: Mapping[HeldIn, HeldCount]) -> Iterator[str]:
    """Yield a sentence for each place and season with held answers."""
    places = dict.fromkeys(at[:4] for at in held)
    for place in places:
        mine = [count for at, count in held.items() if at[:4] == place]
        waiting, left_out = (sum(counts) for counts in zip(*mine, strict=True))
        season, *_, slug = place
        if waiting:
            yield (
                f"{season} {slug}: {coarse(waiting)} answers wait for two people to decide whether "
                "they count (`flask held list`, or the desk). Its figures say so."
            )
        if left_out:
            yield f"{season} {slug}: {coarse(left_out)} answers are left out, two people agreed."
