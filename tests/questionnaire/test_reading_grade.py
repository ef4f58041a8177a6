"""Everybody can read it: the grade of every sentence that an attendee or a visitor meets.

English is measured by Flesch-Kincaid: grade 6 at most for who answers, 4 for children, 7 for who
reads results or organises. Spanish by Fernandez-Huerta: 60 at least. No sentence has 20 words; of
those about results and of the desk none has 26.

Both formulas count syllables and words per sentence and jump about below five words: "Somewhat"
is grade 8. So a text of five words and more is measured by itself. What is shorter is measured
together with the others of its table (all options, all titles), each as a sentence. Names are
not measured: of days, months, languages, agencies, and the census's names of groups of people.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
import textstat

from survey.questionnaire.content_files import FOLDER, read_content
from survey.questionnaire.words import PLACEHOLDER, flatten, read_toml

GRADE, CHILDS_GRADE, READERS_GRADE, EASE = 6, 4, 7, 60
SENTENCE, READERS_SENTENCE = 19, 25  # words
ENOUGH = 5  # words, for a measure of its own
ENOUGH_OF_FIGURES = 8  # captions and headings: long words, few of them
DATES = ("weekday.", "month.", "format.")
RACE = ("option.race.", "question.race.title")  # the census's names of groups
NAMES = (*DATES, *RACE, "agency.", "area.", "language.", "language_name.")
FIGURES = "figures/"  # before the keys of what only readers of results meet
PAGES = ("privacy.", "kept.", "accessibility.")  # of readers/: what an attendee may go on to
FILLED = {
    "en": {
        "community": "Maple Falls",
        "agency": "the police",
        "crews": "the police, sheriff, fire and ambulance crews",
        "opens": "May 5 at 5 p.m.",
        "places": "Maple Falls and Oak Hill",
        "members": "Maple Falls and Oak Hill",
        "place": "Maple Falls",
        "title": "Trust",
        "titles": "trust, respect and help",
        "question": "How much do you trust the police?",
        "value": "62%",
        "range": "52% to 71%",
        "finding": "trust the police a lot or completely",
        "day": "May 5, 2026",
        "season": "2026",
        "seasons": "2026",
    },
    "es": {
        "community": "Maple Falls",
        "agency": "la policía",
        "crews": "la policía, el sheriff, los bomberos y la ambulancia",
        "opens": "el 5 de mayo a las 5",
        "places": "Maple Falls y Oak Hill",
        "members": "Maple Falls y Oak Hill",
        "place": "Maple Falls",
        "title": "Confianza",
        "titles": "confianza, respeto y ayuda",
        "question": "¿Cuánto confía en la policía?",
        "value": "62 %",
        "range": "52 % a 71 %",
        "finding": "confía mucho o totalmente en la policía",
        "day": "5 de mayo de 2026",
        "season": "2026",
        "seasons": "2026",
    },
}


def childrens_keys() -> tuple[str, ...]:
    """Return how the keys begin whose words children meet."""
    instrument = read_content().instruments["2026"]
    asked = [one for one in instrument.questions.values() if one.audiences == ("child",)]
    own = {f"screen.{one.screen}" for one in asked}
    return ("question.c_", "option.c_", "scale.child4.", *sorted(own))


def texts(language: str) -> Iterator[tuple[str, str]]:
    """Yield (key, text) with something in place of each {placeholder}."""
    words = flatten(read_toml(FOLDER / "languages" / f"{language}.toml"))
    pages = flatten(read_toml(FOLDER / "readers" / f"{language}.toml"))
    pages |= flatten(read_toml(FOLDER / "desk" / f"{language}.toml"))
    words |= {f"{FIGURES * (not key.startswith(PAGES))}{key}": pages[key] for key in pages}
    for key, text in words.items():
        if not key.removeprefix(FIGURES).startswith(NAMES):
            yield key, PLACEHOLDER.sub(lambda match: FILLED[language].get(match[1], "5"), text)


def measured(language: str) -> Iterator[tuple[str, str]]:
    """Yield (key, text): long texts as they are, the short ones of a table as one."""
    short: dict[str, list[str]] = defaultdict(list)
    children = childrens_keys()
    for key, text in texts(language):
        if len(text.split()) >= (ENOUGH_OF_FIGURES if key.startswith(FIGURES) else ENOUGH):
            yield key, text
        elif not key.startswith(children):
            short[key.partition(".")[0]].append(text.rstrip(".:?!…"))
        else:
            short["question.c_"].append(text.rstrip(".:?!…"))
    for table, all_parts in short.items():
        parts = dict.fromkeys(all_parts)  # "Not at all" ends three scales and is read once
        if len(" ".join(parts).split()) >= 4 * ENOUGH:
            yield table, f"{'. '.join(parts)}."


@pytest.fixture
def spanish() -> Iterator[None]:
    textstat.set_lang("es")
    yield
    textstat.set_lang("en_US")


def test_english_is_read_in_sixth_grade_and_by_children_in_fourth():
    children = childrens_keys()
    hard = {}
    for key, text in measured("en"):
        most = READERS_GRADE if key.startswith(FIGURES) else GRADE
        most = CHILDS_GRADE if key.startswith(children) else most
        if (grade := textstat.flesch_kincaid_grade(text)) > most:
            hard[key] = f"{grade:.1f}: {text}"
    assert hard == {}


@pytest.mark.usefixtures("spanish")
def test_spanish_is_easy_to_read():
    hard = {}
    for key, text in measured("es"):
        if (ease := textstat.fernandez_huerta(text)) < EASE:
            hard[key] = f"{ease:.0f}: {text}"
    assert hard == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_sentence_is_long(language):
    sentences = [
        (key, sentence)
        for key, text in texts(language)
        for sentence in re.split(r"(?<=[.?!])\s+", text)
    ]
    assert len(sentences) > 300
    most = {True: READERS_SENTENCE, False: SENTENCE}
    long = [pair for pair in sentences if len(pair[1].split()) > most[pair[0].startswith(FIGURES)]]
    assert long == []


def test_the_measure_tells_easy_from_hard():
    """The formulas are the published ones: worked out by hand for one sentence each."""
    # 8 words, 1 sentence, 8 syllables: 0.39 * 8 + 11.8 * 1 - 15.59
    easy = "The dog ran to the park with us."
    assert textstat.flesch_kincaid_grade(easy) == pytest.approx(-0.67)
    hard = "Institutional accountability necessitates comprehensive organisational transparency."
    assert textstat.flesch_kincaid_grade(hard) > 20
