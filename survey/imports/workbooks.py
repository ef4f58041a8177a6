"""Excel and OpenDocument sheets, row by row from their XML: constant memory, and no value invented.

The libraries return '' for an error cell and for a formula without a stored value, the same as for
an empty cell; an answer would turn into "left blank". Here both are refused with their place. A
DOCTYPE is refused, so that no entity can be expanded, and no link is followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any
from xml.parsers import expat
from zipfile import ZipFile

from survey.imports.delimited import too_long, too_wide
from survey.imports.problems import ImportProblem
from survey.imports.sheets import MOST_COLUMNS, MOST_ROWS, Numbered, Record, Sheet

CHUNK = 1 << 16
PERCENT_IDS = {9: 0, 10: 2}  # Excel's own number formats "0%" and "0.00%"
MOST_STRINGS = 100_000_000  # characters of all different texts of a workbook
Handlers = tuple[Callable[..., None], Callable[..., None], Callable[..., None]]


def parser_of(start: Callable[..., None], end: Callable[..., None], data: Any) -> Any:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise ImportProblem("doctype", "The file's XML has a DOCTYPE: no spreadsheet has one.")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = data
    return parser


def feed(archive: ZipFile, entry: str, parser: Any) -> Iterator[None]:
    """Parse an entry, handing over after each chunk. Raises ImportProblem for broken XML."""
    try:
        with archive.open(entry) as file:
            while chunk := file.read(CHUNK):
                parser.Parse(chunk, False)
                yield
            parser.Parse(b"", True)
            yield
    except expat.ExpatError as error:
        raise ImportProblem(
            "broken_container", "The workbook's XML is damaged. Download the file again."
        ) from error


@lru_cache(maxsize=512)
def local(name: str) -> str:
    return name.rpartition(" ")[2]


def elements(archive: ZipFile, entry: str) -> list[tuple[str, dict[str, str]]]:
    """Return (name, attributes) of every element of a small entry, in order."""
    starts: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        starts.append((local(name), {local(key): value for key, value in attributes.items()}))

    if entry in archive.namelist():
        for _ in feed(archive, entry, parser_of(start, lambda name: None, lambda text: None)):
            pass
    return starts


def read_excel(archive: ZipFile) -> list[Sheet]:
    """Return the visible sheets of a workbook."""
    workbook = elements(archive, "xl/workbook.xml")
    targets = {
        row["Id"]: row["Target"]
        for name, row in elements(archive, "xl/_rels/workbook.xml.rels")
        if name == "Relationship" and row.get("TargetMode") != "External"
    }
    is_1904 = any(
        name == "workbookPr" and row.get("date1904") in ("1", "true") for name, row in workbook
    )
    percents = percent_styles(archive)
    strings = shared_strings(archive)
    sheets = []
    for name, row in workbook:
        if name != "sheet" or row.get("state", "visible") != "visible" or row["id"] not in targets:
            continue
        target = targets[row["id"]]
        entry = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if entry in archive.namelist():
            rows = excel_rows(archive, entry, strings, percents)
            sheets.append(Sheet(row["name"], rows, "xlsx", is_1904=is_1904))
    return sheets


def percent_styles(archive: ZipFile) -> dict[str, int]:
    """Return {style: decimals} of the cell styles that show a percentage."""
    formats, inside, percents, count = dict(PERCENT_IDS), False, {}, 0
    for name, row in elements(archive, "xl/styles.xml"):
        if name == "numFmt" and "%" in row.get("formatCode", ""):
            decimals = re.search(r"0\.(0+)", row["formatCode"])
            formats[int(row["numFmtId"])] = len(decimals[1]) if decimals else 0
        elif name in ("cellXfs", "cellStyles"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            if (shown := int(row.get("numFmtId", 0))) in formats:
                percents[str(count)] = formats[shown]
            count += 1
    return percents


def shared_strings(archive: ZipFile) -> list[str]:
    """Return the workbook's table of texts, without phonetic readings."""
    strings: list[str] = []
    parts: list[str] = []
    state = {"text": False, "phonetic": False, "size": 0}

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            parts.clear()
        state["phonetic"] |= name == "rPh"
        state["text"] = name == "t" and not state["phonetic"]

    def end(name: str) -> None:
        name = local(name)
        if name == "si":
            strings.append("".join(parts))
            state["size"] += len(strings[-1])
            if state["size"] > MOST_STRINGS:
                raise ImportProblem("too_large", "The workbook holds too much text.")
        elif name == "rPh":
            state["phonetic"] = False
        state["text"] = False

    def data(text: str) -> None:
        if state["text"]:
            parts.append(text)

    if "xl/sharedStrings.xml" in archive.namelist():
        for _ in feed(archive, "xl/sharedStrings.xml", parser_of(start, end, data)):
            pass
    return strings


