"""The questionnaire as a tagged PDF, in every language that our fonts can set.

The words are those that people read; `templates/package/questionnaire.typ` lays them out. Ids,
versions and codes stand beside them, as in the codebook.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from survey.config import ROOT
from survey.questionnaire.instrument import AGENCIES, DONT_KNOW, Content, Question
from survey.questionnaire.words import REFERENCE, Language
from survey.read.questionnaire_tables import answers
from survey.read.typeset import family_for, in_our_letters, pdf
from survey.storage.models import Release

TEMPLATE = ROOT / "templates" / "package" / "questionnaire.typ"


def questionnaires(content: Content, release: Release) -> Iterator[tuple[str, bytes]]:
    """Yield (language code, PDF) of each language that can be set without loss."""
    made_at = int(release.made_at.timestamp())
    for language in content.languages.values():
        family = family_for(language)
        if family is not None:
            said = json.dumps(told(content, language), ensure_ascii=False)
            inputs = {"said": in_our_letters(said, family), "family": family}
            yield language.code, pdf(TEMPLATE, inputs, made_at)


def told(content: Content, language: Language) -> dict[str, Any]:
    """Return what stands in the PDF, in order. What is no question is said in the language where
    it is one of readers, else in English."""
    around = language if language.reads else content.languages[REFERENCE]
    return {
        "language": language.code,
        "around": around.code,
        "title": f"{around.say('site.name')}: {around.say('data.questionnaire')}",
        "name": language.name,
        "draft": "" if language.reviewed else around.say("data.questionnaire_draft"),
        "note": around.say("data.questionnaire_note"),
        "questionnaires": [
            {
                "title": around.say("data.questionnaire_of", season=instrument.id),
                "questions": [
                    asked(content, question, language) for question in instrument.questions.values()
                ],
            }
            for instrument in reversed(list(content.instruments.values()))
        ],
    }


def asked(content: Content, question: Question, language: Language) -> dict[str, Any]:
    """Return one question with its answers, and the ids and codes of both."""
    about = (question.id, f"v{question.version}", *question.audiences, *question.waves)
    return {
        "text": language.words[question.key()],
        "about": " · ".join(about),
        "answers": list(choices(content, question, language)),
    }


def choices(content: Content, question: Question, language: Language) -> Iterator[tuple[str, str]]:
    """Yield (words, id or code) of each answer; agencies one by one."""
    for code, option, label, _ in answers(content, question, language):
        if option == AGENCIES:
            for kind in content.agencies:
                yield language.words[f"agency.{kind}.label"], kind
        else:
            yield label, option or str(code)
    if question.dont_know:
        yield language.words["option.any.dont_know"], str(DONT_KNOW)
