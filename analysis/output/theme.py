"""How every chart looks. Colours are roles, so that the page can swap them for dark mode and print.

A figure carries `layout.meta.roles`: colour -> role name. The page's script replaces each colour
that it finds in the figure by its own CSS variable `--chart-<role>`; without a script the warm
light palette below stands. Every mark that has meaning has a
contrast of 3:1 or more with the paper, every word 4.5:1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

ROLES: Mapping[str, str] = {
    "paper": "#fffdf9",  # behind everything
    "ink": "#33271f",  # words
    "quiet": "#6b5c50",  # source line, axis labels
    "grid": "#e9dfd3",
    "band": "#b4531f",  # what the band allows: a porch light
    "range": "#8a6a4f",  # uncertainty range
    "pool": "#7a6f67",  # several places together
    "words": "#a87b4d",  # a third, told in words
    "wall": "#574a7d",  # here the wording changed
}
FONT = "system-ui, sans-serif"
SIZE = 14  # px; the page scales it with the reader's text size
TICKS = (0, 25, 50, 75, 100)
THIN, THICK = 3, 11  # px: uncertainty range, what the band allows

_COLOUR_ROLES = {colour: role for role, colour in ROLES.items()}


def blank(*, height: int) -> go.Figure:
    """An empty figure in our look: no built-in template (6.5 KB less), y from 0 to 100 %."""
    figure = go.Figure()
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 52, "r": 28, "t": 84, "b": 96},
        paper_bgcolor=ROLES["paper"],
        plot_bgcolor=ROLES["paper"],
        font={"family": FONT, "size": SIZE, "color": ROLES["ink"]},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        hovermode="closest",
        dragmode=False,
        meta={"roles": _COLOUR_ROLES},
    )
    return figure


def value_axis(unit: str, **more: Any) -> dict[str, Any]:
    """An axis from 0 to 100 % (a score: 0 to 100 points) that cannot be zoomed into drama."""
    sign = "%" if unit == "share" else ""
    return {
        "range": [0, 100],
        "tickvals": list(TICKS),
        "ticktext": [
            f"{tick}{sign}" for tick in TICKS
        ],  # plotly.js 4 drops ticksuffix beside tickvals
        "gridcolor": ROLES["grid"],
        "zeroline": False,
        "fixedrange": True,
        **more,
    }


def plain_axis(**more: Any) -> dict[str, Any]:
    return {"showgrid": False, "zeroline": False, "fixedrange": True, **more}


def finish(figure: go.Figure, words: Mapping[str, str]) -> go.Figure:
    """Title, source line and the note that every range needs; no chart leaves without them."""
    figure.update_layout(
        title={
            "text": words["title"],
            "font": {"size": 17},
            "x": 0,
            "xref": "paper",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 14},
        }
    )
    figure.add_annotation(
        name="note",
        text=f"{words['note']}<br>{words['source']}",
        x=0,
        y=0,
        yshift=-40,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="top",
        align="left",
        showarrow=False,
        font={"size": 11, "color": ROLES["quiet"]},
    )
    return figure