def excel_rows(
    archive: ZipFile, entry: str, strings: list[str], percents: dict[str, int]
) -> Callable[[], Iterator[Numbered]]:
    def rows() -> Iterator[Numbered]:
        reader = ExcelReader(strings, percents)
        parser = parser_of(reader.start, reader.end, reader.data)
        yield from numbered(archive, entry, parser, reader.done)

    return rows


def numbered(archive: ZipFile, entry: str, parser: Any, done: list[Numbered]) -> Iterator[Numbered]:
    """Yield rows as they are parsed, with the empty ones between them, without those at the end."""
    last = 0
    for _ in feed(archive, entry, parser):
        for number, cells in done:
            if any(cells):
                yield from ((between, []) for between in range(last + 1, number))
                yield number, cells
                last = number
        done.clear()


class ExcelReader:
    """Turns the events of one sheet's XML into rows in `done`."""

    def __init__(self, strings: list[str], percents: dict[str, int]) -> None:
        self.strings, self.percents = strings, percents
        self.done: list[Numbered] = []
        self.number, self.column = 0, -1
        self.cells: Record = []
        self.kind = self.style = ""
        self.text: list[str] = []
        self.takes = self.has_formula = self.has_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "c":
            self.column = column_of(attributes["r"]) if "r" in attributes else self.column + 1
            if self.column >= MOST_COLUMNS:
                raise too_wide(self.column + 1)
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
            self.text.clear()
            self.has_formula = self.has_value = False
        elif name in ("v", "t"):
            self.takes = True
        elif name == "f":
            self.has_formula = True
        elif name == "row":
            self.number = int(attributes.get("r", self.number + 1))
            if self.number > MOST_ROWS + 1:
                raise too_long()
            self.cells, self.column = [], -1

    def data(self, text: str) -> None:
        if self.takes:
            self.has_value = True
            self.text.append(text)

    def end(self, name: str) -> None:
        name = local(name)
        if name in ("v", "t"):
            self.takes = False
        elif name == "c":
            value = self.value()
            if value:
                self.cells += [""] * (self.column - len(self.cells))
                self.cells.append(value)
        elif name == "row":
            self.done.append((self.number, self.cells))

    def value(self) -> str:
        text = "".join(self.text)
        if self.kind == "e":
            raise ImportProblem(
                "error_cell",
                f"the cell holds the error {text}. Mend it in the spreadsheet; an error is not "
                "an empty cell.",
                row=self.number,
                column=self.column,
            )
        if self.has_formula and not self.has_value and self.kind != "str":
            raise ImportProblem(
                "formula_without_value",
                "the cell holds a formula without its result. Open the file in Excel or "
                "LibreOffice and save it once; an empty cell is not 0.",
                row=self.number,
                column=self.column,
            )
        if self.kind == "s" and text:
            return self.strings[int(text)]
        if self.kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if self.style in self.percents and text:
            return f"{float(text) * 100:.{self.percents[self.style]}f}%"
        return text


def column_of(reference: str) -> int:
    index = 0
    for sign in reference:
        if not sign.isalpha():
            break
        index = index * 26 + ord(sign) - 64
    return index - 1
