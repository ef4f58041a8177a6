"""Figures and ranges from banded numbers only: post-processing that cannot leak (METHODS 7.5).

`publish` is the one place where exact counts become shown ones; `with_ranges` reads nothing but
what is shown, so anybody can repeat it from the download.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimators.crowd import crowd_n, ends, place_n
from analysis.measures import SCALE, TOTAL
from analysis.release.columns import FIGURES
from analysis.tabulation.figure_print import counts_of, print_columns
from analysis.tabulation.rounding import THIRDS, FloatArray
from analysis.wordings import COUNTED

RhoKey = tuple[int, str, str]  # season, measure id, agency
RANGES = (
    "participation", "range_low", "range_high", "place_range_low", "place_range_high", "n_eff",
    "n_eff_place", "icc", "spread",
)  # fmt: skip
RAW = tuple(field.name for field in FIGURES if field.name not in RANGES)  # columns of publish()


def newest_season(rho: Iterable[RhoKey]) -> int:
    """The newest season with answers, which changes since the first season go to; 0 for none."""
    return max((season for season, *_ in rho), default=0)


def publish(exact: pd.DataFrame) -> pd.DataFrame:
    """Banded figures of an exact_table(), columns RAW; the exact columns do not survive."""
    return exact.assign(**print_columns(counts_of(exact)))[list(RAW)]


class Known(NamedTuple):
    """What is known of a measure over the whole programme in one season."""

    icc: float  # correlation of answers at one event within places, 0..1; NaN: not settled
    spread: float  # standard deviation of a score, in its unit; NaN: a share, or not known


def with_ranges(figures: pd.DataFrame, known: Mapping[RhoKey, Known]) -> pd.DataFrame:
    """The figures with both ranges, with all that they are made of, and with participation.

    range_*: of the people who came (n_eff = n / 1.4); place_range_*: of the place, for totals
    where the correlation is settled and single answers are known (n_eff_place). The low end is
    that of the least value that the band allows, the high end that of the greatest, for the
    least n of its class and the largest m that public counts allow. Thirds are shown in words:
    their ranges are NaN. Rounded outward to thousandths of the scale, so that anybody can repeat
    them from the download.
    Source: METHODS 3.
    """
    keys = zip(*(figures[name].tolist() for name in ("season", "measure", "agency")), strict=True)
    at = {key: position for position, key in enumerate(known)}
    which = np.array([at[key] for key in keys], dtype=np.int64)
    moments = np.array([*known.values()], dtype=float).reshape(-1, 2)[which]
    scale = scale_of(figures)
    n, m = figures["n_low"].to_numpy(float), figures["per_event"].to_numpy(float)
    counted = figures["wording"].str.endswith(COUNTED)  # nothing is known of who answered what
    icc = np.where(((figures["cut"] == TOTAL) & ~counted).to_numpy(), moments[:, 0], np.nan)
    spread = np.where(scale > 1, moments[:, 1], np.nan)
    n_eff, n_eff_place = (np.floor(x * 10) / 10 for x in (crowd_n(n), place_n(n, m, icc)))
    made = {"n_eff": n_eff, "n_eff_place": n_eff_place, "icc": icc, "spread": spread}
    words = (figures["band"] == THIRDS).to_numpy()
    for name, worth in (("range", n_eff), ("place_range", n_eff_place)):
        least, most = (figures[f"value_{end}"].to_numpy(float) / scale for end in ("low", "high"))
        low, high = ends(least, most, worth, spread / scale)
        low, high = np.floor(round_off(low * 1000)) / 1000, np.ceil(round_off(high * 1000)) / 1000
        made[f"{name}_low"] = np.where(words, np.nan, low * scale).round(4)
        made[f"{name}_high"] = np.where(words, np.nan, high * scale).round(4)
    came = figures["head_count"].where(figures["head_count"] > 0)
    return figures.assign(**made, participation=(n / came).round(3))


def round_off(x: FloatArray) -> FloatArray:
    """Without the last digits, so that an end is the same on every machine."""
    return x.round(9)


def scale_of(table: Mapping[str, Any] | pd.DataFrame) -> FloatArray:
    """What a whole is called in each row: 1 for a share, 100 for a score."""
    units = table["unit"]
    listed = units.tolist() if isinstance(units, pd.Series) else units
    return np.array([SCALE[unit] for unit in listed], dtype=np.float64)
