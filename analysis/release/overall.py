"""The whole programme and each state: its figure, its mean change, and how many places moved.

From released rows of communities only, never from answers: a sum over exact answers would give a
small place away by subtraction. Places with too few answers to be shown, shown in words, or shown
together are left out and named.
Counties add up: `parts_of` one county after another, `overall` at the end (METHODS 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from analysis.estimators.basic import Z95, FloatArray
from analysis.measures import OTHER, TOTAL, Measure
from analysis.release.columns import OVERALL
from analysis.release.figures import scale_of
from analysis.release.trends import variance_shown
from analysis.release.verdict import BEFORE, DECIMALS, FEW, HIGHER, LOWER, TREND, UNCLEAR
from analysis.tabulation.rounding import THIRDS
from analysis.tabulation.tables import FEW_ANSWERS
from analysis.wordings import MIXED

LEAST_CHANGED = 8  # communities with both seasons; the mean of fewer has no range to speak of
LEAST_PLACES = 2  # one place is no programme
NAMED = 50  # places left out that are named; of a country only the count would be read
COUNTED = ("rise", "fall", "higher", "lower", "unclear", "few", "wording")
OVER_YEARS = ("rising", "falling")
KEY = ["state", "measure", "agency", "season"]
Columns = Mapping[str, Any]  # name -> array
SUMMED = ["unit", "n_low", "value", "value_low", "value_high", "spread", "n_eff"]


@dataclass(frozen=True)
class Parts:
    """Sums that add up over counties; each row is of one state, measure, agency and season."""

    value: pd.DataFrame  # by wording: places, n and sums of n times the shown figures
    change: pd.DataFrame  # by season_from: places, sum and sum of squares of their changes
    counts: pd.DataFrame  # places by verdict, and what chance alone would tell
    left_out: pd.DataFrame  # a row per place that has no number of its own

    @classmethod
    def together(cls, parts: Iterable[Parts]) -> Parts:
        several = list(parts)
        return cls(
            _added([one.value for one in several], [*KEY, "unit", "wording"]),
            _added([one.change for one in several], [*KEY, "season_from"]),
            _added([one.counts for one in several], KEY),
            pd.concat([one.left_out for one in several], ignore_index=True),
        )


def parts_of(
    figures: pd.DataFrame,
    changes: pd.DataFrame,
    notes: pd.DataFrame,
    measures: Sequence[Measure],
) -> Parts:
    """What released rows (of one county, or of several) give to the whole.

    notes: they name the places that had too few answers to be shown at all.
    """
    return _parts(figures, changes, notes, measures, KEY)


def parts_by_county(
    names: Sequence[tuple[str, str]],
    figures: pd.DataFrame,
    changes: pd.DataFrame,
    notes: pd.DataFrame,
    measures: Sequence[Measure],
) -> list[Parts]:
    """parts_of() each of several counties: to the last bit what it gives by itself.

    names: state and id of each county
    """
    parts = _parts(figures, changes, notes, measures, ["county", *KEY])
    by_county = [dict(iter(table.groupby(["state", "county"]))) for table in vars(parts).values()]
    nothing = [table.iloc[:0] for table in vars(parts).values()]
    return [
        Parts(*(
            tables.get(name, none).drop(columns="county")
            for tables, none in zip(by_county, nothing, strict=True)
        ))
        for name in names
    ]  # fmt: skip


def _parts(
    figures: pd.DataFrame,
    changes: pd.DataFrame,
    notes: pd.DataFrame,
    measures: Sequence[Measure],
    key: list[str],
) -> Parts:
    """What adds up, by the columns of KEY or by more."""
    total = figures[figures["cut"] == TOTAL]
    own = total[~total["community"].isin(["", OTHER])]
    clear = own[(own["band"] != THIRDS) & ~own["wording"].str.contains(MIXED, regex=False)]
    moved = changes[~changes["community"].isin(["", OTHER])].rename(columns={"season_to": "season"})
    few = _too_few(notes, measures)
    return Parts(
        _added([_shown(clear, key)], [*key, "unit", "wording"]),
        _change(moved, key),
        _counts(moved, key),
        _left_out(total, clear, few, key),
    )


def overall(parts: Parts) -> pd.DataFrame:
    """The released table columns.OVERALL: state "" is the whole programme.

    value: mean of the places' shown values, weighted by their shown n; its range is that of the
    people who came. change: plain mean of the places' changes from the season that most of them
    compare with, t with C - 1 degrees of freedom, for 8 places or more. chance: how many places
    chance alone would put at the first rung. In the unit of the measure. Source: METHODS 5.
    """
    whole = Parts.together(
        [parts, Parts(*(table.assign(state="") for table in vars(parts).values()))]
    )
    value = _most(whole.value, "n", KEY)
    value = value[value["places"] >= LEAST_PLACES]
    table = value[[*KEY, "unit", "wording", "n"]].rename(columns={"wording": "asked"})
    table = pd.concat([table.assign(communities=value["places"]), _figure(value)], axis=1)
    change = _most(whole.change, "compared", KEY)
    change = pd.concat([change[[*KEY, "season_from", "compared"]], _mean_change(change)], axis=1)
    names = whole.left_out.sort_values("community").groupby(KEY)["community"]
    left_out = names.agg(left_out="size", left_out_places=lambda x: "|".join(x.iloc[:NAMED]))
    table = table.merge(change, on=KEY, how="left").merge(whole.counts, on=KEY, how="left")
    table = table.merge(left_out.reset_index(), on=KEY, how="left")
    table["left_out_places"] = table["left_out_places"].fillna("")
    table["verdict"] = table["verdict"].fillna(FEW)
    numbers = [field.name for field in OVERALL if field.kind == "int"]
    table[numbers] = table[numbers].fillna(0).astype("int64")
    return table[[field.name for field in OVERALL]]


def of_places(
    figures: Sequence[Mapping[str, Any]], changes: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """What `overall` says of some places, from their released rows of one measure and season.

    figures, changes: rows of communities; those told in words are left out, and those asked in
    other words than most. None where fewer than LEAST_PLACES have a number of their own. `change`,
    `low` and `high` are None where there is no mean change. Source: METHODS 5.
    """
    numbers = [row for row in figures if row["band"] != THIRDS and MIXED not in row["wording"]]
    asked = most_of((row["wording"], row["n_low"]) for row in numbers)
    numbers = [row for row in numbers if row["wording"] == asked]
    if len(numbers) < LEAST_PLACES:
        return None
    given = _given({name: np.array([row[name] for row in numbers]) for name in SUMMED})
    sums = {name: column.sum(keepdims=True) for name, column in given.items()}
    row: dict[str, Any] = {
        name: numbers[0][name] for name in ("measure", "agency", "season", "unit")
    }
    row |= {"asked": asked, "communities": len(numbers), "n": int(sums["n"][0])}
    row |= _first(_figure_of(sums, scale_of({"unit": [row["unit"]]})))
    season = most_of((one["season_from"], 1) for one in changes if one["change"] is not None)
    d = np.array([one["change"] for one in changes
                  if one["season_from"] == season and one["change"] is not None])  # fmt: skip
    row |= _first(_mean_of(np.array([max(len(d), 1.0)]), d.sum(), (d**2).sum()))
    row |= {"season_from": season or 0, "compared": len(d)}
    return {name: None if cell != cell else cell for name, cell in row.items()}  # no NaN


def _first(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: column.tolist()[0] for name, column in columns.items()}


def most_of(weighed: Iterable[tuple[Any, int]]) -> Any:
    """The one with the most weight; of equals the last in order. None of nothing."""
    sums: dict[Any, int] = {}
    for one, weight in weighed:
        sums[one] = sums.get(one, 0) + weight
    return max(sums, key=lambda one: (sums[one], one), default=None)


def _shown(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """What each row gives to the sums behind a figure of several places."""
    given = _given({name: rows[name].to_numpy() for name in SUMMED})
    return rows[[*key, "unit", "wording"]].assign(places=1, **given)


def _given(rows: Columns) -> dict[str, FloatArray]:
    n = rows["n_low"].astype(float)
    sums = {name: n * rows[name].astype(float) for name in ("value", "value_low", "value_high")}
    return {"n": n, **sums, "variance": n**2 * variance_shown(rows) * scale_of(rows) ** 2}


def _figure(value: pd.DataFrame) -> pd.DataFrame:
    sums = {name: value[name].to_numpy(dtype=float)
            for name in ("n", "value", "value_low", "value_high", "variance")}  # fmt: skip
    return pd.DataFrame(_figure_of(sums, scale_of(value)), index=value.index)


def _figure_of(sums: Columns, scale: FloatArray) -> dict[str, FloatArray]:
    n = sums["n"]
    middle, low, high = (sums[name] / n for name in ("value", "value_low", "value_high"))
    half = Z95 * np.sqrt(sums["variance"]) / n
    ends = np.maximum(low - half, 0.0) / scale, np.minimum(high + half, scale) / scale
    return {
        "value": middle.round(DECIMALS),
        "range_low": (np.floor((ends[0] * 1000).round(6)) / 1000 * scale).round(DECIMALS),
        "range_high": (np.ceil((ends[1] * 1000).round(6)) / 1000 * scale).round(DECIMALS),
    }


def _change(moved: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    comparable = moved[(moved["basis"] == BEFORE) & moved["change"].notna()]
    d = comparable["change"].to_numpy(dtype=float)
    table = comparable[[*key, "season_from"]].assign(compared=1, total=d, squares=d**2)
    return _added([table], [*key, "season_from"])


def _mean_change(sums: pd.DataFrame) -> pd.DataFrame:
    columns = (sums[name].to_numpy(dtype=float) for name in ("compared", "total", "squares"))
    return pd.DataFrame(_mean_of(*columns), index=sums.index)


def _mean_of(c: FloatArray, total: FloatArray, squares: FloatArray) -> dict[str, Any]:
    enough = c >= LEAST_CHANGED
    df = np.where(enough, c - 1, 1.0)
    mean = total / c
    se = np.sqrt(np.maximum(squares - c * mean**2, 0.0) / df / c)
    half = stdtrit(df, 0.975) * se
    low, high = (mean - half).round(DECIMALS), (mean + half).round(DECIMALS)
    z = np.divide(abs(mean), se, out=np.full_like(se, np.inf), where=se > 0)
    columns: dict[str, FloatArray] = {
        "change": mean.round(DECIMALS), "low": low, "high": high, "p": (2 * stdtr(df, -z)).round(6)
    }  # fmt: skip
    verdict = np.select([~enough, low > 0, high < 0], [FEW, HIGHER, LOWER], UNCLEAR)
    shown = {name: np.where(enough, column, np.nan) for name, column in columns.items()}
    return {**shown, "verdict": verdict}


def _counts(moved: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    now = moved[moved["basis"] == BEFORE]
    over_years = moved[(moved["basis"] == TREND) & (moved["rung"] > 0)]
    table = now[key].assign(
        **{name: (now["verdict"] == name).astype(int) for name in COUNTED},
        chance=now["chance"].fillna(0.0),
    )
    lines = over_years[key].assign(
        **{name: (over_years["verdict"] == name).astype(int) for name in OVER_YEARS}
    )
    return _added([table, lines], key)


def _left_out(
    total: pd.DataFrame, clear: pd.DataFrame, few: pd.DataFrame, key: list[str]
) -> pd.DataFrame:
    """Every place with answers that has no number of its own: too few answers to be shown, told
    in words, pooled, or asked in mixed words."""
    shown = total.assign(place=total["members"].where(total["members"] != "", total["community"]))
    places = pd.concat([_one_each(shown), few])[[*key, "community"]].drop_duplicates()
    matched = places.merge(clear[[*key, "community"]], how="left", indicator=True)
    return matched[matched["_merge"] == "left_only"].drop(columns="_merge").reset_index(drop=True)


def _too_few(notes: pd.DataFrame, measures: Sequence[Measure]) -> pd.DataFrame:
    """Places that a panel's tables do not show, for each measure of the panel."""
    hidden = notes[(notes["kind"] == "dropped") & (notes["reason"] == FEW_ANSWERS)]
    of = pd.DataFrame(
        [(measure.panel, *measure.key) for measure in measures],
        columns=["panel", "measure", "agency"],
    )
    hidden = hidden[["state", "county", "season", "panel", "members"]].merge(of, on="panel")
    return _one_each(hidden.assign(place=hidden["members"]))


def _one_each(table: pd.DataFrame) -> pd.DataFrame:
    """A row for each of the slugs that bars join in `place`."""
    apart = table.assign(community=table["place"].str.split("|")).explode("community")
    return apart[~apart["community"].isin(["", OTHER])]


def _most(table: pd.DataFrame, by: str, key: Sequence[str]) -> pd.DataFrame:
    """Of each key the row with the most; of equals the last."""
    return (
        table.sort_values([*key, by], kind="stable")
        .groupby(list(key))
        .tail(1)
        .reset_index(drop=True)
    )


def _added(tables: Sequence[pd.DataFrame], key: Sequence[str]) -> pd.DataFrame:
    table = pd.concat(tables, ignore_index=True)
    return table.groupby(list(key), as_index=False, sort=True).sum()
