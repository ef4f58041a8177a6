"""What a file really is: its first bytes decide, never its name."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from survey.imports.delimited import read_delimited
from survey.imports.opendocument import read_opendocument
from survey.imports.packed_rows import packed_rows
from survey.imports.problems import ImportProblem
from survey.imports.sheets import MOST_BYTES, MOST_UNPACKED, Numbered, Sheet
from survey.imports.workbooks import read_excel

RATIO = 100  # a large ordinary sheet is packed to a tenth
SMALL = 1_000_000  # bytes unpacked, under which the ratio says nothing
TABLES = (".csv", ".tsv", ".txt", ".tab")
OLD_EXCEL = "This is an old Excel file (.xls) or one with a password. Save it as .xlsx or CSV."
EXPORT = "Export the answers as CSV or XLSX."
UNPACK = "Unpack it and import what is in it."
REFUSED = (
    (b"\xd0\xcf\x11\xe0", "old_excel", OLD_EXCEL),
    (b"%PDF", "pdf", f"This is a PDF. {EXPORT}"),
    (b"SQLite format 3", "database", f"This is a database. {EXPORT}"),
    (b"\x1f\x8b", "gzip", f"This is a gzip file. {UNPACK}"),
    (b"7z\xbc\xaf", "archive", f"This is a 7z archive. {UNPACK}"),
    (b"Rar!", "archive", f"This is a RAR archive. {UNPACK}"),
    (b"PAR1", "parquet", f"This is a Parquet file. {EXPORT}"),
    (b"$FL", "spss", "This is an SPSS file. Save it as CSV with its value labels."),
)
CUT = "The file is damaged or its download was cut short. Download it again."


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_file(path: Path, *, delimiter: str = "") -> list[Sheet]:
    """Return the tables of a file, opened by what its bytes are. Raises ImportProblem."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(600)
    except OSError as error:
        raise ImportProblem(
            "unreadable", f"{path.name} cannot be opened: {error.strerror}."
        ) from error
    if not size:
        raise ImportProblem("empty_file", f"{path.name} is empty: 0 bytes. Export it again.")
    if size > MOST_BYTES:
        raise ImportProblem(
            "too_large",
            f"{path.name} has {size / 1e6:,.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB are read. "
            "Export one event at a time.",
        )
    for mark, code, sentence in REFUSED:
        if head.startswith(mark):
            raise ImportProblem(code, sentence)
    if head.startswith(b"PK"):
        return guarded(path, archive_sheets(path, delimiter))
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise ImportProblem(
            "html_not_spreadsheet",
            "This is a web page or XML, whatever its name ends in: export it again as CSV or XLSX.",
        )
    return [read_delimited(lambda: path.open("rb"), path.name, delimiter)]


def archive_sheets(path: Path, delimiter: str) -> list[Sheet]:
    try:
        archive = ZipFile(path)
        infos = archive.infolist()
    except (BadZipFile, OSError, ValueError) as error:
        raise ImportProblem("broken_container", CUT) from error
    refuse_bombs(infos)
    names = {info.filename for info in infos}
    if "xl/workbook.xml" in names:
        check_whole(archive)
        return read_excel(archive)
    if "content.xml" in names:
        check_whole(archive)
        return read_opendocument(archive)
    members = [
        i for i in infos if i.filename.lower().endswith(TABLES) and "__MACOSX" not in i.filename
    ]
    if not members:
        raise ImportProblem("no_table", "This is a zip without a CSV in it.")
    check_whole(archive)
    return [
        read_delimited(opener(archive, info), info.filename, delimiter, "zip") for info in members
    ]


def opener(archive: ZipFile, info: ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, io.BufferedReader(archive.open(info)))


def refuse_bombs(infos: list[ZipInfo]) -> None:
    unpacked = sum(info.file_size for info in infos)
    packed = max(sum(info.compress_size for info in infos), 1)
    if any(info.flag_bits & 1 for info in infos):
        raise ImportProblem("password", "The file has a password. Save it without one.")
    if unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked / packed > RATIO):
        raise ImportProblem(
            "too_large", f"The file unpacks to {unpacked / 1e6:,.0f} MB, which is not read."
        )


def check_whole(archive: ZipFile) -> None:
    """Raise ImportProblem where an entry's checksum is not its own: a broken download."""
    try:
        broken = archive.testzip()
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise ImportProblem("broken_container", CUT) from error
    if broken:
        raise ImportProblem("broken_container", CUT)


def guarded(path: Path, sheets: list[Sheet]) -> list[Sheet]:
    """Return the sheets ; any fault of unpacking is reported as a broken download."""
    return [
        Sheet(s.name, packed_rows(safely(s.rows)), s.container, s.encoding, s.delimiter, s.is_1904,
              (*s.notes, *named_otherwise(path, s.container)))
        for s in sheets
    ]  # fmt: skip


def named_otherwise(path: Path, container: str) -> tuple[str, ...]:
    """Return a sentence where the name's ending says something else than the bytes do."""
    ending = path.suffix.lower().lstrip(".")
    if ending == container:
        return ()
    kind = {"xlsx": "an Excel workbook", "ods": "an OpenDocument sheet", "zip": "a zip"}[container]
    return (f"Its name ends in .{ending}, but it is {kind}: read as one.",)


def safely(rows: Callable[[], Iterator[Numbered]]) -> Callable[[], Iterator[Numbered]]:
    def guard() -> Iterator[Numbered]:
        try:
            yield from rows()
        except (BadZipFile, zlib.error, EOFError, KeyError, IndexError, ValueError) as error:
            raise ImportProblem("broken_container", CUT) from error

    return guard
