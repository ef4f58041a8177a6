"""The questionnaire as tables of the codebook: every question and answer, in every language."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.measures import (
    DONT_KNOW,
    NEVER_REACHED,
    NOT_SHOWN,
    PREFER_NOT,
    SKIPPED,
)
from analysis.output.columns import Column, Table
from analysis.output.published import Cells
from survey.questionnaire.instrument import AGENCIES, Content, Instrument, Question
from survey.questionnaire.question_words import answer_words
from survey.questionnaire.words import Language

QUESTIONS = Table(
    "codebook-questions",
    "Every question of every dated questionnaire, in every language",
    (
        Column("questionnaire", "str", "id of the dated questionnaire: its first season", key=True),
        Column("question", "str", "question id", key=True),
        Column("language", "str", "language of the text", key=True),
        Column(
            "text", "str", "the question; {agency}, {crews} and {community} are put in on the form"
        ),
        Column("reviewed", "str", "yes: native speakers have reviewed this language"),
        Column("version", "str", "major.minor; another major is another question in the figures"),
        Column("kind", "str", "choice, scale, several or text"),
        Column("about", "str", "event, agency (each one met) or police (the local police)"),
        Column("audiences", "str", "who is asked, joined by bars"),
        Column("waves", "str", "when, joined by bars: event, leaving, follow-up"),
        Column("screen", "str", "the screen it stands on"),
        Column("cut", "str", "yes: figures may be grouped by it"),
        Column(
            "groups", "str", "its groups in the figures, where they are coarser than its options"
        ),
    ),
)
ANSWERS = Table(
    "codebook-answers",
    "Every answer of every question, in every language; missing codes at the end",
    (
        Column("questionnaire", "str", "id of the dated questionnaire; empty: all", key=True),
        Column("question", "str", "question id; empty: all", key=True),
        Column("code", "int", "the answer's code: of a scale its step, of a choice its place",
               key=True),
        Column("language", "str", "language of the label", key=True),
        Column("label", "str", "the answer's words"),
        Column("option", "str", "its id, of a choice"),
        Column("counts", "str", "favourable, unfavourable, counted or missing; else empty"),
    ),
)  # fmt: skip
CODEBOOKS = (QUESTIONS, ANSWERS)
MISSING = {
    SKIPPED: "skipped",
    PREFER_NOT: "prefer not to say",
    DONT_KNOW: "don't know",
    NOT_SHOWN: "not shown: not asked on this form",
    NEVER_REACHED: "not reached",
}


def asked(content: Content) -> Iterator[tuple[Instrument, Question, Language]]:
    """Every question of every dated questionnaire in every language."""
    for instrument in content.instruments.values():
        for question in instrument.questions.values():
            for language in content.languages.values():
                yield instrument, question, language


def question_rows(content: Content) -> Iterator[Cells]:
    """The cells of QUESTIONS."""
    for instrument, question, language in asked(content):
        yield [
            instrument.id,
            question.id,
            language.code,
            language.words[question.key()],
            "yes" if language.reviewed else "no",
            question.version,
            question.kind,
            question.per,
            "|".join(question.audiences),
            "|".join(question.waves),
            question.screen,
            "yes" if question.cut else "",
            "; ".join(f"{group}: {', '.join(options)}" for group, options in question.groups),
        ]


def answer_rows(content: Content) -> Iterator[Cells]:
    """The cells of ANSWERS."""
    for instrument, question, language in asked(content):
        for code, option, label, counts in answers(content, question, language):
            yield [instrument.id, question.id, code, language.code, label, option, counts]
    for missing, label in MISSING.items():
        yield ["", "", missing, "en", label, "", "missing"]


def answers(
    content: Content, question: Question, language: Language
) -> Iterator[tuple[int, str, str, str]]:
    """Code, option id, words and what it counts as, of each answer in the order shown."""
    if scale := question.scale:
        for code in scale.codes:
            counts = "favourable" if code in scale.favourable else ""
            counts = "unfavourable" if code in scale.unfavourable else counts
            yield code, "", answer_words(question, code, language), counts
    for code, option in enumerate(question.options, start=1):
        if option == AGENCIES:
            label = " / ".join(language.words[f"agency.{kind}.label"] for kind in content.agencies)
        else:
            label = language.words[f"option.{question.id}.{option}"]
        counts = "favourable" if option in question.favourable else ""
        yield code, option, label, "counted" if option in question.counted else counts
