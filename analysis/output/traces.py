"""The marks that charts are made of: rows in, Plotly traces out. A mark never is a bare dot.

The range is the mark; the fewer the answers, the less ink:

    range   60 answers and more: a filled bar from low to high, a dot for the figure
    few     30 to 59: an outlined bar, a dot
    pool    several places or groups together, and last year beside this one: a thin line, a ring
    third   under 30: a hatched block over the third, no dot, no number

Positions are along one axis (season, or the place of a name); values are 0..100 along the other.
`across` draws lying down, for long names. Only traces of plotly's basic bundle are used: another
kind draws nothing there and says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.output.theme import NEWEST, ROLES, THIN, WIDE
from analysis.tabulation.rounding import BANDS, THIRDS

BASIC_TRACES = ("scatter", "bar", "pie")  # plotly.js-basic-dist draws these
ENOUGH = next(band.most for band in BANDS if band.step == 10) or 0  # answers; above: a filled bar
OUTLINED = 0.22  # of the way from one position to the next: how wide an outlined bar is

POINTS = ("dot", "ring", "lit")

Trace = dict[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a trace goes: its axes, and whether it lies down."""

    across: bool = False
    axes: str = ""  # "", "2", "3", ... for small multiples

    def put(self, positions: Sequence[Any], values: Sequence[Any]) -> Trace:
        along, over = ("y", "x") if self.across else ("x", "y")
        where: Trace = {along: list(positions), over: list(values)}
        if self.axes:
            where |= {"xaxis": f"x{self.axes}", "yaxis": f"y{self.axes}"}
        return where


def sort_of(row: Row) -> str:
    """Return range, few, pool or third: how a row is drawn."""
    if row["band"] == THIRDS:
        return "third"
    if row["members"] or row["is_before"]:
        return "pool"
    return "few" if row["n_low"] <= ENOUGH else "range"


def point_of(row: Row) -> str:
    """Return what stands for the figure: a dot, a quiet ring, or the newest, lit."""
    if sort_of(row) == "pool":
        return "ring"
    return "lit" if row["is_newest"] else "dot"


def marks(rows: Sequence[Row], words: Mapping[str, str], *, place: Place) -> list[Trace]:
    """Return the traces of rows that have `spot` (where), `hover`, `label`, `is_newest`.

    rows: per cent figures as charts.py makes them.
    """
    draw = {"range": _segments, "few": _outlined, "pool": _segments, "third": _outlined}
    sorts = {name: [row for row in rows if sort_of(row) == name] for name in draw}
    drawn = [row for row in rows if sort_of(row) != "third"]
    points = {name: [row for row in drawn if point_of(row) == name] for name in POINTS}
    labels = {
        "label": [row for row in rows if not row["is_newest"]],
        "newest": [row for row in rows if row["is_newest"]],
    }
    return [
        *(draw[sort](of, sort, place) | {"name": words[sort]} for sort, of in sorts.items() if of),
        *(_points(of, name, place) for name, of in points.items() if of),
        *(_labels(of, name, place) for name, of in labels.items() if of),
    ]


def joins(pairs: Sequence[tuple[Row, Row]], place: Place) -> Trace:
    """Return thin lines between the figures of following seasons that may be joined."""
    positions = [spot for one, two in pairs for spot in (one["spot"], two["spot"], None)]
    values = [value for one, two in pairs for value in (one["value"], two["value"], None)]
    return {
        "type": "scatter",
        **place.put(positions, values),
        "mode": "lines",
        "line": {"color": ROLES["range"], "width": 1.5},
        "opacity": 0.6,
        "hoverinfo": "skip",
        "showlegend": False,
        "legendgroup": "join",
    }


def missing(year: int, words: Mapping[str, str], axes: str) -> dict[str, Any]:
    """A dash where a season has no figure."""
    return {
        "name": "missing",
        "text": "–",
        "hovertext": f"{year}<br>{words['missing']}",
        "x": year,
        "y": 0,
        "xref": f"x{axes}",
        "yref": f"y{axes}",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": ROLES["quiet"]},
    }


