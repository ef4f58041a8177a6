"""The printable poster."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, request
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from survey.db import session
from survey.events import tidy_code
from survey.models import Event, Poster
from survey.pages.language import content
from survey.pages.site import page
from survey.posters import PAPERS, address, qr_svg, short_address

blueprint = Blueprint("posters", __name__)


@blueprint.get("/poster/<code>")
def poster(code: str) -> str:
    """Show one poster; ?paper=letter|a4 and one or two ?in=<language>."""
    found = session().scalar(
        select(Poster)
        .where(Poster.code == tidy_code(code))
        .options(joinedload(Poster.event).joinedload(Event.community))
    )
    if found is None:
        abort(404)
    settings = current_app.extensions["settings"]
    base = settings.public_url or request.url_root
    offered = [content().languages[code] for code in found.event.languages]
    asked = [words for words in offered if words.code in request.args.getlist("in")]
    paper = request.args.get("paper", "")
    return page(
        "poster.html",
        poster=found,
        event=found.event,
        community=found.event.community,
        paper=paper if paper in PAPERS else PAPERS[0],
        papers=PAPERS,
        offered=offered,
        printed=(asked or offered)[:2],
        qr=Markup(qr_svg(address(base, found.code))),
        short=short_address(base, found.code),
    )
