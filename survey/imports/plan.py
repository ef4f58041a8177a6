"""What will be done with a file: shown before anything is stored.

A plan with questions (`asks`) stores nothing: each says what to write in the mapping file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from survey.imports.matching import Code
from survey.imports.tools import Heading, Layout

DROPPED, KEPT_OUT, USED, ROLE = "dropped", "left out", "used", "role"


@dataclass(frozen=True)
class Asked:
    """How an imported question was worded, where that was not in our words.

    stems: without the agency's name; labels: their words -> code, as answered by the person.
    """

    stems: tuple[str, ...]
    labels: Mapping[str, Code]
    favourable: tuple[int, ...] = ()
    unfavourable: tuple[int, ...] = ()
    crosswalk: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """What becomes of one column (of a table of counts: of one question's counts).

    codes: raw value -> code; value "" is what a blank is. part: of a question that takes several,
    the option that this column stands for. separator: where several stand in one cell.
    """

    heading: Heading
    use: str
    why: str
    question: str = ""
    agency: str = ""
    confidence: int = 0
    codes: Mapping[str, Code] = field(default_factory=dict)
    asked: Asked | None = None  # None: in our words
    part: str = ""
    separator: str = ""

    @property
    def item(self) -> str:
        return f"{self.question}.{self.agency}" if self.agency else self.question


@dataclass(frozen=True)
class Ask:
    """One thing a person has to say first, with its place and the lines that say it.

    kind: column, labels, steps, options, agency, n or dates. heading: of the column or row that it
    is about. steps: the codes of its scale, where it asks which of them are favourable.
    """

    place: str
    sentence: str
    write: tuple[str, ...] = ()
    kind: str = ""
    heading: Heading | None = None
    steps: tuple[int, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """Rows that are no responses, by reason; the first of them by number."""

    reason: str
    count: int
    rows: tuple[int, ...]


Person = tuple[str, str, str, tuple[object, ...]]  # day, language, audience, values by item


@dataclass
class Plan:
    """Everything that is known of one file, and what it gives."""

    file: str
    sha256: str
    container: str
    sheet: str
    encoding: str
    delimiter: str
    layout: Layout
    columns: list[Column] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    items: tuple[str, ...] = ()  # in the order of each person's values
    people: list[Person] = field(default_factory=list)
    complete: int = 0
    counts: dict[str, dict[Code, int]] = field(default_factory=dict)  # by item, and code
    complete_counts: dict[str, dict[Code, int]] = field(default_factory=dict)
    n_rows: int | None = None  # of a table of counts: people, where every line says the same

    @property
    def tool(self) -> str:
        return self.layout.tool

    @property
    def is_counts(self) -> bool:
        return self.tool == "counts"

    @property
    def responses(self) -> int:
        return len(self.people)

    @property
    def used(self) -> list[Column]:
        return [column for column in self.columns if column.use == USED]

    @property
    def dropped(self) -> list[Column]:
        return [column for column in self.columns if column.use == DROPPED]
