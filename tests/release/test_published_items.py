"""Whatever the questionnaire asks is told: every question of every audience and wave."""

from __future__ import annotations

import itertools

import pytest

from survey.questionnaire.content_files import read_content
from survey.questionnaire.instrument import WAVES, Content
from survey.release.measure_catalogue import asked_in, cuts_of, measures_of

SAMPLES = list(itertools.product(("adult", "teen", "child"), WAVES))


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content()


@pytest.mark.parametrize(("audience", "wave"), SAMPLES)
def test_every_question_has_a_figure(content: Content, audience: str, wave: str):
    """Beside figures: groups of tables, gates (who may answer at all) and comments, which a
    person reads."""
    measures = measures_of(content, list(content.agencies))
    told = {(asked_in(content, measure), measure.audience, measure.wave) for measure in measures}
    cuts = cuts_of(content)
    untold = [
        question.id
        for question in content.current.questions.values()
        if audience in question.audiences and wave in question.waves
        if not question.gate and question.kind != "text" and question.id not in cuts
        if (question.id, audience, wave) not in told
    ]
    assert untold == []


def test_every_option_of_several_has_a_figure(content: Content):
    measures = measures_of(content, ["police", "fire"])
    adults = {(m.id, m.agency) for m in measures if m.sample == ("adult", "event")}
    topics = content.current.questions["topics"].options
    assert {(f"topics.{option}", "") for option in topics} <= adults
    met = {("met", "police"), ("met", "fire"), ("met.others", ""), ("met.nobody", "")}
    assert met <= adults
    assert ("met", "sheriff") not in adults  # no sheriff anywhere


def test_ids_say_whose_answers_they_are(content: Content):
    found = {m.id: m.sample for m in measures_of(content, ["police"])}
    assert found["trust"] == ("adult", "event")
    assert found["teen.trust"] == ("teen", "event")
    assert found["leaving.trust"] == ("adult", "leaving")
    assert found["leaving.teen.index"] == ("teen", "leaving")
    assert found["c_police"] == ("child", "event")
    assert found["after.trust"] == found["then.trust"] == found["more.trust"]
    assert found["f_talk"] == ("adult", "follow-up")
    assert len(found) == len(measures_of(content, ["police"]))  # no id twice
