"""Groups side by side and differences: the same as one by one, with errors that name names."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analysis import (
    CannotWeight,
    by_group,
    design,
    difference_of_ranges,
    margin,
    mean_range,
    newcombe,
    share_range,
)
from analysis.estimators.basic import wilson


def people(n=400, seed=1):
    rng = np.random.default_rng(seed)
    age = np.where(np.arange(n) % 3 == 0, "young", "old").astype(object)
    y = (rng.random(n) < np.where(age == "young", 0.4, 0.7)).astype(float)
    y[::17] = np.nan
    return y, age, design(np.arange(n) % 20)


def test_every_group_is_as_asked_by_itself():
    y, age, of = people()
    age[5] = None
    table = by_group(y, age, of, rho=0.02)
    assert table["group"].tolist() == ["old", "young"]
    for row in table.to_dict("records"):
        one = share_range(y, of, rho=0.02, domain=age == row["group"])
        assert (row["value"], row["low"], row["high"]) == (one.value, one.low, one.high)
        assert row["n"] == (~np.isnan(y) & (age == row["group"])).sum()
    scores = by_group(y * 50 + 10, age, of, rho=0.02)
    young = mean_range(y * 50 + 10, of, rho=0.02, domain=age == "young")
    assert scores.set_index("group").loc["young", "high"] == young.high


def test_a_difference_is_newcombes_and_its_p_value_agrees_with_it():
    """Newcombe 1998, table II (a): 56/70 against 48/80 gives .0524 to .3339."""
    from dataclasses import replace

    y, _, of = people()
    one = share_range(y, of, rho=0.02)

    def ranged(x, n):
        low, high = (float(end) for end in wilson(x / n, n))
        return replace(one, value=x / n, low=low, high=high)

    found = difference_of_ranges(ranged(56, 70), ranged(48, 80))
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert found.p == pytest.approx(2 * norm.sf(1.959964 * found.value / (found.value - found.low)))
    assert found.p < 0.05
    back = difference_of_ranges(ranged(48, 80), ranged(56, 70))
    assert (back.low, back.high, back.p) == pytest.approx((-found.high, -found.low, found.p))
    assert difference_of_ranges(ranged(48, 80), ranged(48, 80)).p == 1


def test_answers_that_are_no_numbers_are_named():
    _, age, of = people()
    said = pd.Series(np.where(np.arange(400) % 2, "Yes", "No"), name="trust.police")
    with pytest.raises(ValueError, match=r"in 'trust.police' are no numbers: 'No', 'Yes'"):
        by_group(said, age, of, rho=0.02)


def test_by_group_and_differences_at_another_level():
    y, age, of = people()
    table = by_group(y, age, of, rho=0.02, level=0.8).set_index("group")
    old, young = (
        share_range(y, of, rho=0.02, domain=age == g, level=0.8) for g in ("old", "young")
    )
    assert table.loc["old", "low"] == old.low
    found = difference_of_ranges(young, old)
    assert found.level == 0.8
    ends = newcombe(old, young)  # two ranged shares, as they are
    assert (found.low, found.high) == (float(ends[0]), float(ends[1]))
    assert (found.p < 0.2) == (found.low > 0 or found.high < 0)
    with pytest.raises(ValueError, match=r"two levels: 0.95 and 0.8"):
        difference_of_ranges(share_range(y, of, rho=0.02), old)


def test_groups_and_answers_belong_together():
    y, age, of = people()
    with pytest.raises(ValueError, match=r"400 answers and 399 groups in 'age'"):
        by_group(y, pd.Series(age[1:], name="age"), of, rho=0.02)


def test_a_margin_says_who_has_no_category():
    ages = ["young"] * 60 + [None] * 3 + ["old"] * 40
    with pytest.raises(CannotWeight, match="3 of those who answered have no category in age"):
        margin("age", ages, {"young": 10, "old": 20})
