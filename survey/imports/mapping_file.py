"""The mapping file: what a person said to an import's questions. TOML, without answers in it.

It is kept with the event. A line whose heading has moved or changed is void, and refused.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from survey.imports.folding import fold
from survey.imports.matching import Code
from survey.imports.problems import ImportProblem

TOP = {
    "tool",
    "sheet",
    "delimiter",
    "date_order",
    "language",
    "labels",
    "columns",
    "rows",
    "counts",
}
OF_COLUMN = {
    "heading", "question", "agency", "option", "same_words", "labels", "favourable",
    "unfavourable", "crosswalk", "leave_out",
}  # fmt: skip
OF_COUNTS = {"options", "n"}
DATE_ORDERS = ("month first", "day first")
LETTERS = re.compile(r"[A-Z]{1,3}")
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Line:
    """What one column (of a table of counts: one column or row) is said to be."""

    heading: str = ""
    question: str = ""
    agency: str = ""
    option: str = ""  # of a question that takes several: the one this column stands for
    same_words: bool = False  # the question and its answers were ours, word for word
    labels: Mapping[str, Code] = field(default_factory=dict)  # as written in the file
    favourable: tuple[int, ...] = ()
    unfavourable: tuple[int, ...] = ()
    crosswalk: Mapping[int, int] = field(default_factory=dict)  # their codes -> ours
    leave_out: str = ""  # why

    @property
    def folded(self) -> dict[str, Code]:
        return {fold(text): code for text, code in self.labels.items()}


@dataclass(frozen=True)
class MappingFile:
    """A mapping file, read and checked."""

    sheet: str = ""
    delimiter: str = ""
    date_order: str = ""
    language: str = ""
    labels: Mapping[str, Code] = field(default_factory=dict)  # of every column without its own
    columns: Mapping[str, Line] = field(default_factory=dict)  # by letter
    rows: Mapping[int, Line] = field(default_factory=dict)  # of a table of counts
    options: str = ""  # of a table of counts: "rows" or "columns"
    n: str = ""  # of percentages: "rated" or "all"
    text: str = ""  # as it was written


def read_mapping(path: Path) -> MappingFile:
    """Read a mapping file. Raises ImportProblem with the key that is wrong."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise wrong("it is over 1 MB; a mapping file has a few lines for each column.")
        text = path.read_text("utf-8")
        return mapping_of(text)
    except OSError as error:
        raise wrong(f"{path.name} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise wrong(f"{path.name} is not UTF-8.") from error


def mapping_of(text: str) -> MappingFile:
    """Return what a mapping file's text says. Raises ImportProblem with the key that is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise wrong(f"it is no TOML: {error}.") from error
    known(table, TOP, "")
    counts = table.get("counts", {})
    known(counts, OF_COUNTS, "counts.")
    one_of(counts.get("options", ""), ("", "rows", "columns"), "counts.options")
    one_of(counts.get("n", ""), ("", "rated", "all"), "counts.n")
    one_of(table.get("date_order", ""), ("", *DATE_ORDERS), "date_order")
    columns = {key: line_of(row, f"columns.{key}") for key, row in table.get("columns", {}).items()}
    for key in columns:
        if not LETTERS.fullmatch(key):
            raise wrong(f"columns.{key}: a column is named by its letters, as in columns.C.")
    rows = {key: line_of(row, f"rows.{key}") for key, row in table.get("rows", {}).items()}
    if odd := [key for key in rows if not key.isdecimal()]:
        raise wrong(f"rows.{odd[0]}: a row is named by its number, as in rows.2.")
    return MappingFile(
        sheet=table.get("sheet", ""),
        delimiter=table.get("delimiter", ""),
        date_order=table.get("date_order", ""),
        language=table.get("language", ""),
        labels=codes_in(table.get("labels", {}), "labels"),
        columns=columns,
        rows={int(key): line for key, line in rows.items()},
        options=counts.get("options", ""),
        n=counts.get("n", ""),
        text=text,
    )


def line_of(row: Any, name: str) -> Line:
    if not isinstance(row, dict):
        raise wrong(f"{name} must be a table: [{name}].")
    known(row, OF_COLUMN, f"{name}.")
    if bool(row.get("leave_out")) == bool(row.get("question")):
        raise wrong(f"{name} needs either question = ... or leave_out = (why).")
    walk = row.get("crosswalk", {})
    if not all(str(k).lstrip("-").isdecimal() and type(v) is int for k, v in walk.items()):
        raise wrong(f"{name}.crosswalk must turn codes into codes, as in {{ 1 = 1, 4 = 5 }}.")
    return Line(
        heading=str(row.get("heading", "")),
        question=str(row.get("question", "")),
        agency=str(row.get("agency", "")),
        option=str(row.get("option", "")),
        same_words=row.get("same_words") is True,
        labels=codes_in(row.get("labels", {}), f"{name}.labels"),
        favourable=numbers(row.get("favourable", ()), f"{name}.favourable"),
        unfavourable=numbers(row.get("unfavourable", ()), f"{name}.unfavourable"),
        crosswalk={int(key): value for key, value in walk.items()},
        leave_out=str(row.get("leave_out", "")),
    )


def codes_in(table: Any, name: str) -> dict[str, Code]:
    if not isinstance(table, dict) or not all(type(v) in (int, str) for v in table.values()):
        raise wrong(f'{name} must turn words into codes, as in {{ "A lot" = 4 }}.')
    return dict(table)


def numbers(values: Any, name: str) -> tuple[int, ...]:
    if not isinstance(values, Sequence) or not all(type(v) is int for v in values):
        raise wrong(f"{name} must be a list of codes, as in [4, 5].")
    return tuple(values)


def known(table: Any, keys: set[str], name: str) -> None:
    if not isinstance(table, dict):
        raise wrong(f"{name.rstrip('.')} must be a table.")
    if extra := sorted(table.keys() - keys):
        raise wrong(f"{name}{extra[0]} is no key of it: {', '.join(sorted(keys))}.")


def one_of(value: Any, allowed: Sequence[str], name: str) -> None:
    if value not in allowed:
        raise wrong(f"{name} must be {' or '.join(one for one in allowed if one)}.")


def wrong(sentence: str) -> ImportProblem:
    return ImportProblem("mapping", f"The mapping file: {sentence}")


def quoted(text: str) -> str:
    """Return text as a TOML string or quoted key."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def table_line(key: str, table: Mapping[str, Code]) -> str:
    """Return `labels = { "A lot" = 4, ... }` on one line, as TOML wants it."""
    rows = (
        f"{quoted(text)} = {code if isinstance(code, int) else quoted(code)}"
        for text, code in table.items()
    )
    return f"{key} = {{ {', '.join(rows)} }}"
