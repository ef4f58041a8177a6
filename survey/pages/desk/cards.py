"""Cards with one-time codes: to make them, to print them, and how many were used."""

from __future__ import annotations

from flask import abort, current_app, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Reply

from survey.desk import cards as verbs
from survey.desk.qr_codes import card_address, qr_svg
from survey.pages import posters as printed
from survey.pages.desk.door import Doing, act, blueprint, show
from survey.pages.desk.event import note
from survey.pages.desk.places import find_event
from survey.pages.desk.posters import CARDS, hanging
from survey.questionnaire.instrument import EVENT
from survey.storage import db, events
from survey.storage.events import Refused, coarse_count, window_of
from survey.storage.models import Event, Poster


@blueprint.get("/events/<slug>/cards")
def cards(slug: str) -> str:
    return cards_page(find_event(slug))


@blueprint.post("/events/<slug>/cards")
def make_cards(slug: str) -> Reply | tuple[str, int]:
    event, typed, now = find_event(slug), request.form.get("number", ""), events.now()
    key = str(current_app.secret_key)

    def work(doing: Doing) -> None:
        row = doing.session.get_one(Event, event.id)
        doing.about["count"] = verbs.make(doing.session, key, row, typed, now)
        note(doing, row)

    try:
        act("cards_made", work)
    except Refused as refused:
        return cards_page(event, refused), 422
    return redirect(url_for("desk.cards", slug=event.slug), 303)


@blueprint.get("/events/<slug>/cards/sheets")
def card_sheets(slug: str) -> str:
    """Show up to 200 cards to print, from ?first=<number>; ?poster=<code>: whose form they open."""
    event = find_event(slug)
    made, posters = verbs.count(db.session(), event), carrying(event)
    first = request.args.get("first", 1, type=int)
    if not posters or first not in made.firsts:
        abort(404)
    asked = request.args.get("poster", "")
    poster = next((one for one in posters if one.code == asked), posters[0])
    numbers = range(first, min(first + verbs.MOST_ON_PAGE, made.made + 1))
    base = printed.base()
    each = [
        (Markup(qr_svg(whole)), whole.split("://", 1)[-1])
        for code in verbs.codes(str(current_app.secret_key), event, numbers)
        if (whole := card_address(base, poster.code, code))
    ]
    return show(
        "desk/card_sheets.html",
        sheets=[each[at : at + CARDS] for at in range(0, len(each), CARDS)],
        first=first,
        last=numbers[-1],
        made=made,
        posters=posters,
        poster=poster,
        **printed.printing_of(event),
    )


def carrying(event: Event) -> list[Poster]:
    """Return the posters whose form a card may open: those of the evening itself."""
    return [one for one in hanging(event) if one.wave == EVENT]


def cards_page(event: Event, refused: Refused | None = None) -> str:
    made = verbs.count(db.session(), event)
    window = window_of(event.opens_at, event.closes_at, events.now())
    return show(
        "desk/cards.html",
        event=event,
        place=event.community,
        made=made,
        used=coarse_count(made.used),
        posters=carrying(event),
        window=window.value,
        most=verbs.MOST_ON_PAGE,
        refused=refused,
    )
