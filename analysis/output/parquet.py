"""Tables as Parquet, a batch at a time: whole numbers stay whole, empty cells are nulls, and what
has an order is a category in the order of the codebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import fastparquet
import numpy as np
import pandas as pd

from analysis.output.columns import Column, Table
from analysis.output.export import batched
from analysis.output.published import Cells

CELLS = 4_000_000  # of one row group, and in memory at a time
KINDS: Mapping[str, Any] = {"int": "Int64", "str": "object"}


def write_parquet(path: Path, table: Table, rows: Iterable[Cells]) -> None:
    """Write a table to a file that is not there yet. The same rows give the same bytes."""
    is_new = True
    for chunk in batched(rows, max(1, CELLS // len(table.columns))):
        _append(path, frame(table, chunk), is_new)
        is_new = False
    if is_new:
        _append(path, frame(table, []), is_new)


def frame(table: Table, rows: list[Cells]) -> pd.DataFrame:
    """Rows as a frame whose types say what the codebook says."""
    cells = zip(*rows, strict=True) if rows else ((),) * len(table.columns)
    return pd.DataFrame(
        {
            column.name: _series(column, list(values))
            for column, values in zip(table.columns, cells, strict=True)
        }
    )


def _series(column: Column, values: list[Any]) -> Any:
    if column.ordered:
        return pd.Categorical(values, column.values, ordered=True)
    if column.kind == "float":
        return np.array(values, dtype=float)  # None is nan, which is written as null
    return pd.array(values, dtype=KINDS[column.kind])


def _append(path: Path, rows: pd.DataFrame, is_new: bool) -> None:
    fastparquet.write(
        str(path),
        rows,
        append=not is_new,
        compression="ZSTD",
        write_index=False,
        object_encoding="utf8",
        stats=False,
    )
