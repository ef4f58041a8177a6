"""A new event, one question a page: place, day, agencies, languages, posters, and a last look.

What was chosen travels in the address, so "back" and "reload" do what they say, and nothing is
made before the last button.
"""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Reply

from survey.desk.accounts import ORGANISER
from survey.desk.event_plan import plan_again
from survey.pages.desk.door import Doing, act, blueprint, my_language, show
from survey.pages.desk.draft import FIELDS, STEPS, Draft
from survey.pages.desk.places import current, find_place, newest, own_places
from survey.storage import events
from survey.storage.events import Refused
from survey.storage.models import Community, Event
from survey.web.locale import content


@blueprint.get("/new")
def new_event() -> str | tuple[str, int]:
    draft = draft_of(request.args)
    asked = request.args.get("step", STEPS[0])
    asked = asked if asked in STEPS else STEPS[0]
    try:
        for step in STEPS[: STEPS.index(asked)]:
            draft.check(step)
    except Refused as refused:
        return step_page(draft, step, refused), 422
    return step_page(draft, asked if draft.asks(asked) else draft.after(asked))


@blueprint.post("/new")
def make_event() -> Reply | tuple[str, int]:
    """Make all of it at once, or nothing."""
    draft, words = draft_of(request.form), content()
    try:
        for step in STEPS[:-1]:
            draft.check(step)
        plan = draft.plan()
        home_id = draft.home.id if draft.home else None

        def work(doing: Doing) -> str:
            home = doing.session.get(Community, home_id) if home_id else None
            event = plan.make(doing.session, words, home)
            place = event.community
            account = doing.account
            if home is None and account.role == ORGANISER:
                account.communities.append(place)
            doing.community_id = place.id
            doing.about = {"event": event.name, "season": event.season, "place": place.name}
            return event.slug

        slug = act("event_made", work)
    except Refused as refused:
        return step_page(draft, draft.step_of(refused), refused), 422
    return redirect(url_for("desk.posters", slug=slug), 303)


@blueprint.get("/places/<slug>/again")
def again(slug: str) -> Reply:
    """Plan the next event as the last one was: the last look, filled in."""
    place = find_place(slug)
    last = current(place, events.now()) or newest(place)
    if last is None:
        return redirect(url_for("desk.new_event", place=slug, step="day"))
    return redirect(url_for("desk.new_event", **again_fields(place, last)))


def again_fields(place: Community, last: Event) -> dict[str, Any]:
    plan = plan_again(last, events.now().date())
    return {
        "place": place.slug,
        "name": plan.name,
        "day": plan.day.isoformat(),
        "starts": f"{plan.starts:%H:%M}",
        "ends": f"{plan.ends:%H:%M}",
        "zone": plan.time_zone,
        "host": plan.host,
        "language": list(plan.languages),
        "poster": [f"{one.wave}:{one.channel}" for one in plan.posters],
        "step": "check",
    }


def draft_of(fields: MultiDict[str, str]) -> Draft:
    slug = fields.get("place", "")
    home = find_place(slug) if slug else None
    return Draft(fields, my_language(), content(), events.now(), home)


def step_page(draft: Draft, step: str, refused: Refused | None = None) -> str:
    """Show one question; what the others hold goes along, hidden."""
    own = FIELDS[step]
    carried = [pair for pair in draft.fields.items(multi=True) if pair[0] not in CONTROL]
    then = draft.fields.get("then") == "check"
    if step == STEPS[-1]:
        g.open_to = "framing"
    number = [one for one in STEPS[:-1] if draft.asks(one)]
    return show(
        "desk/new.html",
        draft=draft,
        step=step,
        number=number.index(step) + 1 if step in number else 0,
        of=len(number),
        carried=[pair for pair in carried if not pair[0].startswith(own)] if own else carried,
        following="check" if then else draft.after(step),
        back=back(draft, step, carried),
        change=lambda to: url_for("desk.new_event", **arguments(carried, to)),
        preview=lambda code: url_for("desk.preview_new", **arguments(carried, step), lang=code),
        places=own_places(most=20) if step == STEPS[0] else [],
        refused=refused,
    )


def back(draft: Draft, step: str, carried: list[tuple[str, str]]) -> str:
    """Return the address of the question before, or of the last look for who came from there."""
    if draft.fields.get("then") == "check":
        return url_for("desk.new_event", **arguments(carried, "check"))
    before = [one for one in STEPS[: STEPS.index(step)] if draft.asks(one)]
    if not before:
        return url_for("desk.home")
    return url_for("desk.new_event", **arguments(carried, before[-1]) | {"then": ""})


CONTROL = ("step", "then", "csrf_token", "lang")


def arguments(carried: list[tuple[str, str]], to: str) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for key, value in carried:
        typed.setdefault(key, []).append(value)
    return {**typed, "then": "check", "step": to}
