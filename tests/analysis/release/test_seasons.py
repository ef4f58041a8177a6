"""Trend, decomposition and pairs: what two or more seasons can and cannot say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, linregress, mannwhitneyu, norm
from scipy.stats import t as student

from analysis.estimators.decomposition import adjusted_change, kitagawa
from analysis.estimators.jackknife import jackknife
from analysis.estimators.linearization import design, mean_of
from analysis.estimators.linearized_ranges import t_range
from analysis.estimators.paired import mcnemar_p, paired, wilcoxon_p
from analysis.estimators.trend import CannotCompare, slope

SAME = ("1", "1")


def test_a_slope_is_weighted_least_squares():
    x, y = np.arange(2019, 2025), np.array([0.5, 0.52, 0.57, 0.55, 0.6, 0.64])
    v = np.array([4, 2, 9, 4, 1, 3]) * 1e-3
    found = slope(x, y, v, ["1"] * 6)
    fit, covariance = np.polyfit(x - 2019, y, 1, w=1 / np.sqrt(v), cov="unscaled")
    assert found.slope == pytest.approx(fit[0])
    assert found.excess < 1
    assert found.se == pytest.approx(np.sqrt(covariance[0, 0]))  # never narrowed
    assert found.low < found.slope < found.high


def test_seasons_that_scatter_widen_the_range():
    x, y, v = np.arange(5), np.array([0.2, 0.8, 0.3, 0.9, 0.4]), np.full(5, 1e-4)
    found = slope(x, y, v, ["1"] * 5)
    _, covariance = np.polyfit(x, y, 1, w=1 / np.sqrt(v), cov="unscaled")
    assert found.excess > 1
    assert found.se == pytest.approx(np.sqrt(covariance[0, 0] * found.excess))


def test_equal_weights_are_plain_least_squares():
    x, y = np.arange(2020, 2026), np.array([0.5, 0.7, 0.4, 0.8, 0.6, 0.9])
    found, plain = slope(x, y, np.full(6, 1e-4), ["1"] * 6), linregress(x, y)
    assert (found.slope, found.se) == pytest.approx((plain.slope, plain.stderr), rel=1e-9)


@pytest.mark.parametrize(
    ("x", "v", "wordings", "says"),
    [
        ([1, 2, 3], [1, 1, 1], ["1"] * 3, "4 different seasons"),
        ([1, 2, 2, 3], [1, 1, 1, 1], ["1"] * 4, "4 different seasons"),
        ([1, 2, 3, 4], [1, 1, 1, 1], ["1", "1", "2", "2"], "different words"),
        ([1, 2, 3, 4], [1, 0, 1, 1], ["1"] * 4, "no variance"),
        ([1, 2, 3, np.nan], [1, 1, 1, 1], ["1"] * 4, "its year"),
        ([1, 2, 3, 4], [1, 1, 1], ["1"] * 4, "its year"),
        ([1, 2, 3, 4], [1, 1, 1, 1], ["1"] * 3, "its year"),
    ],
)
def test_no_trend_where_there_is_none(x, v, wordings, says):
    with pytest.raises(CannotCompare, match=says):
        slope(x, [0.5] * len(x), v, wordings)


people = st.integers(50, 500)
rates = st.floats(0, 1)
strata = st.lists(st.tuples(people, rates, people, rates), min_size=2, max_size=6)


@given(strata)
def test_the_parts_add_up_to_the_change(rows):
    n_from, r_from, n_to, r_to = zip(*rows, strict=True)
    split = kitagawa(n_from, r_from, n_to, r_to, wording=SAME)
    assert split.who_came + split.what_they_think == pytest.approx(split.total, abs=1e-12)
    total = np.average(r_to, weights=n_to) - np.average(r_from, weights=n_from)
    assert split.total == pytest.approx(total, abs=1e-12)


@given(strata)
def test_same_minds_other_people_and_the_other_way_round(rows):
    n_from, rate, n_to, other = zip(*rows, strict=True)
    assert kitagawa(n_from, rate, n_to, rate, wording=SAME).what_they_think == 0
    assert kitagawa(n_from, rate, n_from, other, wording=SAME).who_came == 0


@pytest.mark.parametrize(
    ("n", "wording", "says"),
    [
        (([10, 200], [100, 100]), SAME, "under 11"),
        (([40, 40], [100, 100]), SAME, "under 100"),
        (([60, 60], [100, 100]), ("1", "2"), "different words"),
        (([60, 60], [100, 100]), ("1+2", "1+2"), "different words"),
        (([60, 60, 60], [100, 100]), SAME, "its people and its rate"),
    ],
)
def test_what_cannot_be_taken_apart_is_refused(n, wording, says):
    with pytest.raises(CannotCompare, match=says):
        kitagawa(n[0], [0.5, 0.6], n[1], [0.5, 0.6], wording=wording)


def test_a_stratum_that_is_empty_in_one_season_is_to_be_joined():
    for n, rate in (([0, 200], [np.nan, 0.5]), ([0, 200], [0.5, 0.5])):
        with pytest.raises(CannotCompare, match="join it"):
            kitagawa(n, rate, [100, 100], [0.5, 0.6], wording=SAME)
    with pytest.raises(CannotCompare, match="its people"):
        kitagawa([np.nan, 200], [0.5, 0.5], [100, 100], [0.5, 0.6], wording=SAME)
    y, later, strata, events = two_seasons((0.0, 0.5), ((0.4, 0.8), (0.4, 0.8)))
    with pytest.raises(CannotCompare, match="join it"):
        adjusted_change(y, later, strata, events, wording=SAME, rho=0.05)
    missing = np.array([None if one else "young" for one in strata])
    with pytest.raises(CannotCompare, match="no stratum"):
        adjusted_change(y, later, missing, events, wording=SAME, rho=0.05)


def test_pairs():
    before = np.array([1, 2, 3, 4, 5] * 8, dtype=float)
    after = np.where(np.arange(40) % 4 == 0, np.minimum(before + 1, 5), before)
    before[3] = np.nan
    found = paired(before, after, favourable=(4, 5))
    assert (found.pairs, found.up, found.down) == (39, 8, 0)
    assert found.none == pytest.approx(31 / 39)
    assert found.low < found.mean < found.high
    d = (after - before)[~np.isnan(before)]
    assert found.wilcoxon_p == pytest.approx(wilcoxon_by_hand(d))
    assert found.mcnemar_p == mcnemar_p(
        before[~np.isnan(before)] >= 4, after[~np.isnan(before)] >= 4
    )


def test_pairs_by_event_know_that_people_of_one_event_moved_alike():
    """The range of the changes is that of a mean of people in events, which is R's svymean."""
    rng = np.random.default_rng(8)
    events = np.repeat(np.arange(12), 15)
    before = rng.integers(2, 5, 180).astype(float)
    after = np.clip(before + rng.choice([-1, 0, 1], 12)[events], 1, 5)
    before[7] = np.nan
    both = ~np.isnan(before)
    d = (after - before)[both]
    of = design(events[both])
    found = paired(before, after, favourable=(4, 5), events=events)
    assert (found.way, found.events, found.pairs) == ("t", 12, 179)
    assert (found.low, found.high) == t_range(mean_of(d, of))
    apart = paired(before, after, favourable=(4, 5))
    assert apart.way == "pairs"
    assert found.high - found.low > 2 * (apart.high - apart.low)
    narrow = paired(before, after, favourable=(4, 5), events=events, level=0.5)
    assert found.low < narrow.low < narrow.mean < narrow.high < found.high
    few = events < 5
    told = paired(before[few], after[few], favourable=(4, 5), events=events[few], rho=0.1)
    assert told.way == "n_star"
    size = np.bincount(events[few & both])
    n_star = size.sum() / (1 + ((size**2).sum() / size.sum() - 1) * 0.1)
    half = 1.959964 * (after - before)[few & both].std(ddof=1) / np.sqrt(n_star)
    assert told.high - told.mean == pytest.approx(half, rel=1e-6)
    with pytest.raises(CannotCompare, match="one event"):
        paired(before, after, favourable=(4, 5), events=events[1:])
    said = pd.Series(np.where(before > 3, "more", "less"), name="then.trust")
    with pytest.raises(ValueError, match=r"in 'then.trust' are no numbers"):
        paired(said, after, favourable=(4, 5))


