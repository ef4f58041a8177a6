"""Everybody can read it: the grade of every sentence that an attendee or a visitor meets.

English is measured by Flesch-Kincaid: grade 6 at most for adults, 4 for children. Spanish by
Fernandez-Huerta: 60 at least. No sentence has 20 words.

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

from survey.instrument import FOLDER, read_content
from survey.words import PLACEHOLDER, flatten, read_toml

GRADE, CHILDS_GRADE, EASE = 6, 4, 60
SENTENCE = 19  # words
ENOUGH = 5  # words, for a measure of its own
NAMES = ("agency.", "weekday.", "month.", "language.", "format.", "option.race.")
PAGES = ("privacy.", "kept.", "accessibility.")  # of readers/: what an attendee may go on to
FILLED = {
    "en": {
        "community": "Maple Falls",
        "agency": "the police",
        "crews": "the police, sheriff, fire and ambulance crews",
        "opens": "May 5 at 5 p.m.",
    },
    "es": {
        "community": "Maple Falls",
        "agency": "la policía",
        "crews": "la policía, el sheriff, los bomberos y la ambulancia",
        "opens": "el 5 de mayo a las 5",
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
    words |= {key: text for key, text in pages.items() if key.startswith(PAGES)}
    for key, text in words.items():
        if not key.startswith(NAMES):
            yield key, PLACEHOLDER.sub(lambda match: FILLED[language].get(match[1], "5"), text)


def measured(language: str) -> Iterator[tuple[str, str]]:
    """Yield (key, text): long texts as they are, the short ones of a table as one."""
    short: dict[str, list[str]] = defaultdict(list)
    children = childrens_keys()
    for key, text in texts(language):
        if len(text.split()) >= ENOUGH:
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
        most = CHILDS_GRADE if key.startswith(children) else GRADE
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
    assert [pair for pair in sentences if len(pair[1].split()) > SENTENCE] == []


def test_the_measure_tells_easy_from_hard():
    """The formulas are the published ones: worked out by hand for one sentence each."""
    # 8 words, 1 sentence, 8 syllables: 0.39 * 8 + 11.8 * 1 - 15.59
    easy = "The dog ran to the park with us."
    assert textstat.flesch_kincaid_grade(easy) == pytest.approx(-0.67)
    hard = "Institutional accountability necessitates comprehensive organisational transparency."
    assert textstat.flesch_kincaid_grade(hard) > 20
