"""A Plotly figure of ours read back as marks in panels: what svg.py writes and pages list.

The figure stays the one source. What is read here is what Plotly would draw: whoever changes
traces.py changes both drawings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import log10
from typing import Any

SORTS = ("range", "few", "pool", "third")  # of traces.py
POINTS = ("dot", "ring", "lit")
PLACES = ("place", "chosen")  # of funnel.py: marks without a range
CURVES = ("centre", "inner", "outer")
BEFORE = "before "  # prefix of what belongs to the season before


@dataclass(frozen=True)
class Mark:
    """One figure: its range, and what stands on it and behind it. Values are 0..100."""

    sort: str
    spot: float  # where: a season, or the place of a name from below
    low: float
    high: float
    hover: str
    value: float | None = None  # None: shown in words
    point: str = ""
    label: str = ""
    is_newest: bool = False
    is_before: bool = False  # of the season before, beside this season's
    wide: float = 0  # px, of a place in a funnel


@dataclass(frozen=True)
class Panel:
    """One pair of axes: seasons or names along, 0..100 across."""

    name: str  # "" where the chart has one panel only
    across: bool  # names below each other, values from left to right
    ends: tuple[float, float]  # of the axis along
    names: Mapping[float, str]  # what is written along it
    scale: Mapping[int, str]  # what is written at values
    marks: list[Mark] = field(default_factory=list)
    joins: list[tuple[tuple[float, float], tuple[float, float]]] = field(default_factory=list)
    walls: list[tuple[float, str, str]] = field(default_factory=list)  # where, label, meaning
    missing: list[tuple[float, str]] = field(default_factory=list)  # seasons without a figure
    curves: list[tuple[str, list[tuple[float, float]]]] = field(default_factory=list)
    title: str = ""  # of the axis along

    def along(self, spot: float) -> float:
        """Return how far a spot is along its axis, 0..1."""
        return (spot - self.ends[0]) / (self.ends[1] - self.ends[0])

    @property
    def rows(self) -> list[tuple[str, list[Mark]]]:
        """Return each name from above with its marks, this season's first."""
        by_spot: dict[float, list[Mark]] = {spot: [] for spot in sorted(self.names, reverse=True)}
        for mark in sorted(self.marks, key=lambda mark: mark.is_before):
            by_spot[int(mark.spot)].append(mark)
        return [(self.names[spot], marks) for spot, marks in by_spot.items()]


@dataclass(frozen=True)
class Drawing:
    """All panels of a figure, its key (sort -> words) and the words around it."""

    panels: list[Panel]
    key: Mapping[str, str]
    title: str
    subtitle: str
    note: list[str]  # the note, the source
    empty: str = ""


def read(data: Mapping[str, Any]) -> Drawing:
    """Return what a figure of charts.py draws."""
    layout = data["layout"]
    texts = {note["name"]: note["text"] for note in layout["annotations"]}
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for trace in data["data"]:
        groups.setdefault(trace.get("xaxis", "x")[1:], []).append(trace)
    axes = [name.removeprefix("xaxis") for name in layout if name.startswith("xaxis")]
    return Drawing(
        panels=[panel(layout, axis, groups[axis]) for axis in axes if axis in groups],
        key=dict(key(data)),
        title=layout["title"]["text"],
        subtitle=layout["title"]["subtitle"]["text"],
        note=texts["note"].split("<br>"),
        empty=texts.get("empty", ""),
    )


