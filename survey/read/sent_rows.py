"""Released rows as they are sent: CSV and JSON, a few hundred rows at a time.

Nothing is gathered first, so that a country's table takes no more memory than a town's and its
first row goes out at once. Rows come as the text in which a release froze them, their columns in
the release's order; a cell is written as analysis.output.export writes it, and a test compares
the two.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # a double click in Excel expects it
DECIMALS = 6
FORMULA = re.compile(r'": "(?:[=+@-]|\\[tr])')  # a spreadsheet would run such a cell
STARTS = ("=", "+", "-", "@", "\t", "\r")
AT_ONCE = 500  # rows in one piece
MOST_KEPT = 50_000  # numbers whose text is known; a release's are few, for they are rounded


class Numbers(dict[str, str]):
    """The text of a number in CSV, by its text in JSON: at most six decimals, none that is 0."""

    def __missing__(self, text: str) -> str:
        if len(self) >= MOST_KEPT:
            self.clear()
        told = f"{float(text) + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")
        self[text] = told
        return told


def as_csv(rows: Iterable[str], columns: Sequence[str]) -> Iterator[bytes]:
    """Yield rows of figures as CSV: UTF-8 with a mark, CRLF. A figure is never below 0."""
    sink, read = io.StringIO(), reader()
    sink.write(BOM)
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(columns)
    for some in pieces(rows):
        writer.writerows(map(read, some))
        yield taken(sink)
    yield taken(sink)


def reader() -> Callable[[str], Iterable[object]]:
    """Return what turns a frozen row into the cells of a line."""
    number = Numbers().__getitem__

    def read(text: str) -> Iterable[object]:
        row: dict[str, object] = json.loads(text, parse_float=number)
        cells = row.values()
        return map(defused, cells) if FORMULA.search(text) else cells

    return read


def defused(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(STARTS) else cell


def as_json(rows: Iterable[str], head: Mapping[str, object]) -> Iterator[bytes]:
    """Yield {...head, "rows": [...]}."""
    yield (json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [').encode()
    before = ""
    for some in pieces(rows):
        yield (before + ", ".join(some)).encode()
        before = ", "
    yield b"]}"


def pieces(rows: Iterable[str]) -> Iterator[list[str]]:
    """Yield the rows some at a time."""
    some: list[str] = []
    for row in rows:
        some.append(row)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def taken(sink: io.StringIO) -> bytes:
    text = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return text.encode()
