"""The desk speaks as its volunteers do: no word that only programmers and statisticians use."""

from __future__ import annotations

import re

import pytest

from survey.questionnaire.content_files import FOLDER, read_content
from survey.questionnaire.words import flatten, read_toml

NEVER = {
    "en": (
        "slug", "token", "channel", "entry point", "wave", "instrument", "module", "rehearsal",
        "flagged", "quarantined", "pooled", "suppressed", "deploy", "audit", "retention",
        "invalid", "session", "oops", "please wait", "are you sure",
    ),
    "es": (
        "slug", "token", "canal", "ola", "instrumento", "módulo", "ensayo", "cuarentena",
        "suprimid[oa]s?", "desplegar", "auditoría", "retención", "inválid[oa]s?",
        "sesión", "vaya", "está segur[oa]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", NEVER)
def test_no_sentence_holds_a_word_of_the_trade(language: str):
    words = flatten(read_toml(FOLDER / "desk" / f"{language}.toml"))
    never = re.compile(rf"\b({'|'.join(NEVER[language])})\b", re.IGNORECASE)
    shown = {key: re.sub(r"\{\w+\}", "", text) for key, text in words.items()}
    assert {key: text for key, text in shown.items() if never.search(text)} == {}


@pytest.mark.parametrize("language", NEVER)
def test_nothing_is_shouted(language: str):
    words = flatten(read_toml(FOLDER / "desk" / f"{language}.toml"))
    assert {key: text for key, text in words.items() if "!" in text} == {}


def test_an_abbreviation_ends_its_sentence_with_one_full_stop():
    english = read_content().languages["en"]
    assert english.say("desk.night.opens", moment="Tuesday at 5:00 p.m.").endswith("at 5:00 p.m.")
    assert english.say("desk.night.opens", moment="Tuesday at 17:00").endswith("at 17:00.")
