"""The rows that a chart draws, made from released figures only. The page shows the same rows.

Each function takes a Released or a view of one (anything else is a TypeError) and refuses rows
that one chart cannot draw.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures import TOTAL
from analysis.release.released import View, released
from analysis.tabulation.rounding import THIRDS

PER_CENT = ("value_low", "value_high", "range_low", "range_high")


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
    """Rows of one measure, community, season and cut, by group. ValueError if there are more."""
    rows = _of_one_measure(view)
    rows = rows[rows["cut"] != TOTAL].reset_index(drop=True)
    if rows["group"].duplicated().any():
        raise ValueError("Groups are drawn for one community, season and cut; choose them.")
    return rows.assign(members=rows["groups"])


def _of_one_measure(view: View) -> pd.DataFrame:
    figures = released(view).figures
    if len(figures[["measure", "agency"]].drop_duplicates()) > 1:
        raise ValueError("A chart draws one measure about one agency; choose it with view(...).")
    return figures


def per_cent(rows: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    """Values as per cent of the scale (a score's scale is 100 already), with hover text."""
    table = rows.copy()
    scale = np.where(table["unit"] == "share", 100.0, 1.0)
    for name in PER_CENT:
        table[name] = table[name].to_numpy(dtype=float) * scale
    return table.assign(hover=[_hover(row, words) for row in table.to_dict("records")])


def _hover(row: Mapping[Hashable, Any], words: Mapping[str, str]) -> str:
    count = words["n"].format(n=row["n"])
    if row["band"] == THIRDS:
        low, high = row["value_low"], row["value_high"]
        third = words["low"] if low == 0 else words["high"] if high == 100 else words["middle"]
        return f"{third}<br>{count}"
    ends = {"low": f"{row['range_low']:.0f}", "high": f"{row['range_high']:.0f}"}
    return f"{words['between'].format(**ends)}<br>{count}"
