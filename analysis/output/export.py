"""Released tables out: long and wide CSV, changes, JSON, codebook. One generator each, in a dict.

Text is UTF-8 with a byte order mark and CRLF line ends, as RFC 4180 has it and as a double click
in Excel expects it. Numbers use a decimal point and at most six decimals; a missing number is an
empty cell (null in JSON). Columns and their order come from the measures, never from the data, so
that a script written for one release reads the next. Only a Released or a view of one is accepted.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.measures import Measure
from analysis.output.codebook import codebook
from analysis.release.released import CHANGES, DECIMALS, FIGURES, OVERALL, Released, View, released

BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run such a cell
CHUNK = 1000  # rows per piece that is sent

PLACE = ("season", "state", "county", "community", "members", "cut", "group", "groups")
WIDE = ("n", "value_low", "value_high", "range_low", "range_high")  # per measure in the wide form

Row = Sequence[object]
Parts = Iterator[bytes]


@dataclass(frozen=True)
class Format:
    """id in the address; ending and type of the file; write: view and measures to bytes."""

    id: str
    ending: str
    type: str
    write: Callable[[View, Sequence[Measure]], Parts]


def long_csv(view: View, measures: Sequence[Measure] = ()) -> Parts:
    """A row per figure, all columns of released.FIGURES."""
    names = [field.name for field in FIGURES]
    yield from _csv(names, _rows(released(view).figures[names]))


def changes_csv(view: View, measures: Sequence[Measure] = ()) -> Parts:
    """A row per change from one shown season to the next, all columns of released.CHANGES."""
    names = [field.name for field in CHANGES]
    yield from _csv(names, _rows(released(view).changes[names]))


def overall_csv(view: View, measures: Sequence[Measure] = ()) -> Parts:
    """A row for the whole programme and each state, by season; all columns of released.OVERALL."""
    yield from _csv([field.name for field in OVERALL], _rows(_overall(view)))


def wide_csv(view: View, measures: Sequence[Measure]) -> Parts:
    """A row per place, season, cut and group; five columns per measure, in order of measures."""
    table = wide(view, measures)
    yield from _csv(list(table.columns), _rows(table))


def codebook_csv(view: View, measures: Sequence[Measure]) -> Parts:
    """What every column of the other files means; the same rows for every view."""
    released(view)
    table = codebook(measures)
    yield from _csv(list(table.columns), _rows(table))


def as_json(view: View, measures: Sequence[Measure] = ()) -> Parts:
    """{"release": sha256, "figures": [...], "changes": [...], "overall": [...]}: the CSVs' rows."""
    view = released(view)
    head = json.dumps({"release": view.sha256})[:-1]
    yield head.encode()
    tables = {"figures": view.figures, "changes": view.changes, "overall": _overall(view)}
    for name, table in tables.items():
        yield f', "{name}": ['.encode()
        for start in range(0, len(table), CHUNK):
            rows = table.iloc[start : start + CHUNK]
            text = ", ".join(_json_row(row) for row in rows.to_dict("records"))
            yield (", " if start else "").encode() + text.encode()
        yield b"]"
    yield b"}\n"


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


def _overall(view: View) -> pd.DataFrame:
    """Of a whole release; a part of one says nothing of the whole."""
    whole = released(view)
    if isinstance(whole, Released):
        return whole.overall
    return pd.DataFrame(columns=[field.name for field in OVERALL])


def wide(view: View, measures: Sequence[Measure]) -> pd.DataFrame:
    """Columns PLACE, then per measure `<measure>.<what>` for what in WIDE; blank where none."""
    figures = released(view).figures
    places = figures[list(PLACE)].drop_duplicates(ignore_index=True)
    table = places
    for measure in measures:
        id, agency = measure.key
        rows = figures[(figures["measure"] == id) & (figures["agency"] == agency)]
        names = {what: f"{measure.name}.{what}" for what in WIDE}
        one = rows[[*PLACE, *WIDE]].rename(columns=names)
        table = table.merge(one, on=list(PLACE), how="left", validate="one_to_one")
        table[names["n"]] = table[names["n"]].fillna("")
    return table


def safe(cell: object) -> str:
    """A cell as text. A text that a spreadsheet might run gets an apostrophe; numbers do not."""
    if isinstance(cell, float):
        return "" if cell != cell else f"{cell + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")
    if isinstance(cell, int):
        return str(cell)
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _csv(names: Sequence[str], rows: Iterable[Row]) -> Parts:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    sink.write(BOM)
    writer.writerow([safe(name) for name in names])
    for count, row in enumerate(rows, start=1):
        writer.writerow([safe(cell) for cell in row])
        if count % CHUNK == 0:
            yield _taken(sink)
    yield _taken(sink)


def _taken(sink: io.StringIO) -> bytes:
    text = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return text.encode()


def _rows(table: pd.DataFrame) -> Iterator[Row]:
    return iter(zip(*(table[name].tolist() for name in table.columns), strict=True))


def _json_row(row: Mapping[Any, Any]) -> str:
    cells = {
        name: None
        if value != value
        else round(value, DECIMALS)
        if isinstance(value, float)
        else value
        for name, value in row.items()
    }
    return json.dumps(cells, ensure_ascii=False)
