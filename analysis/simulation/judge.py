"""Seasons of many programmes, printed and judged by the release's rules and by the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.estimators.basic import FloatArray
from analysis.release.changes import pairs_before, verdicts_before
from analysis.simulation.crowds import Season, figures_of, measures, wide
from analysis.simulation.old_rules import Events, old_clear, old_ranges, old_rho


@dataclass(frozen=True)
class Judged:
    """Verdicts on the change into the last season, each of shape (towns, programmes)."""

    figures: pd.DataFrame
    changes: pd.DataFrame
    rung: FloatArray
    change: FloatArray
    chance: FloatArray
    old: FloatArray  # reported as clear by the old rules


def judge(seasons: Sequence[Season]) -> Judged:
    """Each programme has families of tests of its own."""
    figures, last = figures_of(seasons), seasons[-1].year
    table = verdicts_before(figures, measures(seasons[0].yes.shape[1]), apart=True)
    table = table[table["season_to"] == last].reset_index(drop=True)
    before, after = pairs_before(with_old_ranges(figures, seasons))
    now = (after["season"] == last).to_numpy()
    before, after = before[now].reset_index(drop=True), after[now].reset_index(drop=True)
    after = after.assign(old=old_clear(before, after, after["measure"].tolist()))
    rung, change, chance = (wide(table, name) for name in ("rung", "change", "chance"))
    return Judged(figures, table, rung, change, chance, wide(after, "old"))


def with_old_ranges(figures: pd.DataFrame, seasons: Sequence[Season]) -> pd.DataFrame:
    """The same figures with the ranges of the old rules."""
    rho = {
        (year, f"m{i:04}"): value
        for i in range(seasons[0].yes.shape[1])
        for year, value in old_rho({one.year: _events(one, i) for one in seasons}).items()
    }
    keys = zip(figures["season"], figures["measure"], strict=True)
    return old_ranges(figures, np.array([rho[key] for key in keys]))


def _events(one: Season, programme: int) -> Events:
    yes = one.yes[:, programme].astype(float)
    return one.sizes.astype(float), yes, yes
