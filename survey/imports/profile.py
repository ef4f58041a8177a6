"""What stands in each column: its different values where they are few, and signs of contacts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from survey.imports.row_filter import RowFilter
from survey.imports.sheets import Sheet
from survey.imports.tools import Heading, Layout

FEW = 150  # different values of a column that can be a closed question
BATCH = 4000
LOOKED_AT = 400  # filled cells of a column that are searched for contacts
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.\w{2,}")
PHONE = re.compile(r"(?<![\w.])\+?(?:\(?\d{3}\)?[ .-]?)?\d{3}[ .-]\d{4}(?!\w)")
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}")
UUID = re.compile(r"(?:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
CONTACTS = (("e-mail addresses", EMAIL), ("telephone numbers", PHONE))
WHOLE = (("internet addresses", ADDRESS), ("random ids", UUID))


@dataclass
class Column:
    """One column's values. `values` is empty where they are too many for a closed question."""

    heading: Heading
    values: Counter[str] = field(default_factory=Counter)
    filled: int = 0
    is_closed: bool = True
    looked_at: int = 0
    contacts: Counter[str] = field(default_factory=Counter)
    sample: list[str] = field(default_factory=list)  # of filled cells, to know a date by

    def add(self, cells: Sequence[str]) -> None:
        given = Counter(cells)
        given.pop("", None)
        self.filled += given.total()
        if len(self.sample) < LOOKED_AT:
            self.sample += list(islice(given, LOOKED_AT - len(self.sample)))
        if self.looked_at < LOOKED_AT:
            self.look(given)
        if self.is_closed:
            self.values.update(given)
            if len(self.values) > FEW:
                self.is_closed = False
                self.values.clear()

    def look(self, given: Counter[str]) -> None:
        """Count what looks like a way to reach a person."""
        for value, count in islice(given.items(), LOOKED_AT):
            self.looked_at += count
            for name, pattern in CONTACTS:
                if pattern.search(value):
                    self.contacts[name] += count
            for name, pattern in WHOLE:
                if pattern.fullmatch(value.strip()):
                    self.contacts[name] += count

    @property
    def reaches(self) -> str:
        """Return what its cells hold that reaches a person, where that is a third of them."""
        if self.contacts and 3 * self.contacts.total() >= self.looked_at:
            return " and ".join(sorted(self.contacts))
        return ""


def profiled(sheet: Sheet, layout: Layout, step: Callable[[int], None]) -> list[Column]:
    """Return every column's profile over the responses, reading the file once.

    step: called with the rows of each batch. Raises ImportProblem.
    """
    columns = [Column(heading) for heading in layout.headings]
    records = RowFilter(layout).records(sheet)
    while batch := list(islice(records, BATCH)):
        responses = [cells for _, cells, why in batch if not why]
        for column, cells in zip(columns, zip(*responses, strict=True), strict=False):
            column.add(cells)
        step(len(batch))
    return columns
