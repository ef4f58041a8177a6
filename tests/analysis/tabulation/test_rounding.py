import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measures import WHOLE
from analysis.tabulation.rounding import BANDS, band_event, band_n, band_share, shown_n

counts = st.integers(11, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def shown(x, n):
    return tuple(float(v) for v in band_share(np.array(x * WHOLE), np.array(n)))


def test_the_table_of_methods_7_4():
    rows = [(band.least, band.most, band.step, band.split) for band in BANDS]
    assert rows == [
        (11, 29, 0, False),
        (30, 59, 10, False),
        (60, 149, 5, True),
        (150, 299, 2, True),
        (300, None, 1, True),
    ]


@pytest.mark.parametrize(
    ("x", "n", "value", "low", "high"),
    [
        (6, 40, 0.075, 0, 0.15),  # 15 %: a tail
        (7, 40, 0.2, 0.15, 0.25),
        (34, 40, 0.925, 0.85, 1),
        (33, 40, 0.8, 0.75, 0.85),
        (0, 100, 0.0375, 0, 0.075),
        (100, 100, 0.9625, 0.925, 1),
        (52, 100, 0.5, 0.475, 0.525),
        (6, 200, 0.015, 0, 0.03),
        (7, 200, 0.04, 0.03, 0.05),
        (5, 400, 0.0075, 0, 0.015),
        (207, 400, 0.52, 0.515, 0.525),
    ],
)
def test_shown_values_by_class(x, n, value, low, high):
    assert shown(x, n) == (value, low, high)


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (0, 11, 0, 0.3334),
        (9, 29, 0, 0.3334),
        (10, 29, 0.3333, 0.6667),
        (9, 27, 0.3333, 0.6667),
        (18, 27, 0.3333, 0.6667),
        (20, 29, 0.6666, 1),
        (11, 11, 0.6666, 1),
    ],
)
def test_thirds_have_no_value(x, n, low, high):
    value, *allowed = shown(x, n)
    assert np.isnan(value)
    assert allowed == [low, high]


@given(counts)
def test_what_the_band_allows_holds_the_truth(count):
    x, n = count
    value, low, high = shown(x, n)
    assert low <= x / n <= high
    assert 0 <= low < high <= 1
    assert np.isnan(value) or value == pytest.approx((low + high) / 2)


@given(st.integers(11, 5000))
def test_shown_values_rise_with_the_count(n):
    x = np.arange(n + 1)
    _, low, high = band_share(x * WHOLE, np.full(n + 1, n))
    assert (np.diff(low) >= 0).all()
    assert (np.diff(high) >= 0).all()


@given(st.integers(11, 5000))
def test_no_step_isolates_a_person(n):
    """Every shown value stands for three counts or more, whoever knows n."""
    _, low, _ = band_share(np.arange(n + 1) * WHOLE, np.full(n + 1, n))
    _, how_many = np.unique(low, return_counts=True)
    assert how_many.min() >= 3


@given(st.integers(11, 100_000))
def test_shown_n_is_a_class_that_holds_it(n):
    low, high = (int(end) for end in band_n(np.array(n)))
    assert low <= n <= high
    assert high - low == (18 if n < 30 else 4)
    assert shown_n(low) == ("11–29" if n < 30 else str(low))


def test_what_may_not_be_shown_raises():
    for n in (0, 1, 10):
        with pytest.raises(ValueError, match=r"under 11|nobody"):
            band_share(np.array(0), np.array(n))
    with pytest.raises(ValueError, match="outside"):
        band_share(np.array(31 * WHOLE), np.array(30))
    with pytest.raises(ValueError, match="under 11"):
        band_n(np.array([40, 10]))


def test_events_are_known_in_tens():
    assert band_event(np.array([1, 19, 20, 29, 57, 300])).tolist() == [19, 19, 29, 29, 59, 309]
