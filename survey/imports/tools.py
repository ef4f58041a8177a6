"""Which survey tool wrote a file, by what only that tool writes, and what its own columns are."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from survey.imports.folding import fold, plain
from survey.imports.import_words import import_words
from survey.imports.problems import ImportProblem, letter
from survey.imports.sheets import Numbered, Record

IMPORT_ID = '{"ImportId"'
SGQA = re.compile(r"\d+X\d+X\d+\w*")
LEGACY = re.compile(r"V\d+")
CODE_AND_TEXT = re.compile(r"^([A-Za-z]\w*(?:\[\w+\])*)(?:\. | \| )(.+)$", re.DOTALL)
WHO, BOOK, STAMP, ID, STATUS = "who", "book", "stamp", "id", "status"
FINISHED, APPROVED, LANGUAGE = "finished", "approved", "language"
NAMES = {
    "google_forms": "Google Forms",
    "surveymonkey": "SurveyMonkey",
    "qualtrics": "Qualtrics",
    "qualtrics_legacy": "Qualtrics (legacy format)",
    "limesurvey": "LimeSurvey",
    "kobo": "KoboToolbox",
    "ms_forms": "Microsoft Forms",
    "redcap": "REDCap",
    "counts": "a table of counts",
    "unknown": "no tool that is known here",
}


@dataclass(frozen=True)
class Heading:
    """What stands above one column. index: from 0.

    name: the first heading row, as it is; asked: the words of the question; part: the row of a
    grid, or the option of a question that takes several; import_id: Qualtrics' own id.
    """

    index: int
    name: str
    asked: str
    part: str = ""
    import_id: str = ""
    role: str = ""
    row: int = 0  # of a table of counts that has a question in each row

    @property
    def place(self) -> str:
        """Return where it stands, as a sentence names it."""
        return f"row {self.row}" if self.row else f"column {self.letter}"

    @property
    def line(self) -> str:
        """Return the name of its table in a mapping file."""
        return f"[rows.{self.row}]" if self.row else f"[columns.{self.letter}]"

    @property
    def letter(self) -> str:
        return letter(self.index)

    @property
    def shown(self) -> str:
        return plain(self.name) or plain(f"{self.asked} {self.part}")


@dataclass(frozen=True)
class Layout:
    """How a file is laid out: who wrote it, why that is known, and its heading rows."""

    tool: str
    why: str
    header_rows: int
    headings: tuple[Heading, ...]
    zone: str = ""  # of the stamps, where the file says it
    blanks_are: dict[str, int] = field(default_factory=dict)

    @property
    def first_data_row(self) -> int:
        return self.header_rows + 1

    def having(self, role: str) -> list[int]:
        return [one.index for one in self.headings if role in one.role.split()]


def layout_of(head: Sequence[Numbered]) -> Layout:
    """Return the layout that a file's first records show."""
    rows = [cells for _, cells in head[:3]] + [[]] * 3
    first = [fold(plain(cell)) for cell in rows[0]]
    for tool, (why, is_it, header_rows) in SIGNS.items():
        if is_it(first, rows):
            count = header_rows(rows) if callable(header_rows) else header_rows
            return Layout(tool, why, count, headings_of(tool, rows, count), zone_of(tool, rows))
    return Layout("unknown", "no tool's own columns are in it", 1, headings_of("", rows, 1))


def is_qualtrics(first: Record, rows: Sequence[Record]) -> bool:
    marked = [cell for cell in rows[2] if cell.lstrip().startswith(IMPORT_ID)]
    return bool(marked) and len(marked) >= len(rows[2]) - 1


def is_qualtrics_legacy(first: Record, rows: Sequence[Record]) -> bool:
    second = {fold(cell) for cell in rows[1]}
    return {"responseid", "responseset"} <= second and any(map(LEGACY.fullmatch, rows[0]))


