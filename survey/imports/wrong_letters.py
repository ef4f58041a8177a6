"""Text that was decoded wrongly before it was exported: "MÃ¡s" for "Más"."""

from __future__ import annotations

import re

from survey.imports.problems import ImportProblem
from survey.imports.sheets import Sheet
from survey.imports.tools import Layout

TWICE = re.compile("[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
LOOKED_AT = 2000  # records
LABEL = 60  # characters; a longer cell is a typed text, which nobody compares


def refuse_mojibake(sheet: Sheet, layout: Layout) -> None:
    """Raise ImportProblem at the first cell whose letters were decoded in the wrong encoding."""
    for number, cells in sheet.head(LOOKED_AT):
        if all(map(str.isascii, cells)):
            continue
        for column, cell in enumerate(cells):
            is_typed = number > layout.header_rows and len(cell) > LABEL
            if not is_typed and TWICE.search(cell) and is_twice(cell):
                is_data = number > layout.header_rows and column < len(layout.headings)
                raise ImportProblem(
                    "wrong_encoding",
                    "its accented letters were read in the wrong encoding before the file was "
                    "saved. Export it again as UTF-8.",
                    row=number,
                    column=column,
                    heading=layout.headings[column].shown if is_data else "",
                )


def is_twice(text: str) -> bool:
    """Whether text is UTF-8 that was read as Windows-1252."""
    match = TWICE.search(text)
    try:
        return bool(match) and len(match[0].encode("cp1252").decode("utf-8")) == 1  # type: ignore[index]
    except UnicodeError:
        return bool(re.search("Ã[\u0080-\u00bf]", text))
