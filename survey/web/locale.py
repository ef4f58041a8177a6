"""Which language a visitor reads: asked for by `lang`, else preferred by the browser."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from survey.questionnaire.instrument import Content
from survey.questionnaire.words import Language

LONGEST = 500  # characters that are read of a header


def init_app(app: Flask) -> None:
    app.after_request(vary)


def content() -> Content:
    content: Content = current_app.extensions["content"]
    return content


def visitor_language(offered: Iterable[str] = ()) -> Language:
    """Return the best of the `offered` languages for this request; when none is named, of those
    in which the whole site is written."""
    languages = content().languages
    codes = content().reading_codes
    if offered:
        codes = tuple(language.code for language in content().offered(offered))
    asked = request.args.get("lang", "")
    if asked in codes:
        return languages[asked]
    g.language_negotiated = True
    named = request.headers.get("Accept-Language", "")[:LONGEST]
    return languages[preferred(named, codes)]


@lru_cache(maxsize=2048)  # browsers send the same few, and a town's posters offer the same
def preferred(named: str, codes: tuple[str, ...]) -> str:
    """Return the best of the codes for an Accept-Language header; the first where none is named."""
    return parse_accept_header(named, LanguageAccept).best_match(codes) or codes[0]


def vary(response: Response) -> Response:
    """Tell caches which answers depend on the language that the browser prefers."""
    if g.get("language_negotiated"):
        response.vary.add("Accept-Language")
    return response


def is_attendees(path: str) -> bool:
    """Whether it is an attendee's address: those pages speak every language there is."""
    return path == "/s" or path.startswith("/s/")
