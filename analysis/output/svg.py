"""Panels as SVG: small, clean, coloured by class.

In a page a drawing has no fixed width: x is in per cent, y in pixels, there is no viewBox, so that
text keeps its size on every screen and dark mode and print are the stylesheet's. A picture has both
in pixels. Every mark has a <title> with its year, figure, range and answers, and a column or line
around it that is as easy to point at as it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from analysis.output.drawing import CURVES, PLACES, Mark, Panel

GUTTER = 38  # px beside a drawing, for what is written at its values
MOST_YEARS = 7  # written out on a phone; more are shortened there: '26
ROW = 26  # px: one line of a chart of names
WALL_LABEL, PHONE = 130, 280  # px: the words beside a wall in the longest language, a phone's chart


@dataclass(frozen=True)
class Pen:
    """Where things go along the width: in per cent of the drawing, or in pixels."""

    left: float = 0
    width: float = 0  # px; 0: per cent

    def x(self, share: float) -> str:
        return f"{self.left + share * self.width:.1f}" if self.width else f"{share * 100:.2f}%"

    def length(self, share: float) -> str:
        return f"{share * self.width:.1f}" if self.width else f"{share * 100:.2f}%"


@dataclass(frozen=True)
class Size:
    """Heights of a standing drawing, in px."""

    height: float = 288
    above: float = 36  # for the newest value and a wall's label
    below: float = 26  # for the years
    top: float = 0  # where the drawing begins

    @property
    def floor(self) -> float:
        return self.top + self.height - self.below

    def y(self, value: float) -> float:
        return self.floor - (self.height - self.above - self.below) * value / 100


PAGE, SMALL, FUNNEL = Size(), Size(height=172, above=32), Size(height=360, above=24)


def standing(panel: Panel, size: Size = PAGE, pen: Pen | None = None) -> str:
    """Seasons along, values up: the drawing without the words at its values."""
    pen = pen or Pen()
    parts = [*grid(panel, size, pen), *years(panel, size, pen), *walls(panel, size, pen)]
    for (one, low), (two, high) in panel.joins:
        ends = (panel.along(one), panel.along(two))
        parts.append(line("join", pen.x(ends[0]), size.y(low), pen.x(ends[1]), size.y(high)))
    parts += curves(panel, size, pen)
    parts += [upright(panel, mark, size, pen) for mark in panel.marks if mark.sort not in PLACES]
    places = [mark for mark in panel.marks if mark.sort in PLACES]
    parts += [place(panel, mark, size, pen, below=i % 2 == 1) for i, mark in enumerate(places)]
    return "".join(parts)


def curves(panel: Panel, size: Size, pen: Pen) -> Iterator[str]:
    """The curves of a funnel: in a page as wide as it is, by a drawing inside that stretches."""
    if not panel.curves:
        return
    wide = pen.width or 100
    paths = [
        f'<path class="curve {kind}" vector-effect="non-scaling-stroke" d="M'
        + "L".join(f"{panel.along(x) * wide:.1f} {size.y(y):.1f}" for x, y in points)
        + '"/>'
        for kind, points in panel.curves
    ]
    where = f'x="{pen.left:g}" width="{pen.width:g}"' if pen.width else 'width="100%"'
    yield f'<svg {where} height="{size.top + size.height:g}" viewBox="0 0 {wide:g} '
    yield f'{size.top + size.height:g}" preserveAspectRatio="none">{"".join(paths)}</svg>'
    yield text("ax end", pen.x(1), size.floor - 7, panel.title)


def place(panel: Panel, mark: Mark, size: Size, pen: Pen, *, below: bool) -> str:
    """A place in a funnel; one that is named has its name above or below."""
    at, y = panel.along(mark.spot), size.y(mark.low)
    x, radius = pen.x(at), f"{mark.wide / 2:g}"
    side = "end" if at > 0.85 else "" if at < 0.15 else "mid"
    label = text(f"vp {side}".strip(), x, y + 22 if below else y - 12, mark.label)
    dot = f'<circle class="{mark.sort}" cx="{x}" cy="{y:.1f}" r="{radius}"/>'
    unseen = f'<circle class="hit" cx="{x}" cy="{y:.1f}" r="11"/>'
    said = spoken(mark.hover.replace("<br>", "; "))
    return f'<g class="mark"><title>{said}</title>{dot}{label}{unseen}</g>'


def scale(panel: Panel, size: Size = PAGE, right: float = GUTTER - 5) -> str:
    """What is written at the values of a standing drawing, ending at `right`."""
    return "".join(
        text("ax end", f"{right:g}", size.y(value) + 4.5, said)
        for value, said in panel.scale.items()
    )


def grid(panel: Panel, size: Size, pen: Pen) -> Iterator[str]:
    for value in panel.scale:
        y = size.y(value)
        yield line("g" if value else "g g0", pen.x(0), y, pen.x(1), y)


def years(panel: Panel, size: Size, pen: Pen) -> Iterator[str]:
    """Years below the drawing; where there are many, a phone shows them as '26."""
    baseline = size.floor + 19
    is_many = len(panel.names) > MOST_YEARS and not pen.width
    for spot, said in panel.names.items():
        x = pen.x(panel.along(spot))
        yield text("ax mid wide-only" if is_many else "ax mid", x, baseline, said)
        if is_many:
            yield text("ax mid narrow-only", x, baseline, f"’{said[-2:]}")
    for spot, said in panel.missing:
        x = pen.x(panel.along(spot))
        yield f'<g class="mark none"><title>{spoken(said)}</title>'
        yield f"{text('vq', x, size.floor - 8, '–')}{hit(panel, spot, size, pen)}</g>"