def is_surveymonkey(first: Record, rows: Sequence[Record]) -> bool:
    return bool({"respondent id", "respondentid", "id del encuestado"} & set(first)) and bool(
        {"collector id", "collectorid", "id del recopilador"} & set(first)
    )


def is_limesurvey(first: Record, rows: Sequence[Record]) -> bool:
    codes = {code_of(cell) for cell in first}
    named = {"submitdate", "date submitted"} & codes
    return bool(named) and bool({"id", "response id", "lastpage", "last page"} & codes)


def is_kobo(first: Record, rows: Sequence[Record]) -> bool:
    return len({"_uuid", "_submission_time", "_index", "_id"} & set(first)) >= 2


def is_ms_forms(first: Record, rows: Sequence[Record]) -> bool:
    return bool({"start time", "hora de inicio"} & set(first[:3])) and bool(
        {"completion time", "hora de finalización"} & set(first[:4])
    )


def is_redcap(first: Record, rows: Sequence[Record]) -> bool:
    marks = {"redcap_event_name", "redcap_survey_identifier", "survey identifier", "complete?"}
    ends = any(cell.endswith("_complete") or "(choice=" in cell for cell in first)
    return first[:1] in (["record_id"], ["record id"]) and (ends or bool(marks & set(first)))


def is_google_forms(first: Record, rows: Sequence[Record]) -> bool:
    return bool(first) and first[0] in import_words().headings["timestamp"]


def surveymonkey_rows(rows: Sequence[Record]) -> int:
    """Return 2 where the second row holds options: nothing under the tool's own columns."""
    return 2 if rows[1] and not rows[1][0].strip() and any(map(str.strip, rows[1])) else 1


def kobo_rows(rows: Sequence[Record]) -> int:
    tags = [cell for cell in rows[1] if cell.strip()]
    return 2 if tags and all(cell.startswith("#") for cell in tags) else 1


SIGNS: dict[str, tuple[str, Any, Any]] = {
    "qualtrics": ("its third row holds ImportIds", is_qualtrics, 3),
    "qualtrics_legacy": ("V1.. above ResponseID and ResponseSet", is_qualtrics_legacy, 2),
    "surveymonkey": ("Respondent ID and Collector ID", is_surveymonkey, surveymonkey_rows),
    "limesurvey": ("submitdate beside id or lastpage", is_limesurvey, 1),
    "kobo": ("_uuid, _submission_time or _index at its end", is_kobo, kobo_rows),
    "redcap": ("record_id and a form's _complete", is_redcap, 1),
    "ms_forms": ("Start time and Completion time", is_ms_forms, 1),
    "google_forms": ("its first column is Timestamp", is_google_forms, 1),
}


def zone_of(tool: str, rows: Sequence[Record]) -> str:
    if tool == "qualtrics":
        for cell in rows[2]:
            zone = import_id(cell).get("timeZone", "")
            if zone:
                return "UTC" if zone == "Z" else str(zone)
    return ""


def import_id(cell: str) -> dict[str, Any]:
    try:
        cells = json.loads(cell)
    except ValueError:
        return {}
    return cells if isinstance(cells, dict) else {}


def code_of(cell: str) -> str:
    """Return LimeSurvey's code of "code. text" or "code | text"; the cell itself without one."""
    match = CODE_AND_TEXT.match(cell)
    return match[1] if match else cell


def headings_of(tool: str, rows: Sequence[Record], header_rows: int) -> tuple[Heading, ...]:
    """Return every column's heading; columns without one at the end are none."""
    width = max((len(row) for row in rows[:header_rows]), default=0)
    lines = [[*row, *[""] * (width - len(row))] for row in rows[:header_rows]]
    while width and not any(line[width - 1].strip() for line in lines):
        width -= 1
    headings = []
    above = ""
    for index in range(width):
        cells = [line[index] for line in lines]
        above = cells[0] if cells[0].strip() else above
        headings.append(READERS.get(tool, one_row)(index, cells, above))
    roles = import_words().tools.get(tool, {})
    return tuple(with_role(one, roles, tool) for one in headings)


