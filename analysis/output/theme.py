"""How every chart looks. Colours are roles, so that the page can swap them for dark mode and print.

A figure carries `layout.meta.roles`: colour -> role name. The page's script replaces each colour
that it finds in the figure by its own CSS variable `--chart-<role>`; the drawing that stands in the
page without a script has a class for each role, and pictures have the warm light palette below.
Every mark that has meaning has a contrast of 3:1 or more with the paper, every word 4.5:1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ROLES: Mapping[str, str] = {
    "paper": "#fffdf9",  # behind everything
    "ink": "#2a2333",  # words, the newest value
    "quiet": "#5f566b",  # source line, axis labels, earlier values
    "grid": "#e6ddd0",
    "axis": "#85798d",  # the line at 0
    "mark": "#43346b",  # the figure itself
    "range": "#8c7abf",  # uncertainty range
    "pool": "#85798c",  # several places together, last year: quiet
    "lamp": "#f4b04a",  # a ring around the newest figure
    "wall": "#9c4a10",  # here the wording changed
}
FONT = "system-ui, sans-serif"
SIZE = 14  # px; the page scales it with the reader's text size
NEWEST = 19  # px: the newest value
TICKS = (0, 25, 50, 75, 100)
WIDE, THIN = 9, 2.5  # px: an uncertainty range, a quiet one

_COLOUR_ROLES = {colour: role for role, colour in ROLES.items()}


def layout(*, height: int, across: bool = False) -> dict[str, Any]:
    """Our look of an empty figure: no built-in template (6.5 KB less)."""
    return {
        "template": "none",
        "height": height,
        "margin": {"l": 52, "r": 28, "t": 84, "b": 96},
        "paper_bgcolor": ROLES["paper"],
        "plot_bgcolor": ROLES["paper"],
        "font": {"family": FONT, "size": SIZE, "color": ROLES["ink"]},
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hovermode": "closest",
        "dragmode": False,
        "meta": {"roles": _COLOUR_ROLES, "across": across},
        "annotations": [],
        "shapes": [],
    }


def value_axis(unit: str) -> dict[str, Any]:
    """An axis from 0 to 100 % (a score: 0 to 100 points) that cannot be zoomed into drama."""
    sign = "%" if unit == "share" else ""
    return {
        "range": [0, 100],
        "tickvals": list(TICKS),  # plotly.js 4 drops ticksuffix beside tickvals
        "ticktext": [f"{tick}{sign if tick == TICKS[-1] else ''}" for tick in TICKS],
        "gridcolor": ROLES["grid"],
        "zeroline": False,
        "fixedrange": True,
    }


def plain_axis(positions: Mapping[float, str], *, ends: tuple[float, float]) -> dict[str, Any]:
    """An axis of seasons, or of names: positions -> what is written there."""
    return {
        "range": list(ends),
        "tickvals": list(positions),
        "ticktext": list(positions.values()),
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
    }


def finish(figure: dict[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """Title, source line and the note that every range needs; no chart leaves without them."""
    figure["layout"]["title"] = {
        "text": words["title"],
        "subtitle": {"text": words["subtitle"], "font": {"color": ROLES["quiet"]}},
        "font": {"size": 17},
        "x": 0,
        "xref": "paper",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "pad": {"t": 14},
    }
    figure["layout"]["annotations"].append(
        {
            "name": "note",
            "text": f"{words['note']}<br>{words['source']}",
            "x": 0,
            "y": 0,
            "yshift": -40,
            "xref": "paper",
            "yref": "paper",
            "xanchor": "left",
            "yanchor": "top",
            "align": "left",
            "showarrow": False,
            "font": {"size": 11, "color": ROLES["quiet"]},
        }
    )
    return figure
