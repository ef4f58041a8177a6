"""Native speakers read a language: what they are shown, and how their remarks come back.

A reviewer gets every sentence of a language with the English beside it, on a page or on a sheet
(CSV) that any spreadsheet opens, and returns the sheet with better words and reasons. A reading is
kept in content/reviews/<code>.toml; nobody's name is asked for. TRAPD (Harkness 2003) calls the
step review; adjudication, which words are taken, stays with people.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from survey.questionnaire.instrument import Content, Instrument
from survey.questionnaire.words import REFERENCE, REVIEWS, Language

COLUMNS = ("key", "english", "words", "better", "remark")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would work out a cell that starts so
MOST_LINES, MOST_LETTERS = 5_000, 2_000  # of one sheet; of one cell

# Which tables of the language files stand in which part of the page, after the questions.
PARTS: Mapping[str, tuple[str, ...]] = {
    "answers": ("scale", "answer", "agency", "option"),
    "form": ("screen_note", "attend", "thanks", "again", "follow_up", "kiosk", "receipt", "help",
             "error", "page_error", "made_up"),
    "paper": ("poster", "paper"),
    "dates": ("language", "format", "weekday", "month"),
}  # fmt: skip
RESULTS = "results"  # every other table: what readers of figures meet
QUESTIONS = "questions"
FIXED = ("language.direction", "language.plural", "language.status")  # settings, not words


class ReviewError(Exception):
    """A sheet cannot be taken; the sentence says why and what to do."""


@dataclass(frozen=True)
class Line:
    """One sentence to be read: its key, the English, the words, and both as they are met."""

    key: str
    english: str
    words: str
    english_met: str = ""  # with names in place of {agency} and the like, where it has any
    words_met: str = ""


@dataclass(frozen=True)
class Remark:
    """What a native speaker would write instead, and why."""

    key: str
    words: str  # that the reader saw
    better: str
    remark: str


@dataclass(frozen=True)
class Reading:
    """One returned sheet, held against the words of today."""

    remarks: tuple[Remark, ...]
    unread: tuple[str, ...]  # keys of today that the sheet lacks
    changed: tuple[str, ...]  # keys whose words are others than on the sheet

    @property
    def is_whole(self) -> bool:
        return not self.unread and not self.changed


def parts(content: Content, language: Language) -> dict[str, list[Line]]:
    """Return the sentences of a language by part: the questions in the order of the form, then
    the other tables in the order of the files."""
    english = content.languages[REFERENCE]
    by_part: dict[str, list[Line]] = {QUESTIONS: [], **{part: [] for part in PARTS}, RESULTS: []}
    asked = [key for key in question_keys(content.current) if key in language.words]
    variants = [
        key for one in asked for key in language.words if key == one or key.startswith(f"{one}_")
    ]
    of_part = {table: part for part, tables in PARTS.items() for table in tables}
    rest = [key for key in language.words if key not in {*variants, *FIXED}]
    for key in (*dict.fromkeys(variants), *rest):
        attendees = key in variants or key.startswith(("question.", "screen."))
        part = QUESTIONS if attendees else of_part.get(key.partition(".")[0], RESULTS)
        by_part[RESULTS if is_readers(key) else part].append(line(english, language, key))
    return {part: lines for part, lines in by_part.items() if lines}


def is_readers(key: str) -> bool:
    return key.startswith("question.") and key.rpartition(".")[2].startswith(("title", "finding"))


def question_keys(instrument: Instrument) -> Iterator[str]:
    """Yield the keys of what is asked, screen by screen."""
    for screen in instrument.screens:
        yield f"screen.{screen}"
        for question in instrument.on(screen):
            yield question.key()
            yield question.key("dont_know")
            yield from (f"option.{question.id}.{option}" for option in question.options)


def line(english: Language, language: Language, key: str) -> Line:
    like = key if english.has(key) else english_key(english, key)
    source, words = english.words.get(like, ""), language.words[key]
    kind = key.rpartition("_")[2] if key != like else "police"
    return Line(key, source, words, met(english, source, kind), met(language, words, kind))


def english_key(english: Language, key: str) -> str:
    """Return the English key for one that only this language has: a plural form, or own words."""
    stem, _, last = key.rpartition(".")
    if english.has(f"{stem}.other"):
        return f"{stem}.other"
    own = f"{stem}.{last.rpartition('_')[0]}"
    return own if english.has(own) else key


def met(language: Language, text: str, kind: str) -> str:
    """Return a sentence with an agency's names in place, as a person meets it; "" without any."""
    kind = kind if language.has(f"agency.{kind}.name") else "police"
    filled = text.replace("{agency}", language.words[f"agency.{kind}.name"])
    filled = filled.replace("{crews}", language.words["agency.police.crews"])
    return filled if filled != text else ""


