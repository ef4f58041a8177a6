import numpy as np
import pytest

from analysis.estimators.jackknife import jackknife
from analysis.estimators.linearization import design, mean_of
from analysis.estimators.margins import margin
from analysis.estimators.weighted_estimates import adjusted_influence, weighted_mean
from analysis.estimators.weighting import rake
from tests.analysis.r_numbers import as_design, cases, schools

DATA = schools()
JK1 = cases("05_replicates.json")["jk1_clus"]


def mean_with(y):
    return lambda w: float((w * y).sum() / w.sum())


def test_leaving_out_events_agrees_with_r():
    found = jackknife(mean_with(DATA["api00"].to_numpy()), as_design(DATA, JK1))
    expected = JK1["expected"]
    assert found.value == pytest.approx(expected["mean"], rel=1e-9)
    assert found.se == pytest.approx(expected["se"], rel=1e-9)
    assert (found.df, found.events) == (expected["degf"], expected["n_rep"])


def test_strata_are_left_out_within_themselves():
    strata = np.repeat(["a", "b"], 60)
    of = design(np.arange(120) // 10, strata=strata)
    y = np.random.default_rng(4).normal(size=120) + (np.arange(120) // 10) % 3
    total = jackknife(lambda w: float((w * y).sum()), of)
    sums = y.reshape(12, 10).sum(axis=1).reshape(2, 6)
    assert total.variance == pytest.approx(sum(6 * s.var(ddof=1) for s in sums))
    assert total.df == 10


def test_one_event_cannot_be_left_out():
    assert np.isnan(jackknife(mean_with(np.arange(5.0)), design(np.zeros(5))).se)


def test_replicates_are_spread_around_one_mean_and_know_the_population():
    """R's JKn: scale (1 - k/K) (k-1)/k within a stratum, and one mean of all replicates."""
    strata, event = np.repeat([0, 1], [40, 80]), np.arange(120) // 10
    y, population = np.random.default_rng(4).normal(size=120), np.where(strata == 0, 8.0, 40.0)

    def ratio(w):
        return float((w * y).sum() / (w * y * y).sum())

    values, factors = [], []
    for one in range(12):
        here = strata == (one > 3)
        k = len(set(event[here]))
        values.append(ratio(np.where(event == one, 0.0, np.where(here, k / (k - 1), 1.0))))
        factors.append((1 - k / population[here][0]) * (k - 1) / k)
    expected = (factors * (values - np.mean(values)) ** 2).sum()
    found = jackknife(ratio, design(event, strata=strata, population=population))
    assert found.variance == pytest.approx(expected, rel=1e-9)


def test_a_statistic_that_an_event_carries_alone_is_refused():
    y, event = np.arange(30.0), np.repeat([0, 1, 2], 10)
    first = np.where(event == 0, 1.0, 0.0)
    with pytest.raises(ValueError, match="Without one of the events"):
        jackknife(
            lambda w: float((w * first * y).sum() / s) if (s := (w * first).sum()) else np.nan,
            design(event),
        )


def unequal():
    """A design with unequal base weights and two margins that are not independent."""
    rng = np.random.default_rng(8)
    event = np.repeat(np.arange(40), 15)
    base = rng.choice([1.0, 2.0, 5.0], 600, p=[0.5, 0.3, 0.2])
    a = rng.choice(["x", "y", "z"], 600, p=[0.5, 0.3, 0.2])
    b = np.where(rng.random(600) < np.where(a == "x", 0.7, 0.4), "p", "q")
    y = 1.0 * (a == "y") + 0.5 * (b == "q") + rng.normal(size=600) + rng.normal(size=40)[event]
    margins = [
        margin("a", a.tolist(), {"x": 300, "y": 400, "z": 300}),
        margin("b", b.tolist(), {"p": 450, "q": 550}),
    ]
    return event, base, y, margins


def test_raked_errors_are_residuals_of_a_regression_with_base_weights():
    """METHODS 4 by its words, with statsmodels' WLS; unweighted residuals are something else."""
    from statsmodels.regression.linear_model import OLS, WLS

    event, base, y, margins = unequal()
    fitted, of = rake(base, margins), design(event)
    found = weighted_mean(y, fitted, of)
    influence = (y - found.value) / fitted.weights.sum()
    dummies = np.column_stack(
        [m.codes == c for m in margins for c in range(len(m.target))][:-1]
    ).astype(float)
    residuals = WLS(influence, dummies, weights=base).fit().resid
    assert adjusted_influence(influence, fitted) == pytest.approx(
        fitted.weights * residuals, abs=1e-9 * abs(influence).max() * fitted.weights.max()
    )
    sums = np.bincount(event, fitted.weights * residuals)
    assert found.variance == pytest.approx(40 / 39 * ((sums - sums.mean()) ** 2).sum(), rel=1e-6)
    plain = np.bincount(event, fitted.weights * OLS(influence, dummies).fit().resid)
    assert abs(found.variance / (40 / 39 * ((plain - plain.mean()) ** 2).sum()) - 1) > 1e-3


def test_raking_again_without_each_event_gives_the_same_error():
    """Another way to the same number: rake anew for every event that is left out."""
    event, base, y, margins = unequal()

    def raked_mean(w):
        there = w > 0
        kept = [type(m)(m.name, m.codes[there], m.target) for m in margins]
        raked = rake(w[there], kept).weights
        return float((raked * y[there]).sum() / raked.sum())

    again = jackknife(raked_mean, design(event, base))
    found = weighted_mean(y, rake(base, margins), design(event))
    fixed = mean_of(y, design(event, rake(base, margins).weights))
    assert found.value == pytest.approx(again.value)
    assert found.se == pytest.approx(again.se, rel=0.05)
    assert abs(fixed.se / again.se - 1) > abs(found.se / again.se - 1)
