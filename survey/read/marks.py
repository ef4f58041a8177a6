"""Where a figure and a change stand on an axis, in per cent of its width, and their drawing.

The range is the mark: a bar from its low to its high end, a dot where the figure is. The fewer the
answers the less ink: thirds are an outline without a dot. Of a change the middle of the axis is 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup

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


QUARTERS = "".join(
    f'<line class="g" x1="{x}%" x2="{x}%" y1="0" y2="100%"/>' for x in (0, 25, 50, 75, 100)
)


def figure_bar(mark: Mark, before: Mark | None, name: str, value: str) -> Markup:
    """Return a figure on its axis, the season before above it. A page has dozens."""
    top, middle = (17, 23) if before else (6, 12)
    kind, height = ("track two", 34) if before else ("track", 24)
    parts = [f'<svg class="{kind}" height="{height}" aria-hidden="true" focusable="false">']
    parts.append(QUARTERS)
    if before:
        parts.append(f'<rect class="was" {across(before)} y="6" height="3" rx="1.5"/>')
        parts.append(dot("was-dot", before, 7.5, 4))
    parts.append(f'<rect class="{mark.sort}" {across(mark)} y="{top}" height="12" rx="6"/>')
    parts.append(dot("dot", mark, middle, 4.5))
    parts.append(f"<title>{escape(name)}: {escape(value)}</title></svg>")
    return Markup("".join(parts))


def part_bar(low: int, high: int) -> Markup:
    """Return a part of all answers, in per cent: a plain bar, for it is no estimate. From `low` to
    `high` only its bounds are known."""
    more = f'<rect class="third" x="{low}%" y="6" width="{high - low}%" height="12" rx="3"/>'
    return Markup(
        f'<svg class="track" height="24" aria-hidden="true" focusable="false">{QUARTERS}'
        f'<rect class="part" x="0" y="6" width="{low}%" height="12" rx="3"/>'
        f"{more if high > low else ''}</svg>"
    )


FROM_LOW = ("fall", "lower", "unclear", "higher", "rise", "few", "wording")
SLIVER = 0.4  # per cent: what is as good as nothing of a country can still be seen


def verdict_parts(counts: Mapping[str, int]) -> Iterator[tuple[str, float, float]]:
    """Yield verdict, start and width, in per cent of a bar of all places of an area: from those
    that are lower to those that are higher, then those of which nothing can be said."""
    shown = [(verdict, counts[verdict]) for verdict in FROM_LOW if counts.get(verdict)]
    whole = sum(count for _, count in shown)
    wide = [max(100 * count / whole, SLIVER) for _, count in shown]
    start = 0.0
    for (verdict, _), width in zip(shown, wide, strict=True):
        part = 100 * width / sum(wide)
        yield verdict, start, part
        start += part


def verdict_bar(counts: Mapping[str, int]) -> Markup:
    """Return that bar as a drawing. A rise and a fall have the same ink."""
    parts = "".join(
        f'<rect class="v-{verdict}" x="{start:.2f}%" y="1" width="{width:.2f}%" height="26"/>'
        for verdict, start, width in verdict_parts(counts)
    )
    return Markup(
        f'<svg class="verdicts" height="28" width="100%" aria-hidden="true" '
        f'focusable="false">{parts}</svg>'
    )


def change_bar(mark: Mark) -> Markup:
    """Return a change on its axis, whose middle is 0."""
    return Markup(
        '<svg class="track" height="18" aria-hidden="true" focusable="false">'
        '<line class="zero" x1="50%" x2="50%" y1="0" y2="100%"/>'
        f'<rect class="range" {across(mark)} y="4" height="10" rx="5"/>'
        f"{dot('dot', mark, 9, 4)}</svg>"
    )


def across(mark: Mark) -> str:
    return f'x="{mark.start}%" width="{mark.width}%"'


def dot(kind: str, mark: Mark, middle: float, radius: float) -> str:
    if mark.dot is None:
        return ""
    return f'<circle class="{kind}" cx="{mark.dot}%" cy="{middle}" r="{radius}"/>'
