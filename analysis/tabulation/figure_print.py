"""What is printed of a figure: the one description that the printer and the audit share.

A figure prints its n and up to five shares: its value, its don't know, and the split into top,
middle and bottom. Which of them are printed, of how many people and in which band, is said here
once. release/figures.py prints it; disclosure/limits.py derives from it which other counts would
be printed alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.measures import LEAST, SCALE, WHOLE, BoolArray, IntArray
from analysis.tabulation.rounding import (
    BANDS,
    Edges,
    FloatArray,
    band_n,
    band_of,
    coarser,
    edges,
    in_print,
    shown_n,
    split_is_shown,
)
from analysis.tabulation.tables import Exact

SPLIT = ("top", "middle", "bottom")
DECIMALS = 4  # of a figure in print


COUNTED = ("n", "bottom", "dont_know", "coarse", "least")  # whole numbers of Exact


class Counts(NamedTuple):
    """Exact counts of F figures, each an array of shape (F,): private."""

    n: IntArray
    top: IntArray  # people; of a score the sum of values in millionths
    bottom: IntArray  # people; 0 for a score
    dont_know: IntArray  # -1: not printed
    score: BoolArray  # a score, not a share
    splits: BoolArray  # its bottom, middle and top may be printed
    coarse: IntArray  # 0, or 1 where the band is one coarser
    least: IntArray | int = LEAST  # people that a figure of this audience may rest on

    @property
    def band(self) -> IntArray:
        """Position in BANDS of everything that a figure prints."""
        return coarser(band_of(self.n), self.coarse) if len(self.n) else self.n

    @property
    def scale(self) -> IntArray:
        """What one person may add to `top` at most."""
        return np.where(self.score, WHOLE, 1)


class Share(NamedTuple):
    """One printed share of F figures, each an array of shape (F,)."""

    part: IntArray
    whole: IntArray
    printed: BoolArray  # False: the figure does not show it
    edges: Edges
    band: IntArray

    def in_print(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Shown value, least and greatest share that it allows, 0..1; NaN where not printed."""
        value, low, high = (
            np.where(self.printed, x, np.nan) for x in in_print(self.edges, self.band)
        )
        return value, low, high


def shares(counts: Counts) -> Mapping[str, Share]:
    """The shares that each figure prints, by the name of their column."""
    band, n = counts.band, counts.n
    asked = np.maximum(counts.dont_know, 0)  # those who said so and those who answered
    columns = {
        "value": _share(counts.top, n * counts.scale, np.ones_like(n, dtype=bool), band),
        "dont_know": _share(asked, n + asked, (counts.dont_know >= 0) & (band > 0), band),
    }
    printed, parts = split_is_printed(counts), split_of(counts)
    for name, part in parts.items():
        columns[name] = _share(np.where(printed, part, 0), n, printed, band)
    return columns


def exact_table(rows: Sequence[Exact]) -> pd.DataFrame:
    """Exact rows as a table: private."""
    columns = zip(Exact._fields, zip(*rows, strict=True), strict=True) if rows else ()
    return pd.DataFrame({name: list(column) for name, column in columns}, columns=Exact._fields)


def counts_of(table: pd.DataFrame) -> Counts:
    """The counts behind an exact_table(), in its order."""
    whole = {name: table[name].to_numpy(dtype=np.int64) for name in (*COUNTED, "total", "top")}
    score = (table["unit"] == "score").to_numpy()
    return Counts(
        n=whole["n"],
        top=np.where(score, whole["total"], whole["top"]),
        bottom=np.where(score, 0, whole["bottom"]),
        dont_know=whole["dont_know"],
        score=score,
        splits=table["splits"].to_numpy(dtype=bool),
        coarse=whole["coarse"],
        least=whole["least"],
    )


def print_columns(counts: Counts) -> dict[str, Any]:
    """Every column that is printed of these counts, by name; values of scores from 0 to 100."""
    printed = shares(counts)
    low, _ = band_n(counts.n, counts.coarse) if len(counts.n) else (counts.n, counts.n)
    scale = np.where(counts.score, SCALE["score"], SCALE["share"])
    value, value_low, value_high = (
        (x * scale).round(DECIMALS) for x in printed["value"].in_print()
    )
    return {
        "band": [BANDS[band].name for band in counts.band.tolist()],
        "n": [shown_n(least) for least in low.tolist()],
        "n_low": low,
        "value": value,
        "value_low": value_low,
        "value_high": value_high,
        **{name: printed[name].in_print()[0] for name in ("dont_know", *SPLIT)},
    }


def split_of(counts: Counts) -> dict[str, IntArray]:
    """People of the top, the middle and the bottom; of a score it says nothing."""
    parts = (counts.top, counts.n - counts.top - counts.bottom, counts.bottom)
    return dict(zip(SPLIT, parts, strict=True))


def split_is_printed(counts: Counts) -> BoolArray:
    """Where the measure has a split, the band allows it and each part holds enough people."""
    least = np.broadcast_to(np.asarray(counts.least), counts.n.shape)
    return counts.splits & split_is_shown(tuple(split_of(counts).values()), counts.band, least)


def _share(part: IntArray, whole: IntArray, printed: BoolArray, band: IntArray) -> Share:
    return Share(part, whole, printed, edges(part, whole, band), band)
