"""Where a figure and a change stand on an axis, in per cent of its width, for a template to draw.

The range is the mark: a bar from its low to its high end, a dot where the figure is. The fewer the
answers the less ink: thirds are an outline without a dot. Of a change the middle of the axis is 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_CHANGE = 30.0  # points on either side of the axis of changes
FEW = 60  # answers, under which a bar is an outline
LEAST_WIDTH = 1.0  # per cent: a bar that is as good as a point can still be seen

RANGE, OUTLINE, THIRD, SHARED = "range", "outline", "third", "shared"  # classes of the drawing


@dataclass(frozen=True)
class Mark:
    """A bar from `start` over `width`, and where the dot stands; None where there is none."""

    sort: str
    start: float
    width: float
    dot: float | None


def figure_mark(row: Mapping[str, Any], *, shared: bool = False) -> Mark:
    """Return the mark of a figure on an axis from 0 to 100."""
    whole = 1 if row["unit"] == "score" else 100
    if row["value"] is None:
        low, high = row["value_low"] * whole, row["value_high"] * whole
        return Mark(THIRD, round(low, 1), round(high - low, 1), None)
    low, high, dot = (row[name] * whole for name in ("range_low", "range_high", "value"))
    sort = SHARED if shared else OUTLINE if row["n_low"] < FEW else RANGE
    return Mark(sort, round(low, 1), round(max(high - low, LEAST_WIDTH), 1), round(dot, 1))


def change_mark(low: float, high: float, points: float) -> Mark:
    """Return the mark of a change in points; what is beyond the axis ends at its edge."""
    start, end, dot = (
        (min(max(one, -MOST_CHANGE), MOST_CHANGE) + MOST_CHANGE) / (2 * MOST_CHANGE) * 100
        for one in (low, high, points)
    )
    return Mark(RANGE, round(start, 1), round(max(end - start, LEAST_WIDTH), 1), round(dot, 1))