def test_wilcoxon_agrees_with_r():
    # R: wilcox.test(c(1.1,2.2,0.3,-0.4,1.5,2.6,-0.7,1.8,0.9,1.0), exact = FALSE)$p.value
    d = [1.1, 2.2, 0.3, -0.4, 1.5, 2.6, -0.7, 1.8, 0.9, 1.0]
    expected = 2 * norm.sf((50 - 27.5 - 0.5) / np.sqrt(10 * 11 * 21 / 24))  # V = 50, no ties
    assert wilcoxon_p(d) == pytest.approx(expected, rel=1e-12)
    assert wilcoxon_p([0, 0]) == 1
    assert mannwhitneyu([1], [2]).pvalue == 1  # and no other test by mistake


@pytest.mark.parametrize(
    ("d", "p"),
    [
        ([1.0], 1.0),  # R: wilcox.test(1, exact = FALSE)$p.value, z = (1 - .5 - .5) / .5
        ([1, np.nan, 0], 1.0),  # R drops both
        ([2, 2, 2, 2], 2 * norm.sf((10 - 5 - 0.5) / np.sqrt(4 * 5 * 9 / 24 - 60 / 48))),  # all tied
        ([1, -1, 2, -2], 1.0),
        ([], 1.0),
    ],
)
def test_wilcoxon_at_the_edges(d, p):
    assert wilcoxon_p(d) == pytest.approx(p, rel=1e-12)


