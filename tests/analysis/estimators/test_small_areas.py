import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit

from analysis.estimators.small_areas import (
    dersimonian_laird,
    funnel,
    paule_mandel,
    pooled,
    steadied,
    steadied_shares,
)
from tests.analysis.r_numbers import cases, counties

CASES = cases("10_small_areas.json")
AREAS = counties()[counties()["n"] >= 5]
Y, V = AREAS["mean"].to_numpy(), (AREAS["sd"] ** 2 / AREAS["n"]).to_numpy()


@pytest.mark.parametrize(
    ("id", "tau2"),
    [("shrink_normal_DL", dersimonian_laird(Y, V)), ("shrink_normal_PM", paule_mandel(Y, V))],
)
def test_steadied_values_agree_with_metafor(id, tau2):
    expected = CASES[id]["expected"]
    made = steadied(Y, V, tau2)
    near = {"rel": 1e-9 if id.endswith("DL") else 1e-6}  # R's uniroot stops early for PM
    assert AREAS["county"].tolist() == expected["county"]
    assert tau2 == pytest.approx(expected["tau2"], rel=near["rel"])
    assert made.pooled.mu == pytest.approx(expected["mu"], rel=near["rel"])
    assert made.pooled.se == pytest.approx(expected["se_mu"], rel=near["rel"])
    assert made.pooled.q == pytest.approx(expected["Q"], rel=1e-9)
    assert made.value == pytest.approx(expected["blup"], rel=near["rel"])
    assert made.se == pytest.approx(expected["blup_se"], rel=near["rel"])
    assert made.borrowed == pytest.approx(expected["naive_B"], rel=near["rel"])


def test_paule_mandel_solves_its_equation():
    tau2 = paule_mandel(Y, V)
    w = 1 / (V + tau2)
    mu = (w * Y).sum() / w.sum()
    assert (w * (Y - mu) ** 2).sum() == pytest.approx(len(Y) - 1, rel=1e-12)
    assert steadied(Y, V).pooled.tau2 == tau2


def test_areas_that_agree_borrow_everything():
    made = steadied([5.0, 5.1, 4.9], [1.0, 1.0, 1.0])
    assert made.pooled.tau2 == 0
    assert made.borrowed.tolist() == [1, 1, 1]
    assert made.value == pytest.approx([5, 5, 5])
    assert made.se == pytest.approx([np.sqrt(1 / 3)] * 3)


def test_no_variance_between_areas_is_found_at_the_border_too():
    """metafor gives tau2 = 0 where Q is at most m - 1; here Q = 2 = m - 1 exactly."""
    assert paule_mandel([-1.0, 0.0, 1.0], [1.0, 1.0, 1.0]) == 0
    assert paule_mandel([-1.0, 0.0, 1.001], [1.0, 1.0, 1.0]) == pytest.approx(
        np.var([-1, 0, 1.001], ddof=1) - 1, rel=1e-9
    )
    made = steadied([-1.0, 0.0, 1.0], [1.0, 1.0, 1.0])
    assert made.value.tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_steadied_values_are_best_linear_predictions(seed):
    """Henderson's: mu + G V^-1 (y - mu), and its prediction error, by matrices."""
    rng = np.random.default_rng(seed)
    v, y = rng.uniform(0.5, 2, 8), 3 * rng.normal(size=8)
    made = steadied(y, v)
    g = made.pooled.tau2 * np.eye(8)
    inverse, one = np.linalg.inv(g + np.diag(v)), np.ones(8)
    mu = one @ inverse @ y / (one @ inverse @ one)
    assert made.value == pytest.approx(mu + g @ inverse @ (y - mu), rel=1e-9)
    error = np.diag(g - g @ inverse @ g) + (1 - g @ inverse @ one) ** 2 / (one @ inverse @ one)
    assert made.se == pytest.approx(np.sqrt(error), rel=1e-9)


shares = st.lists(st.tuples(st.floats(0, 1), st.floats(5, 400)), min_size=3, max_size=20)


@given(shares)
def test_steadied_shares_lie_between_their_own_and_the_common_one(rows):
    p, n = (np.array(column) for column in zip(*rows, strict=True))
    found, made = steadied_shares(p, n)
    own = (p * n + 0.5) / (n + 1)
    centre = 1 / (1 + np.exp(-made.pooled.mu))
    assert (found >= np.minimum(own, centre) - 1e-9).all()
    assert (found <= np.maximum(own, centre) + 1e-9).all()
    assert ((made.borrowed >= 0) & (made.borrowed <= 1)).all()


def test_the_smaller_borrows_more():
    _, made = steadied_shares([0.4, 0.6, 0.8, 0.7], [200, 20, 60, 60])
    assert made.borrowed.argmax() == 1
    assert made.borrowed.argmin() == 0
    everyone, _ = steadied_shares([1, 0, 1], [20, 30, 40])
    assert ((everyone > 0) & (everyone < 1)).all()
    assert logit(everyone).shape == (3,)


def test_the_funnel_finds_the_one_that_stands_out():
    p, n = [0.6] * 11 + [0.9], [50.0] * 11 + [100.0]
    found = funnel(p, n)
    assert found.closer.tolist() == [False] * 11 + [True]
    low, high = found.limits([50.0], 3.090232306167813)
    assert low[0] < 0.6 < high[0] < 0.9
    assert (np.diff(found.limits([10.0, 50.0, 500.0])[1]) < 0).all()


def test_common_variation_widens_the_funnel():
    p = np.tile([0.3, 0.9], 10)
    wide = funnel(p, np.full(20, 100.0))
    assert wide.overdispersion > 10
    assert not wide.closer.any()


@pytest.mark.parametrize(
    "call",
    [
        lambda: steadied([1.0, 2.0], [1.0, 1.0]),
        lambda: steadied([1.0, 2.0, 3.0], [1.0, 0.0, 1.0]),
        lambda: pooled([1.0, np.nan, 3.0], [1.0, 1.0, 1.0], 0),
        lambda: steadied_shares([0.5, 1.5, 0.5], [10, 10, 10]),
        lambda: pooled([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], -1),
        lambda: steadied([1.0, 2.0, 3.0], [1.0, 1.0]),
        lambda: funnel([0.5, 0.6], [10, 10]),
        lambda: funnel([0.5, np.nan, 0.6], [10, 10, 10]),
        lambda: funnel([0.5, 0.5, 0.6], [10, 10]),
        lambda: funnel([1.0, 1.0, 1.0], [10, 10, 10]),
    ],
)
def test_too_little_is_refused_with_a_sentence(call):
    with pytest.raises(ValueError, match=r"\."):
        call()
