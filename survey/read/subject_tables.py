"""Every subject's table as a file, made when the release is: a country's rows take seconds to write
out, and nobody should wait for them.

One pass over the release's figures in their frozen order; what is held at a time is a few dozen
kilobytes of each table. The bytes are those that sent_rows.py would send.

    DATABASE_URL=... python -m survey.read.subject_tables CONTENT_FOLDER RELEASE_ID EMPTY_FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import tee
from pathlib import Path

from sqlalchemy.orm import Session

from analysis.output.columns import FIGURES_TABLE as TABLE
from analysis.output.export import csv_parts, csv_rows
from analysis.output.published import DERIVED, Names, published
from survey.questionnaire.instrument import Content
from survey.read.captions import Teller
from survey.read.kept_tables import file_name
from survey.read.making import run
from survey.read.packed_parts import Key, Scratch
from survey.read.place_index import PlaceIndex
from survey.read.sent_rows import names_in_language
from survey.storage import release_store
from survey.storage.frozen_rows import frozen_rows
from survey.storage.models import Release
from survey.storage.release_store import FIGURE, Row, Subject

HELD = 32_768  # characters of one table that are held back before they are packed
IN_LANGUAGE = [TABLE.names.index(name) for name in ("name", "area_name")]


@dataclass
class Waiting:
    """Lines of one table that are not packed yet."""

    scratch: Scratch
    key: Key = (0, "")
    lines: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, key: Key, line: str) -> None:
        if key != self.key or self.size > HELD:
            self.pack()
        self.key = key
        self.lines.append(line)
        self.size += len(line)

    def pack(self) -> None:
        if self.lines:
            self.scratch.add(self.key, "".join(self.lines).encode())
            self.lines, self.size = [], 0


@dataclass
class SubjectTables:
    """All tables of one release on their way into a folder."""

    folder: Path
    names: dict[str, Names]  # by language
    waiting: dict[str, Waiting] = field(default_factory=dict)

    def write(self, rows: Iterable[Row]) -> None:
        """Write each figure into its table, in every language."""
        (first, names), *others = self.names.items()
        plain, cells_of = tee(rows)
        for row, cells in zip(plain, published(TABLE, cells_of, names), strict=True):
            key, about = (row["season"], row["state"]), (row["measure"], row["agency"], row["cut"])
            self.of(*about, first).add(key, csv_rows((cells,)))
            for language, other in others:
                for at in IN_LANGUAGE:
                    cells[at] = DERIVED[TABLE.names[at]](row, other)
                self.of(*about, language).add(key, csv_rows((cells,)))
        self.finish()

    def of(self, measure: str, agency: str, cut: str, language: str) -> Waiting:
        name = file_name(Subject(measure, agency), cut, language)
        if name not in self.waiting:
            self.waiting[name] = Waiting(Scratch(self.folder / f"{name}.scratch"))
        return self.waiting[name]

    def finish(self) -> None:
        """Put every table in order: by season and state, as a page sends it."""
        head = b"".join(csv_parts(TABLE, ()))
        for name, table in self.waiting.items():
            table.pack()
            table.scratch.put_in_order(head, self.folder / name)


def make(session: Session, content: Content, release: Release, folder: Path) -> None:
    """Write the tables of a release into an empty folder."""
    now = release_store.as_current(release)
    index = PlaceIndex(now.places)
    languages = content.reading_languages
    names = {one.code: names_in_language(Teller(now, one), index) for one in languages}
    SubjectTables(folder, names).write(frozen_rows(session, release, FIGURE))


if __name__ == "__main__":
    run(make, *sys.argv[1:])
