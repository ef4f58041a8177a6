"""Did it change? One season and the next, the first and the newest, of every place (METHODS 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.measures import TOTAL, Measure
from analysis.release.figures import scale_of
from analysis.release.verdict import Bar, Family, families, from_bands, judged, not_told
from analysis.tabulation.rounding import THIRDS
from analysis.wordings import comparable

PLACE = ["state", "county", "community", "members", "measure", "agency"]


def season_changes(
    figures: pd.DataFrame,
    measures: Sequence[Measure],
    settled: Mapping[Family, Bar] | None = None,
) -> pd.DataFrame:
    """Each place's change from one shown season to the next, for every measure (cut: total).

    A pool is compared only with a pool of the same members. The families of tests are all
    communities of a season together, headline measures apart from the others. change, low, high
    and smallest are in the unit of the measure, -1..1 or -100..100; NaN where the verdict is FEW
    or WORDING. figures: those of a release (Released.figures); raises KeyError for other columns.
    Source: METHODS 5.
    settled: what each family's tests came to, when these figures are only a part of the
             programme (see settled_bars); else it is found among these figures.
    """
    return _compared(*_one_after_another(_by_place(figures)), measures, settled)


def released_changes(
    figures: pd.DataFrame,
    measures: Sequence[Measure],
    newest: int,
    settled: Mapping[Family, Bar] | None = None,
) -> pd.DataFrame:
    """What a release tells: season_changes, and changes_since_first to its newest season."""
    tables = [
        _compared(old, new, measures, settled, since_first)
        for since_first, old, new in _released_pairs(figures, newest)
    ]
    return pd.concat(tables, ignore_index=True)


def changes_since_first(figures: pd.DataFrame, measures: Sequence[Measure]) -> pd.DataFrame:
    """Each place's change from its first season to the newest of all (cut: total).

    The first that was asked in the newest season's words and is shown in figures; where all earlier
    ones were asked in other words, the first of all, and the verdict is WORDING. Only where another
    season lies between: else season_changes has it. One family of tests, headline measures apart
    from the others, beside those of season_changes: telling both tells more, so both are judged.
    Columns, units and failures as there. Source: METHODS 5.
    """
    first = _first_and_newest(_by_place(figures), figures["season"].max())
    return _compared(*first, measures, since_first=True)


def change_tests(
    figures: pd.DataFrame, measures: Sequence[Measure], newest: int
) -> dict[Family, list[float]]:
    """The p-values of the changes that released_changes tells, by family."""
    found: dict[Family, list[float]] = {}
    for since_first, old, new in _released_pairs(figures, newest):
        _, _, p_value = from_bands(old, new, scale_of(new))
        wall, few = not_told(old, new)
        of = families(new, measures, since_first)
        for family, p, out in zip(of, p_value, wall | few, strict=True):
            if not out:
                found.setdefault(family, []).append(float(p))
    return found


def _released_pairs(
    figures: pd.DataFrame, newest: int
) -> Iterator[tuple[bool, pd.DataFrame, pd.DataFrame]]:
    """What a release compares: whether it goes back to the first season, earlier and later rows."""
    total = _by_place(figures)
    yield False, *_one_after_another(total)
    yield True, *_first_and_newest(total, newest)


def _one_after_another(total: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of a season and of the next that was shown; total: as _by_place gives it."""
    before = total.groupby(PLACE, sort=False).shift(1)
    later = before["season"].notna()
    return before[later].reset_index(drop=True), total[later].reset_index(drop=True)


def _first_and_newest(total: pd.DataFrame, newest: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the first season that compares and of the newest, where another lies between.

    total: as _by_place gives it. Figures before words: a town that starts small is told in thirds.
    """
    last = total[total["season"] == newest]
    wording = total[PLACE].merge(last[[*PLACE, "wording"]], on=PLACE, how="left")["wording"]
    same = [comparable(a, str(b)) for a, b in zip(total["wording"], wording, strict=True)]
    earlier = total.assign(other=~np.array(same, dtype=bool), words=total["band"] == THIRDS)
    earlier = earlier[earlier["season"] < newest]
    first = earlier.sort_values([*PLACE, "other", "words", "season"], kind="stable")
    first = first.groupby(PLACE, sort=False).head(1)
    pairs = last[PLACE].reset_index().merge(first[PLACE].reset_index(), on=PLACE)
    pairs = pairs[pairs["index_x"] > pairs["index_y"] + 1]
    old, new = total.loc[pairs["index_y"]], total.loc[pairs["index_x"]]
    return old.reset_index(drop=True), new.reset_index(drop=True)


def _by_place(figures: pd.DataFrame) -> pd.DataFrame:
    total = figures[figures["cut"] == TOTAL]
    apart = total["members"].where(total["community"] != "", "")  # a county is always itself
    total = total.assign(members=apart)
    return total.sort_values([*PLACE, "season"], kind="stable", ignore_index=True)


def _compared(
    old: pd.DataFrame,
    new: pd.DataFrame,
    measures: Sequence[Measure],
    settled: Mapping[Family, Bar] | None = None,
    since_first: bool = False,
) -> pd.DataFrame:
    table = new[PLACE].assign(season_from=old["season"].astype("int64"), season_to=new["season"])
    family = families(new, measures, since_first)
    return pd.concat([table, judged(old, new, family, settled)], axis=1)
