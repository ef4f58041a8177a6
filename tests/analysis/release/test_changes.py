import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from analysis.estimators.basic import wilson
from analysis.estimators.multiple_testing import adjusted_p, benjamini_hochberg
from analysis.estimators.two_shares import Interval, newcombe, parts_correlation
from analysis.release.build import release
from analysis.release.changes import PLACE, changes_since_first
from analysis.release.verdict import smallest_change
from analysis.wordings import comparable
from tests.analysis.made_up import ALPHA, BETA, GAMMA, MEASURES, people, together


# R: Newcombe 1998 method 10 from prop.test(correct = FALSE) limits
@pytest.mark.parametrize(
    ("later", "earlier", "low", "high"),
    [
        ((9, 10), (3, 10), 0.170522723934503, 0.809017973535488),
        ((120, 150), (150, 210), -0.0053338370758816, 0.171252117133148),
    ],
)
def test_newcombe_agrees_with_r(later, earlier, low, high):
    (x2, n2), (x1, n1) = later, earlier
    p1, p2 = x1 / n1, x2 / n2
    found = newcombe(Interval(p1, *wilson(p1, n1)), Interval(p2, *wilson(p2, n2)))
    assert [float(end) for end in found] == pytest.approx((low, high), rel=1e-9)


def test_smallest_changes_of_methods_5():
    for n, points in ((50, 27), (100, 19), (500, 8)):
        assert round(100 * float(smallest_change(0.8, n / 1.4, n / 1.4))) == points
    assert smallest_change(0.5, 1, 1) == 1
    with pytest.raises(ValueError, match="both seasons"):
        smallest_change(0.5, 0, 10)
    with pytest.raises(ValueError, match="between 0 and 1"):
        smallest_change(1.5, 10, 10)


def test_where_all_agree_a_change_can_still_hide():
    for p in (0, 1):
        assert 0.02 < smallest_change(p, 100, 100) < smallest_change(0.9, 100, 100)


# Newcombe 1998, table II (h) and (i): 0/10 against 10/10 and 0/10 against 0/10
@pytest.mark.parametrize(
    ("later", "earlier", "low", "high"),
    [((10, 10), (0, 10), 0.6075, 1.0), ((10, 10), (0, 20), 0.6791, 1.0)],
)
def test_newcombe_at_the_ends(later, earlier, low, high):
    (x2, n2), (x1, n1) = later, earlier
    one, two = (Interval(x / n, *wilson(x / n, n)) for x, n in ((x1, n1), (x2, n2)))
    found = newcombe(one, two)
    assert [float(end) for end in found] == pytest.approx((low, high), abs=1e-4)
    back = newcombe(two, one)
    assert [-float(end) for end in back] == pytest.approx((high, low), abs=1e-4)


def test_benjamini_hochberg():
    # R: p.adjust(c(.01, .02, .03, .04, .2), "BH") <= .05  ->  TRUE TRUE TRUE TRUE FALSE
    assert benjamini_hochberg([0.01, 0.02, 0.03, 0.04, 0.2]).tolist() == [True] * 4 + [False]
    assert benjamini_hochberg([0.04, 0.5, 0.6]).tolist() == [False] * 3
    assert benjamini_hochberg([]).tolist() == []


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        # R: p.adjust(c(.01, .02, .03, .04, .05), "BH")
        ([0.01, 0.02, 0.03, 0.04, 0.05], [0.05] * 5),
        # R: p.adjust(c(.05, .01, .01, .9), "BH"): ties pass or fail together
        ([0.05, 0.01, 0.01, 0.9], [0.2 / 3, 0.02, 0.02, 0.9]),
        # R: p.adjust(c(.04, NA, .02), "BH"): what was not tested does not count
        ([0.04, np.nan, 0.02], [0.04, np.nan, 0.04]),
        ([0.03], [0.03]),
        ([1.0, 1.0], [1.0, 1.0]),
        ([], []),
    ],
)
def test_adjusted_p_values_are_those_of_r(p, expected):
    assert adjusted_p(p).tolist() == pytest.approx(expected, rel=1e-12, nan_ok=True)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_by_scipy(p_values):
    assert adjusted_p(p_values) == pytest.approx(false_discovery_control(p_values), rel=1e-12)


