"""The survey's pages beside the form: a refusal, help, and what both are drawn with."""

from __future__ import annotations

from typing import Any

from flask import (
    current_app,
    jsonify,
    render_template,
    request,
)
from werkzeug.wrappers import Response as Reply

from survey.questionnaire.words import Language
from survey.storage.events import Place
from survey.web.locale import content, visitor_language

STATUS = {
    "unknown": 404,
    "upcoming": 403,
    "closed": 410,
    "conflict": 409,
    "other_audience": 200,
    "stopped": 200,
    "no_code": 422,
}


def refusal(
    why: str, place: Place | None = None, language: Language | None = None, code: str = ""
) -> tuple[Reply | str, int]:
    """Say why these answers are not taken: to the page's script in a word, else on a page."""
    if wants_json():
        return jsonify(outcome=why), STATUS[why]
    return help_page(why, place, language, code)


def help_page(
    why: str, place: Place | None = None, language: Language | None = None, code: str = ""
) -> tuple[str, int]:
    """Return a page that says why there is no form, and what to do."""
    language = language or visitor_language(content().languages)
    about = {"code": code[:20], "opens": "", "community": ""}
    if place:
        opens = language.moment(place.local(place.opens_at))
        about = {"code": place.poster, "opens": opens, "community": place.community}
    return page("help", place, language, why=why, about=about), STATUS[why]


def page(template: str, place: Place | None, language: Language, **more: Any) -> str:
    return render_template(
        f"attend/{template}.html",
        place=place,
        words=language,
        say=language.say,
        made_up=bool(place and place.made_up),
        rehearsing=bool(place and place.rehearsing),
        attend=current_app.extensions["attend"],
        **more,
    )


def wants_json() -> bool:
    """Whether the page's script sends this, and not a person pressing a button."""
    return request.accept_mimetypes.best == "application/json"
