"""The writer of figure rows: a release frozen table by table, in bounded memory.

Rows come in their frozen order and piece by piece; each piece is added to the checksum that names
the release, and stored under the next numbers. All of it is one transaction of the caller's, so
that nobody ever reads half a release.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple

import pandas as pd
import sqlalchemy
from sqlalchemy import insert
from sqlalchemy.orm import Session

from analysis.measures import TOTAL
from analysis.release.build import Build
from analysis.release.canonical import Checksum, rows_text, words_of
from survey.storage.made_up import next_release_id
from survey.storage.models import Figure, Release
from survey.storage.release_store import CHANGE, FIGURE, OVERALL, lookup

AS_TEXT = sqlalchemy.table(  # the table `figure`, whose rows are JSON already
    Figure.__tablename__,
    *(
        sqlalchemy.column(c.name, None if c.name == "row" else c.type)
        for c in Figure.__table__.columns
    ),
)
TABLE_OF = {FIGURE: "figures", CHANGE: "changes", OVERALL: "overall"}  # its name in the checksum


class Piece(NamedTuple):
    """Rows of one table, ready to be stored."""

    kind: str
    text: str  # as they are checksummed
    rows: list[dict[str, Any]]  # columns of the table `figure`, without release and number


def store(session: Session, built: Build, about: dict[str, Any], moment: datetime) -> Release:
    """Freeze a release in rows. Earlier releases stay as they are. Commit is the caller's."""
    checksum = Checksum()
    with ready(session, built) as pieces:
        release = freeze(session, about, moment, sha256="")
        for kind, of_kind in groupby(pieces, attrgetter("kind")):
            checksum.begin(TABLE_OF[kind])
            number = 0
            for _, text, rows in of_kind:
                checksum.add(text)
                insert_rows(session, release, kind, rows, number)
                number += len(rows)
    checksum.begin("notes")
    checksum.add(rows_text(built.notes_table(), "notes"))
    release.sha256 = checksum.hexdigest()
    session.flush()
    return release


@contextmanager
def ready(session: Session, built: Build) -> Iterator[Iterator[Piece]]:
    """Give all pieces in their frozen order, ready to be stored.

    SQLite has one writer: guests who answer meanwhile wait until the rows are stored, and not until
    they are worked out. There they are set down beforehand in a file without a name.
    """
    pieces, bind = pieces_of(built), session.get_bind()
    if bind.dialect.name != "sqlite":
        yield pieces
        return
    with TemporaryFile("w+", encoding="utf-8", dir=Path(str(bind.engine.url.database)).parent) as f:
        f.writelines(json.dumps(piece) + "\n" for piece in pieces)
        f.seek(0)
        yield (Piece(*json.loads(line)) for line in f)


def pieces_of(built: Build) -> Iterator[Piece]:
    """Yield the released rows in their frozen order, worked out as they are asked for."""
    yield from built.figures(partial(piece, FIGURE))
    yield from built.changes(partial(piece, CHANGE))
    yield piece(OVERALL, built.overall())


def freeze(session: Session, about: dict[str, Any], moment: datetime, *, sha256: str) -> Release:
    """Store what is told of a release beside its rows, under a number of its own."""
    release = Release(id=next_release_id(session), made_at=moment, sha256=sha256, about=about)
    session.add(release)
    session.flush()
    return release


def piece(kind: str, table: pd.DataFrame) -> Piece:
    """Return rows of one kind ready to be stored; table: as tidy() returns it."""
    columns = {str(name): values.tolist() for name, values in table.items()}
    empty = [""] * len(table)
    later = columns["season_to" if kind == CHANGE else "season"]
    verdicts = empty
    if kind == CHANGE:
        pairs = zip(columns["basis"], columns["verdict"], strict=True)
        verdicts = [f"{basis}.{verdict}" for basis, verdict in pairs]
    found = {
        "community": columns.get("community", empty),
        "measure": columns["measure"],
        "agency": columns["agency"],
        "cut": columns.get("cut", [TOTAL] * len(table)),
        "state": columns["state"],
        "county": columns.get("county", empty),
        "season": later,
        "told": verdicts,
        "row": json_rows(table),
    }
    made = [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]
    return Piece(kind, rows_text(table, TABLE_OF[kind]), made)


def insert_rows(
    session: Session, release: Release, kind: str, rows: Sequence[dict[str, Any]], first: int = 0
) -> None:
    """Store rows of one kind, numbered from `first`, each beside what pages find it by."""
    packed = [
        row
        | {
            "release_id": release.id,
            "kind": kind,
            "number": number,
            "lookup": lookup(release.id, kind, row["state"], row["county"], row["community"]),
        }
        for number, row in enumerate(rows, first)
    ]
    if packed:
        session.connection().execute(insert(AS_TEXT), packed)


def json_rows(table: pd.DataFrame) -> list[str]:
    """Return each row as a JSON object; NaN is null."""
    texts = [words_of(column, json.dumps, "null") for _, column in table.items()]
    form = "{" + ", ".join(f"{json.dumps(name)}: %s" for name in table.columns) + "}"
    return [form % row for row in zip(*texts, strict=True)]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values: whole numbers, text, floats; None for what is not there."""
    columns = {
        str(name): [None if isinstance(v, float) and math.isnan(v) else v for v in column.tolist()]
        for name, column in table.items()
    }
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
