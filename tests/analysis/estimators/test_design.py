"""Who came with whom, and whom a figure is about: what does not fit is refused."""

import numpy as np
import pytest

from analysis.estimators.linearization import design, mean_of, ratio_of


def test_the_same_label_in_two_strata_is_two_events():
    of = design([1, 1, 2, 2], strata=["a", "b", "a", "b"])
    assert len(set(of.events.tolist())) == 4
    assert mean_of([1, 2, 3, 4], of).df == 2


def test_who_is_missing_in_a_domain_is_outside():
    of, y = design(np.repeat([1, 2, 3], 8)), np.arange(24.0)
    domain = np.where(of.events == 2, np.nan, 1.0)
    assert mean_of(y, of, domain).n == 16
    assert mean_of(y, of, np.array([None, True, False] * 8, dtype=object)).n == 8


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: design([1, np.nan]), "no event"),
        (lambda: design(np.array(["a", None], dtype=object)), "no event"),
        (lambda: design([1, 2], strata=[1, np.nan]), "no stratum"),
        (lambda: design([1, 2], [1, np.inf]), "weight"),
        (lambda: design([1, 2], population=[1, 1]), "more events"),
        (lambda: design([1, 2], population=[0.5, 0.5]), "more events"),
        (lambda: design([1, 2], population=[5, 6]), "the same"),
        (lambda: mean_of([1.0], design([1, 2])), "one entry per person"),
        (lambda: mean_of([1.0, 2.0], design([1, 2]), [True]), "one entry per person"),
        (lambda: mean_of([1.0, np.inf], design([1, 2])), "infinite"),
        (lambda: ratio_of([1.0, 2.0], [0.0, 0.0], design([1, 2])), "divide by"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(call, says):
    with pytest.raises(ValueError, match=says):
        call()
