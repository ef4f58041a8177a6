"""A native reviewer's sheet: what is on it, what comes back, and when a reading counts."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from survey.questionnaire.content_files import FOLDER, read_content
from tests.conftest import make_app

Edit = Callable[[list[dict[str, str]]], None]
WITHHELD = "ksw"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(FOLDER, tmp_path / "content")


def flask(folder: Path, tmp_path: Path, *words: str) -> tuple[int, str]:
    app = make_app(f"sqlite:///{tmp_path / 'review.sqlite'}", content=folder)
    told = app.test_cli_runner().invoke(args=[*words])
    return told.exit_code, told.output


def filled(folder: Path, tmp_path: Path, code: str, edit: Edit, *, mark: str = "\ufeff") -> Path:
    """Write the sheet of a language as a reviewer returns it from a spreadsheet."""
    text = flask(folder, tmp_path, "language", "sheet", code)[1]
    rows = list(csv.DictReader(io.StringIO(text)))
    edit(rows)
    path = tmp_path / f"{code}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(mark)
        writer = csv.DictWriter(file, ["key", "english", "words", "better", "remark"])
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(rows: list[dict[str, str]], key: str) -> dict[str, str]:
    return next(one for one in rows if one["key"] == key)


def nothing(rows: list[dict[str, str]]) -> None:
    """A reader who finds all of it right."""


def test_every_sentence_of_a_language_is_on_its_sheet(folder: Path, tmp_path: Path):
    text = flask(folder, tmp_path, "language", "sheet", "es")[1]
    rows = list(csv.DictReader(io.StringIO(text)))
    words = read_content(folder).languages["es"].words
    settings = {"language.direction", "language.plural", "language.status"}
    assert {one["key"] for one in rows} == words.keys() - settings
    assert all(one["english"] for one in rows if one["key"] != "format.list")
    keys = [one["key"] for one in rows]
    assert (
        keys.index("question.who.ask")
        < keys.index("question.trust.ask")
        < keys.index("question.c_ok.ask")
    )
    assert "ask_sheriff" in keys[keys.index("question.fair.ask") + 1]  # beside what it varies


def test_remarks_come_back_and_are_kept(folder: Path, tmp_path: Path):
    def remark(rows: list[dict[str, str]]) -> None:
        row(rows, "attend.next")["better"] = "Sigue"
        row(rows, "question.trust.ask")["remark"] = '=HYPERLINK("x") says\nnobody'

    path = filled(folder, tmp_path, "es", remark)
    code, told = flask(
        folder, tmp_path, "language", "review", "es", str(path), "--reader", "from Puebla"
    )
    assert code == 0, told
    assert "attend.next\n  now     Siguiente\n  better  Sigue\n" in told
    assert "2 remarks on es, kept in es.toml." in told
    assert "Not a whole reading" not in told
    kept = (folder / "reviews" / "es.toml").read_text("utf-8")
    assert 'reader = "from Puebla"' in kept
    assert 'better = "Sigue"' in kept
    assert "says nobody" in kept
    assert read_content(folder).languages["es"].read_by == 1


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: text.replace("key,english", "Schlüssel,english", 1), "The first row"),
        (lambda text: text.replace("attend.next", "attend.nxt"), "attend.nxt is no key of es"),
        (lambda text: "", "The first row"),
        (lambda text: text.encode("utf-16").decode("latin-1"), "The first row"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused_in_a_sentence(
    folder: Path, tmp_path: Path, spoil: Callable[[str], str], why: str
):
    path = filled(folder, tmp_path, "es", nothing)
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    code, told = flask(folder, tmp_path, "language", "review", "es", str(path), "--reader", "x")
    assert (code, why in told) == (1, True), told
    assert not (folder / "reviews").exists()


def test_a_sheet_of_another_day_or_of_half_the_words_is_no_whole_reading(
    folder: Path, tmp_path: Path
):
    path = filled(folder, tmp_path, "es", lambda rows: rows.remove(row(rows, "attend.back")))
    words = folder / "languages" / "es.toml"
    words.write_text(words.read_text("utf-8").replace('next = "Siguiente"', 'next = "Sigue"', 1))
    told = flask(folder, tmp_path, "language", "review", "es", str(path), "--reader", "x")[1]
    assert "Not a whole reading: 1 sentences are not on the sheet." in told
    assert "Not a whole reading: 1 sentences have changed since." in told
    assert read_content(folder).languages["es"].read_by == 0


def test_a_withheld_language_is_offered_after_two_people_have_read_it(folder: Path, tmp_path: Path):
    path = filled(folder, tmp_path, WITHHELD, nothing)
    offered = []
    for reader in ("A nurse from Mae La", "a nurse from mae la", "A teacher from Hpa-an"):
        flask(folder, tmp_path, "language", "review", WITHHELD, str(path), "--reader", reader)
        offered.append(read_content(folder).languages[WITHHELD].offered)
    assert offered == [False, False, True]  # the same person counts once


def test_a_semicolon_between_cells_is_read_too(folder: Path, tmp_path: Path):
    path = filled(folder, tmp_path, "fr", nothing)
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    code, told = flask(folder, tmp_path, "language", "review", "fr", str(path), "--reader", "x")
    assert (code, "0 remarks on fr" in told, "Not a whole" in told) == (0, True, False), told


def test_languages_are_listed_with_their_status(folder: Path, tmp_path: Path):
    told = flask(folder, tmp_path, "language", "list")[1]
    assert "en    reviewed " in told
    assert "ksw   withheld " in told
