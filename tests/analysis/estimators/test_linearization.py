from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimators.basic import wilson
from analysis.estimators.linearization import (
    design,
    difference_of,
    mean_of,
    means_of,
    ratio_of,
    total_of,
)
from analysis.estimators.linearized_ranges import design_effect, korn_graubard, t_range
from analysis.estimators.other_intervals import arcsine_range, logit_range
from tests.analysis.r_numbers import as_design, cases, schools

MEANS, SHARES, DOMAINS = (
    cases(f) for f in ("01_means.json", "02_proportion_intervals.json", "03_domains.json")
)
DATA = schools()


def near(value):
    """Within the tolerance of METHODS 9."""
    return pytest.approx(value, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("id", ["mean_srsw", "mean_clusf"])
def test_means_drop_rows_listwise(id):
    expected, of = MEANS[id]["expected"], as_design(DATA, MEANS[id])
    names = list(expected["mean"])
    table = DATA[names].to_numpy(dtype=float)
    means, covariances = means_of(table, of)
    assert means.tolist() == near(list(expected["mean"].values()))
    assert np.diag(covariances).tolist() == near(list(expected["var"].values()))
    whole = ~np.isnan(table).any(axis=1)
    for i, name in enumerate(names):
        one = mean_of(table[:, i], of, whole)
        assert one.se == near(expected["se"][name])
        assert one.df == expected["degf"]
        assert one.n == expected["nobs"]
        low, high = expected["ci95_t_low"][name], expected["ci95_t_high"][name]
        assert t_range(one) == near((low, high))
        deff = design_effect(table[:, i], of, whole)
        assert deff == near(expected["deff"][name])


def test_totals_ratios_and_shares_agree_with_r():
    for id, case in MEANS.items():
        of, expected = as_design(DATA, case), case["expected"]
        if id.startswith("total"):
            found = total_of(DATA["enroll"], of)
            assert found.value == near(expected["total"])
            assert found.se == near(expected["se"])
        elif id.startswith("ratio"):
            found = ratio_of(DATA["api.stu"], DATA["enroll"], of)
            assert found.value == near(expected["ratio"])
            assert found.se == near(expected["se"])
        elif id == "mean_api00_clus":
            assert mean_of(DATA["api00"], of).se == near(expected["se"])
        elif id == "shares_stype_clus":
            dummies = np.column_stack([DATA["stype"] == kind for kind in "EHM"])
            means, covariances = means_of(dummies, of)
            assert means.tolist() == near(list(expected["share"].values()))
            assert covariances.ravel() == near(np.ravel(expected["vcov"]))


@pytest.mark.parametrize("id", [id for id in SHARES if id.startswith("ciprop")])
def test_ranges_of_shares_agree_with_r(id):
    expected = SHARES[id]["expected"]
    found = mean_of(DATA[id.split("_")[1]], as_design(DATA, SHARES[id]))
    assert found.value == near(expected["beta"]["est"])
    assert found.variance == near(expected["pieces"]["var"])
    assert found.df == expected["pieces"]["degf"]
    ends = (expected["beta"]["low"], expected["beta"]["high"])
    assert korn_graubard(found, at_most_n=False) == near(ends)
    low, high = korn_graubard(found)
    if id == "ciprop_sw_clusf":  # R takes 224 people's worth from 183 people
        assert low < ends[0] < ends[1] < high
    else:
        assert (low, high) == near(ends)
    ends = (expected["mean"]["low"], expected["mean"]["high"])
    assert t_range(found) == near(ends)
    for name, ours in (("logit", logit_range), ("xlogit", logit_range), ("asin", arcsine_range)):
        assert ours(found) == near((expected[name]["low"], expected[name]["high"]))


@pytest.mark.parametrize("id", [id for id in DOMAINS if id.startswith("by_")])
def test_domains_are_subsets_of_the_design(id):
    expected, of = DOMAINS[id]["expected"], as_design(DATA, DOMAINS[id])
    for name in expected["mean"]:
        kind, *wide = name.split(".")
        domain = (DATA["stype"] == kind) & ((DATA["sch.wide"] == wide[0]) if wide else True)
        found = mean_of(DATA["api00"], of, domain)
        assert found.value == near(expected["mean"][name])
        assert found.se == near(expected["se"][name])


def test_a_domain_of_one_event_has_no_certainty():
    """R prints a standard error of 1e-15 here; we say that it cannot be told."""
    case = DOMAINS["domain_one_psu_keeps_design"]
    found = mean_of(DATA["api00"], as_design(DATA, case), DATA["dnum"] == 637)
    assert found.value == near(case["expected"]["mean"])
    assert (found.n, found.events, found.df) == (case["expected"]["n"], 1, 0)
    assert np.isnan(found.se)
    assert np.isnan(t_range(found)).all()
    with pytest.raises(ValueError, match="one event"):
        korn_graubard(mean_of(DATA["hi"], as_design(DATA, case), DATA["dnum"] == 637))


@pytest.mark.parametrize(("id", "lonely"), [("lonely_adjust", True), ("lonely_certainty", False)])
def test_an_only_event_of_its_stratum(id, lonely):
    case = DOMAINS[id]
    data = DATA[~((DATA["stype"] == "H") & (DATA["dnum"] != 637))]
    of = replace(as_design(data, case), lonely=lonely)
    found = mean_of(data["api00"], of)
    assert found.value == near(case["expected"]["mean"])
    assert found.se == near(case["expected"]["se"])
    assert (found.n, found.df) == (case["expected"]["n"], case["expected"]["degf"])


def test_change_of_communities_that_return():
    expected = cases("07_change_trend.json")["change_same_clusters"]["expected"]
    score = np.concatenate([DATA["api99"], DATA["api00"]]).astype(float)
    later = np.repeat([False, True], len(DATA))
    of = design(np.tile(DATA["dnum"], 2), np.tile(DATA["pw"], 2))
    for y, name in (((score >= 700).astype(float), "h"), (score, "y")):
        found = difference_of(y, of, later, ~later)
        assert found.value == near(expected[f"diff_{name}"])
        assert found.se == near(expected[f"se_diff_{name}"])
    for year, se in expected["se_h"].items():
        domain = later == (year == "1")
        assert mean_of(score >= 700, of, domain).se == near(se)


def test_nothing_and_everything():
    of = design(np.repeat([1, 2, 3], 4))
    with pytest.raises(ValueError, match="nobody"):
        mean_of(np.full(12, np.nan), of)
    with pytest.raises(ValueError, match="nobody"):
        mean_of(np.ones(12), of, np.zeros(12, dtype=bool))
    for value in (0.0, 1.0):
        found = mean_of(np.full(12, value), of)
        assert (found.value, found.variance) == (value, 0)
        for method in (korn_graubard, logit_range, arcsine_range):
            with pytest.raises(ValueError, match="Wilson"):
                method(found)
        assert wilson(value, 5)[0] < wilson(value, 5)[1]
    with pytest.raises(ValueError, match="negative or missing"):
        design([1, 2], [1, -1])
    with pytest.raises(ValueError, match="one entry per person"):
        design([1, 2], [1])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1)), min_size=6, max_size=40))
