"""The text of a release that its checksum is of: one line a row, in the order of the columns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.measures import IntArray
from analysis.release.columns import TABLES, Field

DECIMALS = 6
MOST = 2**62  # of a number that stands for the keys of a row
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
        self.add("".join(f"{line}\n" for line in _head(name)).encode())

    def add(self, text: bytes) -> None:
        """Some rows of it, as rows_text() writes them, in UTF-8."""
        self._sha256.update(text)

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()


def rows_text(table: pd.DataFrame, name: str) -> str:
    """The lines of rows in the text that is checksummed; table: as tidy() returns it."""
    return lines_of([words_of(table[field.name], word_of(field))[0] for field in TABLES[name]])


def lines_of(columns: Sequence[Sequence[str]]) -> str:
    """The lines of rows whose words stand in these columns."""
    return "".join(f"{line}\n" for line in map("\t".join, zip(*columns, strict=True)))


def word_of(field: Field) -> Callable[[Any], str]:
    """How a value of this column is written in the text that is checksummed."""
    return partial(_word, kind=field.kind)


def words_of(column: pd.Series, *written: Callable[[Any], str]) -> list[list[str]]:
    """Every value of a column, written in one or several ways; each different one is written once.

    Released columns hold few different values: ids, bands, counts in steps. Missing is NaN to all.
    """
    codes, values = pd.factorize(column.to_numpy())
    different = [*values.tolist(), np.nan]  # NaN has the code -1: the last
    spelled = (np.array([*map(word, different)], dtype=object) for word in written)
    return [words[codes].tolist() for words in spelled]


def frozen_order(keys: Sequence[NDArray[Any]]) -> IntArray:
    """Positions of the rows in the order of their keys; equal rows stay as they stand.

    What sort_values() does, in a quarter of its time: keys hold few different values, which are
    put in order once each. What is missing comes last.
    """
    place: IntArray = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        codes, values = pd.factorize(key)  # what is missing has the code -1: the last
        ranks = np.full(len(values) + 1, len(values))
        ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
        if len(place) and place.max() >= MOST // len(ranks):
            place = np.unique(place, return_inverse=True)[1]
        place = place * len(ranks) + ranks[codes]
    return np.argsort(place, kind="stable")


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
