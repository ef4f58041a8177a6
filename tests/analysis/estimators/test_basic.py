import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from analysis.estimators.basic import mean, net, share, wilson
from analysis.estimators.intraclass import (
    effective_n,
    intraclass_correlation,
    kish_deff,
    most_per_event,
    settled_rho,
)

# R: prop.test(x, n, correct = FALSE)$conf.int
WILSON = {
    (0, 12): (0, 0.242494006655241),
    (1, 11): (0.0162321728858848, 0.377358436451596),
    (7, 11): (0.353801174507849, 0.848335289046324),
    (18, 20): (0.698966354771513, 0.972133518786232),
    (30, 30): (0.886486606826031, 1),
    (97, 100): (0.915480635709472, 0.989745475975961),
    (1, 3000): (5.88439418715664e-05, 0.00188581888430418),
}
# R 4.5, survey: svyciprop(~sw, d, method = "wilson") and so on; n* = pq / var, z = qt(.975, degf)
WILSON_N_STAR = [
    (0.87431693989071, 182.000000000001, 182, 0.817869648600987, 0.915085984875979),
    (0.726775956284153, 211.616759517177, 14, 0.656774514407006, 0.787127879763078),
    (0.0765027322404372, 62.8428703467619, 14, 0.0302003645270044, 0.180576390053626),
]


