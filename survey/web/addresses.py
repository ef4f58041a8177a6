"""Addresses as people type them and chats paste them: a stray end is taken off, not refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from flask import Flask, Response, current_app, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Reply

from survey.web.problems import is_api

# a slash, a full stop, a bracket, a quote, in any script; never a control character
STRAY_END = re.compile(r"(?:(?![\x00-\x1f])[\W_])+$")
STRAY_QUERY_END = re.compile(r"(?:[).,;:!?\]}>\"'*]|%(?:2[0279CE]|3[BE]|5D|7D))+$", re.IGNORECASE)


def init_app(app: Flask) -> None:
    app.before_request(tidy_query)
    app.after_request(find_tidied)


def tidy_query() -> Reply | None:
    """Redirect where the sentence around a link was taken for the end of its query."""
    query = request.query_string.decode("latin-1")
    tidied = STRAY_QUERY_END.sub("", query)
    if tidied == query or request.method not in ("GET", "HEAD") or is_api(request.path):
        return None
    return redirect(quote(request.path) + (f"?{tidied}" if tidied else ""))


def find_tidied(response: Response) -> Response | Reply:
    """Redirect from a page that is not there to the one that was meant, if there is one."""
    if response.status_code != 404 or request.method not in ("GET", "HEAD"):
        return response
    if is_api(request.path):  # programs ask for what they mean
        return response
    meant = next((path for path in candidates(request.path) if is_page(path)), None)
    if meant is None:
        return response
    query = request.query_string.decode("latin-1")
    return redirect(quote(meant) + (f"?{query}" if query else ""))


def candidates(path: str) -> Iterator[str]:
    """Yield what may have been meant: without the stray end, then in small letters.

    Letters are left alone where a page took the address, and only did not know its code.
    """
    tidied = STRAY_END.sub("", path) or "/"
    if request.endpoint:
        if tidied != path and tidied.count("/") == path.count("/"):  # something of it is left
            yield tidied
        return
    _, first, *rest = f"{tidied}/".split("/")
    fixed = "/".join(("", first.lower(), *rest)).removesuffix("/") or "/"
    yield from dict.fromkeys(one for one in (tidied, fixed, tidied.lower()) if one != path)


def is_page(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    try:
        endpoint, _ = adapter.match(path, method="GET")
    except HTTPException:
        return False
    return bool(endpoint != "static")
