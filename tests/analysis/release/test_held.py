"""What held answers could do to a figure, against every whole-number case; and what is told."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from analysis.measures import Measure
from analysis.release.counties import InMemory
from analysis.release.county import Part
from analysis.release.held import HeldCount, HeldIn, held_notes, views

TRUST = Measure("trust", "police", favourable=(4, 5), panel="adults")
TEENS = Measure("teen.trust", "police", favourable=(4, 5), panel="teens", audience="teen")
ROW = {
    "season": 2026, "state": "OR", "county": "Alder", "panel": "adults", "cut": "total",
    "group": "", "community": "maple-falls", "members": "", "measure": "trust", "agency": "police",
    "wording": "1", "unit": "share", "n_low": 100, "value": 0.6, "value_low": 0.575,
    "value_high": 0.625,
}  # fmt: skip
HERE = HeldIn(2026, "OR", "Alder", "maple-falls", "adult", "event")


def notes(rows: list[dict[str, object]], held: dict[HeldIn, HeldCount]) -> list[tuple[object, ...]]:
    found = held_notes(pd.DataFrame(rows), [TRUST, TEENS], held)
    return [(n.kind, n.reason, n.community, n.measure, n.value) for n in found]


@pytest.mark.parametrize(("n", "held"), [(30, 5), (100, 40), (300, 10), (11, 100)])
def test_the_range_holds_whatever_held_answers_say(n: int, held: int):
    """Every count that the band allows, every answer of those who wait."""
    least, most = 0.55, 0.65
    low, high, settled = views(n, least, most, held)
    farthest = 0.0
    for top in range(math.ceil(n * least), math.floor(n * most) + 1):
        for more in range(held + 1):
            share = (top + more) / (n + held)
            assert low - 1e-9 <= share <= high + 1e-9
            farthest = max(farthest, abs(share - top / n))
    assert farthest <= 0.05 or not settled


def test_without_held_answers_nothing_is_said():
    assert notes([ROW], {}) == []


def test_numbers_are_rounded_up_and_the_range_is_of_published_numbers_alone():
    """41 held and 45 held give the same notes: what is told is made of what is shown."""
    told = [notes([ROW], {HERE: HeldCount(count, 0)}) for count in (41, 45)]
    assert told[0] == told[1]
    assert told[0] == [
        ("held", "waiting", "maple-falls", "", 45),
        ("held_low", "not_settled", "maple-falls", "trust", 0.39),
        ("held_high", "not_settled", "maple-falls", "trust", 0.75),
    ]


def test_few_are_settled_and_those_left_out_move_nothing():
    assert notes([ROW], {HERE: HeldCount(3, 12)}) == [
        ("held", "waiting", "maple-falls", "", 5),
        ("held", "left_out", "maple-falls", "", 15),
        ("held_low", "settled", "maple-falls", "trust", 0.54),
        ("held_high", "settled", "maple-falls", "trust", 0.65),
    ]
    assert notes([ROW], {HERE: HeldCount(0, 12)}) == [("held", "left_out", "maple-falls", "", 15)]


def test_they_belong_to_their_place_season_and_sample_and_to_what_it_is_shown_with():
    rows = [
        {**ROW, "community": "elm-grove"},
        {**ROW, "community": "other", "members": "elm-grove|maple-falls"},
        {**ROW, "community": ""},
        {**ROW, "season": 2025},
        {**ROW, "county": "Baker"},
        {**ROW, "cut": "age"},
        {**ROW, "measure": "teen.trust"},
    ]
    found = [one[2:4] for one in notes(rows, {HERE: HeldCount(9, 0)}) if one[0] == "held_low"]
    assert found == [("other", "trust"), ("", "trust")]


def test_a_score_is_told_in_its_own_unit():
    row = {**ROW, "unit": "score", "value_low": 57.5, "value_high": 62.5}
    found = notes([row], {HERE: HeldCount(45, 0)})
    assert [one[4] for one in found] == [45, 39.0, 75.0]


def of_cards(value: float, **more: object) -> dict[str, object]:
    ends = {"value": value, "value_low": value - 0.025, "value_high": value + 0.025, "n_low": 40}
    return {**ROW, "cut": "card", "group": "with_card", **ends, **more}


@pytest.mark.parametrize(
    ("value", "reason", "low", "high"),
    [
        (0.65, "settled", 0.57, 0.675),
        (0.55, "settled", 0.525, 0.63),
        (0.66, "not_settled", 0.57, 0.685),
        (0.4, "not_settled", 0.375, 0.63),
    ],
)
def test_answers_with_a_card_are_one_more_view(value: float, reason: str, low: float, high: float):
    """The range spans both printed figures; more than 5 points apart is not settled."""
    assert notes([ROW, of_cards(value)], {}) == [
        ("verified", reason, "maple-falls", "trust", pytest.approx(math.nan, nan_ok=True)),
        ("held_low", reason, "maple-falls", "trust", low),
        ("held_high", reason, "maple-falls", "trust", high),
    ]


def test_all_views_are_in_one_range_and_each_can_unsettle_it():
    held = notes([ROW, of_cards(0.62)], {HERE: HeldCount(45, 0)})
    assert [one[:2] for one in held] == [
        ("held", "waiting"), ("verified", "settled"), ("held_low", "not_settled"),
        ("held_high", "not_settled"),
    ]  # fmt: skip
    assert [one[4] for one in held[2:]] == [0.39, 0.75]
    assert notes([ROW, of_cards(0.9)], {HERE: HeldCount(3, 0)})[-1][1:] == (
        "not_settled", "maple-falls", "trust", 0.925,
    )  # fmt: skip


def test_of_thirds_the_nearest_ends_are_compared():
    third = {"value": math.nan, "value_low": 1 / 3, "value_high": 2 / 3}
    for value, reason in ((0.7, "settled"), (0.75, "not_settled"), (0.2, "not_settled")):
        found = notes([{**ROW, **third}, of_cards(value)], {})
        assert found[0][:2] == ("verified", reason), value


def test_a_card_s_figure_belongs_to_its_own_total():
    for name, other in (
        ("community", "elm-grove"), ("season", 2025), ("county", "Baker"), ("wording", "2"),
        ("agency", "fire"), ("members", "a|b"), ("group", "without"), ("cut", "age"),
    ):  # fmt: skip
        assert notes([ROW, of_cards(0.9, **{name: other})], {}) == [], name


def test_of_a_county_no_more_is_read_than_its_totals_and_those_with_a_card():
    rows = [ROW, of_cards(0.9), of_cards(0.1, group="without"), {**ROW, "cut": "age"}]
    figures = pd.DataFrame(rows)
    county = InMemory(("OR", "Alder"), figures.iloc[:0], None, Part(figures, figures.iloc[:0], []))
    assert county.views()["value"].tolist() == [0.6, 0.9]
    assert county.views()["cut"].tolist() == ["total", "card"]
