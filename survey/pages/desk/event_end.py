"""An event that is over: put away and brought back, or deleted with all that was answered."""

from __future__ import annotations

from flask import redirect, url_for
from flask import request as asked
from werkzeug.wrappers import Response as Reply

from survey.desk import keeping
from survey.desk.settling import settle
from survey.pages.desk.door import Doing, act, blueprint, show
from survey.pages.desk.event import note
from survey.pages.desk.home import window
from survey.pages.desk.places import find_event
from survey.storage import db, events
from survey.storage.events import Refused, coarse_count
from survey.storage.models import Comment, Event, Response, SealedComment
from survey.threads import outside


@blueprint.post("/events/<slug>/away")
def put_away(slug: str) -> Reply | tuple[str, int]:
    """Take an event that is over off the list; nothing of it changes."""
    return moved(slug, away=True)


@blueprint.post("/events/<slug>/back")
def bring_back(slug: str) -> Reply | tuple[str, int]:
    return moved(slug, away=False)


def moved(slug: str, *, away: bool) -> Reply | tuple[str, int]:
    shown, now = find_event(slug), events.now()

    def work(doing: Doing) -> None:
        event = doing.session.get_one(Event, shown.id)
        note(doing, event)
        keeping.put_away(event, now, away=away)

    try:
        act("event_put_away" if away else "event_brought_back", work)
    except Refused as refused:
        return end_page(shown, refused), 422
    return redirect(url_for("desk.place", slug=shown.community.slug), 303)


@blueprint.get("/events/<slug>/delete")
def end_of_event(slug: str) -> str:
    """Say what would go and what stays."""
    return end_page(find_event(slug))


@blueprint.post("/events/<slug>/delete")
def delete_event(slug: str) -> Reply | tuple[str, int]:
    """Delete an event with its answers, once its year was typed."""
    shown, now, typed = find_event(slug), events.now(), asked.form.get("year", "")

    def work(doing: Doing) -> None:
        event = doing.session.get_one(Event, id)
        note(doing, event)
        doing.about |= keeping.delete_whole(doing.session, event, typed, now)

    id, place = shown.id, shown.community.slug
    try:
        act("event_deleted", work)
    except Refused as refused:
        return end_page(shown, refused), 422
    engine, seal = db.engine(), db.seal()
    db.session().rollback()  # nobody reads while the tables are written anew
    outside(lambda: list(settle(engine, seal, {id: slug}, now)))
    return redirect(url_for("desk.place", slug=place), 303)


def end_page(event: Event, refused: Refused | None = None) -> str:
    session = db.session()
    comments = sum(
        keeping.count(session, table, table.event_id == event.id)
        for table in (Comment, SealedComment)
    )
    return show(
        "desk/event_end.html",
        event=event,
        place=event.community,
        window=window(event, events.now()),
        hold=keeping.hold(session),
        answers=coarse_count(keeping.count(session, Response, Response.event_id == event.id)),
        comments=coarse_count(comments),
        refused=refused,
    )