def walls(panel: Panel, size: Size, pen: Pen) -> Iterator[str]:
    """A dashed line for each change of the question; words where they have room, the key has them
    for the rest."""
    wide, taken = WALL_LABEL / (pen.width or PHONE), (2.0, -1.0)
    for spot, label, meaning in panel.walls:
        at = panel.along(spot)
        x, ends = pen.x(at), (at - wide, at) if at > 0.5 else (at, at + wide)
        yield f"<g><title>{spoken(meaning)}</title>{line('wall', x, size.top + 4, x, size.floor)}"
        if ends[0] >= taken[1] or ends[1] <= taken[0]:
            side, shift = ("end", -6) if at > 0.5 else ("", 6)
            shifted = f' transform="translate({shift} 0)"'
            yield text(f"wt {side}".strip(), x, size.top + 13, label, shifted)
            taken = (min(ends[0], taken[0]), max(ends[1], taken[1]))
        yield "</g>"


def upright(panel: Panel, mark: Mark, size: Size, pen: Pen) -> str:
    """One season: bar, point and label."""
    x, top, bottom = pen.x(panel.along(mark.spot)), size.y(mark.high), size.y(mark.low)
    wide = {"pool": 2.5, "third": 14}.get(mark.sort, 14 if mark.is_newest else 9)
    height = max(bottom - top, 1)
    bar = (
        f'<rect class="{mark.sort}" x="{x}" y="{top:.1f}" width="{wide}" height="{height:.1f}" '
        f'rx="{wide / 2:g}" transform="translate({-wide / 2:g} 0)"/>'
    )
    said = f"<title>{spoken(mark.hover)}</title>"
    label = text("vn" if mark.is_newest and mark.sort != "third" else "vq", x, top - 7, mark.label)
    body = f"{bar}{point(mark, x, size.y)}{label}{hit(panel, mark.spot, size, pen)}"
    return f'<g class="mark">{said}{body}</g>'


def hit(panel: Panel, spot: float, size: Size, pen: Pen) -> str:
    """An unseen column that can be pointed at."""
    share = 1 / (panel.ends[1] - panel.ends[0])
    x, height = pen.x(panel.along(spot) - share / 2), size.floor - size.top
    width = pen.length(share)
    return f'<rect class="hit" x="{x}" y="{size.top:g}" width="{width}" height="{height:g}"/>'


def track(marks: list[Mark], pen: Pen | None = None, top: float = 0, height: float = ROW) -> str:
    """One name's line from left to right: this season's range, the season before above it."""
    pen = pen or Pen()
    ends = f'y1="{top:g}" y2="{top + height:g}"'
    parts = [f'<line class="g" x1="{pen.x(v)}" x2="{pen.x(v)}" {ends}/>' for v in QUARTERS]
    both = any(mark.is_before for mark in marks)
    for mark in sorted(marks, key=lambda mark: not mark.is_before):
        middle = top + height * (0.5 if not both else 0.25 if mark.is_before else 0.66)
        parts.append(lying(mark, middle, pen, min(11, height * 0.42)))
    return "".join(parts)


QUARTERS = (0, 0.25, 0.5, 0.75, 1)


def lying(mark: Mark, middle: float, pen: Pen, full: float) -> str:
    thick = 2.5 if mark.sort == "pool" else full
    width = pen.length((mark.high - mark.low) / 100)
    bar = (
        f'<rect class="{mark.sort}" x="{pen.x(mark.low / 100)}" y="{middle - thick / 2:.1f}" '
        f'width="{width}" height="{thick:g}" rx="{thick / 2:g}"/>'
    )
    dot = ""
    if mark.value is not None:
        x = pen.x(mark.value / 100)
        kind = "ring" if mark.point == "ring" else "dot"  # none of several names is lit
        dot = f'<circle class="{kind}" cx="{x}" cy="{middle:.1f}" r="4"/>'
    return f'<g class="mark"><title>{spoken(mark.hover)}</title>{bar}{dot}</g>'


def point(mark: Mark, x: str, y: Callable[[float], float]) -> str:
    if mark.value is None:
        return ""
    radius = 4.5 if mark.is_newest else 3.5
    return f'<circle class="{mark.point}" cx="{x}" cy="{y(mark.value):.1f}" r="{radius}"/>'


def glyph(sort: str) -> str:
    """A mark as it stands in the key of a chart: 26 by 16 px."""
    if sort == "wall":
        return '<line class="wall" x1="13" x2="13" y1="1" y2="15"/>'
    if sort in CURVES:
        return f'<path class="curve {sort}" d="M1 8H25"/>'
    if sort in PLACES:
        return f'<circle class="{sort}" cx="13" cy="8" r="{6 if sort == "chosen" else 4}"/>'
    is_quiet = sort.endswith("pool")
    thick = 2.5 if is_quiet else 9
    bar = (
        f'<rect class="{"pool" if is_quiet else sort}" x="1" y="{8 - thick / 2:g}" width="24" '
        f'height="{thick:g}" rx="{thick / 2:g}"/>'
    )
    dot = {"range": "dot", "few": "dot", "third": ""}.get(sort, "ring")
    return bar + (f'<circle class="{dot}" cx="13" cy="8" r="3.5"/>' if dot else "")


def line(kind: str, x1: str, y1: float, x2: str, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1}" y1="{y1:.1f}" x2="{x2}" y2="{y2:.1f}"/>'


def text(kind: str, x: str, y: float, said: str, more: str = "") -> str:
    return f'<text class="{kind}" x="{x}" y="{y:.1f}"{more}>{escape(said)}</text>' if said else ""


def spoken(hover: str) -> str:
    """What Plotly shows in lines, as one line of text."""
    return escape(hover.replace("<br>", ", "))
