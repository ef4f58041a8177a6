"""content/*.toml -> the questionnaire's objects, read once and checked once.

A wrong file raises ContentError with a sentence that names the file and the key, at the start
of the program and never in front of a guest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from survey.questionnaire.areas import read_areas
from survey.questionnaire.instrument import (
    AGENCIES,
    KINDS,
    PER,
    SERVES,
    WAVES,
    AgencyKind,
    Content,
    Index,
    Instrument,
    Question,
    Scale,
)
from survey.questionnaire.question_words import check_words
from survey.questionnaire.states import read_states
from survey.questionnaire.words import ContentError, read_languages, read_toml

FOLDER = Path(__file__).parent.parent / "content"
PLAIN_ID = re.compile(r"[A-Za-z0-9_.+-]+")  # as models.PLAIN_ANSWERS lets it be stored


def read_content(folder: Path = FOLDER) -> Content:
    """Read and check the whole folder. Raises ContentError."""
    kinds = read_toml(folder / "agencies.toml")
    check_ids("agencies.toml", kinds)
    agencies = {id: read_agency(folder / "agencies.toml", id, table) for id, table in kinds.items()}
    current = read_instrument(folder / "instrument.toml")
    content = Content(
        current=current,
        earlier=read_earlier(folder / "earlier", current),
        agencies=agencies,
        areas=read_areas(folder),
        states=read_states(folder),
        languages=read_languages(folder / "languages", folder / "readers", folder / "desk"),
    )
    check_words(content)
    return content


def read_agency(path: Path, id: str, table: Mapping[str, Any]) -> AgencyKind:
    """Turn one table of agencies.toml into a kind of agency. Raises ContentError."""
    area = table.get("area", SERVES[0])
    if area not in SERVES:
        raise ContentError(f"{path.name}: the area of {id} must be one of {', '.join(SERVES)}.")
    law, likely = bool(table.get("law", False)), str(table.get("likely", ""))
    return AgencyKind(id, law=law, area=area, likely=likely)


def read_instrument(path: Path) -> Instrument:
    """Read instrument.toml. Raises ContentError."""
    table = read_toml(path)
    for key in ("id", "audiences", "screens", "scales", "questions"):
        if key not in table:
            raise ContentError(f"{path.name}: {key} is missing.")
    scales = {id: Scale(id, **as_tuples(row)) for id, row in table["scales"].items()}
    questions: dict[str, Question] = {}
    for row in table["questions"]:
        question = read_question(path, row, scales, table["screens"])
        if question.id in questions:
            raise ContentError(f"{path.name}: the question {question.id} stands there twice.")
        questions[question.id] = question
    indexes = tuple(Index(**as_tuples(row)) for row in table.get("indexes", ()))
    for index in indexes:
        for id in index.questions:
            if id not in questions:
                raise ContentError(f"{path.name}: the index {index.id} names no question {id}.")
    return Instrument(
        table["id"],
        tuple(table["audiences"]),
        tuple(table["screens"]),
        questions,
        indexes,
        tuple(table.get("longer", ())),
    )


def read_question(
    path: Path, row: dict[str, Any], scales: Mapping[str, Scale], screens: list[str]
) -> Question:
    """Turn one [[questions]] table into a Question. Raises ContentError."""
    name = f"{path.name}: the question {row.get('id', '(without id)')}"
    check_keys(name, row, scales, screens)
    check_options(name, row)
    groups = tuple(as_tuples(row.get("groups", {})).items())
    if groups and sorted(option for _, held in groups for option in held) != sorted(row["options"]):
        raise ContentError(f"{name}: groups must hold every option once.")
    scale = scales.get(row.get("scale", ""))
    return Question(**{**as_tuples(row), "scale": scale, "groups": groups})


def check_keys(
    name: str, row: Mapping[str, Any], scales: Mapping[str, Scale], screens: list[str]
) -> None:
    """Raise ContentError where a question lacks a key, has an unknown one, or names nothing."""
    for key in ("id", "version", "screen", "kind"):
        if key not in row:
            raise ContentError(f"{name}: {key} is missing.")
    unknown = row.keys() - Question.__dataclass_fields__.keys()
    if unknown:
        raise ContentError(f"{name}: {min(unknown)} is not a key of a question.")
    if row["kind"] not in KINDS:
        raise ContentError(f"{name}: kind must be one of {', '.join(KINDS)}.")
    if row.get("per", "event") not in PER:
        raise ContentError(f"{name}: per must be one of {', '.join(PER)}.")
    if row["screen"] not in screens:
        raise ContentError(f"{name}: there is no screen {row['screen']}.")
    if row["kind"] == "scale" and row.get("scale") not in scales:
        raise ContentError(f"{name}: there is no scale {row.get('scale')}.")
    if row["kind"] == "text" and not row.get("most"):
        raise ContentError(f"{name}: most (characters) is missing.")
    if extra := set(row.get("waves", ())) - set(WAVES):
        raise ContentError(f"{name}: there is no wave {min(extra)}.")


def check_options(name: str, row: Mapping[str, Any]) -> None:
    """Raise ContentError where options are missing or repeated, or are named and not there."""
    options = row.get("options", ())
    if row["kind"] in ("choice", "several") and not options:
        raise ContentError(f"{name}: options is missing.")
    check_ids(name, (row["id"], *(id for id in options if id != AGENCIES)))
    if len(set(options)) != len(options):
        raise ContentError(f"{name}: an option stands there twice.")
    for key in ("favourable", "stops"):
        if extra := set(row.get(key, ())) - set(options):
            raise ContentError(f"{name}: {key} names no option {min(extra)}.")


def check_ids(name: str, ids: Iterable[str]) -> None:
    """Raise ContentError where the database would refuse an id among the answers."""
    for id in ids:
        if not PLAIN_ID.fullmatch(id):
            raise ContentError(f"{name}: the id {id!r} may have letters a-z, digits and _ . + -.")


def read_earlier(folder: Path, current: Instrument) -> dict[str, Instrument]:
    """Return the earlier instruments: each is the next newer one with its own questions put in."""
    earlier: dict[str, Instrument] = {}
    newer = current
    for path in sorted(folder.glob("*.toml"), reverse=True):
        table = read_toml(path)
        scales = {q.scale.id: q.scale for q in newer.questions.values() if q.scale}
        scales |= {id: Scale(id, **as_tuples(row)) for id, row in table.get("scales", {}).items()}
        changed = {
            row["id"]: read_question(path, row, scales, list(newer.screens))
            for row in table.get("questions", ())
        }
        kept = dict(newer.questions)
        for id in table.get("absent", ()):
            if kept.pop(id, None) is None:
                raise ContentError(f"earlier/{path.name}: absent names no question {id}.")
        audiences = tuple(table.get("audiences", newer.audiences))
        newer = replace(newer, id=path.stem, audiences=audiences, questions={**kept, **changed})
        earlier[path.stem] = newer
    return earlier


def as_tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
