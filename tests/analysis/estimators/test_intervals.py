"""Which range for which answers: few events, many, one; nobody, everybody."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from scipy.stats import t as student

from analysis.estimators.basic import wilson
from analysis.estimators.intervals import mean_range, n_star_of, pooled_rho, share_range
from analysis.estimators.linearization import design, mean_of
from analysis.estimators.linearized_ranges import korn_graubard, t_range
from analysis.estimators.margins import margin
from analysis.estimators.other_intervals import arcsine_range, logit_range
from analysis.estimators.weighted_estimates import weighted_mean
from analysis.estimators.weighted_intervals import weighted_mean_range, weighted_share_range
from analysis.estimators.weighting import rake

RNG = np.random.default_rng(11)
EVENT = np.repeat(np.arange(12), 20)
Y = (RNG.random(240) < np.repeat(RNG.uniform(0.4, 0.9, 12), 20)).astype(float)


def test_many_events_speak_for_themselves():
    of = design(EVENT)
    found = share_range(Y, of, rho=0.05)
    assert (found.way, found.df, found.events, found.n) == ("korn_graubard", 11, 12, 240)
    assert (found.low, found.high) == korn_graubard(mean_of(Y, of))
    score = mean_range(25 * Y, of, rho=0.05)
    assert score.way == "t"
    assert (score.low, score.high) == t_range(mean_of(25 * Y, of))


def test_under_eight_degrees_of_freedom_n_star_does():
    first = EVENT < 8  # 8 events: 7 degrees of freedom
    of = design(EVENT)
    found = share_range(Y, of, rho=0.05, domain=first)
    assert (found.way, found.df) == ("wilson", 7)
    assert found.n_star == pytest.approx(160 / (1 + 19 * 0.05))
    ends = [float(end) for end in wilson(Y[first].mean(), found.n_star)]
    assert [found.low, found.high] == pytest.approx(ends)
    score = mean_range(100 * Y, of, rho=0.05, domain=first)
    half = 1.959963984540054 * 100 * Y[first].std(ddof=1) / np.sqrt(found.n_star)
    assert score.way == "n_star"
    assert score.high - score.value == pytest.approx(half)


def test_strata_take_their_degrees_of_freedom():
    strata = np.arange(240) // 60  # 12 events in 4 strata: df 8; in 5: 7
    assert share_range(Y, design(EVENT, strata=strata), rho=0.05).way == "korn_graubard"
    strata = np.where(EVENT == 11, 9, strata)
    assert share_range(Y, design(EVENT, strata=strata), rho=0.05).way == "wilson"


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_nobody_and_everybody_have_a_range(value):
    found = share_range(np.full(240, value), design(EVENT), rho=0.05)
    assert (found.value, found.way) == (value, "wilson")
    assert 0 <= found.low < found.high <= 1
    assert value in (found.low, found.high)
    assert np.isnan(mean_range(np.full(240, value), design(EVENT), rho=0.05).low)


def test_one_event_is_never_certain():
    found = share_range(Y[:20], design(EVENT[:20]), rho=0.12)
    assert (found.events, found.df, found.way) == (1, 0, "wilson")
    assert found.high - found.low > 0.4
    assert found.n_star == pytest.approx(20 / (1 + 19 * 0.12))


def test_weights_cost_precision():
    w = np.where(np.arange(240) % 2, 1.0, 3.0)
    plain, weighted = design(EVENT), design(EVENT, w)
    everyone = np.ones(240, dtype=bool)
    loss = n_star_of(plain, everyone, 0.05) / n_star_of(weighted, everyone, 0.05)
    assert loss == pytest.approx(1.25)  # 240 * (120 + 9 * 120) / (480 * 480)


def test_a_missing_answer_leaves_and_an_empty_domain_is_refused():
    y = Y.copy()
    y[:40] = np.nan
    assert share_range(y, design(EVENT), rho=0.05).n == 200
    with pytest.raises(ValueError, match="nobody"):
        share_range(y, design(EVENT), rho=0.05, domain=EVENT < 2)
    with pytest.raises(ValueError, match="0 or 1"):
        share_range(25 * Y, design(EVENT), rho=0.05)


@given(st.lists(st.tuples(st.integers(0, 11), st.booleans()), min_size=1, max_size=60))
def test_a_range_always_holds_its_share(rows):
    event, y = (np.array(column) for column in zip(*rows, strict=True))
    found = share_range(y, design(event), rho=0.05)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high


@pytest.mark.parametrize("answers", [[0, 0, 1, 1, 0, 0, 0], [0, 1, 1], [1, 0, 0, 0, 0, 0, 0, 0, 0]])
def test_events_that_agree_exactly_are_no_certainty(answers):
    """Their Taylor variance is 0 but for rounding: n* it is, whatever the last digit says."""
    of, y = design(np.repeat(np.arange(12), len(answers))), np.tile(answers, 12).astype(float)
    assert share_range(y, of, rho=0.05).way == "wilson"
    for scale in (1, 1 / 3, 0.1, 100):
        found = mean_range(y * scale, of, rho=0.05)
        assert found.way == "n_star"
        assert found.high - found.low > 0.05 * scale


def test_the_same_answer_from_everybody_has_no_range_as_a_mean():
    for value in (0.1, 1 / 3, 70.0):
        found = mean_range(np.full(21, value), design(np.repeat([1, 2, 3], 7)), rho=0.05)
        assert np.isnan([found.low, found.high]).all()
    assert np.isnan(mean_range([3.0], design([1]), rho=0.05).low)


def test_one_answer_has_a_wide_range():
    found = share_range([1.0], design([1]), rho=0.12)
    assert (found.value, found.high, found.n_star, found.events) == (1, 1, 1, 1)
    assert found.low == pytest.approx(1 / (1 + 1.959963984540054**2))  # Wilson's for 1 of 1


def test_a_correlation_over_the_whole_programme():
    rng = np.random.default_rng(5)
    event = np.repeat(np.arange(200), 20)
    y = (rng.random(4000) < rng.beta(7, 3, 200)[event]).astype(float)  # ICC 1 / (7 + 3 + 1)
    of = design(event)
    assert 0.07 <= pooled_rho(y, of) <= 0.12
    assert pooled_rho(1000 + y, of) == pooled_rho(y, of)
    assert pooled_rho(rng.permutation(y), of) == 0.02  # the floor, from 30 events on
    assert pooled_rho(rng.permutation(y), of, domain=event < 20) == 0.05  # and until then
    assert pooled_rho(y, of, domain=event < 5) >= 0.12  # what five events cannot tell
    assert pooled_rho(np.where(event < 100, y, np.nan), of) == pooled_rho(y, of, domain=event < 100)
    with pytest.raises(ValueError, match="nobody"):
        pooled_rho(y, of, domain=event > 500)


def test_weighted_ranges_know_that_weights_were_raked():
    age = np.where(np.arange(240) % 3 == 0, "young", "old")
    fitted = rake(np.ones(240), [margin("age", age, {"young": 50, "old": 50})])
    of = design(EVENT)
    found = weighted_share_range(Y, fitted, of, rho=0.05)
    assert (found.low, found.high) == korn_graubard(weighted_mean(Y, fitted, of))
    assert found.n_star < share_range(Y, of, rho=0.05).n_star
    score = weighted_mean_range(100 * Y, fitted, of, rho=0.05)
    assert (score.low, score.high) == t_range(weighted_mean(100 * Y, fitted, of))
    few = weighted_share_range(Y, fitted, of, rho=0.05, domain=EVENT < 4)
    assert (few.way, few.events) == ("wilson", 4)
    ends = [float(end) for end in wilson(few.value, few.n_star)]
    assert [few.low, few.high] == pytest.approx(ends)


def test_a_correlation_outside_0_and_1_is_refused():
    for rho in (-0.1, 1.5):
        with pytest.raises(ValueError, match="between 0 and 1"):
            share_range(Y, design(EVENT), rho=rho)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.99])
def test_ranges_of_another_level(level):
    """Wilson's and Clopper-Pearson's from scipy's own test of a share, Student's from scipy's t."""
    of, upper = design(EVENT), (1 + level) / 2
    few = share_range(Y, of, rho=0.0, domain=EVENT < 5, level=level)
    held = Y[EVENT < 5]
    test = binomtest(int(held.sum()), len(held))
    wilsons = test.proportion_ci(confidence_level=level, method="wilson")
    assert (few.low, few.high) == pytest.approx((wilsons.low, wilsons.high), rel=1e-9)
    assert few.level == level
    people = design(np.arange(len(Y)))  # everybody alone: n_e is n, or at most that
    alone = korn_graubard(mean_of(Y, people), level=level)
    exact = binomtest(int(Y.sum()), len(Y)).proportion_ci(confidence_level=level, method="exact")
    assert alone == pytest.approx((exact.low, exact.high), rel=1e-2)
    score = mean_range(25 * Y, of, rho=0.05, level=level)
    reach = student.ppf(upper, 11) / student.ppf(0.975, 11)
    usual = mean_range(25 * Y, of, rho=0.05)
    assert score.high - score.value == pytest.approx((usual.high - usual.value) * reach)
    n_star = mean_range(25 * Y, of, rho=0.05, domain=EVENT < 5, level=level)
    usual = mean_range(25 * Y, of, rho=0.05, domain=EVENT < 5)
    wide = norm.ppf(upper) / norm.ppf(0.975)
    assert n_star.high - n_star.value == pytest.approx((usual.high - usual.value) * wide)
    told = mean_of(Y, of)
    for ranged in (logit_range, arcsine_range, t_range):
        low, high = ranged(told, level=level)
        usual_low, usual_high = ranged(told)
        assert (low > usual_low) == (high < usual_high) == (level < 0.95)


