"""Tables as one Excel workbook: a sheet each, typed, no formulas, header frozen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from analysis.output.columns import Table
from analysis.output.published import Cells

MOST_ROWS = 1_048_575  # of a sheet, below its header; more go on in the next
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_xlsx(
    path: Path,
    sheets: Iterable[tuple[Table, Iterable[Cells]]],
    title: str,
    made_at: datetime,
) -> None:
    """Write a workbook row by row. The same rows give the same bytes."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, **AS_TEXT}) as book:
        book.set_properties({"title": title, "created": made_at.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for table, rows in sheets:
            place = MOST_ROWS
            for number, row in enumerate(rows):
                if place == MOST_ROWS:
                    part = number // MOST_ROWS
                    sheet = book.add_worksheet(f"{table.name} {part + 1}" if part else table.name)
                    _head(sheet, table, bold)
                    place = 0
                place += 1
                _write(sheet, place, row)
            if place == MOST_ROWS:
                _head(book.add_worksheet(table.name), table, bold)


def _head(sheet: Worksheet, table: Table, bold: object) -> None:
    sheet.freeze_panes(1, 0)
    for i, column in enumerate(table.columns):
        sheet.set_column(i, i, max(8, min(40, len(column.name) + 2)))
        sheet.write_string(0, i, column.name, bold)
    sheet.autofilter(0, 0, MOST_ROWS, len(table.columns) - 1)


def _write(sheet: Worksheet, place: int, row: Cells) -> None:
    for i, cell in enumerate(row):
        if isinstance(cell, str):
            if cell:
                sheet.write_string(place, i, cell)
        elif cell is not None:
            sheet.write_number(place, i, cell)
