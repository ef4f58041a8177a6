"""A chart as a picture of a fixed size, by itself: title, drawing, key, note and source baked in.

One composition for every format: the SVG is what is downloaded, and what is drawn as PNG. Colours
and sizes stand in a style sheet inside it, so that it looks the same in a report, a slide and a
post; its words stay words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

from analysis.output import svg
from analysis.output.drawing import Drawing, Panel
from analysis.output.theme import ROLES

SANS, SERIF = "Noto Sans, Noto Sans Math, system-ui, sans-serif", "Noto Serif, Georgia, serif"
EDGE = 18  # px of lamp light along the left
LINE = 1.3  # of the size of its letters: from one line to the next
# Widths of letters, in parts of their size; Noto Sans, rounded up, so that a line ends early.
NARROW, WIDE = "iljtfrI.,:;'|!()[]’ ", "mwMW%@—…≤≥"


@dataclass(frozen=True)
class Size:
    """A picture's size in px, and how much larger than in a page its drawing is."""

    width: int
    height: int
    zoom: float
    ppi: int = 72  # of its PNG; 72: one dot for each px


POST = Size(1200, 630, 1.3)  # a preview in a post or a chat
PRINT = Size(1200, 800, 1.3, ppi=144)  # 2,400 dots: 8 inches at 300 dots an inch


@dataclass(frozen=True)
class Words:
    """What stands around a drawing."""

    brand: str
    made_up: str  # that the answers are, where they are
    sentence: str = ""  # beside the drawing, where it is of one figure
    figure: str = ""  # that figure, large
    address: str = ""


def picture(drawing: Drawing, words: Words, size: Size) -> str:
    """Return a whole SVG document."""
    left, right = EDGE + 40, size.width - 48
    titles, y = titled(drawing.title, drawing.subtitle, left, right)
    note, *source = drawing.note
    foot, floor = footed(note, [*source, words.address], left, right, size)
    parts = [*frame(size), *head(words, left, right), *titles, *foot]
    floor -= 10
    key, floor = keyed(drawing, left, right, floor)
    parts += key
    if words.figure:
        parts += beside(words, left, y)
        left += 400
    zoom = size.zoom if len(drawing.panels) == 1 else 1
    parts += body(drawing, left, right, y - 8, floor, zoom)
    return "".join([opened(drawing.title, drawing.subtitle, size), *parts, "</svg>\n"])


def plain(drawing: Drawing, width: float, height: float) -> str:
    """Return the drawing alone, for a page that has its own words around it."""
    parts = body(drawing, 0, width - 14, 0, height, 1)  # the newest value is wider than its mark
    return "".join([*opening(width, height), *parts, "</svg>"])


def key_picture(sort: str) -> str:
    """Return a mark of the key as a picture."""
    return "".join([*opening(26, 16), svg.glyph(sort), "</svg>"])


def opening(width: float, height: float) -> Iterator[str]:
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}">'
    yield f"<style>{style()}</style>"


SIZES = {"title": 38, "under": 20, "foot": 16, "key": 16, "brand": 25, "say": 21, "figure": 104}


