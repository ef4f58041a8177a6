"""The writer of figure rows: a release frozen table by table, in bounded memory.

Rows come in their frozen order and piece by piece; each piece is added to the checksum that names
the release, and stored under the next numbers. All of it is one transaction of the caller's, so
that nobody ever reads half a release.
"""

from __future__ import annotations

import json
import marshal
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import groupby, repeat
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple

import pandas as pd
import sqlalchemy
from sqlalchemy.orm import Session

from analysis.measures import TOTAL
from analysis.release.build import Build
from analysis.release.canonical import Checksum, lines_of, rows_text, word_of, words_of
from analysis.release.columns import TABLES, Field
from survey.storage.copies import rows as plain_rows
from survey.storage.made_up import next_release_id
from survey.storage.models import Figure, Release
from survey.storage.release_store import CHANGE, FIGURE, OVERALL, lookup

TABLE_OF = {FIGURE: "figures", CHANGE: "changes", OVERALL: "overall"}  # its name in the checksum
PLACE = ("state", "county", "community")
FOUND_BY = (*PLACE, "measure", "agency", "cut", "season", "told")
STORED = sqlalchemy.table(  # the table `figure`, whose rows are JSON already
    Figure.__tablename__,
    *map(sqlalchemy.column, ("release_id", "kind", "number", "lookup", *FOUND_BY, "row")),
)
JSON_OF: dict[str, Callable[[Any], str]] = {
    "str": json.dumps,
    "int": str,
    "float": lambda value: "null" if value != value else float.__repr__(value + 0.0),  # no -0.0
}


class Piece(NamedTuple):
    """Rows of one table, ready to be stored."""

    kind: str
    text: bytes  # as they are checksummed
    rows: bytes  # tuples of the columns FOUND_BY and "row", packed: they travel and wait so


def store(session: Session, built: Build, about: dict[str, Any], moment: datetime) -> Release:
    """Freeze a release in rows. Earlier releases stay as they are. Commit is the caller's."""
    checksum = Checksum()
    with ready(session, summed(pieces_of(built), checksum)) as pieces:
        release = freeze(session, about, moment, sha256="")
        for _, of_kind in groupby(pieces, attrgetter("kind")):
            number = 0
            for one in of_kind:
                number += insert_rows(session, release, one, number)
    checksum.begin("notes")
    checksum.add(rows_text(built.notes_table(), "notes").encode())
    release.sha256 = checksum.hexdigest()
    session.flush()
    return release


def summed(pieces: Iterable[Piece], checksum: Checksum) -> Iterator[Piece]:
    """Yield the pieces without the text that the checksum was taken of."""
    for kind, of_kind in groupby(pieces, attrgetter("kind")):
        checksum.begin(TABLE_OF[kind])
        for one in of_kind:
            checksum.add(one.text)
            yield one._replace(text=b"")


@contextmanager
def ready(session: Session, pieces: Iterator[Piece]) -> Iterator[Iterator[Piece]]:
    """Give all pieces, ready to be stored.

    SQLite has one writer: guests who answer meanwhile wait until the rows are stored, and not until
    they are worked out. There they are set down beforehand in a file without a name.
    """
    bind = session.get_bind()
    if bind.dialect.name != "sqlite":
        yield pieces
        return
    with TemporaryFile(dir=Path(str(bind.engine.url.database)).parent) as file:
        for one in pieces:
            marshal.dump(tuple(one), file)
        marshal.dump(None, file)  # the end
        file.seek(0)
        yield (Piece(*one) for one in iter(partial(marshal.load, file), None))


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
    fields = TABLES[TABLE_OF[kind]]
    columns = [words_of(table[one.name], word_of(one), partial(cell, one)) for one in fields]
    texts, cells = zip(*columns, strict=True)
    objects = (f"{{{row[2:]}}}" for row in map("".join, zip(*cells, strict=True)))
    rows = [*zip(*found_by(kind, table), objects, strict=True)]
    return Piece(kind, lines_of(texts).encode(), marshal.dumps(rows))


def cell(field: Field, value: Any) -> str:
    """Return a value as it stands in a row's JSON object, with its name; NaN is null."""
    return f', "{field.name}": {JSON_OF[field.kind](value)}'


def found_by(kind: str, table: pd.DataFrame) -> Iterator[Iterable[Any]]:
    """Yield the columns FOUND_BY."""
    for name in (*PLACE, "measure", "agency"):
        yield table[name].tolist() if name in table else repeat("", len(table))
    yield table["cut"].tolist() if "cut" in table else repeat(TOTAL, len(table))
    yield table["season_to" if kind == CHANGE else "season"].tolist()
    if kind == CHANGE:
        yield (table["basis"] + "." + table["verdict"]).tolist()
    else:
        yield repeat("", len(table))


def insert_rows(session: Session, release: Release, piece: Piece, first: int = 0) -> int:
    """Store rows, numbered from `first`, each beside what pages find it by; return how many."""
    rows = marshal.loads(piece.rows)
    head, of_place = (release.id, piece.kind), len(PLACE)
    places = {row[:of_place] for row in rows}
    lookups = {place: lookup(*head, *place) for place in places}
    numbered = [
        (*head, number, lookups[row[:of_place]], *row) for number, row in enumerate(rows, first)
    ]
    plain_rows.write(session.connection(), STORED, numbered)
    return len(numbered)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values: whole numbers, text, floats; None for what is not there."""
    columns = {
        str(name): [None if isinstance(v, float) and math.isnan(v) else v for v in column.tolist()]
        for name, column in table.items()
    }
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
