"""Questions of imported files that were not asked in our words: versions of ours.

Another wording is another series, and so is another scale: the item's key (its stem, its labels and
their codes, whether "don't know" was offered) decides. A version's name is made from that key, so
that two seasons asked in the same other words make one series.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from survey.questionnaire.instrument import Content, Instrument, Question, Scale

COUNTED = "-counted"  # at the end of a version: known as counts alone (analysis/wordings.py)
Version = Mapping[str, Any]  # of one question, as it is stored


def digest(value: object, length: int) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def instrument_id(base: str, versions: Mapping[str, Version]) -> str:
    """Return the id of an instrument with these versions: the base's own where there are none."""
    return f"{base}.{digest(versions, 8)}" if versions else base


def imported_instrument(content: Content, base: str, versions: Mapping[str, Version]) -> Instrument:
    """Return the base instrument with an import's versions of its questions put in."""
    start = content.instruments[base]
    changed = {id: imported_question(content, start, id, row) for id, row in versions.items()}
    questions = {**start.questions, **changed}
    return replace(start, id=instrument_id(base, versions), questions=questions)


def imported_question(content: Content, base: Instrument, id: str, row: Version) -> Question:
    """Return one question as an import has it.

    row: version; like (an earlier instrument of ours whose words it has, ""); codes, favourable and
    unfavourable of its own scale (empty: ours); dont_know and prefer_not, whether it offered them.
    """
    like = content.instruments[row["like"]] if row["like"] else base
    question = like.questions.get(id) or content.current.questions[id]
    scale = question.scale
    if scale and row["codes"]:
        scale = Scale(
            "imported", tuple(row["codes"]), tuple(row["favourable"]), tuple(row["unfavourable"])
        )
    return replace(
        question,
        version=f"{row['version']}.0",
        scale=scale,
        dont_know=question.dont_know or row["dont_know"],
        prefer_not=question.prefer_not or row["prefer_not"],
    )


def has_other_scale(content: Content, instrument: Instrument, id: str) -> bool:
    """Whether a question's codes in an instrument are not those that its figures are made of."""
    asked, now = instrument.questions.get(id), content.current.questions.get(id)
    if not asked or not now or not asked.scale or not now.scale:
        return False
    return asked.scale.codes != now.scale.codes


def is_counted(instrument: Instrument, id: str) -> bool:
    """Whether a question's answers are known as counts alone."""
    question = instrument.questions.get(id)
    return bool(question) and COUNTED in question.version  # type: ignore[union-attr]
