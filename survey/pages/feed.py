"""The feed of releases, for whoever wants to hear of the next one (Atom, RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, current_app, request, url_for
from sqlalchemy import select

from survey.config import Settings
from survey.questionnaire.words import Language
from survey.storage.db import session
from survey.storage.models import Release
from survey.storage.release_names import readable
from survey.web.locale import visitor_language

MOST = 50  # entries: a season has a few releases
MINUTES = 5  # a reader may keep it without asking again

blueprint = Blueprint("feed", __name__)


@blueprint.get("/releases.atom")
def releases() -> Response:
    query = select(Release).where(readable()).order_by(Release.id.desc()).limit(MOST)
    newest_first = session().scalars(query).all()
    settings: Settings = current_app.extensions["settings"]
    body = "\n".join(lines(newest_first, visitor_language(), settings.address))
    response = Response(body, mimetype="application/atom+xml")
    response.add_etag()
    response.cache_control.public = True
    response.cache_control.max_age = MINUTES * 60
    return response.make_conditional(request)  # type: ignore[return-value]


def lines(rows: object, words: Language, origin: str) -> Iterator[str]:
    """Yield the feed line by line. Its ids name origin and checksum: they never change."""
    releases: list[Release] = list(rows)  # type: ignore[call-overload]
    here = origin + url_for("feed.releases", lang=words.code)
    newest = max((release.made_at for release in releases), default=None)
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(words.code)}>'
    yield f"<title>{escape(words.say('results.use.feed_title'))}</title>"
    yield f"<id>{uuid5(NAMESPACE_URL, origin).urn}</id>"
    yield f'<link rel="self" href={quoteattr(here)}/>'
    yield f"<link href={quoteattr(origin + url_for('results.overview', lang=words.code))}/>"
    yield f"<author><name>{escape(words.say('site.name'))}</name></author>"
    yield f"<updated>{newest:%Y-%m-%dT%H:%M:%SZ}</updated>" if newest else NEVER
    for release in releases:
        yield from entry(release, words, origin)
    yield "</feed>\n"


NEVER = "<updated>1970-01-01T00:00:00Z</updated>"


def entry(release: Release, words: Language, origin: str) -> Iterator[str]:
    results = origin + url_for("results.overview", release=release.id, lang=words.code)
    files = origin + url_for("data.package", release_id=release.id)
    day = words.day(release.made_at.date())
    seasons = words.listed(map(str, release.about["seasons"]), words.say("format.list_and"))
    places = words.number(len(release.about["places"]))
    sentences = [words.say("results.use.feed_entry", seasons=seasons, places=places)]
    if release.about["made_up"]:
        sentences.append(words.say("results.made_up"))
    yield "<entry>"
    yield f"<title>{escape(words.say('data.release', release=release.id, day=day))}</title>"
    yield f"<id>{uuid5(NAMESPACE_URL, release.sha256).urn}</id>"
    yield f"<updated>{release.made_at:%Y-%m-%dT%H:%M:%SZ}</updated>"
    yield f"<link href={quoteattr(results)}/>"
    yield f'<link rel="enclosure" type="application/zip" href={quoteattr(files)}/>'
    yield f"<summary>{escape(' '.join(sentences))}</summary>"
    yield "</entry>"
