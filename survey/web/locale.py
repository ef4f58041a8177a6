"""Which language a visitor reads: asked for by `lang`, else preferred by the browser."""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app, request

from survey.questionnaire.instrument import Content
from survey.questionnaire.words import Language


def content() -> Content:
    found: Content = current_app.extensions["content"]
    return found


def visitor_language(offered: Iterable[str] = ()) -> Language:
    """Return the best of the `offered` languages for this request; when none is named, of those
    in which the whole site is written."""
    languages = content().languages
    codes = [code for code in offered if code in languages]
    codes = codes or [language.code for language in content().reading_languages]
    asked = request.args.get("lang", "")
    chosen = asked if asked in codes else request.accept_languages.best_match(codes)
    return languages[chosen or codes[0]]


def is_attendees(path: str) -> bool:
    """Whether it is an attendee's address: those pages speak every language there is."""
    return path == "/s" or path.startswith("/s/")
