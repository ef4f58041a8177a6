"""A county whose answers did not change is taken over: what building it again would give."""

import pandas as pd
import pytest

from analysis.release.county import Part, Task, part_of
from tests.analysis.made_up import ALPHA, BETA, CUTS, GAMMA, MEASURES, people

FIRST, SECOND, THIRD = (Task(MEASURES, CUTS, made=number) for number in (1, 2, 3))


def held(*towns: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(towns, ignore_index=True)


BASE = held(people(ALPHA, 80), people(BETA, 50), people(GAMMA, 8), people(ALPHA, 60, season=2025))
LATER = {
    "the same": BASE,
    "few more": held(BASE, people(ALPHA, 6, seed=7)),
    "many more": held(BASE, people(ALPHA, 30, seed=7)),
    "some in two places": held(BASE, people(ALPHA, 13, seed=7), people(BETA, 9, seed=8)),
    "a small place grows": held(BASE, people(GAMMA, 30, seed=5)),
    "some are gone": BASE.iloc[5:],
    "a town is gone": BASE[BASE["community"] != "beta"],
    "a season is gone": BASE[BASE["season"] != 2025],
    "a new season": held(BASE, people(ALPHA, 70, season=2027), people(GAMMA, 5, season=2027)),
}


def same(one: Part, other: Part) -> None:
    for name in ("figures", "ledger"):
        mine, theirs = (getattr(part, name) for part in (one, other))
        keys = [key for key in mine.columns if key not in ("value", "value_low", "value_high")]
        mine, theirs = (one.sort_values(keys, ignore_index=True) for one in (mine, theirs))
        pd.testing.assert_frame_equal(mine, theirs, check_dtype=False)
    assert sorted(map(repr, one.notes)) == sorted(map(repr, other.notes))
    assert (one.fresh, one.empty, one.new) == (other.fresh, other.empty, other.new)
    for name in ("evenings", "indexes"):
        mine, theirs = (sorted(getattr(part, name).items()) for part in (one, other))
        assert repr(mine) == repr(theirs), name


@pytest.mark.parametrize("rows", LATER.values(), ids=LATER.keys())
def test_the_same_answers_give_what_was_taken_over(rows: pd.DataFrame):
    second = part_of(rows, part_of(BASE, None, FIRST), SECOND)
    same(part_of(rows, second, THIRD), second.again())


@pytest.mark.parametrize("rows", LATER.values(), ids=LATER.keys())
def test_seasons_that_did_not_change_are_taken_over_as_building_them_again_gives(
    rows: pd.DataFrame,
):
    second = part_of(rows, part_of(BASE, None, FIRST), SECOND)
    more = held(rows, people(BETA, 20, season=2027, seed=9), people(GAMMA, 3, season=2027, seed=9))
    unchanged = frozenset({2025, 2026} & {*rows["season"]})
    whole = part_of(more, second, THIRD)
    taken_over = part_of(more[~more["season"].isin(unchanged)], second, THIRD, unchanged)
    same(taken_over, whole)
    assert whole.new or not whole.fresh
    same(part_of(more, second, THIRD, unchanged), whole)  # rows of such a season count for nothing
