"""Where the questions, labels and numbers stand in a table of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from survey.imports.folding import fold, plain
from survey.imports.import_words import import_words
from survey.imports.matching import all_scale_words
from survey.imports.percentages import percent_of
from survey.imports.sheets import Numbered
from survey.questionnaire.instrument import Content

LEAST_LABELS = 3  # labels of a scale beside one another
LONGEST = 60  # rows of a table made by hand
ROWS, COLUMNS = "rows", "columns"


@dataclass(frozen=True)
class Cell:
    row: int
    column: int
    text: str


@dataclass
class Counted:
    """One question of a table: its name, what stands over several of them, and its cells."""

    name: str
    above: str
    at: Cell
    cells: dict[str, Cell] = field(default_factory=dict)  # label -> its count
    total: Cell | None = None
    n: Cell | None = None


@dataclass(frozen=True)
class Shape:
    """Which way a table lies. at: the row (from 0 among the records) or column of its labels."""

    options: str
    at: int


def is_number(text: str) -> bool:
    cell = text.strip()
    return percent_of(cell) is not None or cell.replace(",", "").replace(".", "").isdecimal()


def shape_of(content: Content, rows: Sequence[Numbered], declared: str = "") -> Shape | None:
    """Return how a table of counts lies; None for what is none. declared: by the mapping file."""
    words = all_scale_words(content) | import_words().missing.keys()
    if declared != ROWS:
        for at, (_, cells) in enumerate(rows):
            labels = [i for i, cell in enumerate(cells) if fold(cell) in words]
            named = {fold(cells[i]) for i in labels}
            below = [row[i] for _, row in rows[at + 1 :] for i in labels if i < len(row) and row[i]]
            if declared and len(cells) > 2:
                return Shape(COLUMNS, at)
            if len(named) >= LEAST_LABELS and len(named) == len(labels) and mostly_numbers(below):
                return Shape(COLUMNS, at)
    if declared != COLUMNS and len(rows) <= LONGEST:
        for at in range(min(3, max(len(cells) for _, cells in rows))):
            column = [fold(cells[at]) if at < len(cells) else "" for _, cells in rows]
            labels = [i for i, word in enumerate(column) if word in words]
            beside = [cell for i in labels for cell in rows[i][1][at + 1 :] if cell]
            if any(cell.strip() for i in labels for cell in rows[i][1][:at]):
                continue  # something before it, such as a date: rows of answers
            named = {column[i] for i in labels}
            if declared or (
                len(named) >= LEAST_LABELS and len(named) == len(labels) and mostly_numbers(beside)
            ):
                return Shape(ROWS, at)
    return None


def mostly_numbers(cells: Sequence[str]) -> bool:
    return bool(cells) and 10 * sum(map(is_number, cells)) >= 7 * len(cells)


def read_columns(rows: Sequence[Numbered], shape: Shape) -> tuple[list[Counted], list[int]]:
    """Return the questions of a table with options along its top, and the rows of summaries."""
    words = import_words().headings
    labels = [plain(cell) for cell in rows[shape.at][1]]
    columns, summaries = [], []
    for number, cells in rows[shape.at + 1 :]:
        name = plain(cells[0]) if cells else ""
        if not name or not any(map(is_number, cells[1:])):
            continue
        if fold(name) in words["summary"]:
            summaries.append(number)
            continue
        one = Counted(name, "", Cell(number, 0, name))
        for column, label in enumerate(labels[1:], start=1):
            cell = Cell(number, column, cells[column].strip() if column < len(cells) else "")
            place(one, label, cell)
        columns.append(one)
    return columns, summaries


def read_rows(rows: Sequence[Numbered], shape: Shape) -> tuple[list[Counted], list[int]]:
    """Return the questions of a table with options down its side, and the rows of totals."""
    words = import_words().headings
    first = next(
        i
        for i, (_, cells) in enumerate(rows)
        if len(cells) > shape.at + 1 and cells[shape.at].strip() and is_number(cells[-1])
    )
    heads = [[plain(cell) for cell in cells] for _, cells in rows[:first] if any(cells)]
    names = heads[-1] if heads else []
    over = next((h for h in reversed(heads[:-1]) if any(h[shape.at + 1 :])), [])
    by_column = {
        column: Counted(name, above(over, column), Cell(rows[first - 1][0], column, name))
        for column, name in enumerate(names)
        if column > shape.at and name
    }
    totals = []
    for number, cells in rows[first:]:
        label = plain(cells[shape.at]) if len(cells) > shape.at else ""
        if not label or not any(map(is_number, cells[shape.at + 1 :])):
            break  # notes below the table
        if fold(label) in words["total"] | words["n"]:
            totals.append(number)
        for column, one in by_column.items():
            place(one, label, Cell(number, column, cells[column] if column < len(cells) else ""))
    return list(by_column.values()), totals


def above(over: Sequence[str], column: int) -> str:
    """Return the merged heading over a column: only its first cell has the text."""
    return next((text for text in reversed(over[: column + 1]) if text), "")


def place(one: Counted, label: str, cell: Cell) -> None:
    words = import_words().headings
    if fold(label) in words["n"]:
        one.n = cell
    elif fold(label) in words["total"]:
        one.total = cell
    elif label:
        one.cells[label] = cell
