"""Tables for SPSS (.sav) and Stata (.dta): labelled columns and values, and for every empty cell
the reason, as a user-missing code (SPSS) or a tagged missing value (Stata).

Both writers take a table whole: a release that is too large is handed over in parts. Both formats
carry a clock; it is set to the release's own time, so that the same release is the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from analysis.output.codebook import missing_code, missing_tag
from analysis.output.columns import Column, Table
from analysis.output.program_names import spss_name, stata_name
from analysis.output.published import Cells

SPSS_LABEL, STATA_LABEL = 256, 80  # bytes of a column's label, characters of one
SPSS_CLOCK = slice(92, 109)  # creation date and time in the header: "09 Aug 26" "12:30:00"
STATA_CLOCK = b"<timestamp>"


def write_sav(
    path: Path, table: Table, rows: Iterable[Cells], title: str, made_at: datetime
) -> None:
    """Write a table for SPSS."""
    columns = by_column(table, rows)
    table = with_all_values(table, columns)
    names = [spss_name(c.name) for c in table.columns]
    named = list(zip(names, table.columns, strict=True))
    pyreadstat.write_sav(
        pd.DataFrame({name: _filled(c, columns[i]) for i, (name, c) in enumerate(named)}),
        path,
        file_label=title,
        column_labels=[shortened(c.meaning, SPSS_LABEL) for c in table.columns],
        compress=True,
        variable_value_labels={
            name: coded(c) | ({missing_code(c): c.empty} if missing_code(c) else {})
            for name, c in named
            if c.values or missing_code(c)
        },
        missing_ranges={name: [missing_code(c)] for name, c in named if missing_code(c)},
        variable_measure={name: _measure(c) for name, c in named},
    )
    _set_clock(path, SPSS_CLOCK, made_at.strftime("%d %b %y%H:%M:%S").encode())


def write_dta(
    path: Path, table: Table, rows: Iterable[Cells], title: str, made_at: datetime
) -> None:
    """Write a table for Stata 15 and newer."""
    columns = by_column(table, rows)
    table = with_all_values(table, columns)
    names = [stata_name(c.name) for c in table.columns]
    labels: dict[str, dict[Any, str]] = {
        name: coded(c) | ({missing_tag(c): c.empty} if missing_tag(c) else {})
        for name, c in zip(names, table.columns, strict=True)
        if c.values or missing_tag(c)
    }
    pyreadstat.write_dta(
        pd.DataFrame(
            {
                name: _tagged(c, values)
                for name, c, values in zip(names, table.columns, columns, strict=True)
            }
        ),
        path,
        file_label=title,
        column_labels=[shortened(c.meaning, STATA_LABEL) for c in table.columns],
        variable_value_labels=labels,
        missing_user_values={
            name: [missing_tag(c)]
            for name, c in zip(names, table.columns, strict=True)
            if missing_tag(c)
        },
    )
    start = path.read_bytes()[:1000].index(STATA_CLOCK) + len(STATA_CLOCK) + 1
    _set_clock(path, slice(start, start + 17), made_at.strftime("%d %b %Y %H:%M").encode())


def by_column(table: Table, rows: Iterable[Cells]) -> Sequence[Sequence[Any]]:
    columns = list(zip(*rows, strict=True))
    return columns or [()] * len(table.columns)


def with_all_values(table: Table, columns: Sequence[Sequence[Any]]) -> Table:
    """The table with what its rows hold beside the values that we know, of another version."""
    widened = [
        replace(one, values=(*one.values, *sorted(set(cells) - set(one.values))))
        if one.values
        else one
        for one, cells in zip(table.columns, columns, strict=True)
    ]
    return replace(table, columns=tuple(widened))


def coded(column: Column) -> dict[Any, str]:
    """A column's few values, numbered from 1 in their order."""
    return dict(enumerate(column.values, start=1))


def shortened(text: str, most: int) -> str:
    """A label cut at a whole letter; the codebook has it whole."""
    return text.encode()[:most].decode(errors="ignore")


def _filled(column: Column, values: Sequence[Any]) -> Any:
    if column.values:
        codes = {value: code for code, value in coded(column).items()}
        return pd.Series([codes[value] for value in values], dtype="float64")
    if column.kind == "str":
        return pd.Series(values, dtype="object")
    code = float(missing_code(column) or "nan")
    return pd.Series([code if value is None else value for value in values], dtype="float64")


def _tagged(column: Column, values: Sequence[Any]) -> Any:
    if column.values or column.kind == "str" or not missing_tag(column):
        filled = _filled(column, values)
        is_whole = column.values or (column.kind == "int" and not column.empty)
        return filled.astype("int32") if is_whole else filled
    # a category, numbers first: of plain objects only the first hundred are looked at for a type
    tag = missing_tag(column)
    numbers = [None if value is None else float(value) for value in values]
    known = [*dict.fromkeys(value for value in numbers if value is not None), tag]
    return pd.Series(pd.Categorical([tag if one is None else one for one in numbers], known))


def _measure(column: Column) -> str:
    if column.kind == "str":
        return "ordinal" if column.ordered else "nominal"
    return "scale"


def _set_clock(path: Path, where: slice, text: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(where.start)
        file.write(text.ljust(where.stop - where.start)[: where.stop - where.start])
