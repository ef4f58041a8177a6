"""Released figures in, Plotly figures out. Ranges are drawn, never bare dots; names give the order.

A chart is a table and a drawing. It takes a Released or a part of one (anything else is a
TypeError) and the words of the reader's language; no word is written here. Captions: the keys in
WORDS, plus one entry per community or group id that is drawn, so that names come from the caller.

The figure is the one source of a chart: the page's drawing, its pictures (svg.py) and what Plotly
draws in the browser are made of it. It is built as the plain data that Plotly reads: a server that
sends it needs no more. `draw` makes it a Figure, which checks every part, for notebooks and tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from analysis.measures import OTHER
from analysis.output.chart_tables import (
    Said,
    by_agency,
    by_community,
    by_group,
    by_season,
    records,
)
from analysis.output.funnel import by_place, funnel
from analysis.output.theme import finish, layout, plain_axis, value_axis
from analysis.output.traces import Place, Row, joins, marks, missing, sort_of, wall
from analysis.release.released import Part
from analysis.wordings import comparable

if TYPE_CHECKING:
    import plotly.graph_objects as go

Words = Mapping[str, str]
Figure = dict[str, Any]  # as Plotly reads it: {"data": [...], "layout": {...}}

WORDS: Mapping[str, str] = {
    "title": "the finding, in a sentence",
    "subtitle": "what is drawn: measure, place, unit",
    "source": "where it comes from: release, date, checksum",
    "note": "that the range shows chance variation only",
    "range": "legend: the figure and its uncertainty range",
    "few": "legend: the same of few answers",
    "pool": "legend: several places or groups together",
    "before": "legend: the season before",
    "third": "legend: so few answers that they are shown in words",
    "untold": "label: so few answers, in a word",
    "low": "hover: under a third",
    "middle": "hover: the middle third",
    "high": "hover: over two thirds",
    "n": "hover, with {n}: how many answers",
    "between": "hover, with {low} and {high}: from low to high",
    "missing": "hover: no figure in this season",
    "wall": "annotation: here the wording changed",
    "empty": "nothing is shown here",
}
PANELS = 12  # small multiples on one page; more are not compared but searched
ABOVE = 0.24  # of the way to the next name: how far the season before stands above its successor


@dataclass(frozen=True)
class Chart:
    """id: in addresses and file names; table: the rows it draws; figure: what Plotly reads."""

    id: str
    table: Callable[[Part], list[dict[str, Any]]]
    figure: Callable[..., Figure]  # (part, words, *, said=None)

    def draw(self, part: Part, words: Words, **more: Any) -> go.Figure:
        """Return the figure as an object of Plotly's, every part of it checked."""
        import plotly.graph_objects as go  # a web server never needs it

        return go.Figure(self.figure(part, words, **more))


def trend(part: Part, words: Words, *, said: Said | None = None) -> Figure:
    """One measure of one community, season by season. A change of wording is a gap with a note."""
    rows = records(by_season(part), words, said)
    figure: Figure = {"data": [], "layout": layout(height=420)}
    _panel(figure, rows, words, seasons=seasons_of(rows), label=words["wall"])
    return _finished(figure, rows, words)


