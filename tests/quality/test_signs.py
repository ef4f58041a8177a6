"""Signs of stuffing on evenings whose truth is known (benchmarks/crowds.py draws them).

The rates are those of `python -m benchmarks.stuffing`, on fewer evenings.
"""

from __future__ import annotations

import random
from statistics import fmean

import pytest

from benchmarks.crowds import ATTACKS, HONEST, Night, evening, patient
from benchmarks.stuffing import BIAS, HONEST_HELD, RECALL, held_of, judge, scenario
from survey.quality.signs import FEWEST_ALIKE, FEWEST_ALONE, more_than_chance

SEEDS = range(100, 103)  # others than those of the benchmark's table
SCRIPT = "a script, one opened form"


@pytest.mark.parametrize("crowd", HONEST)
def test_an_honest_crowd_counts(crowd: str):
    found = scenario(SEEDS, 400, HONEST[crowd])
    assert max(one.honest for one in found) <= HONEST_HELD


def test_all_honest_crowds_together_count():
    (found,) = scenario([7], 400, *HONEST.values())
    assert found.honest <= HONEST_HELD


@pytest.mark.parametrize("attack", [name for name in ATTACKS if name != SCRIPT])
def test_what_was_stuffed_waits_and_guests_count(attack: str):
    found = scenario(SEEDS, 400, ATTACKS[attack])
    assert min(one.raw for one in found) > BIAS  # it would have moved the figure
    assert fmean(one.recall for one in found) >= RECALL
    assert fmean(one.honest for one in found) <= HONEST_HELD
    assert max(one.bias for one in found) <= BIAS


def test_a_script_in_a_busy_hour_is_told_from_guests_as_far_as_answers_tell():
    """Guests as content as the script, at that poster in that hour, wait with it."""
    found = scenario(SEEDS, 400, ATTACKS[SCRIPT])
    assert min(one.recall for one in found) >= 0.9
    assert max(one.honest for one in found) <= 0.05
    assert max(one.bias for one in found) <= BIAS


def test_a_patient_stuffer_leaves_no_sign_and_stays_within_the_range():
    found = scenario(range(100, 110), 400, patient)
    assert max(one.recall for one in found) == 0
    assert fmean(one.covered for one in found) >= 0.95


def test_the_order_of_the_answers_does_not_matter():
    night = evening(3, *ATTACKS.values())
    before = held_of(night)
    random.Random(5).shuffle(night.rows)
    assert before
    assert held_of(night) == before


@pytest.mark.parametrize(("copies", "waits"), [(FEWEST_ALIKE - 1, False), (FEWEST_ALIKE, True)])
def test_the_same_form_waits_from_eight_times_on(copies: int, waits: bool):
    night = evening(11)
    odd = dict(night.rows[0].answers) | {"age": "75+", "race": ["pacific"], "live": "no"}
    for _ in range(copies):
        night.add(odd, "ENTRNC", "2026-08-04T18")
    assert bool(held_of(night)) == waits


def test_where_everybody_is_content_the_same_form_is_no_sign():
    night = Night(random.Random(1))
    for number in range(90):
        given: dict[str, object] = dict.fromkeys(
            ("trust.police", "fair.police", "listen.police"), 5
        )
        given |= {"met": ["police"], "again": 3, "live": "yes", "first": ("yes", "no")[number % 2]}
        night.add(given, "ENTRNC", "2026-08-04T18")
        if number < 30:
            night.add(given | {"again": 1 + number % 2}, "FOODTA", "2026-08-04T18")
    assert held_of(night) == {}


@pytest.mark.parametrize(("copies", "waits"), [(FEWEST_ALONE - 1, False), (FEWEST_ALONE, True)])
def test_hundreds_that_are_the_same_wait_where_there_is_no_crowd(copies: int, waits: bool):
    night = evening(2, people=8)
    for _ in range(copies):
        night.add(night.rows[0].answers | {"age": "75+"}, "ENTRNC", "2026-08-04T18")
    assert (len(held_of(night)) >= copies) == waits


def test_chance_is_poisson_s():
    """R: ppois(7, 1, lower.tail = FALSE) = 1.02e-05; ppois(9, 1, ...) = 1.11e-07."""
    assert not more_than_chance(8, 1.0)
    assert more_than_chance(10, 1.0)
    assert not more_than_chance(3, 3.0)


def test_a_night_without_answers_has_no_sign():
    assert judge_nothing() == {}


def judge_nothing() -> dict[object, str]:
    return held_of(Night(random.Random(0)))


def test_the_judge_sees_a_detector_that_holds_everybody(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.stuffing.held_of", lambda night: {1: "alike"})
    assert judge(evening(1)).honest > 0
