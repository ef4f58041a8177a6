"""Is it honest? Answers that wait in groups, and what two people decide about each.

Nobody sees what the answers say, so nobody decides by what they like.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import redirect, request, url_for
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reply

from survey.pages.desk.door import Doing, act, blueprint, me, show, write
from survey.pages.desk.event import note
from survey.pages.desk.home import window
from survey.pages.desk.places import find_event
from survey.quality import decisions, marks
from survey.quality.decisions import AGREE, Somebody
from survey.quality.evenings import evening_of
from survey.quality.signs import signs
from survey.storage import db, events
from survey.storage.desk_tables import HeldGroup
from survey.storage.events import Refused, coarse_count
from survey.storage.models import Event, Poster, Response
from survey.web.locale import content


@blueprint.get("/events/<slug>/held")
def held(slug: str) -> str:
    """Look at the answers of a closed event, and show what waits of them."""
    event = find_event(slug)
    state = window(event, events.now())
    if state == "closed":
        look_at(event.id)
        event = find_event(slug)
    groups = decisions.groups(db.session(), event)
    sizes = decisions.sizes(db.session(), event)
    waiting = sum(sizes[one.number] for one in groups if one.state == marks.WAITING)
    out = sum(sizes[one.number] for one in groups if one.state == marks.LEFT_OUT)
    every = select(func.count()).select_from(Response).where(Response.event_id == event.id)
    return show(
        "desk/held.html",
        event=event,
        place=event.community,
        window=state,
        groups=groups,
        count=lambda group: coarse_count(sizes[group.number]),
        counted=coarse_count((db.session().scalar(every) or 0) - waiting - out),
        channel=channel,
        hour=hour,
        waiting=coarse_count(waiting),
    )


def look_at(event_id: int) -> None:
    """Look at a closed event's answers anew and keep what waits of them."""
    session = db.session()
    held = signs(evening_of(session, content(), session.get_one(Event, event_id)))
    session.rollback()  # nobody reads while somebody writes
    write(lambda session: marks.keep(session, session.get_one(Event, event_id), held))


@blueprint.get("/events/<slug>/held/<int:number>")
def held_group(slug: str, number: int) -> str:
    return group_page(*find_group(slug, number))


@blueprint.post("/events/<slug>/held/<int:number>")
def propose_held(slug: str, number: int) -> Reply | tuple[str, int]:
    verdict, why = request.form.get("verdict", ""), request.form.get("why", "")
    act_name = "held_proposed_out" if verdict == marks.LEFT_OUT else "held_proposed"

    def work(group: HeldGroup, by: Somebody) -> None:
        decisions.propose(group, verdict, why, by)

    return decided(slug, number, act_name, work)


@blueprint.post("/events/<slug>/held/<int:number>/answer")
def answer_held(slug: str, number: int) -> Reply | tuple[str, int]:
    verdict = request.form.get("answer", "")
    act_name = "held_agreed" if verdict == AGREE else "held_disagreed"

    def work(group: HeldGroup, by: Somebody) -> None:
        decisions.answer(group, verdict, by)

    return decided(slug, number, act_name, work)


def decided(
    slug: str, number: int, name: str, work: Callable[[HeldGroup, Somebody], None]
) -> Reply | tuple[str, int]:
    """Do one of the two acts, with its line in the audit trail; or say why not."""
    event, group = find_group(slug, number)

    def whole(doing: Doing) -> None:
        row = doing.session.get_one(Event, event.id)
        mine = decisions.find(doing.session, event.id, number)
        why = mine.why
        work(mine, Somebody(doing.account.id, doing.account.role))
        note(doing, row)
        doing.about |= {"number": number, "why": mine.why or why}

    try:
        act(name, whole)
    except Refused as refused:
        return group_page(event, group, refused), 422
    return redirect(url_for("desk.held", slug=slug), 303)


def find_group(slug: str, number: int) -> tuple[Event, HeldGroup]:
    event = find_event(slug)
    try:
        return event, decisions.find(db.session(), event.id, number)
    except Refused as gone:
        raise NotFound from gone


def group_page(event: Event, group: HeldGroup, refused: Refused | None = None) -> str:
    size = decisions.sizes(db.session(), event)[group.number]
    return show(
        "desk/held_group.html",
        event=event,
        place=event.community,
        group=group,
        count=lambda _: coarse_count(size),
        channel=channel,
        hour=hour,
        may_answer=decisions.may_answer(group, Somebody(me().id, me().role)),
        most=decisions.MOST_WHY,
        refused=refused,
    )


def channel(group: HeldGroup) -> str:
    """Return where the poster of a group hangs."""
    return db.session().get_one(Poster, group.poster).channel


def hour(group: HeldGroup) -> datetime | None:
    """Return the event-local hour that a group is about."""
    return datetime.strptime(group.hour, "%Y-%m-%dT%H") if group.hour else None  # noqa: DTZ007
