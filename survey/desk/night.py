"""How an evening goes: scans and answers, coarsely, and in words what to look at. No result.

Counts are steps of 10 from 20, by poster too: one that moves by one would tell whoever stands
beside the poster that somebody has just answered. Of times a poster's last ten minutes are known,
and only while its evening runs (docs/decisions/0045).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.storage.events import coarse_count
from survey.storage.models import Event, Poster, PosterActivity, Response, Scan

QUIET = timedelta(minutes=30)  # without anybody: long enough at a busy table, too
SLOT = timedelta(minutes=10)  # how finely a poster's last use is known
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
    on_their_way: int  # forms that were opened and have not been sent
    posters: tuple[PosterNight, ...]
    alerts: tuple[Alert, ...]


def look(session: Session, event: Event, moment: datetime) -> Night:
    """Return how an event stands now."""
    scans = counted(session, event, Scan.poster, func.sum(Scan.count))
    answers = counted(session, event, Response.poster, func.count())
    hanging = [one for one in event.posters if one.retired_at is None]
    return Night(
        scans=coarse_count(sum(scans.values())),
        answers=coarse_count(sum(answers.values())),
        on_their_way=coarse_count(sum(scans.values()) - sum(answers.values())),
        posters=tuple(
            PosterNight(
                one.channel,
                one.wave == "leaving",
                coarse_count(scans.get(one.code, 0)),
                coarse_count(answers.get(one.code, 0)),
            )
            for one in sorted(hanging, key=lambda one: (one.wave == "leaving", one.channel))
        ),
        alerts=tuple(alerts(session, event, hanging, scans, answers, moment)),
    )


def counted(session: Session, event: Event, poster: Any, what: Any) -> dict[str, int]:
    query = select(poster, what).where(poster.class_.event_id == event.id).group_by(poster)
    return {code: int(count) for code, count in session.execute(query)}


def alerts(
    session: Session,
    event: Event,
    hanging: Sequence[Poster],
    scans: Mapping[str, int],
    answers: Mapping[str, int],
    moment: datetime,
) -> Iterator[Alert]:
    """Yield what is odd while the event runs, at most one thing of each poster."""
    if not event.starts_at + QUIET <= moment < event.ends_at:
        return  # at first nothing is odd, and afterwards it is no use
    used = select(PosterActivity).where(PosterActivity.event_id == event.id)
    activity = {one.poster: one for one in session.scalars(used)}
    for one in hanging:
        last = activity.get(one.code)
        key = odd(one, last, scans.get(one.code, 0), answers.get(one.code, 0), moment)
        if key:
            yield Alert(key, {"poster": one.channel})


def odd(
    poster: Poster, last: PosterActivity | None, scans: int, answers: int, moment: datetime
) -> str:
    """Return what is odd about one poster, as a key of [desk.night.alert]; "" for nothing."""
    if not scans:
        return "unseen"
    opened, answered = (last.opened_at, last.answered_at) if last else (None, None)
    if opened and is_long_ago(max(opened, answered or opened), moment):
        return "" if poster.wave == "leaving" else "quiet"  # many leave at the end
    if scans >= MANY and answers < FEW * scans:
        return "unsent"
    # of fewer than 20 answers it would say when one of few people sent theirs
    if answered and coarse_count(answers) and is_long_ago(answered, moment):
        return "stopped"
    return ""


def is_long_ago(slot: datetime, moment: datetime) -> bool:
    return moment - (slot + SLOT) >= QUIET
