"""The text of a release that its checksum is of: one line a row, in the order of the columns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analysis.release.columns import TABLES

DECIMALS = 6
FORMAT = "porchlight release 2"  # first line of what is checksummed; raise it with the columns


def canonical_lines(name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of one table in the text that is checksummed, of rows in their frozen order.

    The whole text is FORMAT and then every table of TABLES, each line ended by a line feed.
    """
    fields = TABLES[name]
    yield from _head(name)
    for row in rows:
        yield "\t".join(_word(row[field.name], field.kind) for field in fields)


class Checksum:
    """The sha256 that names a release, of tables that come piece by piece in their frozen order."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256(f"{FORMAT}\n".encode())

    def begin(self, name: str) -> None:
        """The next table of TABLES begins."""
        self.add("".join(f"{line}\n" for line in _head(name)))

    def add(self, text: str) -> None:
        """Some rows of it, as rows_text() writes them."""
        self._sha256.update(text.encode())

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()


def rows_text(table: pd.DataFrame, name: str) -> str:
    """The lines of rows in the text that is checksummed; table: as tidy() returns it."""
    columns = [
        words_of(table[field.name], partial(_word, kind=field.kind), "") for field in TABLES[name]
    ]
    return "".join(f"{line}\n" for line in map("\t".join, zip(*columns, strict=True)))


def words_of(column: pd.Series, word: Callable[[Any], str], missing: str) -> list[str]:
    """word(value) of every value of a column; each different one is written once.

    Released columns hold few different values: ids, bands, counts in steps.
    """
    codes, values = pd.factorize(column)
    words = np.array([*map(word, values.tolist()), missing], dtype=object)
    labels: list[str] = words[codes].tolist()  # NaN has the code -1: the last
    return labels


def _head(name: str) -> tuple[str, str]:
    return f"[{name}]", "\t".join(field.name for field in TABLES[name])


def text_of(*tables: pd.DataFrame) -> str:
    pieces = [f"{FORMAT}\n"]
    for name, table in zip(TABLES, tables, strict=True):
        pieces += [*(f"{line}\n" for line in _head(name)), rows_text(table, name)]
    return "".join(pieces)


def _word(value: Any, kind: str) -> str:
    if kind == "float":
        return "" if value is None else _number(value)
    return str(value)


def _number(value: float) -> str:
    if value != value:
        return ""
    return f"{value + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")
