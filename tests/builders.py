"""The people of the tests: a resident who answers, an organiser who sets up an event."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.desk import agencies, communities, planning, posters
from survey.storage.models import Comment, Community, Event, Poster
from survey.storage.sealed_comments import move

ADULT = {"who": "adult", "met": ["police", "fire"]}
OPINION = {
    "trust.police": "4",
    "trust.fire": "5",
    "fair.police": "4",
    "listen.police": "3",
    "approach.police": "4",
    "name": "met",
    "pre_trust.police": "3",
    "again": "3",
    "age": "35-44",
    "race": ["black", "hispanic"],
    "live": "yes",
    "first": "no",
}


def add_event(
    app: Flask,
    session: Session,
    *,
    name: str = "Maple Falls",
    county: str = "Alder",
    kinds: tuple[str, ...] = ("police", "fire", "ems"),
    season: int = 2026,
    open_now: bool = True,
    **more: Any,
) -> Event:
    """Make a community (once) and an event of its own; open from an hour ago until tomorrow."""
    content = app.extensions["content"]
    community = session.query(Community).filter_by(name=name).one_or_none()
    if community is None:
        community = communities.add_community(
            session, content, name=name, county=county, state="Oregon"
        )
        for kind in kinds:
            agencies.add_agency(session, content, community, kind=kind, name=f"{name} {kind}")
    event = planning.add_event(
        session, content, community, day=date(season, 8, 4), time_zone="America/New_York", **more
    )
    if open_now:
        event.opens_at = datetime.now(UTC) - timedelta(hours=1)
        event.closes_at = datetime.now(UTC) + timedelta(days=1)
    session.commit()
    return event


def add_poster(session: Session, event: Event, channel: str = "entrance") -> Poster:
    poster = posters.add_poster(session, event, channel=channel)
    session.commit()
    return poster


@dataclass
class Resident:
    """Somebody with a phone: scans, answers, sends."""

    client: FlaskClient
    code: str
    fields: dict[str, Any] = field(default_factory=dict)
    page: str = ""

    def scans(self, language: str = "en") -> Resident:
        reply = self.client.get(f"/s/{self.code}?lang={language}")
        assert reply.status_code == 200, reply.text
        return self.reads(reply.text)

    def reads(self, page: str) -> Resident:
        """Take over the hidden fields of a page, as a browser does."""
        self.page = page
        for name in ("ticket", "submission", "lang"):
            self.fields[name] = hidden(page, name)
        return self

    def answers(self, **fields: Any) -> Resident:
        self.fields |= ADULT | OPINION | fields
        return self

    def sends(self, go: str = "send", **more: Any) -> TestResponse:
        return self.client.post(f"/s/{self.code}", data={**self.fields, "go": go}, **more)


def kept_comments(app: Flask, event_id: int) -> list[Comment]:
    """Return an event's comments, those that wait sealed among them."""
    engine, seal = app.extensions["engine"], app.extensions["seal"]
    with engine.begin() as connection:
        move(connection, seal, event_id, least=1)
    with Session(engine) as session:
        return list(session.scalars(select(Comment).where(Comment.event_id == event_id)))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"The page has no hidden field {name}."
    return unescape(found[1])


def checked(page: str) -> list[tuple[str, str]]:
    """Return (name, value) of every ticked box of a page."""
    return re.findall(r'name="([^"]+)" value="([^"]*)" checked', page)


def new_id() -> str:
    return str(uuid4())