def test_a_level_is_between_nothing_and_everything():
    for level in (95, 1, 0):
        with pytest.raises(ValueError, match="level lies between 0 and 1"):
            share_range(Y, design(EVENT), rho=0.05, level=level)
        with pytest.raises(ValueError, match="level lies between 0 and 1"):
            mean_range(25 * Y, design(EVENT), rho=0.05, level=level)


def test_what_stands_in_a_column_is_named():
    said = pd.Series(np.where(Y, "Yes", "No"), name="trust.police")
    for ranged in (share_range, mean_range):
        with pytest.raises(ValueError, match=r"in 'trust.police' are no numbers: '(Yes|No)'"):
            ranged(said, design(EVENT), rho=0.05)
    with pytest.raises(ValueError, match=r"in 'trust.police' are no numbers"):
        mean_of(said, design(EVENT))
    codes = pd.Series(1 + 4 * Y, name="trust.police")
    with pytest.raises(ValueError, match=r"there is 5 in 'trust.police'"):
        share_range(codes, design(EVENT), rho=0.05)
    nothing = pd.Series([None, *Y[1:]], dtype=object)
    assert share_range(nothing, design(EVENT), rho=0.05).n == 239
    assert share_range(pd.Series(Y == 1), design(EVENT), rho=0.05).value == Y.mean()
