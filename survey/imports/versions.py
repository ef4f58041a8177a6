"""Which version of each question an import asked: ours, or one of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from survey.imports.event_of_file import Evening
from survey.imports.folding import fold, stem
from survey.imports.matching import agency_names
from survey.imports.plan import Asked, Column, Plan
from survey.questionnaire.imported_questions import COUNTED, digest
from survey.questionnaire.instrument import DONT_KNOW, PREFER_NOT, Question


def versions_of(plan: Plan, evening: Evening) -> dict[str, dict[str, Any]]:
    """Return {question: its version in this file}, without those asked in our words and known
    answer by answer. One question has one version in a file, about whomever it was asked."""
    columns: dict[str, list[Column]] = defaultdict(list)
    for column in plan.used:
        columns[column.question].append(column)
    versions = {}
    for id, many in columns.items():
        asked = [column.asked for column in many if column.asked]
        question = evening.instrument.questions.get(id) or evening.content.current.questions[id]
        if asked:
            versions[id] = own_version(evening, question, asked, many)
        elif id not in evening.instrument.questions or plan.is_counts:
            versions[id] = row(question.major)
        if plan.is_counts:
            versions[id]["version"] += COUNTED
    return versions


def row(version: str, **more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "version": version, "like": "", "codes": [], "favourable": [], "unfavourable": [],
        "dont_know": False, "prefer_not": False, "asked": [], "labels": {}, "crosswalk": {},
    }  # fmt: skip
    return empty | more


def own_version(
    evening: Evening, question: Question, asked: Sequence[Asked], columns: Sequence[Column]
) -> dict[str, Any]:
    """Return the version of a question that was asked in other words or with another scale."""
    stems = sorted({text for one in asked for text in one.stems})
    earlier = [
        one
        for one in evening.content.instruments.values()
        if question.id in one.questions and one.questions[question.id].words in stems
    ]
    if earlier and not any(one.labels for one in asked):
        return row(earlier[0].questions[question.id].major, like=earlier[0].id)
    labels = {text: code for one in asked for text, code in one.labels.items()}
    codes = {code for column in columns for code in column.codes.values()}
    first = asked[0]
    key = [
        sorted({without_agency(evening, text) for text in stems}),
        sorted((str(code), fold(text)) for text, code in labels.items()),
        DONT_KNOW in codes,
        sorted(first.crosswalk.items()),
    ]
    scale = sorted({c for c in labels.values() if isinstance(c, int) and c > 0})
    ours = list(question.scale.codes) if question.scale else []
    is_ours = not question.scale or bool(first.crosswalk) or set(scale) <= set(ours)
    is_ours = is_ours and not first.favourable
    return row(
        f"f{digest([question.id, key], 6)}",
        codes=[] if is_ours else scale,
        favourable=[] if is_ours else list(first.favourable),
        unfavourable=[] if is_ours else list(first.unfavourable),
        dont_know=DONT_KNOW in codes,
        prefer_not=PREFER_NOT in codes,
        asked=stems,
        labels=labels,
        crosswalk={str(key): value for key, value in first.crosswalk.items()},
    )


def without_agency(evening: Evening, text: str) -> str:
    """Return a question's words with its agency left open."""
    words = f" {stem(text)} "
    ways = {stem(way) for many in agency_names(evening.content).values() for way in many}
    for way in sorted(ways - {""}, key=len, reverse=True):
        if f" {way} " in words:
            return words.replace(f" {way} ", " {agency} ", 1).strip()
    return words.strip()
