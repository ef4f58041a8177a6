"""How long a page of released figures may be kept: a release never changes, so asking is cheap."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import cache

from flask import Flask, Response, current_app, request

from survey.config import ROOT
from survey.storage import release_store
from survey.storage.db import session
from survey.storage.models import Release
from survey.storage.release_store import Current
from survey.web.locale import visitor_language

BODIES = 256  # pages and charts a worker keeps, some 4 MB: a chart takes 0.1 s to make
MINUTES = 5  # a page is kept without asking again; then its ETag makes the answer a 304
SUFFIXES = (".html", ".css", ".js", ".py", ".toml")


def init_app(app: Flask) -> None:
    app.extensions["current"] = {}
    app.extensions["bodies"] = OrderedDict()


def newest() -> Current | None:
    """Return the newest release, read once by this worker and kept until there is another."""
    kept: dict[tuple[int, str], Current] = current_app.extensions["current"]
    key = release_store.newest(session())
    if key is None:
        return None
    if key not in kept:
        kept.clear()
        found = release_store.current(session())
        assert found is not None
        kept[key] = found
    return kept[key]


def fresh(release: Release) -> Response | None:
    """Return a 304 where the visitor has this very page already."""
    if not request.if_none_match.contains(etag(release)):
        return None
    return label(Response(status=304), release)


def kept_or_made(release: Release, make: Callable[[], str | Response]) -> Response:
    """Return a 304, the body this worker made before for the same ETag, or a new one."""
    if unchanged := fresh(release):
        return unchanged
    bodies: OrderedDict[str, tuple[bytes, str | None, str | None]] = current_app.extensions[
        "bodies"
    ]
    tag = etag(release)
    if tag not in bodies:
        made = current_app.make_response(make())
        disposition = made.headers.get("Content-Disposition")
        bodies[tag] = (made.get_data(), made.mimetype, disposition)
        while len(bodies) > BODIES:
            bodies.popitem(last=False)
    body, kind, disposition = bodies[tag]
    bodies.move_to_end(tag)
    response = Response(body, mimetype=kind)
    if disposition:
        response.headers["Content-Disposition"] = disposition
    return label(response, release)


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
