"""Files that are broken, hostile or something else: refused by a sentence with its place."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from survey.imports import sheets
from survey.imports.mapping_file import mapping_of
from survey.imports.problems import ImportProblem
from survey.imports.reading import read_plan
from tests.imports.asked import FILES, evening

TRUST = "How much do you trust the police to do what is right for people here?"
HEAD = f"Timestamp,{TRUST}\r\n"
ROW = "8/5/2025 18:02:11,A lot\r\n"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def refused(path: Path, content: bytes | str, mapping: str = "") -> ImportProblem:
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(data)
    with pytest.raises(ImportProblem) as found:
        read_plan(path, evening(), mapping_of(mapping))
    return found.value


def workbook(sheet: str, more: str = "") -> bytes:
    """A workbook with one sheet of this XML; more: before its root, a DOCTYPE."""
    made = io.BytesIO()
    linked = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {MAIN} xmlns:r="{linked}"><sheets><sheet name="One" sheetId="1" '
            'r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="rId1" Target="worksheets/one.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/one.xml",
            f"{more}<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>",
        )
    return made.getvalue()


def cells(*texts: str) -> str:
    made = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f"<row>{made}</row>"


def wide(columns: int) -> str:
    return ",".join(f"c{n}" for n in range(columns)) + "\r\n" + "," * (columns - 1) + "\r\n"


ERROR = '<row><c t="inlineStr"><is><t>8/5/2025</t></is></c><c t="e"><v>#REF!</v></c></row>'
FORMULA = '<row><c t="n"><v>45874.7</v></c><c><f>A1&amp;"x"</f></c></row>'
BROKEN: dict[str, tuple[Any, str, str]] = {
    "nul": (HEAD + ROW + "8/5/2025 18:03:11,A\0 lot\r\n", "nul_byte", "Row 3, column B"),
    "utf16 nul": (f"{HEAD}{ROW}8/5/2025,a\0b\r\n".encode("utf-16"), "nul_byte", "Row 3, column B"),
    "open quote": (HEAD + '8/5/2025 18:02:11,"A lot\r\n' + ROW, "broken_quotes", "Row 2"),
    "after a quote": (HEAD + ROW + '8/5/2025,"A" lot\r\n', "broken_quotes", "Row 3"),
    "more cells": (HEAD + ROW + "8/5/2025,A lot,more\r\n", "too_many_cells", "Row 3, column C"),
    "fewer cells": (HEAD + ROW + "cut off\r\n", "too_few_cells", "Row 3, column B"),
    "ten thousand columns": (wide(10_000), "too_many_columns", "Row 1, column BXY"),
    "no encoding": (b"When,What\r\n8/5,caf\x81\xe9\r\n", "wrong_encoding", "Row 2, column B"),
    "decoded twice": (HEAD + "8/5/2025,MÃ¡s o menos\r\n", "wrong_encoding", "Row 2, column B"),
    "an image": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "wrong_encoding", "Row"),
    "a web page": ("<!DOCTYPE html><p>Sign in</p>", "html_not_spreadsheet", "web page"),
    "old Excel": (b"\xd0\xcf\x11\xe0" + bytes(500), "old_excel", ".xlsx"),
    "a PDF": (b"%PDF-1.7 ...", "pdf", "PDF"),
    "only spaces": ("   \r\n  \r\n", "", ""),
    "error cell": (workbook(cells("Timestamp", TRUST) + ERROR), "error_cell", "Row 2, column B"),
    "formula": (
        workbook(cells("Timestamp", TRUST) + FORMULA),
        "formula_without_value",
        "Row 2, column B",
    ),
    "doctype": (workbook(cells("a"), '<!DOCTYPE w [<!ENTITY x "y">]>'), "doctype", "DOCTYPE"),
    "broken XML": (workbook("<row><c>"), "broken_container", "Download"),
    "half a zip": (workbook(cells("Timestamp", TRUST))[:400], "broken_container", "Download"),
    "a percentage alone": (
        "Question,Not at all,A little,Somewhat,A lot,Completely\r\nTrust,8%,14%,30%,36%,12%\r\n",
        "percent_without_n",
        "Row 2, column B",
    ),
    "a total that disagrees": (
        f"Question,Not at all,A little,Somewhat,A lot,Completely,Total\r\n{TRUST},1,2,3,4,5,16\r\n",
        "total_disagrees",
        "Row 2, column G",
    ),
    "an empty count": (
        f"Question,Not at all,A little,Somewhat,A lot,Completely\r\n{TRUST},1,2,,4,5\r\n",
        "blank_count",
        "Row 2, column D",
    ),
    "a formula as text": (
        f"Question,Not at all,A little,Somewhat,A lot,Completely\r\n{TRUST},1,2,3,=SUM(B2),5\r\n",
        "not_a_number",
        "Row 2, column E",
    ),
    "a bomb": (workbook("<row/>" + " " * 60_000_000), "too_large", "unpacks"),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, case in BROKEN.items() if case[1]])
def test_a_broken_file_is_refused_with_its_place(name: str, tmp_path: Path):
    content, code, said = BROKEN[name]
    found = refused(tmp_path / "file.csv", content)
    assert found.code == code
    assert said in str(found)


def test_a_file_of_two_gigabytes_is_refused_unread(tmp_path: Path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)  # sparse: nothing is written
    with pytest.raises(ImportProblem) as found:
        read_plan(path, evening())
    assert found.value.code == "too_large"
    assert "2,000 MB" in str(found.value)


def test_direction_marks_do_not_change_a_word(tmp_path: Path):
    path = tmp_path / "marks.csv"
    path.write_text(f"{HEAD}8/5/2025,\u200fA\u00a0lot\u200e\r\n8/5/2025,A lot\r\n", "utf-8")
    plan = read_plan(path, evening())
    assert (plan.asks, plan.counts["trust.police"]) == ([], {4: 2})


def test_a_heading_that_moved_voids_its_line(tmp_path: Path):
    line = f'[columns.A]\nheading = "{TRUST}"\nquestion = "trust"\nagency = "police"'
    found = refused(tmp_path / "moved.csv", HEAD + ROW, line)
    assert (found.code, found.column) == ("heading_moved", "A")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[columns.B]\nquestion = ", "no TOML"),
        ('[columns.B]\nquestoin = "trust"', "questoin"),
        ('[columns.2]\nquestion = "trust"', "letters"),
        ("[columns.B]\nheading = 'x'", "leave_out"),
        ('[columns.B]\nquestion = "trust"', "asked about an agency"),
        ('[columns.B]\nquestion = "trust"\nagency = "code"', "was not at this event"),
        ('[columns.B]\nquestion = "open"', "comments are not imported"),
        ('[columns.Z]\nquestion = "trust"\nagency = "fire"', "no column Z"),
        ('[columns.B]\nquestion = "trust"\nagency = "police"\nlabels = { a = 1.5 }', "labels"),
        ('[columns.B]\nquestion = "none"', "no question none"),
        ('date_order = "backwards"', "month first"),
        ("sheets = 1", "sheets"),
    ],
)
def test_a_wrong_mapping_is_refused_by_its_key(tmp_path: Path, line: str, said: str):
    path = tmp_path / "good.csv"
    path.write_text(HEAD + ROW, "utf-8")
    with pytest.raises(ImportProblem) as found:
        read_plan(path, evening(), mapping_of(line))
    assert said in str(found.value)


def test_a_code_that_is_none_is_asked_about_and_the_same_question_twice_is_refused(tmp_path: Path):
    twice = f"Timestamp,{TRUST},{TRUST}\r\n8/5/2025,A lot,A little\r\n"
    assert refused(tmp_path / "twice.csv", twice).code == "same_question_twice"


@pytest.mark.parametrize("limit", [sheets.MOST_COLUMNS])
def test_no_sentence_quotes_a_cell(limit: int, tmp_path: Path):
    """What stands in a row may be a name: only headings and words of closed questions are told."""
    private = "Pat Example, 555-0142"
    for content in (
        HEAD + ROW + f'8/5/2025,A lot,"{private}"\r\n',
        HEAD + ROW + f'8/5/2025,"A lot" {private}\r\n',
        HEAD + ROW + f"{private}\r\n".replace(", ", " "),
        wide(limit + 5).replace("c7,", f"{private.replace(', ', ' ')},"),
    ):
        assert "Pat" not in str(refused(tmp_path / "private.csv", content))


def test_every_file_can_be_cut_anywhere(tmp_path: Path):
    """Cut or with a byte turned, a file is read or refused: no other error, and no hang."""
    for path in sorted(FILES.glob("[0-9]*")):
        data = path.read_bytes()
        for at in range(0, len(data), max(1, len(data) // 3)):
            for made in (data[:at], data[:at] + b"\xff" + data[at + 1 :]):
                broken = tmp_path / f"broken{path.suffix}"
                broken.write_bytes(made)
                with suppress(ImportProblem):
                    read_plan(broken, evening())