def key(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (sort, its words) of every sort that is drawn."""
    for part in (*data["data"], *data["layout"]["shapes"]):
        if part.get("showlegend"):
            yield part["legendgroup"], part["name"]


def panel(layout: Mapping[str, Any], axis: str, traces: list[Mapping[str, Any]]) -> Panel:
    across = bool(layout["meta"]["across"])
    value, along = ("x", "y") if across else ("y", "x")
    names, scale = layout[f"{along}axis{axis}"], layout[f"{value}axis{axis}"]
    put: Callable[[float], float] = log10 if names.get("type") == "log" else float
    here = [note for note in layout["annotations"] if note.get("xref", "").startswith(f"x{axis} ")
            or note.get("xref") == f"x{axis}"]  # fmt: skip
    return Panel(
        name=next((note["text"] for note in here if note["name"] == "panel"), ""),
        across=across,
        ends=tuple(names["range"]),
        names=dict(zip(map(put, names["tickvals"]), names["ticktext"], strict=True)),
        scale=dict(zip(scale["tickvals"], scale["ticktext"], strict=True)),
        marks=[*marks(traces, along, value), *places(traces, put)],
        joins=[
            ((spots[i], values[i]), (spots[i + 1], values[i + 1]))
            for trace in traces
            if trace["legendgroup"] == "join"
            for spots, values in [(trace[along], trace[value])]
            for i in range(0, len(spots), 3)
        ],
        walls=[
            (shape["x0"], shape["label"].get("text", ""), shape["name"])
            for shape in layout["shapes"]
            if shape["xref"] == f"x{axis}"
        ],
        missing=[(note["x"], note["hovertext"]) for note in here if note["name"] == "missing"],
        curves=[
            (trace["legendgroup"], list(zip(map(put, trace["x"]), trace["y"], strict=True)))
            for trace in traces
            if trace["legendgroup"] in CURVES
        ],
        title=names.get("title", {}).get("text", ""),
    )


def places(traces: list[Mapping[str, Any]], put: Callable[[float], float]) -> Iterator[Mark]:
    """Yield the marks of a funnel, whose range is that of its curves."""
    for trace in traces:
        if (sort := trace["legendgroup"]) in PLACES:
            size = trace["marker"]["size"]
            sizes = size if isinstance(size, list) else [size] * len(trace["x"])
            each = (trace["x"], trace["y"], trace["hovertext"], trace["text"], sizes)
            for spot, at, hover, label, wide in zip(*each, strict=True):
                yield Mark(sort, put(spot), at, at, hover, at, label=label, wide=wide)


def marks(traces: list[Mapping[str, Any]], along: str, value: str) -> Iterator[Mark]:
    """Yield the marks of one panel: intervals, with the points and labels at the same spot."""
    points: dict[tuple[bool, float], tuple[str, float]] = {}
    labels: dict[tuple[bool, float], tuple[str, bool]] = {}
    for trace in traces:
        role, is_before = role_of(trace)
        for spot, at, text in zip(trace[along], trace[value], trace.get("text", ()), strict=False):
            if role in POINTS:
                points[is_before, spot] = (role, at)
            elif role in ("label", "newest"):
                labels[is_before, spot] = (text, role == "newest")
    for trace in traces:
        role, is_before = role_of(trace)
        if role in SORTS:
            for spot, low, high, hover in intervals(trace, along, value):
                point, at = points.get((is_before, spot), ("", None))
                label, is_newest = labels.get((is_before, spot), ("", False))
                yield Mark(role, spot, low, high, hover, at, point, label, is_newest, is_before)


def role_of(trace: Mapping[str, Any]) -> tuple[str, bool]:
    """Return what a trace draws, and whether it is of the season before."""
    group: str = trace["legendgroup"]
    return group.removeprefix(BEFORE), group.startswith(BEFORE)


def intervals(
    trace: Mapping[str, Any], along: str, value: str
) -> Iterator[tuple[float, float, float, str]]:
    """Yield (spot, low, high, hover): bars from their base, strokes as pairs before a gap."""
    spots, values, texts = trace[along], trace[value], trace["text"]
    if trace["type"] == "bar":
        for spot, base, height, text in zip(spots, trace["base"], values, texts, strict=True):
            yield spot, base, round(base + height, 2), text
        return
    for i in range(0, len(spots), 3):
        yield spots[i], values[i], values[i + 1], texts[i]
