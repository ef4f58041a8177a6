"""How an installation is: read from its database and its disk, the same in every process."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, func, insert, select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.storage.copies.place import folder_of
from survey.storage.events import now
from survey.storage.installation import noted
from survey.storage.models import Event, Installation, Release
from survey.storage.release_names import readable

LAST_BACKUP = "backup"  # noted: when a backup was last made and read back
TRIAL = "trial"


@dataclass(frozen=True)
class Gauge:
    name: str  # with its unit, as Prometheus asks for
    meaning: str
    values: dict[str, float]  # by label, e.g. 'state="open"'; "" for a single value


def try_to_store(connection: Connection) -> None:
    """Write a row and take it back: what an answer needs, without leaving one."""
    with connection.begin_nested() as trial:
        connection.execute(insert(Installation).values(name=TRIAL, value=""))
        trial.rollback()


def room(settings: Settings) -> int:
    """Return the bytes that are free where the database lies, for this user."""
    return shutil.disk_usage(folder_of(settings)).free


def last_backup(session: Session) -> datetime | None:
    text = noted(session, LAST_BACKUP)
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def read(session: Session, settings: Settings) -> Iterable[Gauge]:
    """Yield what may be published of an installation.

    Nothing here moves with a single visit: sizes are whole megabytes, and events, releases and
    backups are public or the operator's own.
    """
    moment = now()
    yield Gauge("porchlight_up", "1 while this answer could be made.", {"": 1})
    yield Gauge(
        "porchlight_disk_free_bytes",
        "Room beside the database, in whole megabytes.",
        {"": room(settings) // 10**6 * 10**6},
    )
    yield Gauge(
        "porchlight_events", "Events, by where they stand.", events_by_state(session, moment)
    )
    newest = session.execute(
        select(Release.id, Release.made_at).where(readable()).order_by(Release.id.desc()).limit(1)
    ).first()
    if newest:
        yield Gauge("porchlight_release_number", "The newest release.", {"": newest.id})
        age = (moment - newest.made_at).total_seconds()
        yield Gauge("porchlight_release_age_seconds", "Since it was made.", {"": age})
    if made := last_backup(session):
        age = (moment - made).total_seconds()
        yield Gauge("porchlight_backup_age_seconds", "Since the last whole backup.", {"": age})


def events_by_state(session: Session, moment: datetime) -> dict[str, float]:
    states = {
        'state="upcoming"': Event.opens_at > moment,
        'state="open"': and_(Event.opens_at <= moment, Event.closes_at > moment),
        'state="closed"': Event.closes_at <= moment,
    }
    many = select(func.count()).select_from(Event)
    return {label: session.scalar(many.where(rule)) or 0 for label, rule in states.items()}


def as_text(gauges: Iterable[Gauge]) -> str:
    """Return gauges in Prometheus's text format."""
    lines = []
    for gauge in gauges:
        lines += [f"# HELP {gauge.name} {gauge.meaning}", f"# TYPE {gauge.name} gauge"]
        for label, value in gauge.values.items():
            lines.append(f"{gauge.name}{f'{{{label}}}' if label else ''} {value:.0f}")
    return "\n".join(lines) + "\n"
