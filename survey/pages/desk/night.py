"""On the night: a page that updates itself, and the close of the event."""

from __future__ import annotations

from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, redirect, url_for
from werkzeug.wrappers import Response as Reply

from survey.desk import planning
from survey.desk.night import Night, look
from survey.desk.settling import settle
from survey.pages.desk.door import Doing, act, blueprint, show
from survey.pages.desk.event import note
from survey.pages.desk.held import look_at
from survey.pages.desk.home import window
from survey.pages.desk.places import find_event
from survey.storage import db, events
from survey.storage.events import Refused
from survey.storage.models import Event
from survey.threads import outside

KEPT = 5.0  # seconds: two hundred desks that ask cost the database as much as one


@blueprint.get("/events/<slug>/night")
def night(slug: str) -> str:
    return night_page(find_event(slug))


@blueprint.get("/events/<slug>/night/now")
def night_now(slug: str) -> str:
    """Return the counts alone, for the page that is open."""
    event = find_event(slug)
    return show("desk/night_now.html", **counts(event))


@blueprint.get("/events/<slug>/close")
def close(slug: str) -> str:
    """Say what closing stops and what still comes."""
    event = find_event(slug)
    return show("desk/close.html", event=event, window=window(event, events.now()))


@blueprint.post("/events/<slug>/close")
def close_event(slug: str) -> Reply | tuple[str, int]:
    shown, now = find_event(slug), events.now()

    def work(doing: Doing) -> None:
        event = doing.session.get_one(Event, shown.id)
        note(doing, event)
        planning.close_event(event, now)

    try:
        act("event_closed", work)
    except Refused as refused:
        page = show("desk/close.html", event=shown, window=window(shown, now), refused=refused)
        return page, 422
    engine, seal, over = db.engine(), db.seal(), {shown.id: shown.slug}
    home = url_for("desk.place", slug=shown.community.slug)
    db.session().rollback()  # nobody reads while its rows are written anew
    outside(lambda: list(settle(engine, seal, over, now)))
    look_at(shown.id)
    return redirect(home, 303)


def night_page(event: Event) -> str:
    return show(
        "desk/night.html",
        place=event.community,
        **counts(event),
    )


def counts(event: Event) -> dict[str, Any]:
    now, zone = events.now(), ZoneInfo(event.time_zone)
    return {
        "event": event,
        "window": window(event, now),
        "opens": event.opens_at.astimezone(zone),
        "night": kept(event),
        "at": now.astimezone(zone),
    }


def kept(event: Event) -> Night:
    """Return how the event stands, as it was at most some seconds ago."""
    nights: dict[int, tuple[float, Night]] = current_app.extensions.setdefault("nights", {})
    until, night = nights.get(event.id, (0.0, None))
    if night is None or monotonic() > until:
        night = look(db.session(), event, events.now())
        nights[event.id] = (monotonic() + KEPT, night)
    return night