@pytest.mark.parametrize(("count", "expected"), WILSON.items())
def test_wilson_agrees_with_r(count, expected):
    x, n = count
    assert [float(end) for end in wilson(x / n, n)] == pytest.approx(expected, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(("p", "n_star", "df", "low", "high"), WILSON_N_STAR)
def test_wilson_with_n_star_agrees_with_r(p, n_star, df, low, high):
    ends = wilson(p, n_star, float(student.ppf(0.975, df)))
    assert [float(end) for end in ends] == pytest.approx((low, high), rel=1e-9)


@given(st.floats(0, 1), st.floats(1, 1e6))
def test_a_range_holds_its_share(p, n_star):
    low, high = wilson(p, n_star)
    assert 0 <= low <= p <= high <= 1


def test_nobody_has_no_range_and_no_share():
    for call in (
        lambda: wilson(0.5, 0),
        lambda: share([False, False], [True, False]),
        lambda: net([], [], []),
        lambda: mean([]),
        lambda: mean([1.0], [0.0]),
        lambda: effective_n(0, 0, 0.05),
        lambda: kish_deff([]),
    ):
        with pytest.raises(ValueError, match=r"nobody|somebody|at least one answer"):
            call()
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(1.2, 30)


def test_what_is_no_number_is_refused():
    for call in (
        lambda: mean([1.0, np.nan]),
        lambda: mean([1.0, 2.0], [3.0, -1.0]),
        lambda: mean([1.0, 2.0], [1.0, np.nan]),
        lambda: share([True, True], [1, np.nan]),
        lambda: kish_deff([2, -1]),
    ):
        with pytest.raises(ValueError, match=r"missing|negative"):
            call()
    with pytest.raises(ValueError, match="Every event"):
        intraclass_correlation([2, 2], [1], [1, 1])


def test_a_correlation_does_not_hang_on_the_unit():
    events = np.array([1.0, 2, 4]), np.array([5.0, 4, 6]), np.array([1.0, 3])
    plain = intraclass_correlation(*moments(*events))
    for unit in (1e-9, 1e-7, 25, 1e6):
        scaled = intraclass_correlation(*moments(*(unit * event for event in events)))
        assert scaled == pytest.approx(plain, rel=1e-9)


def test_shares_means_and_net():
    valid, top, bottom = [1, 1, 1, 1, 0], [1, 1, 0, 0, 1], [0, 0, 1, 0, 0]
    assert share(valid, top) == 0.5
    assert share(valid, top, weights=[3, 1, 1, 1, 9]) == pytest.approx(4 / 6)
    assert net(valid, top, bottom) == 0.25
    assert mean([0, 50, 100], [1, 1, 2]) == 62.5


def test_unrelated_answers_lose_nothing_and_one_event_loses_most():
    assert effective_n(100, 100, 0.05) == 100
    assert effective_n(100, 100 * 100, 0.05) == pytest.approx(100 / (1 + 99 * 0.05))
    assert effective_n(100, 5 * 20 * 20, 0.05) == pytest.approx(100 / (1 + 19 * 0.05))
    assert effective_n(100, 100, 0.05, deff_w=1.25) == 80
    for rho, deff in ((-0.1, 1), (1.1, 1), (0.1, 0.5)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            effective_n(100, 100, rho, deff_w=deff)
    for squares in (99, 10_001):
        with pytest.raises(ValueError, match="between n and n"):
            effective_n(100, squares, 0.05)


def test_kish():
    assert kish_deff([2, 2, 2]) == 1
    assert kish_deff([1, 3]) == pytest.approx(1.25)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.data())
def test_most_per_event_bounds_every_split(sizes, data):
    split = [data.draw(st.integers(0, size)) for size in sizes]
    n = sum(split)
    if n:
        m = most_per_event(np.array([n]), sizes)[0]
        assert sum(part * part for part in split) / n <= m + 1e-9
        assert m <= n + 1e-9


def test_most_per_event():
    assert most_per_event(np.array([50]), [309]).tolist() == [50]
    assert most_per_event(np.array([60]), [30, 30]).tolist() == [30]
    assert most_per_event(np.array([40]), [30, 30]).tolist() == [(900 + 100) / 40]
    with pytest.raises(ValueError, match="cannot have given"):
        most_per_event(np.array([61]), [30, 30])


def moments(*events):
    values = [np.asarray(event, dtype=float) for event in events]
    return (
        [v.size for v in values],
        [v.sum() for v in values],
        [(v * v).sum() for v in values],
    )


def test_intraclass_correlation():
    # R: psych::ICC and by hand for MSB 0.75, MSW 0.25, m0 4
    events = [1, 1, 1, 0], [0, 0, 0, 1], [1, 0, 1, 1]
    n = 12
    grand = 7 / 12
    msb = sum(4 * (np.mean(e) - grand) ** 2 for e in events) / 2
    msw = sum(((np.array(e) - np.mean(e)) ** 2).sum() for e in events) / (n - 3)
    expected = (msb - msw) / (msb + 3 * msw)
    assert intraclass_correlation(*moments(*events)) == pytest.approx(expected)
    assert intraclass_correlation(*moments([1, 1], [0, 0])) == 1
    assert intraclass_correlation(*moments([1, 0], [1, 0])) == pytest.approx(-1)


def test_a_correlation_that_cannot_be_told_is_nan():
    for events in (([1, 0, 1],), ([1], [0]), ([1, 1], [1, 1]), ()):
        assert np.isnan(intraclass_correlation(*moments(*events)))


def test_the_correlation_in_use_is_floored_capped_and_in_hundredths():
    assert settled_rho(0.001, events=29, answers=900) == 0.05
    assert settled_rho(0.001, events=30, answers=900) == 0.02
    assert settled_rho(0.7, events=30, answers=900) == 0.20
    # raised by qnorm(.75) of its relative error, sqrt(2 / (events - 1)): 1.177 for 30 events
    assert settled_rho(0.03, events=30, answers=900) == 0.04
    assert settled_rho(0.10, events=30, answers=900) == 0.12
    assert settled_rho(0.10, events=20_000, answers=900_000) == 0.11


def test_a_correlation_that_hardly_can_be_told_is_taken_for_a_large_one():
    assert settled_rho(float("nan"), events=90, answers=900) == 0.12
    assert settled_rho(0.02, events=90, answers=299) == 0.12
    assert settled_rho(0.001, events=9, answers=900) == 0.12
    assert settled_rho(0.15, events=2, answers=900) == 0.20
