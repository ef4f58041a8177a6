"""From the declared frame to numbers per person, and the weighted view on them."""

from dataclasses import replace

import numpy as np
import pytest

from analysis import (
    CannotCompare,
    CannotWeight,
    design,
    kitagawa,
    margin,
    mean_range,
    mean_second_view,
    net,
    paired,
    person_items,
    person_nets,
    person_values,
    reliability,
    season_wordings,
    share_range,
    share_second_view,
)
from analysis.estimators.reliability import checked_indexes
from analysis.measures import answers, score
from tests.analysis.made_up import AGAIN, ALPHA, BETA, INDEX, TRUST, people, together

FRAME = together(people(ALPHA, 400, events=10, trust=[5, 4, 3, 2, -1, -3, -2, 5]))


def test_who_gave_no_answer_has_no_value():
    values = person_values(FRAME[:8], TRUST)
    assert values[[0, 1, 2, 3, 7]].tolist() == [1, 1, 0, 0, 1]
    assert np.isnan(values[4:7]).all()
    found = share_range(person_values(FRAME, TRUST), design(FRAME["event"]), rho=0.05)
    told = answers(FRAME, TRUST)
    assert (found.n, found.value) == (told.valid.sum(), told.top.sum() / told.valid.sum())


def test_scores_are_those_of_the_release():
    values, points = person_values(FRAME, INDEX), score(FRAME, INDEX)
    assert values == pytest.approx(points, nan_ok=True)
    assert mean_range(values, design(FRAME["event"]), rho=0.05).n == (~np.isnan(points)).sum()


def test_the_net_share_and_its_range():
    told, z = answers(FRAME, TRUST), person_nets(FRAME, TRUST)
    found = mean_range(z, design(FRAME["event"]), rho=0.05)
    assert found.value == pytest.approx(net(told.valid, told.top, told.bottom))
    assert -1 <= found.low < found.value < found.high <= 1
    with pytest.raises(ValueError, match="no net"):
        person_nets(FRAME, INDEX)


def test_other_audiences_have_no_value():
    teens = FRAME.assign(audience="teen")
    assert np.isnan(person_values(teens, TRUST)).all()
    assert np.isnan(person_items(teens, INDEX)).all()
    assert np.isnan(person_values(FRAME.drop(columns="again"), AGAIN)).all()


def test_items_for_reliability_and_for_pairs():
    items = person_items(FRAME, INDEX)
    assert items.shape == (len(FRAME), 4)
    assert set(items[~np.isnan(items)].tolist()) <= {1, 2, 3, 4, 5}
    found = paired(items[:, 0], items[:, 1], favourable=(4, 5))
    assert found.pairs == (~np.isnan(items[:, :2]).any(axis=1)).sum()
    with pytest.raises(ValueError, match="lacks"):
        person_items(FRAME, replace(INDEX, agency="fire"))


def test_reliability_of_a_frame_is_that_of_the_release():
    alike = {
        f"{item}.police": np.where(np.arange(len(FRAME)) % k, FRAME["trust.police"], 3)
        for item, k in (("fair", 5), ("listen", 4), ("approach", 3))
    }
    frame = FRAME.assign(**alike)
    found = reliability(person_items(frame, INDEX))
    assert found.holds
    told = checked_indexes(frame, [INDEX])[2026, "index", "police"]
    assert told is not None
    assert [told.n, told.alpha, told.omega] == pytest.approx([found.n, found.alpha, found.omega])


def test_wordings_of_seasons_are_walls():
    frame = together(
        people(ALPHA, 90, season=2024, instrument="2025a"),
        people(ALPHA, 90, season=2025, instrument="2026a"),
        people(BETA, 90, season=2025, instrument="2026b"),
        people(ALPHA, 90, season=2026, instrument="2026b"),
        elsewhere=0,
    )
    assert season_wordings(frame, TRUST) == {2024: "1", 2025: "1+2", 2026: "2"}
    alpha = frame[frame["community"] == "alpha"]
    assert season_wordings(alpha, TRUST) == {2024: "1", 2025: "1", 2026: "2"}
    silent = alpha.assign(**{"trust.police": np.where(alpha["season"] == 2024, -4, 3)})
    assert list(season_wordings(silent, TRUST)) == [2025, 2026]
    told = season_wordings(alpha, TRUST)
    with pytest.raises(CannotCompare, match="different words"):
        kitagawa([90], [0.5], [90], [0.5], wording=(told[2025], told[2026]))


def half_young(seed=3, n=600):
    """Young people trust less and came less often than they live there."""
    rng = np.random.default_rng(seed)
    young = rng.random(n) < 0.25
    y = (rng.random(n) < np.where(young, 0.4, 0.8)).astype(float)
    y[rng.random(n) < 0.1] = np.nan
    age = np.where(young, "young", "old")
    return y, margin("age", age, {"young": 5000, "old": 5000}), design(np.arange(n) % 12)


def test_the_second_view_says_when_who_answered_matters():
    y, age, of = half_young()
    found = share_second_view(y, [age], of, rho=0.05)
    assert found.matters
    assert found.difference < -0.05
    assert found.weighted.n == found.headline.n == (~np.isnan(y)).sum()
    young = age.codes == 0
    expected = (np.nanmean(y[young]) + np.nanmean(y[~young])) / 2
    assert found.weighted.value == pytest.approx(expected)
    score = mean_second_view(100 * y, [age], of, rho=0.05)
    assert score.weighted.value == pytest.approx(100 * expected)
    assert score.matters
    as_they_came = margin("age", age.codes.tolist(), {0: 25, 1: 75})
    assert not share_second_view(y, [as_they_came], of, rho=0.05).matters


def test_the_second_view_refuses_what_must_not_be_shown():
    y, age, of = half_young()
    with pytest.raises(CannotWeight, match="Under 100"):
        share_second_view(np.where(np.arange(600) < 90, y, np.nan), [age], of, rho=0.05)
    with pytest.raises(CannotWeight, match="under 10 answers"):
        share_second_view(np.where(age.codes == 0, np.nan, y), [age], of, rho=0.05)
    with pytest.raises(CannotWeight, match="1 to 3"):
        share_second_view(y, [], of, rho=0.05)
    with pytest.raises(CannotWeight, match="under 30"):
        share_second_view(y, [age], design(np.zeros(600)), rho=0.2)
    rare = margin("age", np.where(np.arange(600) < 20, "a", "b"), {"a": 60, "b": 40})
    with pytest.raises(CannotWeight, match="too different"):
        share_second_view(y, [rare], of, rho=0.05)
    with pytest.raises(CannotWeight, match="one entry per person"):
        share_second_view(y[:-1], [age], of, rho=0.05)
