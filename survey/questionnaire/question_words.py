"""Which words the questionnaire needs of every language, and which a language may have of its own.

Checked once, when the content is read: a missing word is reported with its file and key.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from survey.questionnaire.areas import words_needed
from survey.questionnaire.words import OWN, ContentError, Language

if TYPE_CHECKING:
    from survey.questionnaire.instrument import Content, Question


def needed_words(content: Content) -> Iterator[tuple[str, str]]:
    """Yield (where, key) for every word that the form asks a language for."""
    for kind in content.agencies:
        yield "agencies.toml", f"agency.{kind}.label"
        yield "agencies.toml", f"agency.{kind}.name"
        if content.agencies[kind].law:  # the police, fire and ambulance crews of its towns
            yield "agencies.toml", f"agency.{kind}.crews"
    for instrument in content.instruments.values():
        for screen in instrument.screens:
            yield instrument.id, f"screen.{screen}"
        for question in instrument.questions.values():
            yield from ((instrument.id, key) for key in question_words(question))


def question_words(question: Question) -> Iterator[str]:
    yield question.key()
    for code in question.scale.codes if question.scale else ():
        yield f"scale.{question.scale.id}.{code}"  # type: ignore[union-attr]
    for option in question.own_options:
        yield f"option.{question.id}.{option}"


def answer_words(question: Question, code: int, language: Language) -> str:
    """Return the words of one step of a question's scale: the language's own for this question,
    where the scale's do not answer it; else the scale's."""
    own = f"answer.{question.words or question.id}.{code}"
    scale = question.scale.id if question.scale else ""
    return language.say(own if language.has(own) else f"scale.{scale}.{code}")


def check_own_words(content: Content) -> None:
    """Raise ContentError where words of a language's own belong to no agency, question or step."""
    asked = {
        question.words or question.id: question
        for instrument in content.instruments.values()
        for question in instrument.questions.values()
    }
    for language in content.languages.values():
        for match in filter(None, map(OWN.fullmatch, language.words)):
            _, kind, id, code = match.groups()
            scale = asked[id].scale if id in asked else None
            if kind in content.agencies or (code and scale and int(code) in scale.codes):
                continue
            raise ContentError(
                f"{language.code}.toml: the key {match[0]} belongs to no question or agency."
            )


def needed_by_readers(content: Content) -> Iterator[tuple[str, str]]:
    """Yield (where, key) for every word that figures ask a language for."""
    for instrument in content.instruments.values():
        for question in instrument.questions.values():
            if question.is_measured or question.cut:
                yield instrument.id, question.key("title")
            if question.is_measured:
                yield instrument.id, question.key("finding")
            yield from ((instrument.id, f"cut_group.{question.id}.{g}") for g, _ in question.groups)
        for index in instrument.indexes:
            yield instrument.id, f"index.{index.id}.title"
            yield instrument.id, f"index.{index.id}.finding"
    for code in content.languages:
        yield "languages/", f"language_name.{code}"
    yield from (("areas.toml", key) for key in words_needed(content.areas))


def check_words(content: Content) -> None:
    """Raise ContentError where a language lacks a word that the structure needs."""
    asked = [(where, key, "languages") for where, key in needed_words(content)]
    asked += [(where, key, "readers") for where, key in needed_by_readers(content)]
    for where, key, folder in asked:
        for language in content.languages.values():
            if not language.has(key) and (folder == "languages" or language.reads):
                raise ContentError(
                    f"{folder}/{language.code}.toml: the key {key} is missing; {where} needs it."
                )
    check_own_words(content)
