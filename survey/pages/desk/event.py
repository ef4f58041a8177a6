"""One event: what was planned, and what of it can still be corrected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.desk import agencies, communities, planning
from survey.desk.answered import has_answers
from survey.desk.place_codes import set_codes
from survey.pages import posters as printed
from survey.pages.desk.door import Doing, act, blueprint, my_language, show
from survey.pages.desk.draft import Draft
from survey.pages.desk.offered import hours_told
from survey.pages.desk.places import find_event
from survey.questionnaire.instrument import Content
from survey.storage import db, events
from survey.storage.events import Refused
from survey.storage.models import Event
from survey.web.locale import content

T = TypeVar("T")
Correct = Callable[[Doing, Event, Content], None]


@blueprint.get("/events/<slug>")
def plan(slug: str) -> str:
    return plan_page(find_event(slug))


@blueprint.post("/events/<slug>/when")
def correct_when(slug: str) -> Reply | tuple[str, int]:
    """Another day or other hours, before the first answer."""
    fields = request.form.copy()

    def work(doing: Doing, event: Event, words: Content) -> None:
        planning.correct_event(
            doing.session,
            words,
            event,
            day=typed(date.fromisoformat, fields.get("other", ""), "day"),
            starts=typed(time.fromisoformat, fields.get("starts", ""), "starts"),
            ends=typed(time.fromisoformat, fields.get("ends", ""), "ends"),
            time_zone=fields.get("zone", event.time_zone),
        )

    return corrected(slug, "event_moved", work)


@blueprint.post("/events/<slug>/languages")
def correct_languages(slug: str) -> Reply | tuple[str, int]:
    wanted = request.form.getlist("language")

    def work(doing: Doing, event: Event, words: Content) -> None:
        planning.set_languages(event, words, wanted)

    return corrected(slug, "languages_changed", work)


@blueprint.post("/events/<slug>/host")
def correct_host(slug: str) -> Reply | tuple[str, int]:
    host = request.form.get("host", "")

    def work(doing: Doing, event: Event, words: Content) -> None:
        planning.set_host(words, event, host)

    return corrected(slug, "host_changed", work)


@blueprint.post("/events/<slug>/names")
def correct_names(slug: str) -> Reply | tuple[str, int]:
    """Correct the spelling of the place and its agencies, and its codes in other tables."""
    fields = request.form.copy()

    def work(doing: Doing, event: Event, words: Content) -> None:
        home = event.community
        communities.correct(doing.session, words, home, name=fields.get("town", ""))
        for agency in home.agencies:
            agencies.rename(agency, fields.get(f"called_{agency.kind}", agency.name))
        given = {code: fields.get(code, getattr(home, code)) for code in ("fips", "gnis")}
        set_codes(words, home, **given)

    return corrected(slug, "names_changed", work)


@blueprint.post("/events/<slug>/remove")
def remove_event(slug: str) -> Reply | tuple[str, int]:
    """Remove an event that nobody answered, with its posters."""
    shown = find_event(slug)
    id = shown.id

    def work(doing: Doing) -> None:
        event = doing.session.get_one(Event, id)
        note(doing, event)
        planning.remove_event(doing.session, event)

    try:
        act("event_removed", work)
    except Refused as refused:
        return plan_page(shown, refused), 422
    return redirect(url_for("desk.home"), 303)


def corrected(slug: str, name: str, correct: Correct) -> Reply | tuple[str, int]:
    """Correct an event and show it; or say why not, with what was typed."""
    shown, words = find_event(slug), content()
    id = shown.id

    def work(doing: Doing) -> str:
        event = doing.session.get_one(Event, id)
        correct(doing, event, words)
        note(doing, event)
        return event.slug

    try:
        now = act(name, work)
    except Refused as refused:
        return plan_page(shown, refused), 422
    return redirect(url_for("desk.plan", slug=now), 303)


def note(doing: Doing, event: Event) -> None:
    """Let the audit trail say which event it was."""
    doing.community_id = event.community_id
    doing.about |= {"event": event.name, "season": event.season, "place": event.community.name}


def typed(parse: Callable[[str], T], text: str, field: str) -> T:
    try:
        return parse(text)
    except ValueError:
        why = "day" if field == "day" else "hours"
        raise Refused(f"{text!r} cannot be read.", why, field) from None


def plan_page(event: Event, refused: Refused | None = None) -> str:
    g.open_to = "framing"
    zone = ZoneInfo(event.time_zone)
    words = my_language()
    draft = Draft(request.form, words, content(), events.now(), event.community)
    starts, ends = (at.astimezone(zone) for at in (event.starts_at, event.ends_at))
    hours = hours_told(words, starts.time(), ends.time(), event.time_zone)
    return show(
        "desk/plan.html",
        event=event,
        place=event.community,
        starts=starts,
        ends=ends,
        when=f"{words.day(starts.date())}, {hours}",
        draft=draft,
        preview=lambda code: url_for("desk.preview", slug=event.slug, lang=code),
        logo=printed.logo_of(event),
        locked=has_answers(db.session(), [event]),
        refused=refused,
    )
