"""How long a page of released figures may be kept: a release never changes, so asking is cheap."""

from __future__ import annotations

import hashlib
from functools import cache

from flask import Response, current_app, request

from survey.config import ROOT
from survey.models import Release
from survey.pages.language import visitor_language

MINUTES = 5  # a page is kept without asking again; then its ETag makes the answer a 304
SUFFIXES = (".html", ".css", ".js", ".py", ".toml")


def fresh(release: Release) -> Response | None:
    """Return a 304 where the visitor has this very page already."""
    if not request.if_none_match.contains(etag(release)):
        return None
    return label(Response(status=304), release)


def keep(body: str | Response, release: Release) -> Response:
    """Return the answer with its ETag and how long it may be kept."""
    return label(current_app.make_response(body), release)


def label(response: Response, release: Release) -> Response:
    response.set_etag(etag(release))
    response.cache_control.public = True
    response.cache_control.max_age = MINUTES * 60
    response.vary.update(("Accept-Language", "Accept-Encoding"))
    return response


def etag(release: Release) -> str:
    """Return a name for this address's answer: it changes with the release and with our words."""
    language = visitor_language().code
    parts = (release.id, release.sha256, request.full_path, language, edition())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


@cache
def edition() -> str:
    """Return a digest of everything that turns rows into pages."""
    digest = hashlib.sha256()
    for folder in ("templates", "static", "survey", "analysis"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SUFFIXES:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
