"""CSV and its relatives: which encoding, which separator, and records that cannot be misread.

Strict UTF-8 is tried before Windows-1252, and nothing is guessed by statistics: those call Spanish
Czech. An open quotation mark, a null byte or a row of another width is refused with its place.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO

from survey.imports.problems import ImportProblem
from survey.imports.sheets import MOST_COLUMNS, MOST_ROWS, MOST_UNPACKED, Numbered, Record, Sheet

Open = Callable[[], BinaryIO]

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE = 1 << 18  # characters read to detect the separator
SAMPLE_RECORDS = 200
CHUNK = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WINDOWS = "cp1252"


def read_delimited(
    open_file: Open, name: str, delimiter: str = "", container: str = "csv"
) -> Sheet:
    """Return the table of a delimited text. Raises ImportProblem with the place of the fault."""
    encoding, has_nul = scan(open_file)
    if encoding == WINDOWS:
        notes: tuple[str, ...] = (accented(open_file),)
    else:
        notes = ()
    separator = delimiter or find_separator(open_file, encoding)
    if has_nul:
        refuse_nul(open_file, encoding, separator)

    def rows() -> Iterator[Numbered]:
        return records(open_file, encoding, separator)

    shown = "utf-16-le" if encoding == "utf-16" and starts(open_file)[:1] == b"\xff" else encoding
    return Sheet(name, rows, container, shown, separator, notes=notes)


def starts(open_file: Open) -> bytes:
    with open_file() as file:
        return file.read(4)


def scan(open_file: Open) -> tuple[str, bool]:
    """Return (encoding, whether a null character is in the text), having decoded all of it."""
    head = starts(open_file)
    if not head:
        raise ImportProblem("empty_file", "The file is empty. Export it again.")
    marked = next((encoding for mark, encoding in MARKS if head.startswith(mark)), "")
    for encoding in (marked,) if marked else (*unmarked(head), "utf-8", WINDOWS):
        try:
            return encoding, decodes(open_file, encoding)
        except UnicodeDecodeError:
            continue
    raise undecodable(open_file, marked or WINDOWS)


def unmarked(head: bytes) -> tuple[str, ...]:
    """Return UTF-16 where the mark at its beginning is missing: every other byte is 0."""
    if len(head) == 4 and head[1] == 0 == head[3] and head[0] and head[2]:
        return ("utf-16-le",)
    if len(head) == 4 and head[0] == 0 == head[2] and head[1] and head[3]:
        return ("utf-16-be",)
    return ()


def decodes(open_file: Open, encoding: str) -> bool:
    """Return whether a null is in the text; raise UnicodeDecodeError where it is not of this
    encoding, ImportProblem where it is too large."""
    decoder = codecs.getincrementaldecoder(encoding)()
    has_nul, size = False, 0
    with open_file() as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > MOST_UNPACKED:
                raise ImportProblem("too_large", f"The text is over {MOST_UNPACKED:,} bytes.")
            has_nul |= "\0" in decoder.decode(chunk)
        decoder.decode(b"", final=True)
    return has_nul


def undecodable(open_file: Open, encoding: str) -> ImportProblem:
    """Return the problem with the place of the first sign that is in no known encoding."""
    separator = find_separator(open_file, encoding)
    column, row = 0, 1
    for number, cells in records(open_file, encoding, separator):
        if positions := [i for i, cell in enumerate(cells) if "\ufffd" in cell]:
            row, column = number, positions[0]
            break
    return ImportProblem(
        "wrong_encoding",
        "the text is neither UTF-8 nor Windows-1252. Save it again as CSV UTF-8.",
        row=row,
        column=column,
    )


def text_of(open_file: Open, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(open_file(), encoding, errors="replace", newline="")


def accented(open_file: Open) -> str:
    """Return the sentence that shows what Windows-1252 made of two accented words."""
    words: dict[str, None] = {}
    with text_of(open_file, WINDOWS) as text:
        for word in text.read(CHUNK).replace(";", " ").replace(",", " ").split():
            if not word.isascii() and word.isalpha():
                words.setdefault(word)
            if len(words) == 2:
                break
    shown = " and ".join(f'"{word}"' for word in words) or "none found"
    return f"Not UTF-8: read as Windows-1252. Accented words read so: {shown}."


def find_separator(open_file: Open, encoding: str) -> str:
    """Return the separator under which the first records are equally wide.

    Raises ImportProblem where two do equally well: the person says which.
    """
    with text_of(open_file, encoding) as text:
        sample = text.read(SAMPLE)
    is_cut = len(sample) == SAMPLE
    widths = {one: counts for one in SEPARATORS if (counts := sample_widths(sample, one, is_cut))}
    if not widths:
        return ","
    even = {one: next(iter(counts)) for one, counts in widths.items() if len(counts) == 1}
    if not even:
        most = {one: counts.most_common(1)[0] for one, counts in widths.items()}
        return max(most, key=lambda one: (most[one][1], most[one][0]))
    widest = max(even.values())
    tied = [one for one, width in even.items() if width == widest]
    if len(tied) > 1:
        named = " and ".join(SEPARATORS[one] for one in tied)
        raise ImportProblem(
            "separator_unclear",
            f"{named} separate equally many columns. Write in the mapping file which it is: "
            f'delimiter = "{tied[0]}"',
            row=1,
        )
    return tied[0]


def sample_widths(sample: str, separator: str, is_cut: bool) -> Counter[int]:
    """Return how many of the first records have which width; nothing where none is over 1."""
    widths: Counter[int] = Counter()
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator, strict=True)
    try:
        for record in reader:
            if len(widths) > 50 or widths.total() >= SAMPLE_RECORDS:
                break
            last = len(record)
            if record:
                widths[last] += 1
        else:
            if is_cut and widths.total() > 1:
                widths[last] -= 1  # the sample may end inside it
    except csv.Error:
        pass  # reported with its place when the whole file is read
    widths = +widths
    return widths if any(width > 1 for width in widths) else Counter()


def records(open_file: Open, encoding: str, separator: str) -> Iterator[Numbered]:
    """Yield (row, cells). A quoted line break starts no row; empty records at the end are none."""
    number, waiting = 0, []
    with text_of(open_file, encoding) as text:
        reader = csv.reader(text, delimiter=separator, strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                if not cells:
                    waiting.append(number)
                    continue
                if waiting:
                    yield from ((blank, []) for blank in waiting)
                    waiting = []
                if number == 1 and len(cells) > MOST_COLUMNS:
                    raise too_wide(len(cells))
                if number > MOST_ROWS:
                    raise too_long()
                yield number, cells
        except csv.Error as error:
            raise unreadable(error, number + 1) from error


def unreadable(error: csv.Error, row: int) -> ImportProblem:
    if "field larger" in str(error):
        return ImportProblem("cell_too_long", "a cell has over 131,072 characters.", row=row)
    return ImportProblem(
        "broken_quotes",
        "a quotation mark is opened and not closed, or text follows a closed one. "
        "Export the file again.",
        row=row,
    )


def too_wide(columns: int) -> ImportProblem:
    return ImportProblem(
        "too_many_columns",
        f"{columns:,} columns; at most {MOST_COLUMNS:,} are read. Is this the export of answers?",
        row=1,
        column=MOST_COLUMNS,
    )


def too_long() -> ImportProblem:
    return ImportProblem("too_many_rows", f"over {MOST_ROWS:,} rows.", row=MOST_ROWS + 1)


def refuse_nul(open_file: Open, encoding: str, separator: str) -> None:
    """Raise ImportProblem at the first cell with a null character."""
    heading: Record = []
    for number, cells in records(open_file, encoding, separator):
        heading = heading or cells
        for column, cell in enumerate(cells):
            if "\0" in cell:
                raise ImportProblem(
                    "nul_byte",
                    "a null character is in the text: the file is damaged. Export it again.",
                    row=number,
                    column=column,
                    heading=heading[column] if column < len(heading) and number > 1 else "",
                )