def test_what_is_no_p_value_is_refused():
    for p in ([-0.1], [1.1, 0.5]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            benjamini_hochberg(p)
    assert benjamini_hochberg([np.nan, 0.01]).tolist() == [False, True]


@given(st.lists(st.floats(0, 1), max_size=30))
def test_every_test_that_passes_alone_under_bonferroni_passes(p_values):
    passes = benjamini_hochberg(p_values)
    assert all(passes[i] for i, p in enumerate(p_values) if p <= 0.05 / len(p_values))
    assert not any(passes[i] for i, p in enumerate(p_values) if p > 0.05)


def test_walls():
    assert comparable("1", "1")
    assert not comparable("1", "2")
    assert not comparable("1+2", "1+2")  # who was asked which may have changed


def season(place, n, year, high, instrument="2026a"):
    """n people of whom `high` per cent trust; 30 events, so that a change can show."""
    return people(
        place,
        n,
        season=year,
        events=30,
        instrument=instrument,
        trust=np.where(np.arange(n) % 100 < high, 5, 2),
    )


def verdicts(*frames, community="alpha"):
    made = release(together(*frames), MEASURES, ())
    view = made.view(community=community, measure="trust", agency="police")
    return view.changes


def test_a_rise_a_fall_and_too_small_to_tell():
    flat = [season(BETA, 900, year, 60) for year in (2025, 2026)]
    rows = verdicts(season(ALPHA, 900, 2025, 40), season(ALPHA, 900, 2026, 70), *flat)
    (row,) = rows.to_dict("records")
    assert row["verdict"] == "rise"
    assert row["change"] == pytest.approx(0.3)
    assert 0 < row["low"] < 0.3 < row["high"]
    rows = verdicts(season(ALPHA, 900, 2025, 70), season(ALPHA, 900, 2026, 40), *flat)
    assert rows["verdict"].tolist() == ["fall"]
    rows = verdicts(season(ALPHA, 900, 2025, 60), season(ALPHA, 900, 2026, 63), *flat)
    assert rows["verdict"].tolist() == ["unclear"]
    assert 0.05 <= rows["smallest"].iloc[0] <= 0.2
    beta = verdicts(
        season(ALPHA, 900, 2025, 60), season(ALPHA, 900, 2026, 90), *flat, community="beta"
    )
    assert beta["verdict"].tolist() == ["unclear"]


def test_too_few_answers_to_tell():
    rows = verdicts(season(ALPHA, 25, 2025, 40), season(ALPHA, 900, 2026, 90))
    assert rows["verdict"].tolist() == ["few"]
    assert rows[["change", "low", "high", "smallest"]].isna().all(axis=None)


def test_other_words_are_a_wall():
    rows = verdicts(season(ALPHA, 900, 2025, 40), season(ALPHA, 900, 2026, 90, "2026b"))
    assert rows["verdict"].tolist() == ["wording"]
    assert rows[["change", "low", "high", "smallest"]].isna().all(axis=None)


def test_a_place_that_was_pooled_is_compared_only_with_the_same_pool():
    pooled = [season(ALPHA, 300, 2025, 50), season(BETA, 6, 2025, 50), season(GAMMA, 9, 2025, 50)]
    apart = [season(ALPHA, 300, 2026, 50), season(BETA, 60, 2026, 50), season(GAMMA, 90, 2026, 50)]
    assert verdicts(*pooled, *apart, community="beta").empty
    same = [season(ALPHA, 300, 2026, 50), season(BETA, 6, 2026, 50), season(GAMMA, 10, 2026, 50)]
    assert len(verdicts(*pooled, *same, community="beta")) == 1


def test_what_is_told_excludes_0_and_is_five_points_or_more():
    frames = [season(ALPHA, 400, 2025, 45), season(ALPHA, 400, 2026, 75)]
    made = release(together(*frames), MEASURES, ())
    changes = made.changes
    told = changes[changes["rung"] > 0]
    assert len(told)
    assert ((told["low"] > 0) | (told["high"] < 0)).all()
    assert (told["change"].abs() >= 0.05).all()
    clear = told[told["rung"] == 2]
    assert len(clear)
    assert ((clear["place_low"] > 0) | (clear["place_high"] < 0)).all()


def slowly(*highs, place=ALPHA, wordings=None):
    """One place over several seasons, with so many per cent who trust."""
    wordings = wordings or ["2026a"] * len(highs)
    return [
        season(place, 900, 2021 + i, high, w)
        for i, (high, w) in enumerate(zip(highs, wordings, strict=True))
    ]


def since_first(*frames, community="alpha"):
    figures = release(together(*frames), MEASURES, ()).figures
    rows = changes_since_first(figures, MEASURES)
    return rows[(rows["community"] == community) & (rows["measure"] == "trust")]


def test_a_slow_rise_is_seen_since_the_first_season_and_not_from_year_to_year():
    frames = slowly(40, 46, 52, 58, 64)
    told = verdicts(*frames)
    assert told[told["basis"] == "before"]["rung"].max() <= 1
    far = told[told["basis"] != "before"]
    assert far[["basis", "season_from", "season_to", "verdict"]].values.tolist() == [
        ["first", 2021, 2025, "rise"],
        ["trend", 2021, 2025, "rising"],
    ]
    (row,) = since_first(*frames).to_dict("records")
    assert (row["season_from"], row["season_to"], row["verdict"]) == (2021, 2025, "rise")
    assert row["change"] == pytest.approx(0.24, abs=0.011)


def test_the_first_season_in_the_same_words_is_the_first():
    wordings = ["2026b", "2026a", "2026a", "2026a"]
    (row,) = since_first(*slowly(20, 60, 60, 60, wordings=wordings)).to_dict("records")
    assert (row["season_from"], row["verdict"]) == (2022, "unclear")
    wordings = ["2026b", "2026b", "2026a"]
    assert since_first(*slowly(20, 20, 60, wordings=wordings)).empty  # nothing lies between


def test_a_first_season_that_is_told_in_words_is_passed_over():
    """Towns that start small are the rule, and words compare with nothing."""
    first, *later = slowly(40, 40, 46, 52, 58, 64)
    (row,) = since_first(first.iloc[:20], *later).to_dict("records")
    assert (row["season_from"], row["season_to"], row["verdict"]) == (2022, 2026, "rise")


def test_who_is_not_in_the_newest_season_is_told_no_change_since_the_first():
    """Else its family would be another in each release, and its verdict with it."""
    others = [season(BETA, 900, year, 60) for year in range(2021, 2026)]
    made = release(together(*slowly(40, 46, 52), *others), MEASURES, ())
    far = made.changes[made.changes["season_to"] - made.changes["season_from"] > 1]
    assert "alpha" in set(made.figures["community"])
    assert "beta" in set(far["community"])
    assert "alpha" not in set(far["community"])
    assert set(far["season_to"]) == {2025}


def test_the_notebook_says_what_the_release_says():
    made = release(together(*slowly(40, 46, 52, 58)), MEASURES, ())
    keys = [*PLACE, "season_from", "season_to"]
    far = made.changes[made.changes["basis"] == "first"]
    mine = changes_since_first(made.figures, MEASURES).sort_values(keys, ignore_index=True)
    assert len(mine) > 0
    pd.testing.assert_frame_equal(mine, far.sort_values(keys, ignore_index=True), check_dtype=False)


def test_with_two_seasons_the_first_is_the_one_before():
    figures = release(together(*slowly(40, 70)), MEASURES, ()).figures
    assert changes_since_first(figures, MEASURES).empty
    assert changes_since_first(figures[figures["season"] == 2021], MEASURES).empty


def test_shares_that_exclude_each_other_vary_as_a_multinomial():
    """Of many who moved up, down or not, the range of the difference is that of the mean of 1, 0
    and -1, whose variance is (p + q - (p - q)^2) / n."""
    n, down, up = 20_000, 0.2, 0.35
    ends = newcombe(
        Interval(down, *wilson(down, n)),
        Interval(up, *wilson(up, n)),
        correlation=parts_correlation(down, up),
    )
    half = 1.959964 * ((down + up - (up - down) ** 2) / n) ** 0.5
    assert [float(end) for end in ends] == pytest.approx((0.15 - half, 0.15 + half), abs=5e-5)
    rng = np.random.default_rng(5)  # and of few it holds what it should
    drawn = rng.multinomial(40, (down, up, 1 - down - up), size=4000)[:, :2] / 40
    p, q = drawn.T
    low, high = newcombe(
        Interval(p, *wilson(p, 40)), Interval(q, *wilson(q, 40)),
        correlation=parts_correlation(p, q),
    )  # fmt: skip
    held = ((low <= up - down) & (up - down <= high)).mean()
    assert 0.94 < held < 0.97
    assert parts_correlation(1.0, 0.0) == 0
    assert parts_correlation(0.55, 0.5) == -1
