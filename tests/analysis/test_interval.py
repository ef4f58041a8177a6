"""Which range for which answers: few events, many, one; nobody, everybody."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimate import wilson
from analysis.interval import mean_range, n_star_of, share_range
from analysis.taylor import design, korn_graubard, mean_of, t_range

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
