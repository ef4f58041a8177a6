"""An event's posters: what hangs where, the sheets to print, a code that got into wrong hands."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Reply

from survey.config import is_only_here
from survey.desk import posters as verbs
from survey.desk.qr_codes import address, qr_svg, short_address
from survey.pages import posters as printed
from survey.pages.desk.door import Doing, act, blueprint, show
from survey.pages.desk.event import note
from survey.pages.desk.places import find_event, find_poster
from survey.questionnaire.instrument import EVENT, LEAVING
from survey.storage import events
from survey.storage.events import Refused
from survey.storage.models import Event, Poster

# what is printed of a poster, and how it looks
SHEETS = {
    "posters": "macros/poster_sheet.html",
    "tents": "macros/table_tent.html",
    "cards": "macros/hand_outs.html",
}
CARDS = 8  # of a sheet: two side by side, each 3.5 by 2.4 inches


@blueprint.get("/events/<slug>/posters")
def posters(slug: str) -> str:
    return list_page(find_event(slug))


@blueprint.post("/events/<slug>/posters")
def add_poster(slug: str) -> Reply | tuple[str, int]:
    event = find_event(slug)
    channel = request.form.get("channel", "")
    wave = LEAVING if request.form.get("leaving") else EVENT

    def work(doing: Doing) -> None:
        row = doing.session.get_one(Event, event.id)
        note(doing, row)
        made = verbs.add_poster(doing.session, row, channel=channel, wave=wave)
        doing.about["poster"] = made.channel

    return changed(event, "poster_added", work)


@blueprint.get("/posters/<code>/replace")
def replace(code: str) -> str:
    """Say what replacing a code stops, what it keeps and what is to be done by hand."""
    poster = find_poster(code)
    return show("desk/poster_replace.html", poster=poster, event=poster.event)


@blueprint.post("/posters/<code>/replace")
def replace_code(code: str) -> Reply | tuple[str, int]:
    poster, now = find_poster(code), events.now()

    def work(doing: Doing) -> str:
        old = doing.session.get_one(Poster, poster.code)
        note(doing, old.event)
        doing.about |= {"poster": old.channel, "old": old.code}
        made = verbs.replace_code(doing.session, old, now)
        return made.code

    made = act("poster_replaced", work)
    return redirect(url_for("desk.sheets", slug=poster.event.slug, only=made), 303)


@blueprint.post("/posters/<code>/move")
def move_poster(code: str) -> Reply | tuple[str, int]:
    """Say where a poster hangs. Its code stays."""
    poster, channel = find_poster(code), request.form.get("channel", "")

    def work(doing: Doing) -> None:
        row = doing.session.get_one(Poster, poster.code)
        verbs.move(row, channel)
        note(doing, row.event)
        doing.about["poster"] = row.channel

    return changed(poster.event, "poster_moved", work)


@blueprint.post("/posters/<code>/remove")
def remove_poster(code: str) -> Reply | tuple[str, int]:
    poster = find_poster(code)

    def work(doing: Doing) -> None:
        row = doing.session.get_one(Poster, poster.code)
        note(doing, row.event)
        doing.about["poster"] = row.channel
        verbs.remove(doing.session, row)

    return changed(poster.event, "poster_removed", work)


@blueprint.get("/events/<slug>/sheets")
def sheets(slug: str) -> str:
    """Show what is to be printed of every poster; ?only=<code> of one, ?as=tents or cards."""
    event = find_event(slug)
    only, asked = request.args.getlist("only"), request.args.get("as", "")
    kind = asked if asked in SHEETS else next(iter(SHEETS))
    chosen = [one for one in hanging(event) if not only or one.code in only]
    printed_codes = [(one, Markup(qr_svg(address(printed.base(), one.code)))) for one in chosen]
    return show(
        "desk/sheets.html",
        sheets=printed_codes,
        only=only,
        kind=kind,
        kinds=SHEETS,
        cards=CARDS,
        address=lambda one: url_for("desk.sheets", slug=slug, **{**lists(request.args), "as": one}),
        short=lambda code: short_address(printed.base(), code),
        **printed.printing_of(event),
    )


def lists(args: MultiDict[str, str]) -> dict[str, list[str]]:
    return {name: args.getlist(name) for name in args if name in ("only", "paper", "in")}


def changed(event: Event, name: str, work: Callable[[Doing], None]) -> Reply | tuple[str, int]:
    try:
        act(name, work)
    except Refused as refused:
        return list_page(event, refused), 422
    return redirect(url_for("desk.posters", slug=event.slug), 303)


def list_page(event: Event, refused: Refused | None = None) -> str:
    return show(
        "desk/posters.html",
        event=event,
        place=event.community,
        posters=hanging(event),
        only_here=is_only_here(printed.base()),
        refused=refused,
    )


def hanging(event: Event) -> list[Poster]:
    """Return the posters that may hang, in the order of their places."""
    return sorted(
        (one for one in event.posters if one.retired_at is None),
        key=lambda one: (one.wave == LEAVING, one.channel, one.code),
    )
