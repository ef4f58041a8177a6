"""Crowds at events that are over: one answers on the form, the others' rows are like theirs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey.storage.models import Event, Response
from tests.builders import Resident, add_event, add_poster

SAID = ("1", "2", "3", "4", "5")


def closed_event(app: Flask, count: int, season: int = 2026, **about: object) -> int:
    """Return the id of an event that is closed, at which `count` people answered."""
    engine = app.extensions["engine"]
    with app.app_context(), Session(engine) as session:
        event = add_event(app, session, season=season, **about)  # type: ignore[arg-type]
        code, id = add_poster(session, event).code, event.id
    assert Resident(app.test_client(), code).scans().answers().sends().status_code == 303
    with Session(engine) as session:
        columns = [column.name for column in Response.__table__.columns]
        one = session.scalars(select(Response).where(Response.event_id == id)).one()
        row = {name: getattr(one, name) for name in columns}
        others = [
            {**row, "submission": uuid4(), "answers": row["answers"] | said(row["answers"], number)}
            for number in range(1, count)
        ]
        if others:
            session.execute(insert(Response), others)
        event = session.get_one(Event, id)
        event.opens_at = datetime.now(UTC) - timedelta(days=9)
        event.closes_at = datetime.now(UTC) - timedelta(seconds=1)
        session.commit()
    return id


def said(answers: dict[str, object], number: int) -> dict[str, object]:
    """Return what one of many says: all codes occur, and both groups of an age."""
    mine = {name: number % 5 + 1 for name in answers if name.startswith("trust.")}
    return {**mine, "age": ("18-24", "35-44")[number % 2]}
