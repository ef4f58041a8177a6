"""The funnel of an area: each community's figure against how many people answered.

Small places scatter more by chance alone: the curves show how much. Places are marks without a
range of their own, for the curves are the range that chance would give each of them. Nobody is
named but who was chosen, and nothing is in order of value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log10, sqrt
from statistics import median
from typing import Any

import numpy as np

from analysis.estimators.basic import Z95
from analysis.estimators.small_areas import Z998, Funnel
from analysis.estimators.small_areas import funnel as funnel_of
from analysis.measures import OTHER, TOTAL
from analysis.output.chart_tables import Said, records
from analysis.output.theme import ROLES, finish, layout, value_axis
from analysis.release.released import Part, released_part
from analysis.tabulation.rounding import THIRDS

LEAST_PLACES = 8  # as for a mean change: of fewer it would be told badly how much places differ
WORDS: Mapping[str, str] = {
    "answers": "axis: how many people answered",
    "centre": "legend: all places together",
    "inner": "legend: 95 of 100 places by chance alone",
    "outer": "legend: 998 of 1,000",
    "place": "legend: a place",
    "chosen": "legend: a place that is named",
}
CURVES = {"inner": Z95, "outer": Z998}
POINTS_OF_A_CURVE = 48
TICKS = (30, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)  # answers
MOST_TOLD = 4  # places at one spot
AIR = 1.15  # times the smallest and the largest number of answers: where the axis ends

Row = Mapping[str, Any]


def by_place(part: Part) -> list[dict[str, Any]]:
    """Rows of communities that have a number of their own, of one measure and season.

    Each has `lies`: inside, between (the two curves) or outside. ValueError for a score, whose
    curves would be others, and for fewer than LEAST_PLACES places. Of rows that were asked in
    different words those asked as most were.
    """
    rows = [
        row
        for row in released_part(part).records
        if row["cut"] == TOTAL and row["community"] not in ("", OTHER) and row["band"] != THIRDS
    ]
    asked = Counter(row["wording"] for row in rows)
    most = max(asked, key=lambda wording: (asked[wording], wording), default="")
    rows = [row for row in rows if row["wording"] == most]
    if len({(row["season"], row["measure"], row["agency"]) for row in rows}) > 1:
        raise ValueError("A funnel shows one measure about one agency in one season.")
    if any(row["unit"] != "share" for row in rows) or len(rows) < LEAST_PLACES:
        raise ValueError(f"A funnel takes shares of {LEAST_PLACES} communities.")
    each = zip(rows, lying(limits(rows)), strict=True)
    return [{**row, "lies": lies} for row, lies in each]


def limits(rows: Sequence[Row]) -> Funnel:
    """The funnel of these rows: from shown shares and what their answers are worth (n_eff)."""
    return funnel_of([row["value"] for row in rows], [row["n_eff"] for row in rows])


def lying(shape: Funnel) -> list[str]:
    distance = abs(shape.z)
    return list(np.select([distance <= Z95, distance <= Z998], ["inside", "between"], "outside"))


def funnel(part: Part, words: Mapping[str, str], *, said: Said | None = None) -> dict[str, Any]:
    """The figure as Plotly reads it. part.communities: who is named.

    words: those of charts.WORDS, and those of WORDS here.
    """
    table = by_place(part)
    rows = records(table, words, said)
    figure: dict[str, Any] = {"data": [], "layout": layout(height=420)}
    counts = [row["n_low"] for row in table]
    ends = (min(counts) / AIR, max(counts) * AIR)
    along = answers_axis(ends, words["answers"])
    figure["layout"] |= {"xaxis": along, "yaxis": value_axis("share")}
    figure["data"] += [*curves(limits(table), table, ends, words)]
    named = [row for row in rows if row["community"] in part.communities]
    figure["data"] += [
        points([row for row in rows if row not in named], "place", words),
        *([points(named, "chosen", words)] if named else []),
    ]
    return finish(figure, words)


def answers_axis(ends: tuple[float, float], title: str) -> dict[str, Any]:
    """Answers along, each step as wide as its ratio: one large town must not squeeze the rest."""
    ticks = [tick for tick in TICKS if ends[0] <= tick <= ends[1]]
    return {
        "type": "log",
        "title": {"text": title},
        "range": [log10(end) for end in ends],
        "tickvals": ticks,
        "ticktext": [f"{tick:,}" for tick in ticks],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def curves(
    shape: Funnel, table: Sequence[Row], ends: tuple[float, float], words: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The common figure, and the lower and upper curve of each kind."""
    worth = median(row["n_eff"] / row["n_low"] for row in table)  # of one answer: 1 / 1.4
    along = np.geomspace(*ends, POINTS_OF_A_CURVE)
    whole = [round(shape.p0 * 100, 2)] * 2
    lines = [line("centre", [round(end, 1) for end in ends], whole, words["centre"])]
    for kind, z in CURVES.items():
        for i, edge in enumerate(shape.limits(along * worth, z)):
            values = [round(value * 100, 2) for value in edge.tolist()]
            one = line(kind, [round(n, 1) for n in along.tolist()], values, words[kind])
            lines.append(one | {"showlegend": i == 0})
    return lines


def line(kind: str, along: list[float], values: list[float], name: str) -> dict[str, Any]:
    dash = {"inner": "dash"}.get(kind, "solid")
    colour = ROLES["mark" if kind == "centre" else "pool"]
    return {
        "type": "scatter",
        "x": along,
        "y": values,
        "mode": "lines",
        "line": {"color": colour, "width": 1.5, "dash": dash},
        "hoverinfo": "skip",
        "name": name,
        "showlegend": True,
        "legendgroup": kind,
    }


def points(rows: Sequence[Row], kind: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Places as rings, those that were chosen as named dots. Who shares a spot shares a mark."""
    spots: dict[tuple[int, float], list[Row]] = {}
    for row in rows:
        spots.setdefault((row["n_low"], round(row["value"], 2)), []).append(row)
    chosen = kind == "chosen"
    edge = ROLES["lamp" if chosen else "range"]
    names = [", ".join(words[row["community"]] for row in here) if chosen else ""
             for here in spots.values()]  # fmt: skip
    return {
        "type": "scatter",
        "x": [n for n, _ in spots],
        "y": [value for _, value in spots],
        "text": names,
        "hovertext": [hover_of(here) for here in spots.values()],
        "hoverinfo": "text",
        "mode": "markers+text" if chosen else "markers",
        "textposition": "top center",
        "marker": {
            "color": ROLES["mark" if chosen else "paper"],
            "size": 13 if chosen else [width_of(len(here)) for here in spots.values()],
            "line": {"color": edge, "width": 2.5 if chosen else 1.5},
        },
        "name": words[kind],
        "showlegend": True,
        "legendgroup": kind,
    }


def hover_of(here: list[Row]) -> str:
    """Return what is said of the places at one spot, the first few by name."""
    more = [f"+{len(here) - MOST_TOLD}"] if len(here) > MOST_TOLD else []
    return "<br>".join([*(row["hover"] for row in here[:MOST_TOLD]), *more])


def width_of(places: int) -> float:
    """Return how wide a ring is, in px: its area grows with the places at its spot, to a limit."""
    return round(min(8 * sqrt(places), 20.0), 1)
