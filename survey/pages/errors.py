"""Errors, in the visitor's language: what happened, and what to do."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
)
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.sansio.utils import host_is_trusted

from survey.log import log_error
from survey.pages.site import page
from survey.storage.db import AWAY, session
from survey.web.form_body import read_form
from survey.web.locale import content, is_attendees, visitor_language
from survey.web.problems import is_api, problem

BUSY = "porchlight.busy"  # in a request's environment
AGAIN_AFTER = 10  # seconds
WORDED = {400, 404, 405, 413, 415, 503}  # the others share the words of 400 or 500


def init_app(app: Flask) -> None:
    app.before_request(refuse_when_busy)
    app.before_request(refuse_other_hosts)
    app.register_error_handler(HTTPException, http_error)
    for away in AWAY:
        app.register_error_handler(away, database_error)
    app.register_error_handler(Exception, our_error)


def refuse_when_busy() -> None:
    """Say so where the server in front of us has no room for this request (survey/server)."""
    if request.environ.get(BUSY):
        raise ServiceUnavailable(retry_after=AGAIN_AFTER)


def refuse_other_hosts() -> None:
    """Refuse to answer under a name that is not ours, once it is known which names are.

    A page that is asked for as somebody else's would carry their name in its links, and a cache
    in front of us would hand it to others.
    """
    ours = current_app.extensions["settings"].hosts
    asked = request.host if host_is_trusted(request.host) else ""  # of valid characters
    if ours and urlsplit(f"//{asked}").hostname not in ours:
        abort(421)


def http_error(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error  # a redirect
    if is_api(request.path):
        response = problem(error.code)
        if error.code == 405:
            response.headers["Allow"] = "GET, HEAD, OPTIONS"
        return response
    response = (answers_again(503) if error.code == 503 else None) or error_page(error.code)
    if error.code == 405:
        response.headers["Allow"] = dict(error.get_headers()).get("Allow", "GET")
    if error.code == 503:
        response.headers["Retry-After"] = str(AGAIN_AFTER)
    return response


def database_error(error: Exception) -> Response:
    log_error(error)
    session().rollback()
    if is_api(request.path):
        return problem(503)
    response = answers_again(503) or error_page(503)
    response.headers["Retry-After"] = str(AGAIN_AFTER)
    return response


def our_error(error: Exception) -> Response:
    log_error(error)
    if is_api(request.path):
        return problem(500)
    return answers_again(500) or error_page(500)


def answers_again(status: int) -> Response | None:
    """Return a page that holds every answer just posted, to be sent again; None if none were.

    Whatever failed, it needs nothing but what was posted: neither the poster nor the questions.
    """
    fields = posted()
    if fields is None:
        return None
    if request.accept_mimetypes.best == "application/json":  # the page's script keeps them itself
        return make_response(jsonify(outcome="busy"), status)
    languages = content().languages
    words = languages.get(fields.get("lang", "")) or visitor_language(languages)
    about = {"status": status, "attend": current_app.extensions["attend"], "go": fields.get("go")}
    kept = [pair for pair in fields.items(multi=True) if pair[0] != "go"]
    text = render_template(
        "attend/again.html", words=words, say=words.say, fields=kept, action=request.path, **about
    )
    return make_response(text, status)


def posted() -> MultiDict[str, str] | None:
    """Return the fields of an attendee's form; None where none were sent, or not whole."""
    if "posted" not in g:
        g.posted = None
        if request.method == "POST" and is_attendees(request.path):
            with suppress(HTTPException):
                g.posted = read_form()
    fields: MultiDict[str, str] | None = g.posted
    return fields


def error_page(status: int) -> Response:
    shown = status if status in WORDED else (400 if status < 500 else 500)
    ours = current_app.extensions["settings"].public_url if status == 421 else ""
    if is_attendees(request.path):
        words = visitor_language(content().languages)
        about = {"status": shown, "ours": ours, "attend": current_app.extensions["attend"]}
        text = render_template("attend/error.html", words=words, say=words.say, **about)
    elif status < 500:
        text = page("error.html", status=shown, ours=ours)
    else:
        words = visitor_language()  # the database may be what is broken: ask it nothing
        text = render_template("error.html", words=words, say=words.say, status=shown)
    return make_response(text, status)
