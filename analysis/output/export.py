"""Released tables out as CSV and JSON: one generator each, in a dict.

Text is UTF-8 with a byte order mark and CRLF line ends, as RFC 4180 has it and as a double click
in Excel expects it. Numbers use a decimal point and at most six decimals; a missing number is an
empty cell (null in JSON). Which columns there are is said in columns.py. Only a Released or a view
of one is accepted by FORMATS; whoever streams a stored release hands over its rows.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pandas as pd

from analysis.measures import Measure
from analysis.output.codebook import COLUMN_TABLE, column_rows
from analysis.output.columns import (
    CHANGES_TABLE,
    FIGURES_TABLE,
    LONG,
    OVERALL_TABLE,
    Table,
    wide_table,
)
from analysis.output.published import Cells, Names, Row, published, wide
from analysis.release.canonical import DECIMALS
from analysis.release.columns import OVERALL
from analysis.release.released import Released, View, released

BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run such a cell
CHUNK = 1000  # rows per piece that is sent

Parts = Iterator[bytes]


@dataclass(frozen=True)
class Format:
    """id in the address; ending and type of the file; write: a view, its measures and
    the names of its places (both may be left out where a format needs none) to bytes."""

    id: str
    ending: str
    type: str
    write: Callable[..., Parts]


def long_csv(view: View, measures: Sequence[Measure] = (), names: Names | None = None) -> Parts:
    """A row per figure."""
    yield from csv_parts(FIGURES_TABLE, _cells(FIGURES_TABLE, released(view).figures, names))


def changes_csv(view: View, measures: Sequence[Measure] = (), names: Names | None = None) -> Parts:
    """A row per change; the column basis says from which season."""
    yield from csv_parts(CHANGES_TABLE, _cells(CHANGES_TABLE, released(view).changes, names))


def overall_csv(view: View, measures: Sequence[Measure] = (), names: Names | None = None) -> Parts:
    """A row for the whole programme and each state, by season."""
    yield from csv_parts(OVERALL_TABLE, _cells(OVERALL_TABLE, _overall(view), names))


def wide_csv(view: View, measures: Sequence[Measure], names: Names | None = None) -> Parts:
    """A row per place, season, cut and group; six columns per measure and wording."""
    table, rows = wide_table(measures), _records(released(view).figures)
    yield from csv_parts(table, wide(table, rows, names or Names(), measures))


def codebook_csv(view: View, measures: Sequence[Measure], names: Names | None = None) -> Parts:
    """What every column of every table means; the same rows for every view."""
    released(view)
    yield from csv_parts(COLUMN_TABLE, column_rows((*LONG, wide_table(measures))))


def as_json(view: View, measures: Sequence[Measure] = (), names: Names | None = None) -> Parts:
    """{"release": sha256, "figures": [...], "changes": [...], "overall": [...]}: the CSVs' rows."""
    view = released(view)
    frames = {
        FIGURES_TABLE: view.figures,
        CHANGES_TABLE: view.changes,
        OVERALL_TABLE: _overall(view),
    }
    yield from json_parts(
        {"release": view.sha256},
        ((table, _cells(table, frame, names)) for table, frame in frames.items()),
    )


FORMATS = {
    made.id: made
    for made in (
        Format("long", "csv", "text/csv; charset=utf-8", long_csv),
        Format("wide", "csv", "text/csv; charset=utf-8", wide_csv),
        Format("changes", "csv", "text/csv; charset=utf-8", changes_csv),
        Format("overall", "csv", "text/csv; charset=utf-8", overall_csv),
        Format("codebook", "csv", "text/csv; charset=utf-8", codebook_csv),
        Format("json", "json", "application/json", as_json),
    )
}


def csv_parts(table: Table, rows: Iterable[Cells]) -> Parts:
    """A table as CSV: the header at once, then pieces of CHUNK rows."""
    yield (BOM + csv_rows([list(table.names)])).encode()
    for some in batched(rows, CHUNK):
        yield csv_rows(some).encode()


def csv_rows(rows: Iterable[Cells]) -> str:
    """Rows as lines of a CSV, without its header."""
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\r\n").writerows([safe(cell) for cell in row] for row in rows)
    return sink.getvalue()


def json_parts(head: dict[str, Any], tables: Iterable[tuple[Table, Iterable[Cells]]]) -> Parts:
    """One JSON object: the head's pairs, then each table as a list of objects."""
    yield json.dumps(head)[:-1].encode()
    for table, rows in tables:
        yield f', "{table.name}": ['.encode()
        for count, chunk in enumerate(batched(rows, CHUNK)):
            text = ", ".join(json_row(table, row) for row in chunk)
            yield (", " if count else "").encode() + text.encode()
        yield b"]"
    yield b"}\n"


def json_row(table: Table, row: Cells) -> str:
    return json.dumps(as_object(table, row), ensure_ascii=False)


def as_object(table: Table, row: Cells) -> dict[str, Any]:
    """One row with its columns' names; numbers as they stand in the CSV."""
    return {
        name: round(cell, DECIMALS) if isinstance(cell, float) else cell
        for name, cell in zip(table.names, row, strict=True)
    }


def safe(cell: object) -> str:
    """A cell as text. A text that a spreadsheet might run gets an apostrophe; numbers do not."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return "" if cell != cell else f"{cell + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")
    if isinstance(cell, int):
        return str(cell)
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def batched(rows: Iterable[Cells], size: int) -> Iterator[list[Cells]]:
    """Rows in lists of at most `size`."""
    rest = iter(rows)
    while chunk := list(islice(rest, size)):
        yield chunk


def _cells(table: Table, frame: pd.DataFrame, names: Names | None) -> Iterator[Cells]:
    return published(table, _records(frame), names or Names())


def _records(frame: pd.DataFrame) -> Iterator[Row]:
    for row in frame.to_dict("records"):
        yield {str(name): value for name, value in row.items()}


def _overall(view: View) -> pd.DataFrame:
    """Of a whole release; a part of one says nothing of the whole."""
    whole = released(view)
    if isinstance(whole, Released):
        return whole.overall
    return pd.DataFrame(columns=[field.name for field in OVERALL])
