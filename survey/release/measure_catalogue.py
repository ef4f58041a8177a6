"""From the questionnaire to the list of what is measured: a new question needs no code.

Also the way from stored answers to the frame that analysis reads. Imported by publish alone:
it loads pandas, which no page needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.measures import ADULT, UNSAID, Measure
from survey.questionnaire.forms import Item
from survey.questionnaire.instrument import EVENT, NOT_SHOWN, Content, Instrument, Question

TWO_OR_MORE = "two_or_more"
LANGUAGE = "language"  # the one cut that is no question: the language of the page


def measures_of(content: Content, kinds: Sequence[str]) -> list[Measure]:
    """Return every measure of the newest instrument about these kinds of agency.

    The measures of one kind of agency share one panel, and so do those about the event: they are
    asked of the same people, so one partition into communities and groups serves them all.
    """
    found = []
    for question in asked_of_adults(content):
        if question.is_measured:
            found += [
                question_measure(content, question, kind, audience)
                for audience in audiences_of(question)
                for kind in about(content, question, kinds)
            ]
    for index in content.current.indexes:
        for kind in kinds:
            if content.agencies[kind].law:
                found.append(index_measure(content, index.id, kind))
    return found


def asked_of_adults(content: Content) -> list[Question]:
    """Return what adults are asked at the event: what figures are made of."""
    return list(content.current.asked(ADULT, EVENT))


def audiences_of(question: Question) -> tuple[str, ...]:
    """Return whose answers to a question have figures, each audience by itself."""
    return (ADULT,)


def audiences(content: Content) -> list[str]:
    """Return every audience that has figures."""
    questions = [q for q in asked_of_adults(content) if q.is_measured]
    return sorted({audience for question in questions for audience in audiences_of(question)})


def measure_id(question: Question, audience: str) -> str:
    """Return "trust", or "teen.trust" where adults are asked the same."""
    own = audience == ADULT or audiences_of(question) == (audience,)
    return question.id if own else f"{audience}.{question.id}"


def panel(content: Content, question: Question, audience: str, kind: str) -> str:
    """Return which measures are put together with this one: those of one audience about one kind
    of agency, or about the event. Few go on to the longer module: on its own, it pools no
    community that is large enough for the questions all were asked."""
    longer = ["longer"] if is_longer(content, question) else []
    return ".".join(["" if audience == ADULT else audience, kind or EVENT, *longer]).lstrip(".")


def about(content: Content, question: Question, kinds: Sequence[str]) -> list[str]:
    """Return the agencies a question has figures of; "" for a question about the event."""
    if question.per == "event":
        return [""]
    return [kind for kind in kinds if question.per == "agency" or content.agencies[kind].law]


def question_measure(
    content: Content, question: Question, kind: str, audience: str = ADULT
) -> Measure:
    scale = question.scale
    codes = scale.codes if scale else tuple(range(1, len(question.options) + 1))
    favourable = (
        scale.favourable
        if scale
        else tuple(question.options.index(option) + 1 for option in question.favourable)
    )
    return Measure(
        id=measure_id(question, audience),
        agency=kind,
        questions=(question.id,),
        unit="share",
        valid=tuple(sorted(codes)),
        favourable=favourable,
        unfavourable=scale.unfavourable if scale else (),
        panel=panel(content, question, audience, kind),
        wording=wording(content, (question.id,)),
        headline=question.headline and audience == ADULT,
        universal=not is_longer(content, question)
        and (question.per != "agency" or content.agencies[kind].law),
        audience=audience,
        countywide=is_countywide(content, kind),
    )


def is_countywide(content: Content, kind: str) -> bool:
    """Return whether a kind of agency serves the whole county; the event ("") does not."""
    return bool(kind) and content.agencies[kind].area == "county"


def is_longer(content: Content, question: Question) -> bool:
    return question.screen in content.current.longer


def index_measure(content: Content, id: str, kind: str) -> Measure:
    index = next(index for index in content.current.indexes if index.id == id)
    return Measure(
        id=id,
        agency=kind,
        questions=index.questions,
        unit="score",
        least=index.least,
        panel=kind,
        wording=wording(content, index.questions),
        universal=True,
        countywide=is_countywide(content, kind),
    )


def wording(content: Content, questions: Sequence[str]) -> dict[str, str]:
    """Return {instrument: major versions of these questions, joined by dots}."""
    return {
        id: ".".join(instrument.questions[question].major for question in questions)
        for id, instrument in content.instruments.items()
        if all(question in instrument.questions for question in questions)
    }


def cuts_of(content: Content) -> list[str]:
    """Return the ids of the groupings a table may have."""
    return [question.id for question in asked_of_adults(content) if question.cut] + [LANGUAGE]


def measured_items(content: Content, kinds: Sequence[str]) -> list[Item]:
    """Return every item that figures are made of, for these kinds of agency."""
    return [
        Item(question, kind)
        for question in asked_of_adults(content)
        if question.is_measured
        for kind in about(content, question, kinds)
    ]


def frame_of(
    content: Content, rows: Sequence[Mapping[str, Any]], kinds: Sequence[str]
) -> pd.DataFrame:
    """Return the frame of analysis/frame.py. `rows` are responses with their event and place."""
    items = measured_items(content, kinds)
    columns: dict[str, list[Any]] = {
        "key": [row["key"] for row in rows],
        "season": [row["season"] for row in rows],
        **{
            name: [row[name] for row in rows]
            for name in ("state", "county", "community", "event", "instrument", "audience")
        },
    }
    for question in asked_of_adults(content):
        if question.cut:
            columns[f"cut.{question.id}"] = [group(row["answers"], question) for row in rows]
    columns[f"cut.{LANGUAGE}"] = [row["language"] for row in rows]
    for item in items:
        columns[item.name] = [
            code(content.instruments[row["instrument"]], item, row["answers"]) for row in rows
        ]
    return pd.DataFrame(columns).astype({item.name: "int8" for item in items})


def group(answers: Mapping[str, Any], question: Question) -> str:
    """Return the one group a person is in; blank and "prefer not to say" are a group too."""
    given = answers.get(question.id, NOT_SHOWN)
    if isinstance(given, list):
        given = given[0] if len(given) == 1 else TWO_OR_MORE
    if not isinstance(given, str):
        return UNSAID
    return next((id for id, options in question.groups if given in options), given)


def code(instrument: Instrument, item: Item, answers: Mapping[str, Any]) -> int:
    """Return an answer as a number: a scale's code, a choice's place in its list, or missing."""
    given = answers.get(item.name, NOT_SHOWN)
    if isinstance(given, str):
        return instrument.questions[item.question.id].options.index(given) + 1
    return int(given)


def words_of(content: Content) -> Iterator[tuple[str, str, str]]:
    """Yield (measure, wording, name of its words in the language files)."""
    for instrument in content.instruments.values():
        for question in instrument.questions.values():
            for audience in audiences_of(question) if question.is_measured else ():
                name = f"question.{question.words or question.id}"
                yield measure_id(question, audience), question.major, name
        for index in instrument.indexes:
            majors = ".".join(instrument.questions[id].major for id in index.questions)
            yield index.id, majors, f"index.{index.id}"
