"""The rows that a chart draws, made from released figures only. The page shows the same rows.

Each function takes a Released or a view of one (anything else is a TypeError) and refuses rows
that one chart cannot draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import pandas as pd

from analysis.measures import TOTAL
from analysis.release.released import View, released
from analysis.tabulation.rounding import THIRDS

Telling = Callable[[Mapping[str, Any]], str]  # a released row -> what is said of it

PER_CENT = ("value", "value_low", "value_high", "range_low", "range_high")


@dataclass(frozen=True)
class Said:
    """The caller's own words for a released row; a page says there what its table says."""

    hover: Telling | None = None  # year, figure, range, answers; lines parted by <br>
    label: Telling | None = None  # the figure, as short as can be: it stands on the mark


def by_season(view: View) -> pd.DataFrame:
    """Rows of one community and measure, by season. ValueError if there are more."""
    rows = _of_one_measure(view)
    rows = rows[rows["cut"] == TOTAL].sort_values("season", ignore_index=True)
    if rows["season"].duplicated().any():
        raise ValueError("A trend draws one community; choose one with view(community=...).")
    return rows


def by_community(view: View) -> pd.DataFrame:
    """Rows of one measure by community (column `place`) and season.

    What is shown together stands at each of its members; a county as such is left out.
    """
    rows = _of_one_measure(view)
    rows = rows[(rows["cut"] == TOTAL) & (rows["community"] + rows["members"] != "")]
    together = rows["members"].where(rows["members"] != "", rows["community"])
    rows = rows.assign(place=together.str.split("|")).explode("place", ignore_index=True)
    chosen = released(view).communities
    return rows[rows["place"].isin(chosen)].reset_index(drop=True) if chosen else rows


def by_group(view: View) -> pd.DataFrame:
    """Rows of one measure, community and cut, by group: one season's, and those of one before.

    `is_before` marks the earlier season's. ValueError if there is more to choose.
    """
    rows = _of_one_measure(view)
    rows = rows[rows["cut"] != TOTAL].reset_index(drop=True)
    seasons = sorted(rows["season"].unique())
    if rows[["season", "group"]].duplicated().any() or len(seasons) > 2:
        raise ValueError("Groups are drawn for one community and cut, in one season or two.")
    return rows.assign(members=rows["groups"], is_before=rows["season"] < max(seasons, default=0))


def by_agency(view: View) -> pd.DataFrame:
    """Total rows of one measure and community, by agency: one season's, and of one before."""
    rows = released(view).figures
    rows = rows[rows["cut"] == TOTAL].reset_index(drop=True)
    seasons = sorted(rows["season"].unique())
    is_one = rows["measure"].nunique() <= 1 and not rows[["season", "agency"]].duplicated().any()
    if not is_one or len(seasons) > 2:
        raise ValueError("Agencies are drawn for one measure, community and season or two.")
    return rows.assign(is_before=rows["season"] < max(seasons, default=0))


def _of_one_measure(view: View) -> pd.DataFrame:
    figures = released(view).figures
    if len(figures[["measure", "agency"]].drop_duplicates()) > 1:
        raise ValueError("A chart draws one measure about one agency; choose it with view(...).")
    return figures


def records(
    rows: pd.DataFrame, words: Mapping[str, str], said: Said | None = None
) -> list[dict[str, Any]]:
    """Rows with values as per cent of the scale (a score's scale is 100 already), hover and label.

    A chart has a few dozen rows: from here on they are plain records, which takes a tenth of the
    time. `is_before` is false where the table has none.
    """
    said, table = said or Said(), []
    for row in rows.to_dict("records"):
        fields = {str(name): None if cell != cell else cell for name, cell in row.items()}  # no NaN
        one: dict[str, Any] = {"is_before": False, **fields}
        scale = 100.0 if one["unit"] == "share" else 1.0
        drawn = one | {name: None if one[name] is None else one[name] * scale for name in PER_CENT}
        drawn["hover"] = said.hover(one) if said.hover else _hover(drawn, words)
        drawn["label"] = said.label(one) if said.label else _label(drawn, words)
        table.append(drawn)
    return table


def _hover(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    count = words["n"].format(n=row["n"])
    if row["band"] == THIRDS:
        low, high = row["value_low"], row["value_high"]
        third = words["low"] if low == 0 else words["high"] if high == 100 else words["middle"]
        return f"{row['season']}<br>{third}<br>{count}"
    low, high = floor(row["range_low"] + 1e-6), ceil(row["range_high"] - 1e-6)  # outward
    return f"{row['season']}<br>{words['between'].format(low=low, high=high)}<br>{count}"


def _label(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Return "62", "≤ 15" or, for a third, the word for few answers."""
    if row["band"] == THIRDS:
        return words["untold"]
    low, high = row["value_low"], row["value_high"]
    if low == 0 or high == 100:
        return f"≤ {high:.0f}" if low == 0 else f"≥ {low:.0f}"
    return f"{row['value']:.0f}"
