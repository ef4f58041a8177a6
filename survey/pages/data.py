"""Downloads for analysts: a release whole as one zip, and each of its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from sqlalchemy import select
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response as BaseResponse

from survey.config import Settings
from survey.log import log_error
from survey.pages.site import page
from survey.read import downloads
from survey.read.caching import fresh, kept_name, label
from survey.read.kept_tables import file_chunks
from survey.read.making import NotMade
from survey.read.typeset import family_for
from survey.storage import release_names
from survey.storage.db import session
from survey.storage.models import HIGHEST_ID, RELEASE_FORMAT, Release
from survey.storage.release_names import readable
from survey.web.locale import content

blueprint = Blueprint("data", __name__, url_prefix="/data")
A_YEAR = 31_536_000  # seconds; a release's files never change, so they are kept for good
FOLDERS = ("parquet", "spss", "stata", "excel", "questionnaire")
TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "html": "text/html",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
IN_ALL = ("figures", "figures-wide", "changes", "overall", "notes", "communities", "imports")
WORDS = {"figures-wide": "wide"}
CODEBOOKS = ("codebook", "codebook-measures", "codebook-questions", "codebook-answers",
             "codebook-bands")  # fmt: skip


def formats(name: str) -> list[tuple[str, str]]:
    """Return (its name, path) of each format of a table."""
    csv = ("CSV", f"{name}.csv")
    if name not in IN_ALL:
        return [csv]
    more = (("Parquet", "parquet"), ("SPSS", "sav"), ("Stata", "dta"))
    return [csv, *((label, f"{label.lower()}/{name}.{ending}") for label, ending in more)]


FILES = [  # in the order of the page: a table's name, the key of its words, its formats
    *((name, WORDS.get(name, name), formats(name)) for name in IN_ALL),
    ("porchlight", "all_tables", [("Excel", "excel/porchlight.xlsx")]),
    *((name, name, formats(name)) for name in CODEBOOKS),
]
SHOWN = ("html", "pdf")  # opened by the browser, not saved


class File(BaseConverter):
    """A file of a release, in a folder or not. No name with two dots is one of ours."""

    part_isolating = False
    regex = rf"(?:(?:{'|'.join(FOLDERS)})/)?[A-Za-z0-9-]+(?:\.[a-z0-9]+)?"


@blueprint.record_once
def add_converters(state: Any) -> None:
    state.app.url_map.converters["file"] = File


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """Pages of other sites may read what is public anyway."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("")
def index() -> str:
    releases = (
        session().scalars(select(Release).where(readable()).order_by(Release.id.desc())).all()
    )
    asked = content().offered(content().languages)
    made = folder(releases[0]) if releases else None
    return page(
        "data.html",
        releases=releases,
        files=[(name, key, list(there(made, ways))) for name, key, ways in FILES],
        size=size(made),
        asked=[(language, family_for(language) is not None) for language in asked],
    )


@blueprint.get("/latest", defaults={"name": ""})
@blueprint.get("/latest/<file:name>")
def latest(name: str) -> BaseResponse:
    """The newest release, under an address that stays."""
    newest = release_names.newest(session()) or abort(404)
    number = newest[0]
    whole = url_for("data.package", release_id=number)
    part = url_for("data.file", release_id=number, name=name) if name else ""
    response = redirect(part or whole)
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get(f"/<int(max={HIGHEST_ID}):release_id>")
def package(release_id: int) -> Response:
    """Everything of one release in one zip."""
    return file(release_id, downloads.ZIP)


@blueprint.get(f"/<int(max={HIGHEST_ID}):release_id>/<file:name>")
def file(release_id: int, name: str) -> Response:
    """One file of one release; the zip where none is named."""
    release = session().get(Release, release_id)
    if release is None or release.format != RELEASE_FORMAT:
        abort(404)
    if unchanged := fresh(release, ()):
        return unchanged
    response = sent(release, name)
    if name.rpartition(".")[2] not in SHOWN:
        saved = f"porchlight-{release_id}-{name.rpartition('/')[2].removeprefix('porchlight-')}"
        saved = f"porchlight-{release_id}.zip" if name == downloads.ZIP else saved
        response.headers["Content-Disposition"] = f'attachment; filename="{saved}"'
    label(response, release, ())
    response.cache_control.max_age = A_YEAR
    response.cache_control.immutable = True
    return response


def sent(release: Release, name: str) -> Response:
    """Return the file, packed where there is a packed one and the browser takes it so."""
    settings: Settings = current_app.extensions["settings"]
    try:
        file = downloads.find(session(), settings, release, name) or abort(404)
    except NotMade as error:
        log_error(error)
        raise ServiceUnavailable from error
    packed = file.with_name(file.name + downloads.PACKED)
    is_packed = request.accept_encodings["gzip"] > 0 and packed.is_file()
    path = packed if is_packed else file
    mimetype = TYPES.get(name.rpartition(".")[2], "text/plain" if "." not in name else None)
    response = Response(file_chunks(path), mimetype=mimetype or "application/octet-stream")
    response.content_length = path.stat().st_size
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def folder(release: Release) -> Path | None:
    """Return where a release's files stand; None where they are not made yet."""
    settings: Settings = current_app.extensions["settings"]
    path = settings.release_files / kept_name(release.id, release.sha256)
    return path if path.is_dir() else None


def there(made: Path | None, ways: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the formats that a release has: those of a large one are by state, in its zip."""
    for kind, path in ways:
        if made is None or (made / path).is_file():
            yield kind, path


def size(made: Path | None) -> str:
    """Return how large a release's zip is, where it is made already: "4.1 MB"."""
    return f"{(made / downloads.ZIP).stat().st_size / 1e6:.1f} MB" if made else ""
