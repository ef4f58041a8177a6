"""Figures and ranges from banded numbers only: post-processing that cannot leak (METHODS 7.5).

`publish` is the one place where exact counts become shown ones; `with_ranges` reads nothing but
what is shown, so anybody can repeat it from the download.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.estimators.basic import effective_n, wilson
from analysis.measures import SCALE, IntArray
from analysis.tabulation.figure_print import SPLIT, Counts, shares
from analysis.tabulation.rounding import BANDS, THIRDS, FloatArray, band_n, shown_n
from analysis.tabulation.tables import Exact

RhoKey = tuple[int, str, str]  # season, measure id, agency


def newest_season(rho: Iterable[RhoKey]) -> int:
    """The newest season with answers, which changes since the first season go to; 0 for none."""
    return max((season for season, *_ in rho), default=0)


def publish(rows: Sequence[Exact]) -> pd.DataFrame:
    """Banded figures of exact rows, without ranges; the exact columns do not survive."""
    table = pd.DataFrame(list(rows), columns=list(Exact._fields))
    counts = _counts(table)
    printed, scale = shares(counts), scale_of(table)
    low, _ = band_n(counts.n, counts.coarse) if len(counts.n) else (counts.n, counts.n)
    value, value_low, value_high = (x * scale for x in printed["value"].in_print())
    table = table.assign(
        band=[BANDS[b].name for b in counts.band.tolist()],
        n=[shown_n(least) for least in low.tolist()],
        n_low=low,
        value=value.round(4),
        value_low=value_low.round(4),
        value_high=value_high.round(4),
        **{name: printed[name].in_print()[0] for name in ("dont_know", *SPLIT)},
    )
    return table.drop(columns=["splits", "total", "mark", "coarse", "least"])


def with_ranges(figures: pd.DataFrame, rho: Mapping[RhoKey, float]) -> pd.DataFrame:
    """The figures with n_star, range_low and range_high.

    The low end is Wilson's from the least value that the band allows, the high end from the
    greatest, for n* of the least n of its class and the largest m that public counts allow. A
    score's range treats it as a share of 100, which is never too narrow: no spread of answers
    between 0 and 1 with mean p has a variance over p (1-p) (Bhatia and Davis 2000).
    Thirds are told in words: their ranges are NaN. Rounded outward to thousandths of the scale.
    """
    keys = zip(figures["season"], figures["measure"], figures["agency"], strict=True)
    rho_of = np.array([rho[key] for key in keys], dtype=float)
    n, m = figures["n_low"].to_numpy(float), figures["per_event"].to_numpy(float)
    m = np.minimum(np.maximum(m, 1.0), n)  # per_event is rounded up, and may pass n by that
    scale = scale_of(figures)
    n_star = np.floor(effective_n(n, m * n, rho_of) * 10) / 10 if len(n) else n
    low, _ = wilson(figures["value_low"].to_numpy(float) / scale, n_star)
    _, high = wilson(figures["value_high"].to_numpy(float) / scale, n_star)
    words = (figures["band"] == THIRDS).to_numpy()
    return figures.assign(
        n_star=n_star,
        range_low=np.where(words, np.nan, np.floor(low * 1000) / 1000 * scale).round(4),
        range_high=np.where(words, np.nan, np.ceil(high * 1000) / 1000 * scale).round(4),
    )


def scale_of(table: pd.DataFrame) -> FloatArray:
    """What a whole is called in each row: 1 for a share, 100 for a score."""
    return np.array([SCALE[unit] for unit in table["unit"]], dtype=np.float64)


def _counts(table: pd.DataFrame) -> Counts:
    score = (table["unit"] == "score").to_numpy()
    return Counts(
        n=_ints(table["n"]),
        top=np.where(score, _ints(table["total"]), _ints(table["top"])),
        bottom=np.where(score, 0, _ints(table["bottom"])),
        dont_know=_ints(table["dont_know"]),
        score=score,
        splits=table["splits"].to_numpy(dtype=bool),
        coarse=_ints(table["coarse"]),
        least=_ints(table["least"]),
    )


def _ints(column: pd.Series) -> IntArray:
    return column.to_numpy(dtype=np.int64)
