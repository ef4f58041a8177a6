"""Did it change? Every place against its earlier seasons, from released rows only (METHODS 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.estimators.basic import FloatArray
from analysis.estimators.multiple_testing import Curve
from analysis.measures import TOTAL, Measure
from analysis.release.chance import chance_alone
from analysis.release.columns import CHANGES
from analysis.release.trends import trends
from analysis.release.verdict import (
    BEFORE,
    EVENING,
    FIRST,
    PAIRS,
    compared,
    family,
    judged,
    place_p,
)
from analysis.release.within_season import evening_rows, moved_rows
from analysis.tabulation.rounding import THIRDS
from analysis.wordings import MIXED

PLACE = ["state", "county", "community", "members", "measure", "agency"]
COLUMNS = [field.name for field in CHANGES]


def season_changes(
    figures: pd.DataFrame,
    measures: Sequence[Measure],
    curves: Mapping[str, Curve] | None = None,
) -> pd.DataFrame:
    """Each place's change into every season from the last one before that compares.

    That is the last that was asked in the same words and is shown as a number; where none is, the
    season before, and the verdict says why (FEW or WORDING). A pool is compared only with a pool of
    the same members. The families of tests are all places of a season together, headline measures
    apart from the others.

    Parameters
    ----------
    figures
        Those of a release (Released.figures).
    measures
        What the release publishes.
    curves
        How the q of each family climb, when these figures are only a part of the programme (see
        verdict.settled_curves); else computed from these figures.

    Returns
    -------
    A frame with columns.CHANGES, in the unit of each measure.

    Raises
    ------
    KeyError
        For other columns.

    Source
    ------
    METHODS 5.
    """
    return _told(_numbers(*pairs_before(figures), measures, BEFORE), curves)


def verdicts_before(
    figures: pd.DataFrame, measures: Sequence[Measure], *, apart: bool
) -> pd.DataFrame:
    """season_changes(); apart: every measure is a programme with families of tests of its own."""
    table = _numbers(*pairs_before(figures), measures, BEFORE)
    if apart:
        own = table["family"] + " " + table["measure"]
        table = table.assign(family=own.where(table["family"] != "", ""))
    return _told(table, None)


def pairs_before(figures: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Earlier and later rows of what season_changes() compares, one pair per row."""
    return _from_before(_by_place(figures))


def changes_since_first(
    figures: pd.DataFrame,
    measures: Sequence[Measure],
    curves: Mapping[str, Curve] | None = None,
) -> pd.DataFrame:
    """Each place's change from the first season that compares to the newest of all.

    Only where season_changes() has another: a season that compares lies between. A family of tests
    of its own.

    Parameters
    ----------
    figures
        Those of a release (Released.figures).
    measures
        What the release publishes.
    curves
        As in season_changes().

    Returns
    -------
    A frame with columns.CHANGES, in the unit of each measure.

    Raises
    ------
    KeyError
        For other columns.

    Source
    ------
    METHODS 5.
    """
    total = _by_place(figures)
    pairs = _from_first(total, figures["season"].max())
    return _told(_numbers(*pairs, measures, FIRST), curves)


def released_changes(
    figures: pd.DataFrame,
    measures: Sequence[Measure],
    newest: int,
    curves: Mapping[str, Curve] | None = None,
) -> pd.DataFrame:
    """What a release tells: into every season from the one before, and to the newest from the
    first and over all seasons; from arrival to leaving, and among those who answered twice.
    newest: of the whole programme."""
    numbers = [
        _numbers(old, new, measures, basis) for old, new, basis in _released(figures, newest)
    ]
    table = pd.concat(numbers, ignore_index=True)
    total = _by_place(figures)
    tables = [_told(table, curves), trends(total, PLACE, newest)[COLUMNS]]
    return pd.concat([*tables, *_within_season(total, measures)], ignore_index=True)


def _within_season(total: pd.DataFrame, measures: Sequence[Measure]) -> Iterator[pd.DataFrame]:
    """From those who arrive to those who leave; of those who answered twice from who moved down
    to who moved up, which is the mean of -1, 0 and 1. Told as far as the people who came."""
    evening = _numbers(*evening_rows(total, measures), measures, EVENING)
    pairs = _numbers(*moved_rows(total, measures), measures, PAIRS, parts=True)
    for table in (evening, pairs.assign(smallest=np.nan, chance=np.nan)):
        crowd = table.assign(family="", p=np.nan, place_low=np.nan, place_high=np.nan)
        yield _told(crowd, {})


