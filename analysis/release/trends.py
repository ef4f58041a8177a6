"""Rising or falling over the years: the third rung, from released rows (METHODS 5).

The seasons' own scatter carries how evenings differ, so that nothing is assumed of it: a place with
one event a year can be reported here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimators.trend import slopes
from analysis.measures import IntArray
from analysis.release.figures import scale_of
from analysis.release.verdict import CLEAR, DECIMALS, FALLING, RISING, TREND, UNCLEAR
from analysis.tabulation.rounding import THIRDS, FloatArray
from analysis.wordings import MIXED

SEASONS_TO_TELL = 5  # fewer bend too easily
NOTHING = ("smallest", "chance", "p_crowd", "place_low", "place_high", "q")  # of other rungs


def trends(total: pd.DataFrame, place: Sequence[str], newest: int) -> pd.DataFrame:
    """A row per place with SEASONS_TO_TELL seasons or more that compare with the newest.

    total: released rows of the cut total, sorted by place and season; place: what makes a place.
    change, low and high are per year, in the unit of the measure. It is reported where the range of
    the slope excludes 0 and the line moves by 5 points or more over its seasons.
    """
    rows = total[(total["band"] != THIRDS) & ~total["wording"].str.contains(MIXED, regex=False)]
    keys = [*place, "wording"]
    now = rows.loc[rows["season"] == newest, keys]
    rows = rows.reset_index(drop=True).merge(now, on=keys)
    rows = rows[rows.groupby(keys)["season"].transform("size") >= SEASONS_TO_TELL]
    series = rows.groupby(keys, sort=False)
    code: IntArray = np.asarray(series.ngroup(), dtype=np.int64)
    head = series.agg(
        season_from=("season", "min"), season_to=("season", "max"), unit=("unit", "first")
    )
    head = head.reset_index()
    scale = scale_of(rows)
    fits = slopes(code, rows["season"].to_numpy(float), rows["value"].to_numpy(float) / scale,
                   variance_shown(rows))  # fmt: skip
    whole = scale_of(head)
    low, high = ((end * whole).round(DECIMALS) for end in fits.ends())
    years = (head["season_to"] - head["season_from"]).to_numpy(dtype=float)
    enough = abs(fits.slope) * years >= CLEAR - 1e-9
    verdict = np.select([enough & (low > 0), enough & (high < 0)], [RISING, FALLING], UNCLEAR)
    return head.assign(
        basis=TREND, seasons=fits.seasons, change=(fits.slope * whole).round(DECIMALS),
        low=low, high=high, p=fits.p.round(6),
        family="", rung=np.where(verdict == UNCLEAR, 0, 3), verdict=verdict,
        **dict.fromkeys(NOTHING, np.nan),
    )  # fmt: skip


def variance_shown(rows: Mapping[str, Any] | pd.DataFrame) -> FloatArray:
    """Variance of shown values, 0..1 squared: of the crowd, and of rounding (width^2 / 12).

    Where everybody agrees half an answer is taken for the other side, as nothing is certain.
    """
    scale = scale_of(rows)
    value, low, high, spread = (
        np.asarray(rows[name], dtype=float) / scale
        for name in ("value", "value_low", "value_high", "spread")
    )
    n = np.asarray(rows["n_eff"], dtype=float)
    inner = np.clip(value, 0.5 / (n + 1), 1 - 0.5 / (n + 1))
    chance = np.where(np.isnan(spread), inner * (1 - inner), spread**2) / n
    shown: FloatArray = chance + (high - low) ** 2 / 12
    return shown