def wilcoxon_by_hand(differences):
    """R's wilcox.test(paired = TRUE, exact = FALSE), as it is written: zeros dropped, ties and
    continuity corrected."""
    d = np.asarray(differences, dtype=float)
    d = d[d != 0]
    n = len(d)
    ranks = [(abs(d) < abs(x)).sum() + ((abs(d) == abs(x)).sum() + 1) / 2 for x in d]
    v = sum(rank for rank, x in zip(ranks, d, strict=True) if x > 0)
    ties = np.unique(ranks, return_counts=True)[1]
    sigma = np.sqrt(n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48)
    z = v - n * (n + 1) / 4
    return min(1.0, 2 * norm.sf(abs(z - np.sign(z) / 2) / sigma))


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=80))
def test_wilcoxon_with_zeros_and_ties(d):
    if any(d):
        assert wilcoxon_p(d) == pytest.approx(wilcoxon_by_hand(d), rel=1e-9)


def test_all_who_changed_alike_have_no_range():
    found = paired(np.full(40, 3.0), np.full(40, 4.0), favourable=(4, 5))
    assert (found.mean, found.up) == (1, 40)
    assert np.isnan([found.low, found.high]).all()


def test_codes_of_missing_answers_are_no_answers():
    before = np.where(np.arange(60) % 6 == 0, -3.0, 4.0)  # "I don't know" as the frame holds it
    with pytest.raises(CannotCompare, match="must be NaN"):
        paired(before, np.full(60, 5.0), favourable=(4, 5))
    with pytest.raises(CannotCompare, match="before and one after"):
        mcnemar_p(np.array([True, None]), [True, False])


def test_mcnemar_is_exact():
    before = np.array([0] * 9 + [1] * 2 + [1] * 20, dtype=bool)
    after = np.array([1] * 9 + [0] * 2 + [1] * 20, dtype=bool)
    # R: binom.test(9, 11)$p.value
    assert mcnemar_p(before, after) == pytest.approx(2 * binom.cdf(2, 11, 0.5))
    assert mcnemar_p(before, before) == 1