def change_tests(
    figures: pd.DataFrame, measures: Sequence[Measure], newest: int
) -> dict[str, list[float]]:
    """The p-values of the places that released_changes judges, by family."""
    tests: dict[str, list[float]] = {}
    for old, new, basis in _released(figures, newest):
        p = place_p(old, new)
        for name, one in zip(_families(new, p, measures, basis), p.tolist(), strict=True):
            if name:
                tests.setdefault(name, []).append(one)
    return tests


def _released(
    figures: pd.DataFrame, newest: int
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, str]]:
    """Earlier and later rows of what is judged, and what it is measured from."""
    total = _by_place(figures)
    yield *_from_before(total), BEFORE
    yield *_from_first(total, newest), FIRST


def _told(table: pd.DataFrame, curves: Mapping[str, Curve] | None) -> pd.DataFrame:
    return judged(table, curves)[COLUMNS]


def _numbers(
    old: pd.DataFrame,
    new: pd.DataFrame,
    measures: Sequence[Measure],
    basis: str,
    *,
    parts: bool = False,
) -> pd.DataFrame:
    """The changes from old to new rows, yet to be judged; family is "" where none is tested."""
    table = pd.concat([new[PLACE], compared(old, new, parts=parts)], axis=1)
    return table.assign(
        basis=basis,
        season_from=old["season"].astype("int64"),
        season_to=new["season"].astype("int64"),
        seasons=2,
        chance=np.where(table["wall"], np.nan, chance_alone(old, new)),
        family=_families(new, table["p"].to_numpy(), measures, basis),
    )


def _families(
    new: pd.DataFrame, p: FloatArray, measures: Sequence[Measure], basis: str
) -> list[str]:
    """Where each change is judged; p: of the place, NaN where none is tested."""
    headline = {m.key: m.headline for m in measures}
    columns = (new[name].tolist() for name in ("season", "measure", "agency"))
    return [
        "" if untested else family(season, headline.get((id, agency), False), basis)
        for season, id, agency, untested in zip(*columns, np.isnan(p).tolist(), strict=True)
    ]


def _from_before(total: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Earlier and later rows: the last that compares, else the one before; total: _by_place()."""
    position = pd.Series(np.arange(len(total)), index=total.index)
    before = position.groupby([total[name] for name in PLACE], sort=False).shift(1)
    fit = total[_fit(total)]
    compares = position[fit.index].groupby([fit[name] for name in [*PLACE, "wording"]]).shift(1)
    chosen = compares.reindex(total.index).fillna(before)
    later = chosen.dropna()
    old = total.iloc[later.to_numpy(dtype=int)].reset_index(drop=True)
    return old, total.loc[later.index].reset_index(drop=True)


def _from_first(total: pd.DataFrame, newest: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the first season that compares and of the newest, where another lies between."""
    fit = total[_fit(total)]
    last = fit[fit["season"] == newest]
    same = fit.reset_index().merge(last[[*PLACE, "wording"]], on=[*PLACE, "wording"])
    first = same.groupby(PLACE, sort=False).agg(at=("index", "first"), seasons=("index", "size"))
    pairs = last.reset_index().merge(first[first["seasons"] > 2].reset_index(), on=PLACE)
    old, new = total.loc[pairs["at"]], total.loc[pairs["index"]]
    return old.reset_index(drop=True), new.reset_index(drop=True)


def _fit(total: pd.DataFrame) -> pd.Series:
    """Rows that can be compared at all: a number, asked in one wording."""
    return (total["band"] != THIRDS) & ~total["wording"].str.contains(MIXED, regex=False)


def _by_place(figures: pd.DataFrame) -> pd.DataFrame:
    total = figures[figures["cut"] == TOTAL]
    apart = total["members"].where(total["community"] != "", "")  # a county is always itself
    total = total.assign(members=apart)
    return total.sort_values([*PLACE, "season"], kind="stable", ignore_index=True)