def opened(title: str, subtitle: str, size: Size) -> str:
    """Return the beginning of a document: how it is called, and how it looks."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size.width}" height="{size.height}" '
        f'viewBox="0 0 {size.width} {size.height}" role="img">'
        f"<title>{escape(title)}. {escape(subtitle)}</title>"
        f"<style>{style()}</style>"
    )


def style() -> str:
    r = ROLES
    rules = {
        "text": f"font-family:{SANS};fill:{r['ink']}",
        ".title,.brand,.figure": f"font-family:{SERIF};font-weight:700",
        ".figure": f"fill:{r['mark']}",
        ".under,.foot,.key,.ax,.vq": f"fill:{r['quiet']}",
        **{f".{kind}": f"font-size:{px}px" for kind, px in SIZES.items()},
        ".ax,.vq,.wt": "font-size:13px",
        ".name": "font-size:15px;font-weight:700",
        ".vn": "font-size:20px;font-weight:700",
        ".end": "text-anchor:end",
        ".mid,.vq,.vn": "text-anchor:middle",
        ".g": f"stroke:{r['grid']}",
        ".g0": f"stroke:{r['axis']}",
        ".join": f"stroke:{r['range']};stroke-width:1.5;opacity:.6",
        ".wall": f"stroke:{r['wall']};stroke-width:1.5;stroke-dasharray:5 4",
        ".wt": f"fill:{r['wall']}",
        "rect.range": f"fill:{r['range']}",
        "rect.few": f"fill:{r['paper']};stroke:{r['range']};stroke-width:1.75",
        "rect.pool": f"fill:{r['pool']}",
        "rect.third": f"fill:{r['paper']};stroke:{r['pool']};stroke-width:1.5;stroke-dasharray:3 3",
        ".dot": f"fill:{r['mark']}",
        ".lit": f"fill:{r['mark']};stroke:{r['lamp']};stroke-width:2.5",
        ".ring": f"fill:{r['paper']};stroke:{r['pool']};stroke-width:2",
        ".curve": f"fill:none;stroke:{r['pool']};stroke-width:1.5",
        ".inner": "stroke-dasharray:5 4",
        ".centre": f"stroke:{r['mark']}",
        ".place": f"fill:{r['paper']};stroke:{r['range']};stroke-width:1.5",
        ".chosen": f"fill:{r['mark']};stroke:{r['lamp']};stroke-width:2.5",
        ".vp": "font-size:14px;font-weight:700",
        ".hit": "fill:none",
    }
    figure = rules.pop(".figure") + f";fill:{r['mark']}"
    return "".join(f"{of}{{{rule}}}" for of, rule in {**rules, ".figure": figure}.items())


def frame(size: Size) -> Iterator[str]:
    yield f'<rect width="{size.width}" height="{size.height}" fill="{ROLES["paper"]}"/>'
    yield f'<rect width="{EDGE}" height="{size.height}" fill="{ROLES["lamp"]}"/>'


def head(words: Words, left: float, right: float) -> Iterator[str]:
    yield svg.text("brand", f"{left}", 62, words.brand)
    yield svg.text("foot end", f"{right}", 60, words.made_up)


def titled(title: str, subtitle: str, left: float, right: float) -> tuple[list[str], float]:
    """Return the title and what stands under it, and where they end."""
    parts, y = [], 116.0
    for kind, said in (("title", title), ("under", subtitle)):
        for line in wrapped(said, SIZES[kind], right - left, 2):
            parts.append(svg.text(kind, f"{left}", y, line))
            y += SIZES[kind] * LINE
    return parts, y


def footed(
    note: str, source: Sequence[str], left: float, right: float, size: Size
) -> tuple[list[str], float]:
    """Return the note, and source and address in a line below it, and where they begin."""
    lines, high = wrapped(note, SIZES["foot"], right - left, 2), SIZES["foot"] * LINE
    lines.append(" · ".join(source))
    floor = size.height - 30 - len(lines) * high
    each = enumerate(lines, start=1)
    return [svg.text("foot", f"{left}", floor + i * high, line) for i, line in each], floor


def keyed(drawing: Drawing, left: float, right: float, floor: float) -> tuple[list[str], float]:
    """Return the key of the drawing's marks and where it begins."""
    rows: list[list[tuple[str, str, float]]] = [[]]
    x = left
    for sort, said in drawing.key.items():
        wide = 34 + wide_of(said, SIZES["key"]) + 26
        if x + wide > right and rows[-1]:
            rows.append([])
            x = left
        rows[-1].append((sort, said, x))
        x += wide
    top, parts = floor - len(rows) * 24, []
    for i, row in enumerate(rows):
        y = top + i * 24
        for sort, said, x in row:
            glyph = f'<g transform="translate({x:.0f} {y:.0f})">{svg.glyph(sort)}</g>'
            parts.append(glyph + svg.text("key", f"{x + 34:.0f}", y + 13.5, said))
    return parts, top - 14


