"""What an import needs to know of the event it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from survey.questionnaire.forms import Agencies
from survey.questionnaire.instrument import Content, Instrument
from survey.storage.events import agencies_of
from survey.storage.models import Event


@dataclass(frozen=True)
class Evening:
    """An event as an import sees it: who was there, when, and which questionnaire was its own."""

    id: int
    slug: str
    community: str
    season: int
    day: date
    zone: str
    agencies: Agencies
    content: Content
    instrument: Instrument

    @classmethod
    def of(cls, event: Event, content: Content) -> Evening:
        from zoneinfo import ZoneInfo

        return cls(
            id=event.id,
            slug=event.slug,
            community=event.community.name,
            season=event.season,
            day=event.starts_at.astimezone(ZoneInfo(event.time_zone)).date(),
            zone=event.time_zone,
            agencies=agencies_of(event.community),
            content=content,
            instrument=content.instruments[event.instrument],
        )
