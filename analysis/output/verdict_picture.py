"""All places of an area as one bar, from those that are lower to those that are higher, as a
picture of a fixed size beside the figure that they have together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.output import svg
from analysis.output.picture import (
    EDGE,
    LINE,
    SIZES,
    Size,
    Words,
    footed,
    frame,
    head,
    opened,
    titled,
    wrapped,
)
from analysis.output.theme import ROLES

INK = {
    **dict.fromkeys(("fall", "rise"), f'fill="{ROLES["mark"]}"'),
    **dict.fromkeys(("lower", "higher"), f'fill="{ROLES["range"]}"'),
    "unclear": f'fill="{ROLES["grid"]}"',
}
UNTOLD = f'fill="none" stroke="{ROLES["pool"]}" stroke-width="1.5" stroke-dasharray="4 3"'
BESIDE = 330  # px that a large figure takes


@dataclass(frozen=True)
class Verdicts:
    """What is drawn, and what is said of it.

    parts: verdict, start and width in per cent of the bar, from the lower to the higher places
    ends: what the bar says from its left to its right end: "lower: 3", ... "higher: 9"
    """

    title: str
    subtitle: str
    parts: Sequence[tuple[str, float, float]]
    ends: Sequence[str]
    note: str
    source: str


def verdict_picture(told: Verdicts, words: Words, size: Size) -> str:
    """Return a whole SVG document."""
    left, right = float(EDGE + 40), float(size.width - 48)
    titles, y = titled(told.title, told.subtitle, left, right)
    foot, floor = footed(told.note, [told.source, words.address], left, right, size)
    below = floor - 40  # the line of words below the bar
    high = min(110.0, (below - y) * 0.26)
    drawn = [
        *beside(words, left, right, y, below - SIZES["say"] - high - 30),
        *bar(told, left, right, below - SIZES["say"] - 8 - high, high),
        *ends(told.ends, left, right, below),
    ]
    parts = [*frame(size), *head(words, left, right), *titles, *drawn, *foot]
    return "".join([opened(told.title, told.subtitle, size), *parts, "</svg>\n"])


def beside(words: Words, left: float, right: float, top: float, floor: float) -> Iterator[str]:
    """Yield the figure, large, and its sentence at its right, both in the middle of their room."""
    middle = (top + floor) / 2
    yield svg.text("figure", f"{left}", middle + SIZES["figure"] * 0.36, words.figure)
    said = wrapped(words.sentence, SIZES["say"], right - left - BESIDE, 5)
    first = middle - (len(said) - 1) / 2 * SIZES["say"] * LINE + SIZES["say"] * 0.36
    for i, one in enumerate(said):
        yield svg.text("say", f"{left + BESIDE}", first + i * SIZES["say"] * LINE, one)


def bar(told: Verdicts, left: float, right: float, top: float, high: float) -> Iterator[str]:
    whole = (right - left) / 100
    for verdict, start, width in told.parts:
        yield (
            f'<rect x="{left + start * whole:.1f}" y="{top:.1f}" width="{width * whole:.1f}" '
            f'height="{high:.1f}" {INK.get(verdict, UNTOLD)}/>'
        )


def ends(said: Sequence[str], left: float, right: float, y: float) -> Iterator[str]:
    """Yield words from the left end to the right end, evenly."""
    step = (right - left) / max(len(said) - 1, 1)
    for i, one in enumerate(said):
        kind = "say" if i == 0 else "say end" if i == len(said) - 1 else "say mid"
        yield svg.text(kind, f"{left + i * step:.1f}", y, one)
