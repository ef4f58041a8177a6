"""The front door, the privacy page and the accessibility page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, current_app, g, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from survey.config import Settings
from survey.desk import keeping
from survey.questionnaire.words import read_toml
from survey.storage.db import AWAY, session
from survey.storage.events import now
from survey.storage.made_up import is_only_made_up
from survey.storage.models import Community, Event, Poster
from survey.storage.privacy import kept_of_attendees, kept_of_others
from survey.web.locale import content, visitor_language

blueprint = Blueprint("site", __name__)


@blueprint.get("/")
def home() -> str:
    return page("home.html", practice=unless_away(practice_code, None))


@blueprint.get("/privacy")
def privacy() -> str:
    words = visitor_language()
    return page(
        "privacy.html",
        attendees=kept_of_attendees(words),
        others=kept_of_others(words),
        **unless_away(how_long_kept, {"keeps": False}),
    )


def how_long_kept() -> dict[str, Any]:
    months, held = keeping.rule(session()), keeping.hold(session())
    since = date.fromisoformat(held.since) if held else None
    return {"keeps": True, "months": months, "held_since": since}


@blueprint.get("/accessibility")
def accessibility() -> str:
    settings: Settings = current_app.extensions["settings"]
    languages = content().offered(content().languages)
    return page(
        "accessibility.html",
        tested=read_tested(settings.content),
        drafts=[language.name for language in languages if not language.reviewed],
        contact=settings.contact,
    )


@cache
def read_tested(folder: Path) -> dict[str, Any]:
    """Return the day of the last clean run of tests/browser/test_access.py, and its tool."""
    return read_toml(folder / "tested.toml")


@blueprint.get("/robots.txt")
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /s/\nDisallow: /poster/\n", mimetype="text/plain")


def page(template: str, **more: Any) -> str:
    """Render a page of the public site in the visitor's language.

    made_up: whether what it shows is made up; set by pages that show one place or release.
    """
    words = visitor_language()
    if "made_up" not in more:
        more["made_up"] = unless_away(only_made_up, False)
    return render_template(
        template,
        words=words,
        say=words.say,
        languages=content().reading_languages,
        here=here,
        **more,
    )


def only_made_up() -> bool:
    return is_only_made_up(session())


T = TypeVar("T")


def unless_away(ask: Callable[[], T], otherwise: T) -> T:
    """Return what the database says, as far as it is there: these pages are up without it.

    While it is away: the last answer this worker had, or `otherwise`.
    """
    last: dict[str, Any] = current_app.extensions.setdefault("last_told", {})
    try:
        last[ask.__name__] = ask()
    except AWAY:
        session().rollback()
    answer: T = last.get(ask.__name__, otherwise)
    return answer


def here(language: str) -> str:
    """Return this page's address in another language, its filters kept."""
    asked = g.get("understood", request.args.items(multi=True))
    pairs = [(key, value) for key, value in asked if key != "lang"]
    return f"{request.path}?{urlencode([*pairs, ('lang', language)])}"


def practice_code() -> str | None:
    """Return the code of a made-up event that is open now, so that a visitor can try the survey."""
    moment = now()
    query = (
        select(Poster.code)
        .join(Event, Event.id == Poster.event_id)
        .join(Community, Community.id == Event.community_id)
        .where(Community.made_up, Event.opens_at <= moment, Event.closes_at > moment)
    )
    return session().scalar(query.limit(1))
