"""Which records of a file are no responses: previews, tests, blanks, summaries, doubles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from survey.imports.dates import DAY_FIRST, MONTH_FIRST, Calendar
from survey.imports.folding import fold
from survey.imports.import_words import import_words
from survey.imports.sheets import Record, Sheet
from survey.imports.tools import APPROVED, ID, STAMP, STATUS, Layout, refuse_ragged

PREVIEW, TEST, SPAM = 1, 2, 8  # bits of Qualtrics' status
STATUS_WORDS = {
    "preview": "survey preview",
    "vista previa": "survey preview",
    "test": "test",
    "prueba": "test",
    "spam": "spam",
    "correo no deseado": "spam",
}
ANY_ORDER = (Calendar(MONTH_FIRST, "UTC"), Calendar(DAY_FIRST, "UTC"))


@dataclass
class RowFilter:
    """Tells responses from other records, by the tool's own columns alone. For one pass."""

    layout: Layout
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        having = self.layout.having
        self.status, self.approved = having(STATUS)[:1], having(APPROVED)[:1]
        self.id, self.stamp = having(ID)[:1], having(STAMP)[-1:]
        self.first = [heading.name for heading in self.layout.headings]
        self.summaries = import_words().headings["summary"]

    def reason(self, cells: Record) -> str:
        """Return why a record is no response; "" where it is one."""
        if not any(cells) or not any(map(str.strip, cells)):
            return "blank"
        if cells == self.first:
            return "the heading again"
        for at in self.status:
            if why := status_reason(cells[at]):
                return why
        for at in self.approved:
            if is_refused(cells[at]):
                return "not approved"
        if self.is_summary(cells):
            return "summary, no answers"
        for at in self.id:
            if cells[at] and cells[at] in self.seen:
                return "double: the same id again"
            self.seen.add(cells[at])
        return ""

    def is_summary(self, cells: Record) -> bool:
        first = next(cell for cell in cells if cell.strip())
        if len(first) > 40 or fold(first).rstrip(":") not in self.summaries:
            return False
        return all(one.day(cells[at]) is None for at in self.stamp for one in ANY_ORDER)

    def records(self, sheet: Sheet) -> Iterator[tuple[int, Record, str]]:
        """Yield (row, cells, why it is no response) of every record below the heading rows, as
        wide as the heading. Raises ImportProblem where a CSV's record has another width."""
        width, skip = len(self.layout.headings), self.layout.header_rows
        for number, cells in sheet.rows():
            if number <= skip:
                continue
            if len(cells) != width:
                if len(cells) > width or (cells and sheet.delimiter):
                    refuse_ragged(self.layout.headings, number, cells)
                cells = [*cells[:width], *[""] * (width - len(cells))]
            yield number, cells, self.reason(cells)


def status_reason(value: str) -> str:
    """Return why a response of this status is none; "" where it is one."""
    word = fold(value)
    if word.isdecimal():
        bits = int(word)
        if bits & PREVIEW:
            return "survey preview"
        return "test" if bits & TEST else "spam" if bits & SPAM else ""
    return next((reason for sign, reason in STATUS_WORDS.items() if sign in word), "")


def is_refused(value: str) -> bool:
    word = fold(value).replace("_", " ")
    return "not approved" in word or "no aprobado" in word