def wall(middle: float, label: str, words: Mapping[str, str], axes: str) -> dict[str, Any]:
    """A dotted line between seasons that were asked in different words."""
    return {
        "type": "line",
        "x0": middle,
        "x1": middle,
        "y0": 0,
        "y1": 1,
        "xref": f"x{axes}",
        "yref": f"y{axes} domain",
        "line": {"color": ROLES["wall"], "dash": "dot", "width": 1.5},
        "label": {"text": label, "font": {"color": ROLES["wall"], "size": 11}},
        "name": words["wall"],
        "showlegend": True,
        "legendgroup": "wall",
    }


def spots(rows: Sequence[Row]) -> list[float]:
    return [row["spot"] for row in rows]


def _segments(rows: Sequence[Row], name: str, place: Place) -> Trace:
    """One trace of separate strokes: a gap (None) after each, so that no line joins them."""
    positions: list[Any] = []
    values: list[float | None] = []
    texts: list[str] = []
    for row in rows:
        positions += [row["spot"], row["spot"], None]
        values += [round(row["range_low"], 2), round(row["range_high"], 2), None]
        texts += [row["hover"], row["hover"], ""]
    width = THIN if name == "pool" else WIDE
    return {
        "type": "scatter",
        **place.put(positions, values),
        "text": texts,
        "hoverinfo": "text",
        "mode": "lines",
        "connectgaps": False,
        "line": {"color": ROLES[name], "width": width},
        "showlegend": True,
        "legendgroup": name,
    }


def _outlined(rows: Sequence[Row], name: str, place: Place) -> Trace:
    """Blocks of few answers: the range as an outline, or a hatched third."""
    low, high = ("value_low", "value_high") if name == "third" else ("range_low", "range_high")
    heights = [round(row[high] - row[low], 2) for row in rows]
    colour = ROLES["pool" if name == "third" else "range"]
    marker: dict[str, Any] = {"color": ROLES["paper"], "line": {"color": colour, "width": 1.75}}
    if name == "third":
        marker["pattern"] = {"shape": "/", "fgcolor": colour, "size": 6, "solidity": 0.15}
    return {
        "type": "bar",
        **place.put(spots(rows), heights),
        "base": [round(row[low], 2) for row in rows],
        "orientation": "h" if place.across else "v",
        "width": OUTLINED,
        "text": [row["hover"] for row in rows],
        "textposition": "none",
        "hoverinfo": "text",
        "marker": marker,
        "showlegend": True,
        "legendgroup": name,
    }


def _points(rows: Sequence[Row], name: str, place: Place) -> Trace:
    """The figures themselves, on their ranges: a dot, a quiet ring, or the newest with a ring."""
    fill = ROLES["paper" if name == "ring" else "mark"]
    edge = {"ring": (ROLES["pool"], 2), "lit": (ROLES["lamp"], 2.5), "dot": (fill, 0)}[name]
    return {
        "type": "scatter",
        **place.put(spots(rows), [round(row["value"], 2) for row in rows]),
        "text": [row["hover"] for row in rows],
        "hoverinfo": "text",
        "mode": "markers",
        "marker": {
            "color": fill,
            "size": 9 if name == "lit" else 7,
            "line": {"color": edge[0], "width": edge[1]},
        },
        "showlegend": False,
        "legendgroup": name,
    }


def _labels(rows: Sequence[Row], name: str, place: Place) -> Trace:
    """What is written at a mark: the newest figure large, earlier ones small and grey."""
    tops = [row["value_high" if sort_of(row) == "third" else "range_high"] for row in rows]
    font = {"color": ROLES["quiet"], "size": 12}
    if name == "newest":
        font = {"color": ROLES["ink"], "size": NEWEST if not place.across else 14, "weight": 700}
    return {
        "type": "scatter",
        **place.put(spots(rows), [round(top, 2) for top in tops]),
        "text": [row["label"] for row in rows],
        "textposition": "middle right" if place.across else "top center",
        "textfont": font,
        "mode": "text",
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
        "legendgroup": name,
    }
