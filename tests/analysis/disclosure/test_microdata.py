"""A research file: nobody stands apart by traits, and no answer follows from being in a group."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure.microdata import problems, research_file

TRAITS = ("season", "state", "county", "age", "race", "language")
ITEMS = ["trust", "again"]

people_at_random = st.lists(
    st.tuples(
        st.sampled_from([2025, 2026]),
        st.sampled_from(["alder", "birch"]),
        st.sampled_from(["18-34", "55+"]),
        st.sampled_from(["white", "black", "other"]),
        st.sampled_from(["en", "es"]),
        st.sampled_from([-3, -1, 1, 2, 3, 4, 5]),
        st.sampled_from([-1, 1, 3, 3, 3, 3, 3]),
    ),
    max_size=250,
)


def frame(rows):
    columns = ["season", "county", "age", "race", "language", *ITEMS]
    return pd.DataFrame(rows, columns=columns).assign(state="Oregon", event="birch-fair", key="x")


def combinations(rows):
    """By hand: traits -> the people who share them."""
    found = defaultdict(list)
    for row in rows.to_dict("records"):
        found[tuple(row[trait] for trait in TRAITS)].append(row)
    return found


@given(people_at_random, st.integers(0, 5))
def test_whoever_is_in_it_shares_their_traits_with_ten_others(rows, seed):
    made, report = research_file(frame(rows), ITEMS, random.Random(seed))
    for people in combinations(made).values():
        assert len(people) >= 11
        for item in ITEMS:
            answers = Counter(person[item] for person in people if person[item] > 0)
            if answers:
                assert len(answers) >= 3
                assert max(answers.values()) <= 0.9 * sum(answers.values())
    assert report.kept == len(made)
    assert report.kept + report.dropped == report.people == len(rows)
    assert problems(made, ITEMS) == []


@given(people_at_random)
def test_no_answer_is_made_up_and_none_moves_to_another_season(rows):
    made, _ = research_file(frame(rows), ITEMS, random.Random(1))
    stored = Counter((row[0], row[5]) for row in rows)
    assert not Counter(zip(made["season"], made["trust"], strict=True)) - stored


def test_it_holds_traits_answers_and_new_numbers_in_another_order():
    rows = [(2026, "alder", "18-34", "white", "en", 1 + i % 5, 1 + i % 3) for i in range(200)]
    made, report = research_file(frame(rows), ITEMS, random.Random(3))
    assert list(made.columns) == ["person", *TRAITS, *ITEMS]
    assert made["person"].tolist() == list(range(1, 201))
    assert made["trust"].tolist() != [row[5] for row in rows]
    assert report.coarsened == report.withheld == {}


def test_what_stands_apart_is_coarsened_and_then_left_out():
    many = [(2026, "alder", "18-34", "white", "en", 1 + i % 5, 1 + i % 3) for i in range(60)]
    few = [(2026, "alder", "18-34", race, "en", 1 + i % 5, 1 + i % 3)
           for i, race in enumerate(["black", "other"] * 6)]  # fmt: skip
    alone = [(2025, "birch", "55+", "white", "es", 3, 1)]
    made, report = research_file(frame([*many, *few, *alone]), ITEMS, random.Random(3))
    assert Counter(made["race"]) == {"white": 60, "any": 12}
    assert report.coarsened == {"race": 12}
    assert report.dropped == 1
    assert "fewer than 11 left out" in " ".join(report.lines())


def test_answers_that_are_all_alike_are_withheld():
    rows = [(2026, "alder", "18-34", "white", "en", 1 + i % 5, 3) for i in range(50)]
    made, report = research_file(frame(rows), ITEMS, random.Random(3))
    assert set(made["again"]) == {-6}
    assert report.withheld == {"again": 50}
    same = [(2026, "alder", "18-34", "white", "en", 4, 1 + i % 3) for i in range(50)]
    made, report = research_file(frame(same), ITEMS, random.Random(3))
    assert (len(made), report.dropped) == (0, 50)


@pytest.mark.parametrize("broken", ["few", "alike"])
def test_the_check_finds_a_file_that_breaks_the_rule(broken):
    rows = [(2026, "alder", "18-34", "white", "en", 1 + i % 5, 1 + i % 3) for i in range(20)]
    made, _ = research_file(frame(rows), ITEMS, random.Random(3))
    assert problems(made, ITEMS) == []
    spoilt = made.head(10) if broken == "few" else made.assign(trust=4)
    assert problems(spoilt, ITEMS) != []