def beside(words: Words, left: float, y: float) -> Iterator[str]:
    """Yield one figure, large, and its sentence."""
    yield svg.text("figure", f"{left}", y + 92, words.figure)
    for i, said in enumerate(wrapped(words.sentence, SIZES["say"], 350, 7)):
        yield svg.text("say", f"{left}", y + 136 + i * SIZES["say"] * LINE, said)


def body(
    drawing: Drawing, left: float, right: float, top: float, floor: float, zoom: float
) -> Iterator[str]:
    """Yield the panels between these edges, side by side where there are several."""
    wide, high = (right - left) / zoom, (floor - top) / zoom
    yield f'<g transform="translate({left:.1f} {top:.1f}) scale({zoom})">'
    across = [panel for panel in drawing.panels if panel.across]
    if across:
        yield from lying(across[0], wide, high)
    else:
        yield from standing(drawing.panels, wide, high)
    yield "</g>"


def standing(panels: Sequence[Panel], wide: float, high: float) -> Iterator[str]:
    if not panels:
        return
    columns = len(panels) if len(panels) <= 3 else 3 if len(panels) <= 6 else 4
    gap = 24
    each = (wide - gap * (columns - 1)) / columns
    tall = high / ceil(len(panels) / columns)
    for i, panel in enumerate(panels):
        x, y = (i % columns) * (each + gap), (i // columns) * tall
        if panel.name:
            yield svg.text("name", f"{x:.1f}", y + 15, shortened(panel.name, 15, each))
        size = svg.Size(tall - (4 if panel.name else 0), 34, 26, y)
        yield f'<g transform="translate({x:.1f} 0)">{svg.scale(panel, size)}</g>'
        pen = svg.Pen(x + svg.GUTTER, each - svg.GUTTER)
        yield svg.standing(panel, size, pen)


def lying(panel: Panel, wide: float, high: float) -> Iterator[str]:
    """Names at the left, their ranges, their figures at the right."""
    name_wide = min(wide * 0.4, max(wide_of(name, 15) for name, _ in panel.rows) + 18)
    pen = svg.Pen(name_wide, wide - name_wide - 84)
    for value, said in panel.scale.items():
        yield svg.text("ax mid", pen.x(value / 100), 14, said)
    pitch = min(54, (high - 24) / len(panel.rows))
    for i, (name, marks) in enumerate(panel.rows):
        top = 24 + i * pitch
        yield svg.text("name", "0", top + pitch / 2 + 5, shortened(name, 15, name_wide - 12))
        yield svg.track(marks, pen, top, pitch - 2)
        label = marks[0].label if marks else ""
        yield svg.text("name end", f"{wide:.1f}", top + pitch / 2 + 5, label)


def wide_of(said: str, size: float) -> float:
    """Return about how wide words are, in px, rather too wide than too narrow."""
    parts = (
        0.34 if c in NARROW else 0.95 if c in WIDE else 0.7 if c.isupper() else 0.59 for c in said
    )
    return size * sum(parts)


def wrapped(said: str, size: float, wide: float, most: int) -> list[str]:
    """Return words in lines that are no wider, at most so many; the last is cut short."""
    lines = [""]
    for word in said.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and wide_of(longer, size) > wide:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > most:
        rest = " ".join(lines[most - 1 :])
        lines = [*lines[: most - 1], shortened(rest, size, wide)]
    return lines


def shortened(said: str, size: float, wide: float) -> str:
    if wide_of(said, size) <= wide:
        return said
    while said and wide_of(f"{said}…", size) > wide:
        said = said[:-1].rstrip()
    return f"{said}…"
