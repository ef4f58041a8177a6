"""Why a file is refused: one sentence that names the place, and nothing else of the row."""

from __future__ import annotations

from survey.storage.events import Refused

MOST_SHOWN = 80  # characters of a heading in a sentence


def letter(index: int) -> str:
    """Return a column's letters as a spreadsheet shows them: 0 -> "A", 26 -> "AA"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def shortened(text: str) -> str:
    """Return a heading on one line, short enough for a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_SHOWN else f"{line[: MOST_SHOWN - 3]}..."


class ImportProblem(Refused):
    """A file, or one reading of it, is refused and nothing is stored.

    code: what kind of fault, for tests and logs. row: as a spreadsheet counts it, 0: none.
    column: index from 0, -1: none. The sentence names both, with the heading.
    """

    def __init__(
        self, code: str, sentence: str, *, row: int = 0, column: int = -1, heading: str = ""
    ) -> None:
        self.parts = {
            "code": code, "sentence": sentence, "row": row, "column": column, "heading": heading
        }  # fmt: skip
        self.code, self.row, self.heading = code, row, heading
        self.column = letter(column) if column >= 0 else ""
        where = [f"row {row}"] if row else []
        if self.column:
            named = f' ("{shortened(heading)}")' if heading else ""
            where.append(f"column {self.column}{named}")
        place = ", ".join(where)
        super().__init__(f"{place[:1].upper()}{place[1:]}: {sentence}" if place else sentence)