def overview(part: Part, words: Words, *, across: int = 3, said: Said | None = None) -> Figure:
    """One panel per community, in order of name; all on one scale, at most `across` beside each
    other. Raises ValueError for over 12."""
    table = records(by_community(part), words, said)
    names = _in_order((row["place"] for row in table), words)
    if len(names) > PANELS:
        raise ValueError(f"An overview holds {PANELS} communities at most; choose fewer.")
    across = min(across, max(len(names), 1))
    down = max(-(-len(names) // across), 1)
    figure: Figure = {"data": [], "layout": layout(height=160 + 170 * down)}
    grid = {"rows": down, "columns": across, "pattern": "independent", "ygap": 0.4}
    figure["layout"] |= {"grid": grid, "legend": {"orientation": "h", "y": -0.08, "yanchor": "top"}}
    for i, name in enumerate(names):
        axes = str(i + 1) if i else ""
        rows = sorted((r for r in table if r["place"] == name), key=lambda row: row["season"])
        _panel(figure, rows, words, seasons=seasons_of(table), axes=axes, small=True)
        figure["layout"]["annotations"].append(
            {
                "name": "panel",
                "text": _name(name, words),
                "x": 0,
                "y": 1,
                "xref": f"x{axes} domain",
                "yref": f"y{axes} domain",
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
            }
        )
    _one_legend_entry_each(figure)
    return _finished(figure, table, words)


def groups(part: Part, words: Words, *, said: Said | None = None) -> Figure:
    """The groups under one cut, in the order of the caller's words, the pool last.

    One season's, and those of the season before as quiet lines above them.
    """
    table = by_group(part)
    present = {row["group"] for row in table if not row["is_before"]}
    table = [row for row in table if row["group"] in present]
    named = [name for name in words if name in present - {OTHER}]
    order = [*named, *sorted(present - {*named, OTHER}), *(present & {OTHER})]
    return _lying(records(table, words, said), "group", order, words)


def agencies(part: Part, words: Words, *, said: Said | None = None) -> Figure:
    """One measure about each agency of a community, in the order of the caller's words."""
    table = by_agency(part)
    order = _in_order((row["agency"] for row in table if not row["is_before"]), words)
    table = [row for row in table if row["agency"] in order]
    return _lying(records(table, words, said), "agency", order, words)


CHARTS = {
    chart.id: chart
    for chart in (
        Chart("trend", by_season, trend),
        Chart("overview", by_community, overview),
        Chart("groups", by_group, groups),
        Chart("agencies", by_agency, agencies),
        Chart("funnel", by_place, funnel),
    )
}


def as_json(figure: Figure) -> str:
    """The figure as small JSON that the page fetches: {"data": [...], "layout": {...}}."""
    return json.dumps(figure, separators=(",", ":"), ensure_ascii=False)


def seasons_of(rows: Sequence[Row]) -> list[int]:
    return [row["season"] for row in rows]


def _panel(
    figure: Figure,
    rows: Sequence[Row],
    words: Words,
    *,
    seasons: Sequence[int],
    axes: str = "",
    small: bool = False,
    label: str = "",
) -> None:
    """Seasons along, per cent up; a dotted wall between seasons that were asked differently."""
    place, shown = Place(axes=axes), seasons_of(rows)
    rows = [_stood(row, row["season"] == max(shown), small) for row in rows]
    years = range(min(seasons), max(seasons) + 1) if seasons else range(0)
    ends = (years[0] - 0.5, years[-1] + 0.5) if years else (0.0, 1.0)
    ticks = [years[0], years[-1]] if small and years else years
    figure["layout"] |= {
        f"xaxis{axes}": plain_axis({year: str(year) for year in ticks}, ends=ends),
        f"yaxis{axes}": value_axis(_unit(rows)),
    }
    figure["data"] += [*_joined(rows, place), *marks(rows, words, place=place)]
    figure["layout"]["annotations"] += [
        missing(year, words, axes) for year in years if year not in shown
    ]
    figure["layout"]["shapes"] += [wall(middle, label, words, axes) for middle in _walls(rows)]


def _stood(row: Row, is_newest: bool, small: bool) -> Row:
    """A row at its season. The newest figure has its unit; small panels name no other figure."""
    label = row["label"] if is_newest else row["label"].removesuffix("%").rstrip()
    if small and not is_newest and sort_of(row) != "third":
        label = ""
    return {**row, "spot": row["season"], "is_newest": is_newest, "label": label}


def _joined(rows: Sequence[Row], place: Place) -> list[dict[str, Any]]:
    """Own figures of following seasons that were asked in the same words are joined."""
    pairs = [
        (one, two)
        for one, two in pairwise(row for row in rows if sort_of(row) in ("range", "few"))
        if two["season"] - one["season"] == 1 and comparable(one["wording"], two["wording"])
    ]
    return [joins(pairs, place)] if pairs else []


def _walls(rows: Sequence[Row]) -> list[float]:
    """Half-way between neighbouring seasons that were asked in different words."""
    return [
        (one["season"] + two["season"]) / 2
        for one, two in pairwise(rows)
        if not comparable(one["wording"], two["wording"])
    ]


def _lying(rows: Sequence[Row], by: str, order: Sequence[str], words: Words) -> Figure:
    """Horizontal ranges, a line per id, the first on top; the season before stands above it."""
    last = len(order) - 1
    spots = {name: last - i for i, name in enumerate(order)}
    names = {float(spots[name]): _name(name, words) for name in order}
    now = [{**r, "spot": spots[r[by]], "is_newest": True} for r in rows if not r["is_before"]]
    before = [
        {**row, "spot": spots[row[by]] + ABOVE, "is_newest": False, "label": ""}
        for row in rows
        if row["is_before"] and sort_of(row) != "third"  # two thirds on one line say little
    ]
    figure: Figure = {"data": [], "layout": layout(height=220 + 44 * len(order), across=True)}
    figure["layout"] |= {
        "xaxis": value_axis(_unit(rows)),
        "yaxis": plain_axis(names, ends=(-0.5, last + 0.5)),
    }
    place = Place(across=True)
    earlier = marks(before, words, place=place)
    for trace in earlier:
        trace |= {"name": words["before"], "legendgroup": f"before {trace['legendgroup']}"}
    figure["data"] += [*earlier, *marks(now, words, place=place)]
    return _finished(figure, rows, words)


def _one_legend_entry_each(figure: Figure) -> None:
    """Small multiples repeat their marks: the legend tells each once."""
    listed: set[str] = set()
    for part in (*figure["data"], *figure["layout"]["shapes"]):
        part["showlegend"] = part["showlegend"] and part["legendgroup"] not in listed
        if part["showlegend"]:
            listed.add(part["legendgroup"])


def _finished(figure: Figure, rows: Sequence[Row], words: Words) -> Figure:
    if not rows:
        where = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
        figure["layout"]["annotations"].append({"name": "empty", "text": words["empty"], **where})
    return finish(figure, words)


def _in_order(ids: Iterable[str], words: Words) -> list[str]:
    """In the order of the caller's words, which is that of its tables; never by score."""
    present = set(ids)
    named = [name for name in words if name in present]
    return [*named, *sorted(present - {*named})]


def _unit(rows: Sequence[Row]) -> str:
    return "score" if any(row["unit"] == "score" for row in rows) else "share"


def _name(name: str, words: Words) -> str:
    return words.get(name, name)
