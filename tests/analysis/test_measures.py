import pandas as pd
import pytest

from analysis.measures import WHOLE, Measure, answers, panels, score
from tests.analysis.made_up import AGAIN, FAIR, INDEX, MEASURES, TRUST


def frame(**columns):
    return pd.DataFrame({name.replace("_", "."): codes for name, codes in columns.items()})


def test_a_share_counts_favourable_codes_among_valid_ones():
    a = answers(frame(trust_police=[5, 4, 3, 1, -1, -3, -4, -5]), TRUST)
    assert a.valid.tolist() == [True] * 4 + [False] * 4
    assert a.value.tolist() == [WHOLE, WHOLE, 0, 0, 0, 0, 0, 0]
    assert a.asked.tolist() == [True] * 6 + [False] * 2
    assert a.dont_know.tolist() == [False] * 5 + [True] + [False] * 2
    assert a.bottom.tolist() == [False] * 3 + [True] + [False] * 4


def test_an_index_needs_its_least_number_of_answers():
    four = frame(
        trust_police=[5, 5, 5, 1],
        fair_police=[5, 3, -1, 2],
        listen_police=[5, 1, -3, 3],
        approach_police=[5, -1, 5, 4],
    )
    a = answers(four, INDEX)
    assert a.valid.tolist() == [True, True, False, True]
    assert a.value.tolist() == [WHOLE, WHOLE // 2, 0, 375_000]
    points = score(four, INDEX)
    assert points[[0, 1, 3]].tolist() == pytest.approx([100, 50, 37.5])
    assert pd.isna(points[2])


def test_a_column_that_is_not_there_was_shown_to_nobody():
    a = answers(frame(fair_police=[1, 2]), TRUST)
    assert not a.asked.any()
    assert not a.valid.any()


def test_scores_of_other_scales_run_from_0_to_100():
    three = Measure("again", unit="score", valid=(1, 2, 3))
    assert score(frame(again=[1, 2, 3]), three).tolist() == [0, 50, 100]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"unit": "per cent"}, "share or score"),
        ({"valid": (1,)}, "two valid codes"),
        ({"valid": (-1, 1, 4, 5)}, "two valid codes"),
        ({"favourable": ()}, "favourable codes"),
        ({"favourable": (9,)}, "not a valid one"),
        ({"favourable": (4,), "unfavourable": (4,)}, "both"),
        ({"least": 2}, "least"),
    ],
)
def test_a_measure_that_makes_no_sense_is_refused_with_a_sentence(change, says):
    with pytest.raises(ValueError, match=says):
        Measure(**{"id": "trust", "favourable": (4, 5), **change})


def test_measures_of_a_panel_stand_together():
    assert panels(MEASURES) == {"police": (0, 1, 2), "again": (3,)}
    assert (TRUST.name, AGAIN.name, FAIR.columns) == ("trust.police", "again", ("fair.police",))