def with_role(one: Heading, roles: Any, tool: str) -> Heading:
    keys = [fold(plain(text)) for text in (one.name, one.asked)]
    if tool == "limesurvey":
        keys.append(code_of(keys[0]))
    role = next((roles[key] for key in keys if key in roles), "")
    if tool in ("surveymonkey", "ms_forms") and one.index > 12:
        role = ""  # a question of the town's own may have the name of one of the tool's columns
    if tool == "redcap" and not role:
        role = FINISHED if keys[0].endswith("_complete") else role
        role = STAMP if keys[0].endswith("_timestamp") else role
    if tool == "google_forms" and one.index == 0:
        role = STAMP
    if tool == "limesurvey" and keys[-1].startswith("attribute_"):
        role = WHO
    return Heading(one.index, one.name, one.asked, one.part, one.import_id, role)


def one_row(index: int, cells: Record, above: str) -> Heading:
    """A heading that may end in a grid's row, "Question [Row]", or in "(choice=Option)"."""
    text = plain(cells[0])
    if match := re.fullmatch(r"(.+?)\s*(?:\[(.+)\]|\(choice=(.+)\))", text):
        return Heading(index, cells[0], match[1], match[2] or match[3])
    return Heading(index, cells[0], text)


def surveymonkey(index: int, cells: Record, above: str) -> Heading:
    if len(cells) == 1:
        asked, dash, part = plain(cells[0]).rpartition(" - ")
        return Heading(index, cells[0], asked, part) if dash else one_row(index, cells, above)
    part = plain(cells[1])
    ours = fold(part) in ("response", "open-ended response", "respuesta", "respuesta abierta")
    return Heading(index, cells[0], plain(above), "" if ours else part)


def qualtrics(index: int, cells: Record, above: str) -> Heading:
    text = plain(cells[1])
    asked, dash, part = text.rpartition(" - ")
    id = str(import_id(cells[2]).get("ImportId", "")) if len(cells) > 2 else ""
    if dash and part not in ("Selected Choice", "Selected Choices"):
        return Heading(index, cells[0], asked, part, id)
    return Heading(index, cells[0], asked if dash else text, "", id)


def limesurvey(index: int, cells: Record, above: str) -> Heading:
    text = plain(cells[0])
    if SGQA.fullmatch(text):
        return Heading(index, cells[0], "", text)
    match = CODE_AND_TEXT.match(text)
    words = one_row(index, [match[2] if match else text], above)
    return Heading(index, cells[0], words.asked, words.part)


def kobo(index: int, cells: Record, above: str) -> Heading:
    """A label or an XML name, with the groups it is in before it: "group/question/option"."""
    text = plain(cells[0])
    return Heading(index, cells[0], text.rsplit("/", 1)[-1] if "/" in text else text, "")


READERS = {
    "surveymonkey": surveymonkey,
    "qualtrics": qualtrics,
    "qualtrics_legacy": lambda index, cells, above: qualtrics(index, [*cells, "", ""][:2], above),
    "limesurvey": limesurvey,
    "kobo": kobo,
}


def refuse_ragged(headings: Sequence[Heading], number: int, cells: Record) -> None:
    """Raise ImportProblem where a record is wider or narrower than its heading; empty cells at
    its end are none."""
    width = len(headings)
    if len(cells) >= width and not any(cell.strip() for cell in cells[width:]):
        return
    code = "too_many_cells" if len(cells) > width else "too_few_cells"
    noun = "cell" if len(cells) == 1 else "cells"
    raise ImportProblem(
        code,
        f"{len(cells)} {noun} where the heading has {width}. Is a separator or a line break inside "
        "a text that is not quoted? Export the file again.",
        row=number,
        column=min(len(cells), width),
        heading=headings[len(cells)].shown if len(cells) < width else "",
    )
