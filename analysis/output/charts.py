"""Released figures in, Plotly figures out. Ranges are drawn, never bare dots; names give the order.

A chart is a table and a drawing. It takes a Released or a view of one (anything else is a
TypeError) and the words of the reader's language; no word is written here. Captions: the keys in
WORDS, plus one entry per community or group id that is drawn, so that names come from the caller.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from analysis.measures import OTHER
from analysis.output.chart_tables import Hover, by_community, by_group, by_season, per_cent
from analysis.output.theme import ROLES, blank, finish, plain_axis, value_axis
from analysis.output.traces import Place, marks
from analysis.release.released import View
from analysis.wordings import comparable

Words = Mapping[str, str]

WORDS: Mapping[str, str] = {
    "title": "what is drawn, in a sentence",
    "source": "where it comes from: release, date, checksum",
    "note": "that the range shows chance variation only",
    "range": "legend: uncertainty range",
    "band": "legend: value as published",
    "pool": "legend: several places or groups together",
    "thirds": "legend: few answers, told in words",
    "low": "hover: under a third",
    "middle": "hover: the middle third",
    "high": "hover: over two thirds",
    "n": "hover, with {n}: how many answers",
    "between": "hover, with {low} and {high}: from low to high",
    "wall": "annotation: here the wording changed",
    "empty": "nothing is shown here",
}
PANELS = 12  # small multiples on one page; more are not compared but searched
COMPARED = (2, 6)  # communities side by side


@dataclass(frozen=True)
class Chart:
    """id: in addresses and file names; table: the rows it draws; draw: rows and words to figure."""

    id: str
    table: Callable[[View], pd.DataFrame]
    draw: Callable[..., go.Figure]  # (view, words, *, hover=None)


def trend(view: View, words: Words, *, hover: Hover | None = None) -> go.Figure:
    """One measure of one community, season by season. A change of wording is a gap with a note."""
    rows = per_cent(by_season(view), words, hover)
    figure = blank(height=420)
    _panel(figure, rows, words, seasons=rows["season"].tolist(), label=words["wall"])
    return _finished(figure, rows, words)


def overview(view: View, words: Words, *, across: int = 3, hover: Hover | None = None) -> go.Figure:
    """One panel per community, in order of name; all on one scale, at most `across` beside each
    other. Raises ValueError for over 12."""
    table = per_cent(by_community(view), words, hover)
    names = _in_order(table["place"], words)
    if len(names) > PANELS:
        raise ValueError(f"An overview holds {PANELS} communities at most; choose fewer.")
    across = min(across, max(len(names), 1))
    down = max(-(-len(names) // across), 1)
    figure = blank(height=160 + 170 * down)
    figure.update_layout(
        grid={"rows": down, "columns": across, "pattern": "independent", "ygap": 0.4}
    )
    for i, name in enumerate(names):
        axes = str(i + 1) if i else ""
        rows = table[table["place"] == name].sort_values("season")
        _panel(figure, rows, words, seasons=table["season"].tolist(), axes=axes, small=True)
        figure.add_annotation(
            text=_name(name, words),
            x=0,
            y=1,
            xref=f"x{axes} domain",
            yref=f"y{axes} domain",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
        )
    _one_legend_entry_each(figure)
    figure.update_layout(legend={"y": -0.08, "yanchor": "top"})
    return _finished(figure, table, words)


def compare(view: View, words: Words, *, hover: Hover | None = None) -> go.Figure:
    """Two to six communities in one season on one scale, in order of name, never of score."""
    table = by_community(view)
    names = _in_order(table["place"], words)
    if not COMPARED[0] <= len(names) <= COMPARED[1] or table["season"].nunique() != 1:
        raise ValueError("A comparison takes two to six communities and one season.")
    return _lying(per_cent(table, words, hover), table["place"], names, words)


def groups(view: View, words: Words, *, hover: Hover | None = None) -> go.Figure:
    """One season's groups under one cut, in the order of the caller's words, the pool last."""
    table = by_group(view)
    present = set(table["group"])
    told = [name for name in words if name in present - {OTHER}]
    order = [*told, *sorted(present - {*told, OTHER}), *(present & {OTHER})]
    return _lying(per_cent(table, words, hover), table["group"], order, words)


CHARTS = {
    chart.id: chart
    for chart in (
        Chart("trend", by_season, trend),
        Chart("overview", by_community, overview),
        Chart("compare", by_community, compare),
        Chart("groups", by_group, groups),
    )
}


def as_json(figure: go.Figure) -> str:
    """The figure as small JSON that the page fetches: {"data": [...], "layout": {...}}."""
    return json.dumps(figure.to_plotly_json(), separators=(",", ":"), ensure_ascii=False)


def _panel(
    figure: go.Figure,
    rows: pd.DataFrame,
    words: Words,
    *,
    seasons: Sequence[int],
    axes: str = "",
    small: bool = False,
    label: str = "",
) -> None:
    """Seasons along, per cent up; a dotted wall between seasons that were asked differently."""
    figure.add_traces(marks(rows, rows["season"].tolist(), words, place=Place(axes=axes)))
    shown = sorted(set(seasons))
    ends = [shown[0] - 0.6, shown[-1] + 0.6] if shown else [0, 1]
    ticks = [shown[0], shown[-1]] if small and shown else shown
    figure.update_layout(
        {
            f"xaxis{axes}": plain_axis(
                range=ends, tickvals=ticks, ticktext=[str(t) for t in ticks]
            ),
            f"yaxis{axes}": value_axis(_unit(rows)),
        }
    )
    for middle in _walls(rows):
        figure.add_shape(
            type="line",
            x0=middle,
            x1=middle,
            y0=0,
            y1=1,
            xref=f"x{axes}",
            yref=f"y{axes} domain",
            line={"color": ROLES["wall"], "dash": "dot", "width": 1.5},
            label={"text": label, "font": {"color": ROLES["wall"], "size": 11}},
            name=words["wall"],
            showlegend=True,
            legendgroup="wall",
        )


def _walls(rows: pd.DataFrame) -> list[float]:
    """Half-way between neighbouring seasons that were asked in different words."""
    seasons, wordings = rows["season"].tolist(), rows["wording"].tolist()
    return [
        (seasons[i] + seasons[i + 1]) / 2
        for i in range(len(seasons) - 1)
        if not comparable(wordings[i], wordings[i + 1])
    ]


def _lying(rows: pd.DataFrame, ids: pd.Series, order: Sequence[str], words: Words) -> go.Figure:
    """Horizontal ranges, a line per id, the first on top."""
    names = [_name(name, words) for name in order]
    figure = blank(height=220 + 44 * len(names))
    place = Place(across=True)
    figure.add_traces(marks(rows, [_name(name, words) for name in ids], words, place=place))
    figure.update_layout(
        xaxis=value_axis(_unit(rows)),
        yaxis=plain_axis(
            type="category", categoryorder="array", categoryarray=names[::-1], automargin=True
        ),
    )
    return _finished(figure, rows, words)


def _one_legend_entry_each(figure: go.Figure) -> None:
    """Small multiples repeat their marks: the legend tells each once."""
    told: set[str] = set()
    for part in (*figure.data, *figure.layout.shapes):
        part.showlegend = part.legendgroup not in told
        told.add(part.legendgroup)


def _finished(figure: go.Figure, rows: pd.DataFrame, words: Words) -> go.Figure:
    if rows.empty:
        figure.add_annotation(
            text=words["empty"], x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False
        )
    return finish(figure, words)


def _in_order(ids: pd.Series, words: Words) -> list[str]:
    """In the order of the caller's words, which is that of its tables; never by score."""
    present = set(ids.unique())
    told = [name for name in words if name in present]
    return [*told, *sorted(present - {*told})]


def _unit(rows: pd.DataFrame) -> str:
    return "score" if (rows["unit"] == "score").any() else "share"


def _name(name: str, words: Words) -> str:
    return words.get(name, name)
