"""Downloads for analysts: a release whole, as files with a codebook and checksums."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import select

from survey.config import Settings
from survey.pages.site import page
from survey.read import downloads
from survey.read.caching import fresh, label
from survey.storage.db import session
from survey.storage.models import HIGHEST_ID, Release

blueprint = Blueprint("data", __name__, url_prefix="/data")
A_YEAR = 31_536_000  # seconds; a release's files never change, so they are kept for good
TYPES = {
    "figures.csv": "text/csv",
    "figures-wide.csv": "text/csv",
    "changes.csv": "text/csv",
    "overall.csv": "text/csv",
    "codebook.csv": "text/csv",
    "release.json": "application/json",
    "porchlight.zip": "application/zip",
}


@blueprint.get("")
def index() -> str:
    releases = session().scalars(select(Release).order_by(Release.id.desc())).all()
    return page("data.html", releases=releases, files=list(TYPES))


@blueprint.get(f"/<int(max={HIGHEST_ID}):release_id>/<name>")
def file(release_id: int, name: str) -> Response:
    """One file of one release."""
    release = session().get(Release, release_id)
    if release is None or name not in TYPES:
        abort(404)
    if unchanged := fresh(release, ()):
        return unchanged
    response = sent(release, name)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="porchlight-{release_id}-{name}"'
    )
    label(response, release, ())
    response.cache_control.max_age = A_YEAR
    response.cache_control.immutable = True
    return response


def sent(release: Release, name: str) -> Response:
    """Return the file, packed where the browser takes it so."""
    settings: Settings = current_app.extensions["settings"]
    is_packed = name != downloads.ZIP and request.accept_encodings["gzip"] > 0
    kept = f"{name}{downloads.PACKED}" if is_packed else name
    found = downloads.find(session(), release, settings.release_files, kept)
    if isinstance(found, bytes):
        response = Response(found, mimetype=TYPES[name])
    else:
        response = Response(downloads.chunks(found), mimetype=TYPES[name])
        response.content_length = found.stat().st_size
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
