"""The marks that charts are made of: figures in, traces out. A mark never shows a bare dot.

Positions are along one axis (season, community or group); values are 0..100 along the other.
`across` draws lying down, for long names. Only traces of plotly's basic bundle are used: another
kind draws nothing there and says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analysis.output.theme import ROLES, THICK, THIN
from analysis.tabulation.rounding import THIRDS

BASIC_TRACES = ("scatter", "bar", "pie")  # plotly.js-basic-dist draws these


@dataclass(frozen=True)
class Place:
    """Where a trace goes: its axes, and whether it lies down."""

    across: bool = False
    axes: str = ""  # "", "2", "3", ... for small multiples

    def put(self, positions: Sequence[Any], values: Sequence[Any]) -> dict[str, Any]:
        along, over = ("y", "x") if self.across else ("x", "y")
        where: dict[str, Any] = {along: list(positions), over: list(values)}
        if self.axes:
            where |= {"xaxis": f"x{self.axes}", "yaxis": f"y{self.axes}"}
        return where


def marks(
    rows: pd.DataFrame,
    positions: Sequence[Any],
    words: Mapping[str, str],
    *,
    place: Place,
    legend: bool = True,
) -> list[go.Bar | go.Scatter]:
    """Uncertainty ranges (thin), what the bands allow (thick), pools (grey), thirds (hatched).

    rows: per cent figures as charts.py makes them, one per position.
    """
    spot = pd.Series(list(positions), index=rows.index, dtype=object)
    thirds = (rows["band"] == THIRDS).to_numpy(dtype=bool)
    pool = (rows["members"] != "").to_numpy(dtype=bool)
    sorts = (
        ("range", ~thirds, "range_low", "range_high", THIN),
        ("band", ~thirds & ~pool, "value_low", "value_high", THICK),
        ("pool", ~thirds & pool, "value_low", "value_high", THICK),
    )
    traces: list[go.Bar | go.Scatter] = []
    for role, chosen, low, high, width in sorts:
        if chosen.any():
            part = rows[chosen]
            traces.append(_segments(part, spot[chosen], low, high, place).update(
                name=words[role], line={"color": ROLES[role], "width": width},
                showlegend=legend, legendgroup=role,
            ))  # fmt: skip
    if thirds.any():
        block = _hatched(rows[thirds], spot[thirds], place)
        traces.append(block.update(name=words["thirds"], showlegend=legend, legendgroup="thirds"))
    return traces


def _segments(rows: pd.DataFrame, spot: pd.Series, low: str, high: str, place: Place) -> go.Scatter:
    """One trace of separate strokes: a gap (None) after each, so that no line joins them."""
    positions: list[Any] = []
    values: list[float | None] = []
    texts: list[str] = []
    pairs = zip(spot, rows[low], rows[high], rows["hover"], strict=True)
    for position, bottom, top, hover in pairs:
        positions += [position, position, None]
        values += [round(bottom, 2), round(top, 2), None]
        texts += [hover, hover, ""]
    return go.Scatter(
        **place.put(positions, values),
        text=texts,
        hoverinfo="text",
        mode="lines",
        connectgaps=False,
    )


def _hatched(rows: pd.DataFrame, spot: pd.Series, place: Place) -> go.Bar:
    """A pale block across the third: so few answers are told in words, not as a value."""
    height = (rows["value_high"] - rows["value_low"]).round(1).tolist()
    return go.Bar(
        **place.put(spot.tolist(), height),
        base=rows["value_low"].round(1).tolist(),
        orientation="h" if place.across else "v",
        width=0.5,
        text=rows["hover"].tolist(),
        textposition="none",
        hoverinfo="text",
        marker={
            "color": ROLES["paper"],
            "line": {"color": ROLES["words"], "width": 1},
            "pattern": {"shape": "/", "fgcolor": ROLES["words"], "size": 8},
        },
    )
