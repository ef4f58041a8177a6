"""Tables as JSON, column by column: every different value once, and which row has which.

A part's columns hold few different values, so that this is a fraction of the rows themselves, and
quick to write and to read. Nothing is lost: numbers come back to the last bit. Tables that were
stored before, a list of values for each column, are read as well.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Column = dict[str, Any]  # {"values": different ones, "rows": each row's position, in base64}
Stored = Mapping[str, Column | list[Any]]
Rows = NDArray[np.bool_]


class Coded:
    """A table whose columns are looked through once, however many parts of it are stored."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._columns = {str(name): _coded(column) for name, column in table.items()}

    def stored(self, rows: Rows) -> dict[str, Column]:
        """Return what is stored of these rows."""
        return {name: _column(codes[rows], found) for name, (codes, found) in self._columns.items()}


def stored(table: pd.DataFrame) -> dict[str, Column]:
    """Return what is stored of a whole table."""
    return Coded(table).stored(np.ones(len(table), dtype=bool))


def table_of(several: Sequence[Stored], names: Sequence[str]) -> pd.DataFrame:
    """Return the rows of what was stored, one after another; names: of the columns, in order.

    Columns without a row would be numbers, and words are looked for in some of them: those of an
    empty table are objects.
    """
    read = [{name: _values(one[name]) for name in names} for one in several if one]
    read = [one for one in read if len(one[names[0]])]
    if not read:
        return pd.DataFrame({name: [] for name in names}, dtype=object)
    columns = {name: np.concatenate([one[name] for one in read]) for name in names}
    words = {name: column for name, column in columns.items() if column.dtype == object}
    numbers = {name: column for name, column in columns.items() if name not in words}
    apart = [pd.DataFrame(words, dtype=object), pd.DataFrame(numbers)]
    return pd.concat(apart, axis=1)[list(names)]


def _coded(column: pd.Series) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """The position of each row's value among the different ones, and these."""
    values = column.to_numpy()
    if values.dtype == np.float64:  # by their bits: 0 is not -0, and NaN is like any other
        codes, bits = pd.factorize(values.view(np.int64))
        return codes, bits.view(np.float64)
    codes, found = pd.factorize(values, use_na_sentinel=False)
    return codes, np.asarray(found)


def _column(codes: NDArray[np.int64], found: NDArray[Any]) -> Column:
    """Of some rows: their different values, and which has which."""
    here = np.zeros(len(found), dtype=bool)
    here[codes] = True
    again = np.cumsum(here) - 1
    mine = again[codes].astype(_width(int(here.sum())))
    return {"values": found[here].tolist(), "rows": b64encode(mine.tobytes()).decode()}


def _values(column: Column | list[Any]) -> NDArray[Any]:
    if isinstance(column, list):
        return np.asarray(pd.Series(column).to_numpy())
    found = column["values"]
    words = any(isinstance(one, str) for one in found)
    different = np.array(found, dtype=object if words else None)
    rows = np.frombuffer(b64decode(column["rows"]), dtype=_width(len(found)))
    return np.asarray(different[rows])


def _width(different: int) -> str:
    """The type of a position among so many, the same on every machine."""
    return "u1" if different <= 1 << 8 else "<u2" if different <= 1 << 16 else "<u4"
