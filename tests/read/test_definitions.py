"""How to read this: every measure is told from the questionnaire, in words that are easy."""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path

import pytest
from flask import Flask

from analysis.measures import LEAST
from analysis.release.verdict import smallest_for
from analysis.tabulation.rounding import BANDS, TAIL
from survey.questionnaire.content_files import read_content
from survey.read import definitions
from survey.release.about import EXAMPLES
from survey.storage import db, release_store
from tests.pages.test_pages import FORBIDDEN

ROOT = Path(__file__).parents[2]
GRADE = 8.0  # Flesch-Kincaid: what a fourteen-year-old reads with ease


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def page_in(app: Flask, language: str) -> str:
    reply = app.test_client().get(f"/how-to-read?lang={language}")
    assert reply.status_code == 200
    return text_of(reply.text)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_measure_of_the_release_is_told(shown: Flask, language: str):
    page = page_in(shown, language)
    words = read_content().languages[language]
    with shown.app_context():
        now = release_store.current(db.session())
    assert now
    for subject in now.subjects:
        name = now.words(subject.measure, "")
        assert words.say(f"{name}.title") in page
        if words.has(f"{name}.ask"):
            for asked in re.split(r"\{\w+\}", words.say(f"{name}.ask")):
                assert asked.strip() in page
        if subject.agency:
            assert words.say(f"agency.{subject.agency}.label") in page


def test_a_measure_is_told_by_its_own_codes(shown: Flask):
    page = page_in(shown, "en")
    assert "the share of people who said “A lot” or “Completely”" in page
    assert "the share of people who said “Yes”, of all" in page  # a scale of three
    assert "“Yes, from before” or “Yes, I met one at this event”" in page  # a choice
    assert "At least 3 of the 4 questions".lower() in page.lower()
    assert "Trust, Respect, Listening and At ease asking for help" in page
    assert "how much would you want to ask the police?”" in page  # as it was asked before
    assert re.search(r"Through 20\d\d, it read", page)


def test_an_example_is_a_released_row(shown: Flask):
    page = page_in(shown, "en")
    with shown.app_context():
        now = release_store.current(db.session())
        assert now
        row = definitions.example(db.session(), now)
    assert row is not None
    assert row["value"] is not None
    assert f"{row['n']} answers" in page
    assert "One line, step by step" in page


def test_the_steps_are_those_of_the_release():
    assert definitions.LEAST == LEAST
    assert BANDS[1].least == definitions.IN_NUMBERS
    told = [(band.least, band.most, band.step, f"{TAIL * band.step:g}") for band in BANDS]
    assert [step[:3] for step in definitions.STEPS] == [band[:3] for band in told]
    assert [step.tail for step in definitions.STEPS[1:]] == [band[3] for band in told[1:]]


@pytest.mark.parametrize("language", ["en", "es"])
def test_how_far_it_must_move_is_computed_by_the_release(shown: Flask, language: str):
    words = read_content().languages[language]
    points = {f"points_{n}": ceil(100 * smallest_for(n)) for n in EXAMPLES}
    assert list(points.values()) == sorted(points.values(), reverse=True)
    assert 20 < points["points_100"] < 30
    assert text_of(words.say("reading_guide.change_size", **points)) in page_in(shown, language)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_rung_is_explained(shown: Flask, language: str):
    page = page_in(shown, language)
    say = read_content().languages[language].say
    for key in ("crowd", "clear", "years", "since", "range", "unclear", "few", "wording", "all"):
        assert text_of(say(f"reading_guide.change_{key}")) in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_step_of_rounding_is_on_the_page(shown: Flask, language: str):
    page = page_in(shown, language)
    say = read_content().languages[language].say
    for step in definitions.STEPS[1:]:
        for number in (step.step, step.tail):
            assert text_of(say("format.percent", number=number)) in page


def test_results_and_data_lead_to_it(shown: Flask):
    for address in (
        "/results",
        "/results/buffalo",
        "/results/compare?c=buffalo&c=liberty",
        "/data",
    ):
        assert 'href="/how-to-read?lang=en"' in shown.test_client().get(address).text


def test_before_the_first_release_it_is_there_too(sqlite_app: Flask):
    page = page_in(sqlite_app, "en")
    assert "Why small places are shown in words" in page
    assert "What is measured" not in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_promises_no_more_than_the_numbers_hold(shown: Flask, language: str):
    page = page_in(shown, language).lower()
    for word in FORBIDDEN:
        assert word not in page


def syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1
    return max(1, groups - silent)


def test_it_is_easy_to_read():
    words = read_content().languages["en"].words
    told = [text for key, text in words.items() if key.startswith("reading_guide.")]
    text = re.sub(r"\{\w+\}|\(.*?\)", "ten", " ".join(f"{one}." for one in told))
    sentences = [one for one in re.split(r"[.:?!]+\s", text) if one.strip(" .")]
    each = re.findall(r"[A-Za-z']+", text)
    grade = 0.39 * len(each) / len(sentences)
    grade += 11.8 * sum(map(syllables, each)) / len(each) - 15.59
    assert grade <= GRADE
