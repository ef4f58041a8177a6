from dataclasses import replace

import numpy as np
import pytest

from analysis.estimators.nonresponse import nonresponse
from analysis.estimators.reliability import alpha, item_rest, omega, reliability
from tests.analysis.made_up import ALPHA, BETA, MEASURES, TRUST, people, together


def answers(n=400, loading=0.8, k=4, seed=1):
    """k five-point items of one factor, with that loading before rounding."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, 1))
    items = loading * factor + np.sqrt(1 - loading**2) * rng.normal(size=(n, k))
    return np.clip(np.round(items + 3), 1, 5)


def cov(items):
    return np.cov(items, rowvar=False)


def test_alpha_by_its_formula():
    items = np.array([[1, 2, 1], [2, 2, 3], [3, 4, 3], [5, 4, 5], [4, 5, 4]], dtype=float)
    variances = [2.5, 1.8, 2.2]
    total = items.sum(axis=1)
    assert alpha(cov(items)) == pytest.approx(1.5 * (1 - sum(variances) / np.var(total, ddof=1)))
    assert alpha(cov(np.column_stack([items[:, 0]] * 4))) == pytest.approx(1)


def test_omega_finds_the_loadings_of_a_perfect_factor():
    """Items whose correlations are exactly those of one factor: no fit is needed to know omega."""
    loadings = np.array([0.9, 0.8, 0.7, 0.6])
    r = np.outer(loadings, loadings)
    np.fill_diagonal(r, 1)
    rng = np.random.default_rng(3)
    raw = rng.normal(size=(500, 4))
    white = np.linalg.solve(np.linalg.cholesky(np.cov(raw, rowvar=False)), (raw - raw.mean(0)).T)
    items = (np.linalg.cholesky(r) @ white).T
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert omega(cov(items)) == pytest.approx(expected, abs=1e-6)
    assert omega(cov(items * [1, 2, 3, 4])) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("loading", "k", "seed"), [(0.8, 4, 1), (0.6, 4, 5), (0.7, 6, 9), (0.5, 3, 7)]
)
def test_omega_agrees_with_a_factor_found_another_way(loading, k, seed):
    """Iterated principal axes end at minimum residuals, which psych::fa calls minres."""
    from statsmodels.multivariate.factor import Factor

    items = answers(loading=loading, k=k, seed=seed)
    r = np.corrcoef(items, rowvar=False)
    fit = Factor(corr=r, n_factor=1, method="pa").fit(maxiter=2000, tol=1e-12)
    unique = 1 - fit.loadings[:, 0] ** 2
    assert omega(cov(items)) == pytest.approx(1 - unique.sum() / r.sum(), abs=1e-4)


def test_omega_of_spearman_by_hand():
    """Three items: one factor fits exactly, l1 = sqrt(r12 r13 / r23) (Spearman 1904)."""
    items = answers(k=3, seed=11)
    r = np.corrcoef(items, rowvar=False)
    l1 = r[0, 1] * r[0, 2] / r[1, 2]
    l2 = r[0, 1] * r[1, 2] / r[0, 2]
    l3 = r[0, 2] * r[1, 2] / r[0, 1]
    assert omega(cov(items)) == pytest.approx(1 - (3 - l1 - l2 - l3) / r.sum(), abs=1e-6)


def axes(r, unique):
    """The first principal axis of r with communalities on its diagonal, as psych takes it."""
    values, vectors = np.linalg.eigh(r - np.diag(unique))
    return vectors[:, -1] * np.sqrt(max(values[-1], 0))


def test_omega_where_an_item_runs_into_the_bound():
    """Spearman's l1^2 = .8 * .8 / .6 = 1.07 is over 1: psych keeps its uniqueness at .005.

    By hand: iterate the communalities of the others, that item's staying at .995.
    """
    r = np.array([[1, 0.8, 0.8], [0.8, 1, 0.6], [0.8, 0.6, 1]])
    raw = np.random.default_rng(3).normal(size=(500, 3))
    white = np.linalg.solve(np.linalg.cholesky(np.cov(raw, rowvar=False)), (raw - raw.mean(0)).T)
    unique = np.array([0.005, 0.5, 0.5])
    for _ in range(5000):
        unique[1:] = 1 - axes(r, unique)[1:] ** 2
    found = axes(r, unique)
    assert found[0] ** 2 > 0.995  # so the bound binds
    expected = 1 - (1 - found**2).sum() / r.sum()
    assert omega(cov((np.linalg.cholesky(r) @ white).T)) == pytest.approx(expected, abs=1e-6)


def test_omega_of_answers_lies_near_alpha():
    items = answers()
    assert omega(cov(items)) == pytest.approx(alpha(cov(items)), abs=0.01)
    assert item_rest(cov(items)).min() > 0.5
    assert reliability(items).holds


def test_an_index_that_does_not_hold_together_is_not_shown():
    weak = reliability(answers(loading=0.35, seed=2))
    assert not weak.holds
    assert weak.n == 400


def test_people_with_a_missing_item_are_left_out():
    items = answers()
    items[:150, 2] = np.nan
    assert reliability(items).n == 250
    items[:201, 2] = np.nan
    with pytest.raises(ValueError, match="200 people"):
        reliability(items)


def test_an_item_the_wrong_way_round_stops_everything():
    items = answers()
    items[:, 1] = 6 - items[:, 1]
    with pytest.raises(ValueError, match="Item 2 runs against"):
        reliability(items)
    items[:, 1] = 3
    with pytest.raises(ValueError, match="same answer"):
        reliability(items)
    for few in (items[:, :2], items[:, 0]):
        with pytest.raises(ValueError, match="three items"):
            reliability(few)
    with pytest.raises(ValueError, match="three items"):
        omega(cov(items[:, :2]))


def test_why_answers_are_missing():
    frame = together(people(ALPHA, 60, trust=[5, -1, -3, -4, -2, -5]))
    found = {item.column: item for item in nonresponse(frame, MEASURES)}
    assert list(found) == [
        "trust.police", "fair.police", "listen.police", "approach.police", "again",
    ]  # fmt: skip
    trust = nonresponse(frame[frame["community"] == "alpha"], MEASURES)[0]
    assert (trust.n, trust.shown) == (60, 40)
    assert trust.shares == {
        "skipped": 0.25, "prefer_not": 0.25, "dont_know": 0.25, "not_shown": 10 / 60,
        "never_reached": 10 / 60,
    }  # fmt: skip
    assert trust.flags == ("skipped",)  # a quarter who do not know is not yet over 25 %
    skipped = (frame["again"] == -1).mean()
    assert found["again"].shares["skipped"] == pytest.approx(skipped)
    assert found["again"].flags == (("skipped",) if skipped > 0.05 else ())
    with pytest.raises(ValueError, match="no response"):
        nonresponse(frame.iloc[:0], MEASURES)


def test_adults_and_teenagers_who_were_asked_the_same_are_not_added_up():
    teen = replace(TRUST, id="teen.trust", questions=("trust",), panel="teen", audience="teen")
    young = people(BETA, 20, trust=[-3]).assign(audience="teen")
    frame = together(people(ALPHA, 60, trust=[5]), young, elsewhere=0)
    found = {(item.column, item.audience): item for item in nonresponse(frame, (TRUST, teen))}
    assert found["trust.police", "adult"].shares["dont_know"] == 0
    assert found["trust.police", "teen"].shares["dont_know"] == 1
    assert found["trust.police", "teen"].flags == ("dont_know",)
    nobody = nonresponse(frame[frame["audience"] == "adult"], (TRUST, teen))
    assert [item.audience for item in nobody] == ["adult"]