def sheet(content: Content, language: Language) -> str:
    """Return the sheet to fill in, as CSV with the columns COLUMNS; two of them are empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for lines in parts(content, language).values():
        for one in lines:
            writer.writerow([one.key, *map(defused, (one.english, one.words)), "", ""])
    return text.getvalue()


def defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def plain(cell: str) -> str:
    """Return a cell without the apostrophe that defused it, and without what cannot be seen."""
    cell = cell.removeprefix("'") if cell[1:].startswith(FORMULA) else cell
    kept = "".join(sign for sign in cell if sign in "\n\t" or (ord(sign) >= 32 and sign != "\x7f"))
    return " ".join(kept.split())[:MOST_LETTERS]


def read_sheet(content: Content, language: Language, text: str) -> Reading:
    """Read a returned sheet. Raises ReviewError with a sentence where it cannot be used."""
    try:
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter_of(text)))
    except csv.Error as error:
        raise ReviewError(f"The sheet cannot be read as CSV: {error}.") from error
    if not rows or [name.strip().lower() for name in rows[0][: len(COLUMNS)]] != list(COLUMNS):
        raise ReviewError(f"The first row of the sheet must be: {', '.join(COLUMNS)}.")
    if len(rows) > MOST_LINES:
        raise ReviewError(f"The sheet has {len(rows):,} rows; {MOST_LINES:,} at most are read.")
    today = {one.key: one for lines in parts(content, language).values() for one in lines}
    seen: dict[str, str] = {}
    remarks = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(map(str.strip, row)):
            continue
        cells = [plain(cell) for cell in row] + [""] * len(COLUMNS)
        key, _, words, better, remark = cells[: len(COLUMNS)]
        if key not in today:
            raise ReviewError(f"Row {number}: {key or 'a blank'} is no key of {language.code}.")
        seen[key] = words
        if better or remark:
            remarks.append(Remark(key, words, better, remark))
    return Reading(
        tuple(remarks),
        tuple(key for key in today if key not in seen),
        tuple(key for key, words in seen.items() if words != plain(today[key].words)),
    )


def delimiter_of(text: str) -> str:
    """Spreadsheets of some countries write a semicolon between cells."""
    head = text.lstrip("\ufeff").partition("\n")[0]
    return max(",;\t", key=head.count)


def record(folder: Path, language: Language, reader: str, day: date, reading: Reading) -> Path:
    """Add a reading to content/reviews/<code>.toml; return the file."""
    path = folder / REVIEWS / f"{language.code}.toml"
    path.parent.mkdir(exist_ok=True)
    rows = ["", "[[reading]]", f"day = {day}", f"reader = {quoted(reader)}"]
    rows.append(f"whole = {str(reading.is_whole).lower()}")
    for one in reading.remarks:
        pairs = {"key": one.key, "words": one.words, "better": one.better, "remark": one.remark}
        rows += ["", "[[reading.remarks]]", *(f"{k} = {quoted(v)}" for k, v in pairs.items() if v)]
    before = path.read_text("utf-8") if path.exists() else HEAD
    path.write_text(before.rstrip("\n") + "\n" + "\n".join(rows) + "\n", "utf-8")
    return path


HEAD = "# Written by `flask language review`: who has read this language, and what they remarked.\n"


def quoted(text: str) -> str:
    """Return a TOML basic string; JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False)
