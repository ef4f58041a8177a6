"""How evenings differ within places, and the two numbers of answers that ranges rest on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimators.basic import wilson
from analysis.estimators.crowd import PARTIES, crowd_n, ends, place_n
from analysis.estimators.evenings import (
    EVENTS,
    PLACES,
    N,
    evening_sums,
    settled_icc,
    spread_of,
    within_places,
)
from analysis.estimators.intraclass import intraclass_correlation


def sums_of(answers):
    """answers: [(place, event, values)] -> one row of evening_sums()."""
    columns = [[[len(y)], [sum(y)], [sum(v * v for v in y)]] for _, _, y in answers]
    n, total, squares = (np.array([one[i] for one in columns], dtype=float) for i in range(3))
    places = sorted({place for place, _, _ in answers})
    return evening_sums(n, total, squares, [places.index(place) for place, _, _ in answers])[0]


def by_hand(answers):
    """Mean squares of a nested analysis of variance, by their definition, answer by answer."""
    rows = [(place, event, v) for place, event, y in answers for v in y]
    mean = lambda some: sum(some) / len(some)  # noqa: E731
    of_place = {p: mean([v for q, _, v in rows if q == p]) for p, _, _ in rows}
    of_event = {e: mean([v for _, f, v in rows if f == e]) for _, e, _ in rows}
    between = sum((of_event[e] - of_place[p]) ** 2 for p, e, _ in rows)
    within = sum((v - of_event[e]) ** 2 for _, e, v in rows)
    df = len(of_event) - len(of_place)
    return between / df, within / (len(rows) - len(of_event)), df


TWO_TOWNS = [
    ("a", 1, [1, 1, 1, 0]), ("a", 2, [1, 0, 0, 0, 0, 1]), ("a", 3, [1, 1, 0]),
    ("b", 4, [0, 0, 1]), ("b", 5, [0, 0, 0, 0, 1, 1]), ("c", 6, [1, 0, 1, 1]),
]  # fmt: skip


def test_the_mean_squares_are_those_of_a_nested_analysis_of_variance():
    msb, msw, df = by_hand(TWO_TOWNS)
    n = {e: len(y) for _, e, y in TWO_TOWNS}
    sizes = sum(k * k for k in (n[1], n[2], n[3])) / 13 + (9 + 36) / 9 + 16 / 4
    m0 = (26 - sizes) / df
    rho, found, size = within_places(sums_of(TWO_TOWNS), parties=1.0)
    assert found == df
    assert size == pytest.approx(m0)
    assert rho == pytest.approx((msb - msw) / (msb + (m0 - 1) * msw))


def test_towns_that_differ_are_not_taken_for_evenings_that_do():
    """60 and 40 per cent, every evening alike: no likeness within, a large one over all events."""
    answers = [(t, f"{t}{e}", [1] * k + [0] * (20 - k)) for t, k in (("a", 16), ("b", 4))
               for e in range(8)]  # fmt: skip
    within, df, _ = within_places(sums_of(answers), parties=1.0)
    assert df == 14
    assert within < 0
    y = [np.array(values) for _, _, values in answers]
    over_all = intraclass_correlation([20] * 16, [v.sum() for v in y], [v.sum() for v in y])
    assert over_all > 0.3


def test_sums_add_up_over_counties():
    parts = [sums_of([row for row in TWO_TOWNS if row[0] in names]) for names in ("a", "bc")]
    assert np.sum(parts, axis=0) == pytest.approx(sums_of(TWO_TOWNS))
    assert sums_of(TWO_TOWNS)[[EVENTS, PLACES, N]].tolist() == [6, 3, 26]


def test_events_without_an_answer_do_not_count():
    none = evening_sums(np.array([[4.0], [0.0]]), [[2.0], [0.0]], [[2.0], [0.0]], [0, 1])[0]
    assert none[[EVENTS, PLACES, N]].tolist() == [1, 1, 4]
    assert np.isnan(within_places(none)[0])
    with pytest.raises(ValueError, match="a place"):
        evening_sums([[1.0]], [[1.0]], [[1.0]], [0, 1])


def test_few_evenings_settle_nothing_and_many_with_their_error():
    rng = np.random.default_rng(1)

    def towns(count, events, n=50):
        return sums_of([(t, f"{t}-{e}", (rng.random(n) < 0.6).astype(int).tolist())
                        for t in range(count) for e in range(events)])  # fmt: skip

    assert np.isnan(settled_icc(towns(3, 4)))  # nine degrees of freedom
    assert np.isnan(settled_icc(towns(40, 1)))  # one event a place: none
    assert np.isnan(settled_icc(towns(5, 5, n=5)))  # 125 answers
    assert 0.005 <= settled_icc(towns(5, 5)) < 0.05
    alike = [(t, f"{t}-{e}", [(t + e) % 2] * 30) for t in range(4) for e in range(6)]
    assert settled_icc(sums_of(alike)) == 0.20


def test_parties_are_not_counted_twice():
    """Two of one party agree by .4 and evenings do not differ: what is left is near nothing."""
    rng = np.random.default_rng(4)
    rows = []
    for event in range(600):
        first = rng.random(30) < 0.6
        same = rng.random(30) < 0.4
        second = np.where(same, first, rng.random(30) < 0.6)
        rows.append((event // 4, event, np.append(first, second).astype(int).tolist()))
    assert within_places(sums_of(rows))[0] == pytest.approx(0, abs=0.0015)
    assert within_places(sums_of(rows), parties=1.0)[0] == pytest.approx(0.4 / 60, abs=0.0015)


def test_the_spread_of_a_score():
    values = np.linspace(0, 1, 301)
    row = evening_sums([[301.0]], [[values.sum()]], [[(values**2).sum()]], [0])[0]
    assert spread_of(row, 100) == np.ceil(100 * values.std(ddof=1))
    few = evening_sums([[299.0]], [[150.0]], [[90.0]], [0])[0]
    assert np.isnan(spread_of(few, 100))


def test_worth_of_answers():
    assert float(crowd_n(140)) == pytest.approx(100)
    assert float(crowd_n(140, deff_w=1.25)) == pytest.approx(80)
    assert float(place_n(280, 70, 0.02)) == pytest.approx(280 / (0.02 * 70 + 0.98 * 1.4))
    assert float(place_n(280, 280, 0.0)) == pytest.approx(200)
    assert np.isnan(place_n(280, 70, np.nan))
    for bad in (lambda: crowd_n(0), lambda: crowd_n(10, 0.5), lambda: place_n(10, 5, 1.2)):
        with pytest.raises(ValueError, match=r"n is 0|never gain|between 0 and 1"):
            bad()


@given(st.integers(11, 2000), st.floats(1, 2000), st.floats(0, 0.2))
def test_a_place_is_never_surer_than_its_crowd(n, m, icc):
    assert place_n(n, m, icc) <= crowd_n(n) * (1 + 1e-12)
    assert place_n(n, m, icc) >= n / (0.2 * n + PARTIES) * (1 - 1e-12)


def test_ends_of_shares_and_of_scores():
    low, high = ends([0.6, 0.7], [0.62, 0.72], [100, 100], [np.nan, 0.2])
    assert low[0] == pytest.approx(float(wilson(0.6, 100)[0]))
    assert high[0] == pytest.approx(float(wilson(0.62, 100)[1]))
    assert (low[1], high[1]) == pytest.approx((0.7 - 1.959964 * 0.02, 0.72 + 1.959964 * 0.02))
    assert ends([0.01], [1.0], [10], [0.4])[0] == 0
    assert ends([0.01], [1.0], [10], [0.4])[1] == 1
