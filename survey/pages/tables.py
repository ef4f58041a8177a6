"""Results as files: what a page shows, or every place of a subject, as CSV and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import Response, current_app, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.read import kept_tables, sent_rows
from survey.read.caching import Query, fresh, label, places_of
from survey.read.results_query import Reading
from survey.storage import db, released_index

TYPES = {"csv": "text/csv", "json": "application/json"}


def shown(reading: Reading, ending: str) -> Response:
    """Return the rows that a page of some places shows."""
    rows = (json.dumps(row, ensure_ascii=False) for row in reading.shown())
    return named(Response(b"".join(written(reading, ending, rows)), mimetype=TYPES[ending]), ending)


def whole(reading: Reading, ending: str, query: Query, state: str, county: str) -> Response:
    """Return every row of a subject as it is read; 304 where the visitor has it.

    A country's table is kept once it was sent whole.
    """
    release = reading.now.release
    if unchanged := fresh(release, query):
        return unchanged
    settings: Settings = current_app.extensions["settings"]
    subject, language = reading.subject, reading.tell.language.code
    folder = kept_tables.folder_of(settings.release_files, release)
    path = folder / kept_tables.file_name(subject, reading.cut, language)
    if ending == "csv" and kept_tables.can_send(path, state, county):
        response = kept(path, state)
    else:
        rows = frozen(db.engine(), reading, state, county)
        pieces = written(reading, ending, rows)
        if ending == "csv" and not state and reading.is_known:
            pieces = kept_tables.keeping(pieces, path)
        response = Response(pieces, mimetype=TYPES[ending])
    return label(named(response, ending), release, query)


def kept(path: Path, state: str) -> Response:
    packed = request.accept_encodings["gzip"] > 0
    response = Response(kept_tables.chunks(path, state, packed=packed), mimetype=TYPES["csv"])
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    if packed and not state:
        response.content_length = path.stat().st_size
    return response


def frozen(engine: Engine, reading: Reading, state: str, county: str) -> Iterator[str]:
    """Yield the rows in a session of their own, for they are sent when the request is over."""
    with Session(engine) as session:
        yield from released_index.in_order(
            session,
            reading.now.release,
            subject=reading.subject,
            cut=reading.cut,
            state=state,
            county=county,
        )


def written(reading: Reading, ending: str, rows: Iterable[str]) -> Iterator[bytes]:
    if ending == "csv":
        return sent_rows.as_csv(rows, reading.tell, places_of(reading.now))
    release = reading.now.release
    head = {"release": release.id, "sha256": release.sha256, "note": reading.tell.say("note")}
    return sent_rows.as_json(rows, head)


def named(response: Response, ending: str) -> Response:
    """Give a table that is saved the name of its page."""
    if ending == "csv":
        name = request.path.strip("/").replace("/", "-")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
