"""Sheets of OpenDocument (.ods), as LibreOffice writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zipfile import ZipFile

from survey.imports.delimited import too_wide
from survey.imports.problems import ImportProblem
from survey.imports.sheets import MOST_COLUMNS, Numbered, Record, Sheet
from survey.imports.workbooks import feed, local, numbered, parser_of

ENTRY = "content.xml"


def read_opendocument(archive: ZipFile) -> list[Sheet]:
    """Return the sheets of a document."""
    names: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "table":
            shown = {local(key): value for key, value in attributes.items()}
            names.append(shown.get("name", f"Sheet {len(names) + 1}"))

    for _ in feed(archive, ENTRY, parser_of(start, lambda name: None, lambda text: None)):
        pass
    return [Sheet(name, rows_of(archive, i), "ods") for i, name in enumerate(names)]


def rows_of(archive: ZipFile, table: int) -> Callable[[], Iterator[Numbered]]:
    def rows() -> Iterator[Numbered]:
        reader = DocumentReader(table)
        parser = parser_of(reader.start, reader.end, reader.data)
        yield from numbered(archive, ENTRY, parser, reader.done)

    return rows


class DocumentReader:
    """Turns the events of one table's XML into rows in `done`."""

    def __init__(self, table: int) -> None:
        self.wanted, self.table = table, -1
        self.done: list[Numbered] = []
        self.number = 0
        self.cells: Record = []
        self.text: list[str] = []
        self.again = self.rows_again = 1
        self.shown: dict[str, str] = {}
        self.takes = False

    @property
    def here(self) -> bool:
        return self.table == self.wanted

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "table":
            self.table += 1
        if not self.here:
            return
        shown = {local(key): value for key, value in attributes.items()}
        if name == "table-row":
            self.cells = []
            self.rows_again = int(shown.get("number-rows-repeated", 1))
        elif name in ("table-cell", "covered-table-cell"):
            self.shown, self.again = shown, int(shown.get("number-columns-repeated", 1))
            self.text.clear()
        elif name == "p":
            if self.text:
                self.text.append("\n")
            self.takes = True

    def data(self, text: str) -> None:
        if self.takes and self.here:
            self.text.append(text)

    def end(self, name: str) -> None:
        name = local(name)
        if not self.here:
            return
        if name == "p":
            self.takes = False
        elif name in ("table-cell", "covered-table-cell"):
            self.add(self.value())
        elif name == "table-row":
            self.number += 1
            while self.cells and not self.cells[-1]:
                self.cells.pop()
            if self.cells:
                self.done += [(self.number + i, self.cells) for i in range(min(self.rows_again, 9))]
            self.number += self.rows_again - 1

    def add(self, value: str) -> None:
        if value and len(self.cells) + self.again > MOST_COLUMNS:
            raise too_wide(len(self.cells) + self.again)
        self.cells += [value] * min(self.again, MOST_COLUMNS)

    def value(self) -> str:
        kind = self.shown.get("value-type", "")
        text = "".join(self.text)
        if text.startswith(("#REF!", "#NAME?", "#N/A", "#VALUE!", "#DIV/0!", "Err:")):
            raise ImportProblem(
                "error_cell",
                f"the cell holds the error {text}. Mend it in the spreadsheet; an error is not "
                "an empty cell.",
                row=self.number + 1,
                column=len(self.cells),
            )
        if "formula" in self.shown and not kind:
            raise ImportProblem(
                "formula_without_value",
                "the cell holds a formula without its result. Open the file and save it once; "
                "an empty cell is not 0.",
                row=self.number + 1,
                column=len(self.cells),
            )
        if kind == "date":
            return self.shown.get("date-value", text)
        return self.shown.get("value", text) if kind == "float" else text
