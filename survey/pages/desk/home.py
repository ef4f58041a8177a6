"""What to do next: of one's own place, or of the place that was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import request, url_for

from survey.desk import replying
from survey.desk.accounts import OPERATOR, ORGANISER
from survey.desk.comments import count_waiting
from survey.desk.publishing import is_published
from survey.pages.desk.door import blueprint, me, my_language, show
from survey.pages.desk.places import MOST_LISTED, current, find_place, own_places
from survey.quality import decisions
from survey.storage import db, events
from survey.storage.events import Window, window_of
from survey.storage.models import Community, Event


@dataclass(frozen=True)
class Step:
    """One thing to do on the way of an event."""

    key: str  # under [desk.todo]
    address: str
    state: str  # done, now, later, or over without having been done


@blueprint.get("/")
def home() -> str:
    find = request.args.get("find", "").strip()
    places = own_places(find, MOST_LISTED + 1)
    if len(places) == 1 and not find and me().role != OPERATOR:
        return place_page(places[0])
    rows = [(place, current(place, events.now())) for place in places[:MOST_LISTED]]
    more = len(places) > MOST_LISTED
    return show("desk/home.html", rows=rows, find=find, more=more, local=local, standing=standing)


@blueprint.get("/places/<slug>")
def place(slug: str) -> str:
    return place_page(find_place(slug))


def place_page(place: Community) -> str:
    now = events.now()
    event = current(place, now)
    others = sorted(
        (one for one in place.events if one is not event), key=lambda one: one.starts_at
    )
    return show(
        "desk/place.html",
        place=place,
        event=event,
        begins=local(event) if event else None,
        standing=standing,
        window=window(event, now) if event else "",
        asked=replying.waiting(db.session(), place, now) if me().role in replying.WRITES else 0,
        steps=steps(event, now) if event and me().role in (OPERATOR, ORGANISER) else [],
        others=others[::-1],
        local=local,
    )


def local(event: Event) -> datetime:
    return event.starts_at.astimezone(ZoneInfo(event.time_zone))


def standing(event: Event) -> str:
    """Return how an event stands today, in a sentence."""
    words, now, begins = my_language(), events.now(), local(event)
    here = window(event, now)
    if here != Window.UPCOMING.value:
        return words.say(f"desk.place.{here}")
    days = (begins.date() - now.astimezone(begins.tzinfo).date()).days
    return words.say("desk.place.today") if days <= 0 else words.count("desk.place.in_days", days)


def window(event: Event, now: datetime) -> str:
    return window_of(event.opens_at, event.closes_at, now).value


def steps(event: Event, now: datetime) -> list[Step]:
    """Return what is to be done for an event, in order; at most one of it now."""
    here = window_of(event.opens_at, event.closes_at, now)
    states = STATES[here] | (after(event, now) if here is Window.CLOSED else {})
    comments = url_for("desk.comments", slug=event.community.slug)
    waits = here is Window.CLOSED and decisions.is_waiting(db.session(), event)
    if waits:  # at most one step is open, and this one comes first
        states |= {key: "later" for key, state in states.items() if state == "now"}
    return [
        *(Step(key, url_for(page, slug=event.slug), states[key]) for key, page in PAGES.items()),
        Step("held", url_for("desk.held", slug=event.slug), "now" if waits else "over"),
        Step("comments", comments, states.get("comments", "later")),
        Step("publish", url_for("desk.publish"), states.get("publish", "later")),
        Step("replies", url_for("desk.replies", slug=event.community.slug), "later"),
    ]


def after(event: Event, now: datetime) -> dict[str, str]:
    """Return the states of what is done once an event is closed: first the comments are read."""
    session = db.session()
    waiting = count_waiting(session, event.community, now) > 0
    published = is_published(session, event)
    return {
        "comments": "now" if waiting else "done",
        "publish": "done" if published else "later" if waiting else "now",
    }


PAGES = {
    "plan": "desk.plan",
    "posters": "desk.posters",
    "try_out": "desk.try_out",
    "night": "desk.night",
    "paper": "desk.paper",
    "close": "desk.close",
}
STATES = {
    here: dict(zip(PAGES, states.split(), strict=True))
    for here, states in {
        Window.UPCOMING: "done now later later later later",
        Window.OPEN: "done done over now over later",
        Window.CLOSED: "done done over done over done",
    }.items()
}
