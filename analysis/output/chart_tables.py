"""The rows that a chart draws, made from released figures only. The page shows the same rows.

Each function takes a Released or a view of one (anything else is a TypeError) and refuses rows
that one chart cannot draw.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from math import ceil, floor
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures import TOTAL
from analysis.release.released import View, released
from analysis.tabulation.rounding import THIRDS

Hover = Callable[[Mapping[str, Any]], str]  # a released row -> what is said of it

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


def per_cent(
    rows: pd.DataFrame, words: Mapping[str, str], hover: Hover | None = None
) -> pd.DataFrame:
    """Values as per cent of the scale (a score's scale is 100 already), with hover text.

    hover: the caller's own text of a released row; a page says there what its table says.
    """
    table = rows.copy()
    if hover is not None:
        records = table.astype(object).where(table.notna(), None).to_dict("records")
        table["hover"] = [hover({str(name): cell for name, cell in row.items()}) for row in records]
    scale = np.where(table["unit"] == "share", 100.0, 1.0)
    for name in PER_CENT:
        table[name] = table[name].to_numpy(dtype=float) * scale
    if hover is None:
        table["hover"] = [_hover(row, words) for row in table.to_dict("records")]
    return table


def _hover(row: Mapping[Hashable, Any], words: Mapping[str, str]) -> str:
    count = words["n"].format(n=row["n"])
    if row["band"] == THIRDS:
        low, high = row["value_low"], row["value_high"]
        third = words["low"] if low == 0 else words["high"] if high == 100 else words["middle"]
        return f"{third}<br>{count}"
    low, high = floor(row["range_low"] + 1e-6), ceil(row["range_high"] - 1e-6)  # outward
    return f"{words['between'].format(low=low, high=high)}<br>{count}"
