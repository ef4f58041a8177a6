"""How long a page of released figures may be kept: a release never changes, so asking is cheap.

A page is kept under what it understood of its address, in one order: whatever else somebody
writes there makes no other page, neither here nor in a cache on the way.
"""

from __future__ import annotations

import gc
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from flask import Flask, Response, abort, current_app, g, request

from survey.config import ROOT
from survey.questionnaire.words import Language
from survey.read.captions import Teller
from survey.read.place_index import PlaceIndex
from survey.storage import release_names, release_store
from survey.storage.db import session
from survey.storage.models import HIGHEST_ID, Release
from survey.storage.release_store import Current
from survey.web.locale import visitor_language

MOST_KEPT = 8_000_000  # bytes of pages and charts that a worker keeps: several hundred of them
RELEASES_KEPT = 2  # the newest, and an older one that somebody looks at
MINUTES = 5  # a page is kept without asking again; then its ETag makes the answer a 304
SUFFIXES = (".html", ".css", ".js", ".py", ".toml")

Query = Sequence[tuple[str, str]]  # the part of an address after "?" that a page understood


@dataclass(frozen=True)
class Body:
    """What is kept of a response."""

    data: bytes
    mimetype: str | None
    disposition: str | None


@dataclass
class Bodies:
    """The bodies that were asked for last, up to `most` bytes of them."""

    most: int = MOST_KEPT
    size: int = 0
    kept: OrderedDict[str, Body] = field(default_factory=OrderedDict)

    def get(self, tag: str) -> Body | None:
        if tag in self.kept:
            self.kept.move_to_end(tag)
        return self.kept.get(tag)

    def keep(self, tag: str, body: Body) -> None:
        """Keep one more; a body that is made twice at a time is kept once."""
        if tag in self.kept:
            return
        self.kept[tag] = body
        self.size += len(body.data)
        while self.size > self.most:
            _, oldest = self.kept.popitem(last=False)
            self.size -= len(oldest.data)


@dataclass
class Kept:
    """A release as this worker keeps it, with what is made of it once."""

    now: Current
    tellers: dict[str, Teller] = field(default_factory=dict)  # by language

    @cached_property
    def places(self) -> PlaceIndex:
        return PlaceIndex(self.now.places)


Releases = OrderedDict[tuple[int, str], Kept]  # by number and checksum


def init_app(app: Flask) -> None:
    app.extensions["releases"] = Releases()
    app.extensions["bodies"] = Bodies()


def newest() -> Current | None:
    """Return the release that the address names, else the newest; None before the first.

    Read once by this worker. 404 where `release` names none. `g.older` is set where there is a
    newer one: the page says so, and its links stay within the release.
    """
    last = release_names.newest(session(), known=current_app.extensions["releases"])
    asked = request.args.get("release", "")
    if not asked or last is None:
        return current(last)
    is_number = asked.isascii() and asked.isdigit() and int(asked) <= HIGHEST_ID
    key = release_names.numbered(session(), int(asked)) if is_number else None
    if key is None:
        abort(404)
    if key != last:
        g.older = key[0]
    return current(key)


def current(key: tuple[int, str] | None) -> Current | None:
    if key is None:
        return None
    releases: Releases = current_app.extensions["releases"]
    if key in releases:
        releases.move_to_end(key)
        return releases[key].now
    newest = release_store.current(session(), key[0])
    assert newest is not None
    made = kept(newest)
    gc.freeze()  # a country is half a million objects, and none of them is ever garbage
    return made.now


def kept(now: Current) -> Kept:
    """Return what is kept with a release; the oldest that nobody asked for lately is let go."""
    releases: Releases = current_app.extensions["releases"]
    key = (now.release.id, now.release.sha256)
    if key not in releases:
        releases[key] = Kept(now)
        while len(releases) > RELEASES_KEPT:
            releases.popitem(last=False)
    return releases[key]


def release_asked() -> Query:
    """Return the older release that an address names; links on the page keep it."""
    return [("release", str(g.older))] if g.get("older") else []


def places_of(now: Current) -> PlaceIndex:
    """Return the index of the places of a release, made once by this worker."""
    return kept(now).places


def teller(now: Current, language: Language) -> Teller:
    """Return what tells a release in a language: one for all requests, for it keeps its words."""
    return kept(now).tellers.setdefault(language.code, Teller(now, language))


def fresh(release: Release, query: Query) -> Response | None:
    """Return a 304 where the visitor has this very page already.

    Compared weakly, as RFC 9110 (13.1.2) asks for: whoever compresses on the way (a proxy, every
    content network) makes our tag a weak one.
    """
    tag = etag(release, query)
    for known in (tag, f"{tag}:gzip"):  # what was sent packed has a tag of its own: Flask-Compress
        if request.if_none_match.contains_weak(known):
            response = label(Response(status=304), release, query)
            response.set_etag(known)
            return response
    return None


def kept_or_made(release: Release, query: Query, make: Callable[[], str | Response]) -> Response:
    """Return a 304, the body this worker made before for the same ETag, or a new one.

    query: what the page understood; links on the page are made from it and not from the address
    """
    if unchanged := fresh(release, query):
        return unchanged
    bodies: Bodies = current_app.extensions["bodies"]
    tag = etag(release, query)
    body = bodies.get(tag)
    if body is None:
        g.understood = query
        made = current_app.make_response(make())
        body = Body(made.get_data(), made.mimetype, made.headers.get("Content-Disposition"))
        bodies.keep(tag, body)
    response = Response(body.data, mimetype=body.mimetype)
    if body.disposition:
        response.headers["Content-Disposition"] = body.disposition
    return label(response, release, query)


def label(response: Response, release: Release, query: Query) -> Response:
    response.set_etag(etag(release, query))
    response.cache_control.public = True
    response.cache_control.max_age = MINUTES * 60
    response.vary.update(("Accept-Language", "Accept-Encoding"))
    return response


def etag(release: Release, query: Query) -> str:
    """Return a name for this address's answer: it changes with the release, with our words, and
    with what a page shows beside the release (`g.beside`)."""
    language, beside = visitor_language().code, g.get("beside", "")
    parts = (release.id, release.sha256, request.path, list(query), language, edition(), beside)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def kept_name(release: int, sha256: str) -> str:
    """Return what a release's files are kept under: it changes with the release and our code."""
    return f"{release}-{sha256[:16]}-{edition()}"


@cache
def edition() -> str:
    """Return a digest of everything that turns rows into pages."""
    digest = hashlib.sha256()
    for folder in ("templates", "static", "survey", "analysis"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SUFFIXES:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
