"""The API: released rows as JSON, and the page that explains it with examples that run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy import select

from survey.config import ROOT
from survey.pages.site import page
from survey.read import api
from survey.read.api import Asked, NotThere, NotValid
from survey.read.caching import Query, kept_or_made, newest
from survey.read.captions import Teller
from survey.read.openapi import COMMUNITY, described
from survey.storage import release_store
from survey.storage.db import session
from survey.storage.models import HIGHEST_ID, RELEASE_FORMAT, Release
from survey.storage.release_names import readable
from survey.storage.release_store import Current, Subject
from survey.web.locale import content
from survey.web.problems import open_to_all, problem

blueprint = Blueprint("api", __name__)
EXAMPLES = (("curl", "sh"), ("python", "py"), ("r", "R"), ("stata", "do"))

blueprint.after_request(open_to_all)


@blueprint.get("/api")
def explained() -> str:
    examples = [(name, example(f"{name}.{ending}")) for name, ending in EXAMPLES]
    return page("api/index.html", examples=examples, filters=api.FILTERS)


def example(name: str) -> str:
    """Return an example as somebody would type it here."""
    text = (ROOT / "templates" / "api" / name).read_text("utf-8")
    return text.replace("https://survey.example", request.host_url.rstrip("/"))


@blueprint.get("/api/v1/openapi.json")
def openapi() -> Response:
    return as_json(described(request.host_url.rstrip("/")))


@blueprint.get("/api/v1/releases")
def releases() -> Response:
    if (now := newest()) is None:
        return as_json({"releases": []})

    def make() -> Response:
        query = select(Release).where(readable()).order_by(Release.id.desc())
        return as_json({"releases": [listed(release) for release in session().scalars(query)]})

    return answer(now, (), make)


@blueprint.get("/api/v1/releases/<release>")
def release(release: str) -> Response:
    """One release: what its tables may be narrowed to."""
    now = find(release)
    return answer(now, (), lambda: as_json(whole(now)))


@blueprint.get("/api/v1/releases/<release>/<table>")
def rows(release: str, table: str) -> Response:
    """One page of one table, narrowed by what was asked."""
    now = find(release)
    try:
        asked = Asked.of(table, list(request.args.items(multi=True)))
        api.check_filters(session(), now, asked)
    except NotThere:
        abort(404)
    except NotValid as error:
        return problem(400, str(error))
    pairs = [*sorted(asked.filters.items()), ("limit", str(asked.limit)),
             ("cursor", str(asked.after))]  # fmt: skip
    return answer(now, pairs, lambda: as_json(page_of(now, asked)))


def find(release: str) -> Current:
    """Return a release by its number, or the newest; 404 where there is none."""
    if release == "latest":
        return newest() or abort(404)
    is_number = release.isascii() and release.isdigit() and int(release) <= HIGHEST_ID
    row = session().get(Release, int(release)) if is_number else None
    if row is None or row.format != RELEASE_FORMAT or str(row.id) != release:
        abort(404)
    return release_store.as_current(row)


def answer(now: Current, query: Query, make: Callable[[], Response]) -> Response:
    return kept_or_made(now.release, query, make)


def as_json(body: dict[str, Any]) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")


def listed(release: Release) -> dict[str, Any]:
    here = {"release": str(release.id)}
    return {
        "id": release.id,
        "sha256": release.sha256,
        "made_at": release.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "made_up": bool(release.about["made_up"]),
        "zip": url_for("data.package", release_id=release.id, _external=True),
        "url": url_for("api.release", **here, _external=True),
    }


def whole(now: Current) -> dict[str, Any]:
    from survey.read.package_rows import communities  # loads pandas

    tell = Teller(now, content().languages["en"])
    shown = [one for one in now.release.about["measures"]
             if Subject(one["id"], one["agency"]) in now.subjects]  # fmt: skip
    return {
        **listed(now.release),
        "seasons": now.seasons,
        "cuts": ["total", *now.cuts],
        "communities": [
            dict(zip(COMMUNITY, cells, strict=True))
            for cells in communities(content(), now.release)
        ],
        "measures": [
            {
                "measure": one["id"],
                "agency": one["agency"],
                "unit": one["unit"],
                "audience": one["audience"],
                "wave": one["wave"],
                "title": tell.title(Subject(one["id"], one["agency"])),
            }
            for one in shown
        ],
    }


def page_of(now: Current, asked: Asked) -> dict[str, Any]:
    """One page. `next` names the release: a new one does not mix into pages that follow."""
    rows = api.read_page(session(), now, asked)
    more = None
    if rows.cursor is not None:
        more = url_for(
            "api.rows", release=str(now.release.id), table=asked.table, _external=True,
            **{**asked.filters, "limit": str(asked.limit), "cursor": str(rows.cursor)},
        )  # fmt: skip
    return {
        "release": now.release.id,
        "sha256": now.release.sha256,
        "rows": api.as_sent(content(), now, asked.table, rows.rows),
        "next": more,
    }
