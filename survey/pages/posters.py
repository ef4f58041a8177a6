"""What is printed: the poster, and the form for those who would rather write."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from survey.config import is_only_here
from survey.desk.logos import has_logo
from survey.desk.qr_codes import PAPERS, address, qr_svg, short_address
from survey.pages.form_page import form_of, instrument_of
from survey.pages.form_view import Screen, View
from survey.pages.site import page
from survey.questionnaire.forms import option_label
from survey.questionnaire.instrument import LEAVING
from survey.questionnaire.words import Language
from survey.storage.db import session
from survey.storage.events import Place, is_code, place_of, tidy_code
from survey.storage.models import Community, Event, Logo, Poster
from survey.web.locale import content

blueprint = Blueprint("posters", __name__)

MOST_LANGUAGES = 2  # on one poster, and of one print of the form
ROOMY = 5  # agencies: with more of them smaller letters keep the form on two sides


@blueprint.get("/poster/<code>")
def poster(code: str) -> str:
    """Show one poster; ?paper=letter|a4 and one or two ?in=<language>."""
    row = find_poster(code)
    headline = "leaving_headline" if row.wave == LEAVING else "headline"
    return page(
        "poster.html",
        qr=Markup(qr_svg(address(base(), row.code))),
        headline=f"poster.{headline}",
        **printing(row),
    )


@blueprint.get("/poster/<code>/form")
def form(code: str) -> str:
    """Show the paper form: as for the poster, and ?audience= and ?longer=1."""
    row = find_poster(code)
    place = place_of(row).through("paper")
    instrument = instrument_of(place)
    audiences = instrument.audiences_in(place.wave)
    asked = request.args.get("audience", "")
    audience = asked if asked in audiences else audiences[0]
    longer = "longer" in request.args
    shown = printing(row)
    sheets = [(words, screens(place, words, audience, longer)) for words in shown["printed"]]
    kinds = {asked.kind for _, many in sheets for screen in many for asked in screen.asked}
    return page(
        "paper.html",
        gate=instrument.gate,
        option_label=option_label,
        audiences=audiences,
        audience=audience,
        longer=longer,
        may_be_longer=bool({*instrument.chain(audience, place.wave)} & {*instrument.longer}),
        sheets=sheets,
        crowded=len(place.agencies.all) > ROOMY,
        has_squares="several" in kinds,
        **shown,
    )


def screens(place: Place, words: Language, audience: str, longer: bool) -> list[Screen]:
    """Return what one audience is asked on paper, as its phone asks it, with every agency."""
    instrument = instrument_of(place)
    form = form_of(place, audience).read()
    view = View(place, words, form, {}, place.agencies.all, audience)
    return [one for one in view.screens(instrument, (audience,)) if longer or not one.longer]


@blueprint.get("/poster/<code>/logo.png")
def logo(code: str) -> Response:
    """Return the picture of who runs the event, as it is printed."""
    kept = session().get(Logo, find_poster(code).event_id) or abort(404)
    response = Response(kept.image, mimetype="image/png")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def logo_of(event: Event) -> str:
    """Return the address of an event's logo; "" where it has none."""
    shown = event.posters and has_logo(session(), event)
    return url_for("posters.logo", code=event.posters[0].code) if shown else ""


def find_poster(code: str) -> Poster:
    code = tidy_code(code)
    if not is_code(code):
        abort(404)  # and a database is asked for nothing that it could choke on
    row = session().scalar(
        select(Poster)
        .where(Poster.code == code)
        .options(
            joinedload(Poster.event)
            .joinedload(Event.community)
            .options(selectinload(Community.agencies))
        )
    )
    if row is None:
        abort(404)
    return row


def base() -> str:
    """Return the address that is printed."""
    public: str = current_app.extensions["settings"].public_url
    return public or request.url_root.rstrip("/")


def printing(row: Poster) -> dict[str, Any]:
    """Return what everything printed of a poster has."""
    short = short_address(base(), row.code)
    return {"poster": row, "short": short, **printing_of(row.event)}


def printing_of(event: Event) -> dict[str, Any]:
    """Return what everything printed has: the place, the paper and one or two languages."""
    offered = content().offered(event.languages)
    asked = [words for words in offered if words.code in request.args.getlist("in")]
    paper = request.args.get("paper", "")
    public: str = current_app.extensions["settings"].public_url
    return {
        "event": event,
        "logo": logo_of(event),
        "community": event.community,
        "made_up": event.community.made_up,
        "paper": paper if paper in PAPERS else PAPERS[0],
        "papers": PAPERS,
        "offered": offered,
        "printed": (asked or offered)[:MOST_LANGUAGES],
        "only_here": not public or is_only_here(public),
    }
