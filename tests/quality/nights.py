"""A drawn evening in a database: a closed event of Maple Falls, and a neighbor's beside it."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.crowds import POSTERS, Night, evening
from survey.storage.models import Event, Response, Scan
from tests.builders import add_event, add_poster

SLUG = "maple-falls-2026"


def copies(night: Night) -> None:
    """Sixty times the same form, at the entrance."""
    given = night.rows[0].answers | {"age": "75+", "race": ["pacific"], "trust.police": 1}
    for _ in range(60):
        night.add(given, "ENTRNC", "2026-08-04T18", honest=False)


def store(app: Flask, session: Session, night: Night, name: str = "Maple Falls") -> Event:
    """Store an evening as its guests' phones would have, and return its event."""
    event = add_event(app, session, name=name, kinds=("police", "fire"), open_now=False)
    codes = {code: add_poster(session, event, code.lower()).code for code in POSTERS}
    rows = [
        {
            "event_id": event.id,
            "submission": uuid5(NAMESPACE_OID, f"{event.id} {row.key}"),
            "poster": codes[row.poster],
            "audience": row.audience,
            "wave": "event",
            "mode": row.mode,
            "language": "en",
            "instrument": "2026",
            "hour": row.hour,
            "late": False,
            "household": row.household,
            "answers": row.answers,
        }
        for row in night.rows
    ]
    session.execute(insert(Response), rows)
    scans = [
        {"event_id": event.id, "poster": codes[poster], "hour": hour, "count": count}
        for (poster, hour), count in night.scans.items()
    ]
    session.execute(insert(Scan), scans)
    session.commit()
    return event


def two_towns(app: Flask, session: Session) -> Event:
    """Maple Falls with sixty copies among its guests; Elm Grove, whose guests are honest."""
    store(app, session, evening(21, people=60), "Elm Grove")
    return store(app, session, evening(20, copies, people=120))


def stuffed(session: Session, event: Event) -> int:
    rows = session.scalars(select(Response.answers).where(Response.event_id == event.id))
    return sum(answers.get("race") == ["pacific"] and answers["age"] == "75+" for answers in rows)
