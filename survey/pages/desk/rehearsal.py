"""The try-out: does it work, on the real posters, before anybody comes?"""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Reply

from survey.config import is_only_here
from survey.desk import rehearsal as verbs
from survey.desk.qr_codes import address, qr_svg
from survey.pages import posters as printed
from survey.pages.desk.door import Doing, act, blueprint, show
from survey.pages.desk.event import note
from survey.pages.desk.places import find_event
from survey.pages.desk.posters import hanging
from survey.storage import db, events, rehearsal
from survey.storage.events import Refused
from survey.storage.models import Event


@blueprint.get("/events/<slug>/try-out")
def try_out(slug: str) -> str:
    return try_out_page(find_event(slug))


@blueprint.get("/events/<slug>/try-out/now")
def try_out_now(slug: str) -> str:
    """Return what was answered so far, for the page that is open."""
    return show("desk/try_out_now.html", **arrived(find_event(slug)))


@blueprint.post("/events/<slug>/try-out")
def begin_try_out(slug: str) -> Reply | tuple[str, int]:
    shown, now = find_event(slug), events.now()

    def work(doing: Doing) -> None:
        event = doing.session.get_one(Event, shown.id)
        note(doing, event)
        verbs.begin(doing.session, event, now)

    try:
        act("rehearsal_begun", work)
    except Refused as refused:
        return try_out_page(shown, refused), 422
    return redirect(url_for("desk.try_out", slug=slug), 303)


@blueprint.post("/events/<slug>/try-out/wipe")
def wipe_try_out(slug: str) -> Reply:
    shown = find_event(slug)

    def work(doing: Doing) -> None:
        event = doing.session.get_one(Event, shown.id)
        note(doing, event)
        verbs.end(doing.session, event)

    act("rehearsal_ended", work)
    return redirect(url_for("desk.place", slug=shown.community.slug), 303)


def arrived(event: Event) -> dict[str, Any]:
    names = {poster.code: poster.channel for poster in event.posters}
    is_on = verbs.is_on(event, events.now())
    kept = rehearsal.answers(db.session(), event.id) if is_on else []
    return {"event": event, "answers": [(names.get(one.poster, ""), one.told) for one in kept]}


def try_out_page(event: Event, refused: Refused | None = None) -> str:
    posters = hanging(event)
    base = printed.base()
    return show(
        "desk/try_out.html",
        **arrived(event),
        place=event.community,
        is_on=verbs.is_on(event, events.now()),
        opened=events.now() >= event.opens_at,
        posters=[(one, Markup(qr_svg(address(base, one.code)))) for one in posters],
        only_here=is_only_here(base),
        refused=refused,
    )
