"""How an evening goes: scans and answers, coarsely, and in words what to look at. No result.

Counts are steps of 10 from 20, by poster too: one that moves by one would tell whoever stands
beside the poster that somebody has just answered. Times are hours, since nothing finer is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.storage.events import coarse_count
from survey.storage.models import Event, Poster, Response, Scan

MANY = 40  # scans from which a poster with few answers is looked at
FEW = 0.25  # of its scans


@dataclass(frozen=True)
class PosterNight:
    """One poster's counts: 0 for fewer than 20, else tens."""

    channel: str
    leaving: bool
    scans: int
    answers: int


@dataclass(frozen=True)
class Alert:
    """Something to look at: a key under [desk.night.alert] and what it names."""

    key: str
    named: Mapping[str, str]


@dataclass(frozen=True)
class Night:
    """What the live page shows."""

    scans: int
    answers: int
    posters: tuple[PosterNight, ...]
    alerts: tuple[Alert, ...]


def look(session: Session, event: Event, moment: datetime) -> Night:
    """Return how an event stands now."""
    query = select(Response.poster, func.count()).where(Response.event_id == event.id)
    by_poster = session.execute(query.group_by(Response.poster)).all()
    answers = {row[0]: row[1] for row in by_poster}
    counted = select(Scan.poster, Scan.hour, Scan.count).where(Scan.event_id == event.id)
    scans: dict[str, dict[str, int]] = {}
    for poster, hour, count in session.execute(counted):
        scans.setdefault(poster, {})[hour] = count
    hanging = [one for one in event.posters if one.retired_at is None]
    totals = {code: sum(hours.values()) for code, hours in scans.items()}
    return Night(
        scans=coarse_count(sum(totals.values())),
        answers=coarse_count(sum(answers.values())),
        posters=tuple(
            PosterNight(
                one.channel,
                one.wave == "leaving",
                coarse_count(totals.get(one.code, 0)),
                coarse_count(answers.get(one.code, 0)),
            )
            for one in sorted(hanging, key=lambda one: (one.wave == "leaving", one.channel))
        ),
        alerts=tuple(
            alert
            for one in hanging
            if (alert := alert_of(event, one, scans.get(one.code, {}), answers, moment))
        ),
    )


def alert_of(
    event: Event,
    poster: Poster,
    scans: Mapping[str, int],
    answers: Mapping[str, int],
    moment: datetime,
) -> Alert | None:
    """Return what is odd about one poster while the event runs; None for nothing."""
    if not event.starts_at + timedelta(hours=1) <= moment < event.ends_at:
        return None  # in the first hour nothing is odd, and afterwards it is no use
    named = {"poster": poster.channel}
    if not scans:
        return Alert("unseen", named)
    zone = ZoneInfo(event.time_zone)
    lately = {f"{(moment - timedelta(hours=back)).astimezone(zone):%Y-%m-%dT%H}" for back in (0, 1)}
    if not lately & scans.keys() and poster.wave != "leaving":
        return Alert("quiet", named)
    total = sum(scans.values())
    if total >= MANY and answers.get(poster.code, 0) < FEW * total:
        return Alert("unsent", named)
    return None
