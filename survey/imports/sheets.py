"""A file's table as every later step reads it: numbered records of text, as often as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

Record = list[str]
Numbered = tuple[int, Record]  # the row as a spreadsheet counts it, and its cells

MOST_COLUMNS = 2000  # the widest public survey file known has 1,072
MOST_BYTES = 100_000_000
MOST_UNPACKED = 400_000_000
MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class Sheet:
    """One table. `rows` starts again at each call; wholly empty records at the end are left out."""

    name: str
    rows: Callable[[], Iterator[Numbered]]
    container: str = "csv"
    encoding: str = ""
    delimiter: str = ""
    is_1904: bool = False  # Excel's other calendar
    notes: tuple[str, ...] = field(default=())

    def head(self, count: int) -> list[Numbered]:
        return list(islice(self.rows(), count))
