"""The form's first screen as a guest's phone shows it: in a frame, inert."""

from __future__ import annotations

from flask import abort, g, request

from survey.desk.preview import place_of_plan
from survey.pages.desk.door import blueprint
from survey.pages.desk.new_event import draft_of
from survey.pages.desk.places import find_event
from survey.pages.form_page import form_of, render_form
from survey.storage.events import Place, Refused, place_of
from survey.web.locale import visitor_language


@blueprint.get("/new/preview")
def preview_new() -> str:
    """Show it as it was planned so far; its fields travel in the address."""
    draft = draft_of(request.args)
    try:
        plan = draft.plan()
        return first_screen(place_of_plan(plan, draft.content, draft.place, draft.agencies))
    except Refused:
        abort(404)


@blueprint.get("/events/<slug>/preview")
def preview(slug: str) -> str:
    """Show it as it stands."""
    posters = find_event(slug).posters
    return first_screen(place_of(posters[0])) if posters else abort(404)


def first_screen(place: Place) -> str:
    """Return the page that attendees get, without its script and with nothing to send."""
    g.open_to = "framed form"
    language = visitor_language(place.languages)
    form = form_of(place, "").read()
    return render_form(place, language, form, step="start", inert=True)