def test_under_thirty_pairs_are_not_told():
    with pytest.raises(CannotCompare, match="Under 30"):
        paired([1.0] * 29 + [np.nan] * 5, [2.0] * 34, favourable=(4, 5))
    with pytest.raises(CannotCompare, match="before and one after"):
        paired([1.0], [2.0, 3.0], favourable=(4, 5))


def two_seasons(mixes, rates, *, events=20, each=60, seed=3):
    """(y, later, strata, events) of two seasons with these mixes and rates of two strata."""
    rng = np.random.default_rng(seed)
    n = events * each
    later = np.repeat([False, True], n)
    strata = np.concatenate([rng.random(n) < mix for mix in mixes]).astype(int)
    rate = np.where(later[:, None], rates[1], rates[0])[np.arange(2 * n), strata]
    y = (rng.random(2 * n) < rate).astype(float)
    return y, later, strata, np.arange(2 * n) // each


def test_other_people_with_the_same_minds():
    y, later, strata, events = two_seasons((0.2, 0.7), ((0.4, 0.8), (0.4, 0.8)))
    found = adjusted_change(y, later, strata, events, wording=SAME, rho=0.05)
    assert found.raw[0] > 0.1
    assert found.adjusted[0] < 0 < found.adjusted[1]
    assert found.split.total == pytest.approx(y[later].mean() - y[~later].mean())
    assert found.df == 38  # 40 events in two seasons


def test_the_error_of_the_adjusted_change_is_that_of_leaving_out_events():
    y, later, strata, events = two_seasons((0.3, 0.6), ((0.4, 0.8), (0.5, 0.7)))
    found = adjusted_change(y, later, strata, events, wording=SAME, rho=0.05)

    def what_they_think(w):
        n = [np.bincount(strata[s], w[s]) for s in (~later, later)]
        r = [
            np.bincount(strata[s], (w * y)[s]) / k for s, k in zip((~later, later), n, strict=True)
        ]
        return kitagawa(n[0], r[0], n[1], r[1], wording=SAME).what_they_think

    again = jackknife(what_they_think, design(events, strata=later))
    half = (found.adjusted[1] - found.adjusted[0]) / 2
    assert half / student.ppf(0.975, found.df) == pytest.approx(again.se, rel=0.02)


def test_communities_that_return_are_clusters_of_both_seasons():
    y, later, strata, events = two_seasons((0.3, 0.3), ((0.4, 0.8), (0.4, 0.8)))
    mood = np.random.default_rng(1).normal(0, 0.2, 20)[events % 20]  # the same in both seasons
    same = adjusted_change(y + mood, later, strata, events % 20, wording=SAME, rho=0.05)
    apart = adjusted_change(y + mood, later, strata, events, wording=SAME, rho=0.05)
    assert same.df == 19
    assert np.diff(same.adjusted) < 0.6 * np.diff(apart.adjusted)


def test_few_events_rest_on_n_star():
    y, later, strata, events = two_seasons((0.3, 0.3), ((0.4, 0.8), (0.4, 0.8)), events=3, each=100)
    found = adjusted_change(y, later, strata, events, wording=SAME, rho=0.05)
    assert found.df == 0
    unrelated = adjusted_change(y, later, strata, events, wording=SAME, rho=0.0)
    wider = np.diff(found.adjusted) / np.diff(unrelated.adjusted)
    assert wider == pytest.approx(np.sqrt(1 + 99 * 0.05))
    y[::7] = np.nan
    assert np.isfinite(adjusted_change(y, later, strata, events, wording=SAME, rho=0.05).raw).all()
    with pytest.raises(CannotCompare, match="different words"):
        adjusted_change(y, later, strata, events, wording=("1", "2"), rho=0.05)
    with pytest.raises(CannotCompare, match="under 11"):
        adjusted_change(y, later, events * 0 + (np.arange(600) < 5), events, wording=SAME, rho=0.05)
