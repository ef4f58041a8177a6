"""One release as a folder of files and one zip: everything that an analyst may need of it.

A small release's rows are read once and kept. Those of others are streamed from the database
through every writer, so that memory does not grow with the release; only SPSS and Stata files are
written whole, and by state where a release is large. The stored rows' checksum is computed on the
way: a release that was changed gives no files. The same release gives the same bytes, wherever and
whenever it is made.

    DATABASE_URL=... python -m survey.read.package CONTENT_FOLDER RELEASE_ID EMPTY_FOLDER
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

from sqlalchemy.orm import Session

from analysis import Measure
from analysis.output import columns, published
from analysis.output.codebook import (
    BAND_TABLE,
    COLUMN_TABLE,
    MEASURE_TABLE,
    band_rows,
    column_rows,
    measure_rows,
)
from analysis.output.columns import Table
from analysis.output.excel import write_xlsx
from analysis.output.export import csv_parts, json_parts
from analysis.output.parquet import write_parquet
from analysis.output.published import Cells, Names, Row
from analysis.output.statistics_files import write_dta, write_sav
from analysis.release.canonical import FORMAT, canonical_lines
from survey.questionnaire.instrument import Content
from survey.read import package_documents as documents
from survey.read import questionnaire_tables as questionnaire
from survey.read.making import run
from survey.read.package_rows import (
    communities,
    import_notes,
    imports,
    measure_titles,
    measures_of,
    names_of,
    of_state,
    remembered,
    totals,
)
from survey.storage.frozen_rows import Spans, count, frozen_rows, spans_by_state
from survey.storage.models import Release
from survey.storage.release_store import CHANGE, FIGURE, OVERALL

ZIP = "porchlight.zip"
SMALL = 30_000  # figures up to which rows are kept in memory: some 100 MB
LARGE = 500_000  # figures from which SPSS, Stata and Excel files are made for each state
FROZEN = {FIGURE: "figures", CHANGE: "changes", OVERALL: "overall"}  # kind of row -> table
Read = Callable[[str], Iterator[Cells]]  # how to read rows once more: of one state, or all ("")
Source = tuple[Table, Read]
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in the zip: its bytes do not tell when it was made


@dataclass(frozen=True)
class Package:
    """One release on its way into a folder."""

    session: Session
    content: Content
    release: Release
    folder: Path
    _spans: dict[str, Spans] = field(default_factory=dict)

    @property
    def measures(self) -> list[Measure]:
        """The measures as they were when the release was made."""
        return measures_of(self.release)

    @property
    def names(self) -> Names:
        return names_of(self.content, self.release)

    def make(self) -> None:
        """Write every file and the zip. Raises ValueError where a stored row was changed."""
        self.verify()
        for name in ("parquet", "spss", "stata", "excel", "questionnaire"):
            (self.folder / name).mkdir(parents=True)
        tables = [(table, self.kept(self.rows(table))) for table in columns.LONG]
        tables.append(self.wide())
        codebook = self.codebook()
        for table, rows in (*tables, *codebook):
            self.csv(table, rows(""))
        self.json(tables)
        self.parquet(tables)
        for state in self.states or [""]:
            self.statistics(tables, codebook, state)
        described = [table for table, _ in (*tables, *codebook)]
        made = documents.written(
            self.content, self.release, described, self.folder, by_state=bool(self.states)
        )
        for name, text in made:
            data = text.encode() if isinstance(text, str) else text
            (self.folder / name).write_bytes(data)
        self.zip()

    def kept(self, read: Read) -> Read:
        """How to read rows that are kept where the release is small."""
        return remembered(read) if self.size <= SMALL else read

    @cached_property
    def size(self) -> int:
        """How many figures the release has."""
        return count(self.session, self.release, FIGURE)

    @cached_property
    def states(self) -> Sequence[str]:
        """The states that have files of their own; none where the release is not large."""
        if self.size < LARGE:
            return []
        return sorted({place["state"] for place in self.release.about["places"]})

    def verify(self) -> None:
        """Write the text whose checksum names the release, and hold it against that name."""
        digest = hashlib.sha256()
        with (self.folder / "canonical.txt").open("wb") as file:
            for line in self.canonical():
                data = f"{line}\n".encode()
                digest.update(data)
                file.write(data)
        if digest.hexdigest() != self.release.sha256:
            raise ValueError(
                f"Release {self.release.id} is not what was released: its checksum is "
                f"{digest.hexdigest()[:12]}, not {self.release.sha256[:12]}. Restore it from a "
                "backup; do not publish it."
            )

    def canonical(self) -> Iterator[str]:
        yield FORMAT
        for kind, name in FROZEN.items():
            yield from canonical_lines(name, self.frozen(kind))
        yield from canonical_lines("notes", self.release.about["notes"])

    def frozen(self, kind: str, state: str = "") -> Iterator[Row]:
        """Stored rows in their frozen order, a few thousand in memory; of one state and of none in
        particular, where it is named."""
        yield from frozen_rows(self.session, self.release, kind, self.spans(kind, state))

    def spans(self, kind: str, state: str) -> Sequence[tuple[int, int]] | None:
        """Return between which numbers the rows of a state lie; None where none is named."""
        if not state:
            return None
        if kind not in self._spans:
            self._spans[kind] = spans_by_state(self.session, self.release, kind)
        return self._spans[kind].get(state, []) + self._spans[kind].get("", [])

    def rows(self, table: Table) -> Read:
        """How to read a table's rows, as often as files are made of it."""
        if table is columns.COMMUNITIES_TABLE:
            return lambda state: communities(self.content, self.release)
        if table is columns.IMPORTS_TABLE:
            return lambda state: imports(self.content, self.release)
        kinds = {name: kind for kind, name in FROZEN.items()}

        def read(state: str) -> Iterator[Cells]:
            kind = kinds.get(table.name)
            notes = chain(self.release.about["notes"], import_notes(self.release))
            rows = self.frozen(kind, state) if kind else notes
            return published.published(table, rows, self.names)

        return read

    def wide(self) -> Source:
        """The wide table. Other formats than CSV hold its totals alone where a release is large."""
        table = columns.wide_table(self.measures)

        def read(state: str) -> Iterator[Cells]:
            return published.wide(table, self.frozen(FIGURE, state), self.names, self.measures)

        return table, self.kept(read)

    def codebook(self) -> list[Source]:
        measures, content = self.measures, self.content
        described = (*columns.LONG, columns.wide_table(measures), *documents.CODEBOOKS)
        titles = measure_titles(content, self.release)
        return [
            (COLUMN_TABLE, lambda state: column_rows(described)),
            (MEASURE_TABLE, lambda state: measure_rows(measures, titles)),
            (questionnaire.QUESTIONS, lambda state: questionnaire.question_rows(content)),
            (questionnaire.ANSWERS, lambda state: questionnaire.answer_rows(content)),
            (BAND_TABLE, lambda state: band_rows()),
        ]

    def csv(self, table: Table, rows: Iterable[Cells]) -> None:
        with (self.folder / f"{table.name}.csv").open("wb") as file:
            file.writelines(csv_parts(table, rows))

    def json(self, tables: Sequence[Source]) -> None:
        rows = ((table, read("")) for table, read in tables if table.name in FROZEN.values())
        head = {"id": self.release.id, "release": self.release.sha256}
        with (self.folder / "release.json").open("wb") as file:
            file.writelines(json_parts(head, rows))

    def parquet(self, tables: Sequence[Source]) -> None:
        for table, read in tables:
            rows = totals(table, read("")) if self.states else read("")
            write_parquet(self.folder / "parquet" / f"{table.name}.parquet", table, rows)

    def statistics(self, tables: Sequence[Source], codebook: Sequence[Source], state: str) -> None:
        """Write the tables for SPSS, Stata and Excel: of one state, or of all ("")."""
        title, made_at = f"Porchlight release {self.release.id}", self.release.made_at
        ending = "-" + state.lower().replace(" ", "-") if state else ""
        for table, read in tables:
            path = self.folder / "spss" / f"{table.name}{ending}.sav"
            write_sav(path, table, of_state(table, read(state), state), title, made_at)
            path = self.folder / "stata" / f"{table.name}{ending}.dta"
            write_dta(path, table, of_state(table, read(state), state), title, made_at)
        book = self.folder / "excel" / f"porchlight{ending}.xlsx"
        both = (*tables, *codebook)
        sheets = ((table, of_state(table, read(state), state)) for table, read in both)
        write_xlsx(book, sheets, title, made_at)

    def zip(self) -> None:
        """Put every file into one zip, with the checksum of each."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        sums = "".join(f"{sha256(path)}  {path.relative_to(self.folder)}\n" for path in files)
        (self.folder / "SHA256SUMS").write_text(sums, "utf-8")
        with zipfile.ZipFile(self.folder / ZIP, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in (*files, self.folder / "SHA256SUMS"):
                name = f"porchlight-{self.release.id}/{path.relative_to(self.folder)}"
                entry = zipfile.ZipInfo(name, EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as into:
                    while data := source.read(1 << 20):
                        into.write(data)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make(session: Session, content: Content, release: Release, folder: Path) -> None:
    """Write a release's files into an empty folder."""
    Package(session, content, release, folder).make()


if __name__ == "__main__":
    run(make, *sys.argv[1:])