def test_unweighted_unstratified_is_the_formula_of_methods_3(rows):
    event, y = (np.array(column) for column in zip(*rows, strict=True))
    k = len(set(event.tolist()))
    found = mean_of(y, design(event))
    if k == 1:
        assert np.isnan(found.variance)
        return
    z = (y - y.mean()) / len(y)
    sums = np.array([z[event == e].sum() for e in set(event.tolist())])
    assert found.variance == near(k / (k - 1) * ((sums - sums.mean()) ** 2).sum())
    assert found.df == k - 1


def by_hand(influence, event, strata, population, *, lonely):
    """R's onestrat() with loops: a stratum's events around their mean, times k/(k-1) and 1-k/K."""
    total = 0.0
    for stratum in set(strata):
        sums: dict[int, float] = {}
        for i in np.flatnonzero(strata == stratum):
            sums[event[i]] = sums.get(event[i], 0.0) + influence[i]
            left = population[i]
        k, z = len(sums), np.array(list(sums.values()))
        if k > 1:
            total += (1 - k / left) * k / (k - 1) * ((z - z.mean()) ** 2).sum()
        elif lonely:
            total += (1 - k / left) * z[0] ** 2
    return total


@pytest.mark.parametrize("seed", range(20))
def test_every_estimate_by_hand(seed):
    """Zero weights, missing values, domains, few and only events of strata, populations."""
    rng = np.random.default_rng(seed)
    n, lonely = 60, bool(seed % 2)
    strata = rng.integers(0, 3, n)
    event = strata * 10 + rng.integers(0, 1 + strata * 3, n)  # the first stratum has one event
    w, x = rng.choice([0, 1, 2.5], n), rng.uniform(1, 2, n)
    y = np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n))
    domain, population = rng.random(n) < 0.7, 12.0 + strata
    of = design(event, w, strata=strata, population=population, lonely=lonely)
    inside = domain & (w > 0) & ~np.isnan(y)
    v, u = np.where(inside, w, 0.0), np.where(inside, y, 0.0)

    def error(influence):
        return near(by_hand(influence, event, strata, population, lonely=lonely))

    mean, ratio = (v * u).sum() / v.sum(), (v * u).sum() / (v * x).sum()
    found = mean_of(y, of, domain)
    assert (found.value, found.n) == (near(mean), inside.sum())
    assert found.df == len(set(event[inside])) - len(set(strata[inside]))
    assert found.variance == error(v * (u - mean) / v.sum())
    assert ratio_of(y, x, of, domain).value == near(ratio)
    assert ratio_of(y, x, of, domain).variance == error(v * (u - ratio * x) / (v * x).sum())
    assert total_of(y, of, domain).variance == error(v * u)
    assert means_of(np.column_stack([y, x]), of, domain)[1][0, 0] == near(found.variance)


def test_one_event_is_never_certain_whatever_is_asked():
    of, y = design(np.repeat([1, 2, 3], 8)), np.arange(24) % 5.0
    one, other = of.events == 0, of.events == 1
    assert np.isnan(means_of(np.column_stack([y, y]), of, one)[1]).all()
    assert np.isnan(difference_of(y, of, one, other).se)
    # a total of one event has an error: others of it have nobody. R: svytotal(~y, subset(d, ...))
    sums = np.array([y[one].sum(), 0, 0])
    assert total_of(y, of, one).variance == near(3 * sums.var(ddof=1))
    assert np.isnan(total_of(y[one], design(np.zeros(8))).se)


def test_a_design_effect_with_and_without_a_population():
    of, y = design(np.repeat(np.arange(6), 8)), np.arange(48) % 3.0
    found = mean_of(y, of)
    # R: svymean(~y, d, deff = "replace")
    assert design_effect(y, of, replaced=True) == near(found.variance / (y.var(ddof=1) / 48))
    with pytest.raises(ValueError, match="population"):
        design_effect(y, of)
    with pytest.raises(ValueError, match="differ"):
        design_effect(np.ones(48), of, replaced=True)
