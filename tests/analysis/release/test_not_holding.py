"""A large programme is looked at in part, and in whole where the part leaves an index open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from analysis.release import build
from analysis.release.counties import InMemory
from analysis.release.executors import Here
from tests.analysis.made_up import INDEX, people

COUNTIES = 8 * build.LOOKED_AT


@dataclass
class Read(InMemory):
    """A county that counts how often it is read."""

    times: int = 0

    def load(self, without: frozenset[int] = frozenset()) -> pd.DataFrame:
        self.times += 1
        return self.rows[~self.rows["season"].isin(without)]


def counties(alike: float) -> list[Read]:
    """Of 40 people each, who repeat their first answer to the others of an index that often."""
    made, chance = [], np.random.default_rng(4)
    plain = people(("OH", "county", "town"), 40)
    for i in range(COUNTIES):
        first = chance.integers(1, 6, len(plain))
        of_items = {"trust.police": first}
        for item in ("fair", "listen", "approach"):
            same = chance.random(len(plain)) < alike
            of_items[f"{item}.police"] = np.where(same, first, chance.integers(1, 6, len(plain)))
        made.append(Read(("OH", f"county-{i}"), plain.assign(**of_items), None))
    return made


@pytest.mark.parametrize(
    ("alike", "holds", "read"),
    [(0.8, True, COUNTIES // 8), (0.1, False, COUNTIES // 8), (0.54, True, COUNTIES)],
)
def test_a_part_tells_what_is_beyond_doubt(alike: float, holds: bool, read: int):
    every = counties(alike)
    found = build.not_holding(every, [INDEX], Here())
    assert (found == frozenset()) == holds
    assert {one.times for one in every} <= {0, 1}
    assert sum(one.times for one in every) == read


def test_a_small_programme_is_read_whole_and_asked_nothing_in_between(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.delattr(build, "is_beyond_doubt")
    every = counties(0.8)[: build.LOOKED_AT]
    build.not_holding(every, [INDEX], Here())
    assert {one.times for one in every} == {1}


def test_a_season_that_is_known_is_not_asked_about():
    every = counties(0.1)[:4]
    assert build.not_holding(every, [INDEX], Here()) == {(2026, *INDEX.key)}
    assert build.not_holding(every, [INDEX], Here(), frozenset({2026})) == frozenset()
