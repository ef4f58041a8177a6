"""Rows of the tables of results as HTML. A page has dozens of them, and a template takes several
times as long for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, lru_cache

from markupsafe import Markup
from markupsafe import escape as escape_once

from survey.read.area import Spot
from survey.read.captions import Cell, Teller
from survey.read.figure_lines import Line
from survey.read.marks import change_bar, figure_bar, part_bar
from survey.read.results_query import Line as YearLine
from survey.read.who_came import Share
from survey.storage.release_store import Place

GLYPHS = {
    "rise": '<path d="M8 13V3.5M3.8 7.5 8 3.2l4.2 4.3"/>',
    "fall": '<path d="M8 3v9.5M3.8 8.5 8 12.8l4.2-4.3"/>',
    "rising": '<path d="M2 12.5 6.5 9l3 1.5L14 4M9.5 3.5H14V8"/>',
    "falling": '<path d="M2 3.5 6.5 7l3-1.5L14 12M9.5 12.5H14V8"/>',
    "unclear": '<path d="M3 8h10M3 5v6M13 5v6"/>',
    "": (
        '<circle cx="3.5" cy="8" r="1.4"/><circle cx="8" cy="8" r="1.4"/>'
        '<circle cx="12.5" cy="8" r="1.4"/>'
    ),
}
GLYPHS |= {"higher": GLYPHS["rise"], "lower": GLYPHS["fall"]}


@cache
def chip(verdict: str, look: str, words: str) -> Markup:
    """Return a verdict in its look, with its sign. A language has some dozens."""
    glyph = GLYPHS.get(verdict, GLYPHS[""])
    sign = f'<svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">{glyph}</svg>\n'
    return Markup(f'<span class="chip {look}">{sign}<span>{escape(words)}</span></span>')


@lru_cache(maxsize=4096, typed=True)  # typed: what is HTML already is no plain text of the same
def escape(text: str) -> str:
    """Return a text as it stands in HTML. The same figures and names stand on a page, and on the
    next one, again and again."""
    return str(escape_once(text))


def chips(one: Line) -> str:
    """Return what is said of a figure: that it is not settled, and its verdict."""
    unsettled = chip("", "few", one.unsettled) if one.unsettled else ""
    return f"{unsettled}{chip(*one.chip) if one.chip else ''}"


def figure_row(one: Line, to: str, answers: str) -> Markup:
    """Return a line of a table that is a chart as well: name, figure, range, change, answers.

    to: where its name leads, "" for nowhere; answers: "answers", which a phone shows
    """
    name = escape(one.name)
    head = f'<a href="{escape(to)}">{name}</a>' if to else name
    parts = [f'<tr><th scope="row">{head}</th>\n']
    if one.mark is None:
        parts.append(f'<td class="none" colspan="4">{escape(one.note)}</td></tr>\n')
        return Markup("".join(parts))
    said = chips(one)
    if beside := one.amount or ("" if one.chip else one.before_told):
        said = f"{said}<span>{escape(beside)}</span>"
    parts.append(f"{number(one)}\n{drawn(one)}\n")
    parts.append(f'<td class="said">{said}</td>\n')
    parts.append(f'<td class="n">{one.n} <span class="unit">{answers}</span></td>\n</tr>\n')
    return Markup("".join(parts))


def number(one: Line) -> str:
    """Return the cell of the figure and its range; words stand for a third."""
    words = "" if one.range else ' class="words"'
    shared = " *" if one.together else ""
    under = f"<span>{escape(one.range)}</span>" if one.range else ""
    return f'<td class="num"><b{words}>{escape(one.value)}{shared}</b>{under}</td>'


def drawn(one: Line) -> str:
    assert one.mark is not None
    bar = figure_bar(one.mark, one.before, one.name, one.value)
    before = f'<span class="sr">{escape(one.before_told)}</span>' if one.before_told else ""
    return f'<td class="drawn">{bar}{before}</td>'


def share_row(one: Share, answers: str) -> Markup:
    """Return a group's line in the table of who came: its part of all answers."""
    before = f"<span>{escape(one.before)}</span>" if one.before else ""
    cells = (
        f'<th scope="row">{escape(one.name)}</th>',
        f'<td class="num"><b>{escape(one.value)}</b></td>',
        f'<td class="drawn">{part_bar(one.low, one.high)}</td>',
        f'<td class="said">{before}</td>',
        f'<td class="n">{escape(one.n)} <span class="unit">{escape(answers)}</span></td>',
    )
    return Markup(f"<tr>{''.join(cells)}</tr>\n")


def town_row(one: Line, to: str, tell: Teller) -> Markup:
    """Return a community's line in the table of an overview."""
    assert one.place is not None
    area = f'<span class="under">{escape(tell.area(one.place))}</span>'
    parts = [f'<tr><th scope="row"><a href="{escape(to)}">{escape(one.name)}</a>{area}</th>\n']
    if one.mark is None:
        parts.append(f'<td class="none" colspan="5">{escape(one.note)}</td></tr>\n')
        return Markup("".join(parts))
    bar = change_bar(one.moved) if one.moved else ""
    amount = f"<span>{escape(one.amount)}</span>" if one.amount else ""
    said = chips(one) or blank(tell)
    answers = escape(tell.say("view.answers"))
    parts.append(f"{number(one)}{drawn(one)}\n")
    parts.append(f'<td class="moved">{bar}{amount}</td><td class="said">{said}</td>')
    parts.append(f'<td class="n">{one.n} <span class="unit">{answers}</span></td>\n</tr>\n')
    return Markup("".join(parts))


def years_row(line: YearLine, link: Callable[[Place], str], tell: Teller) -> Markup:
    """Return a community's line in the table of all years, the newest first."""
    name = f'<a href="{escape(link(line.place))}">{escape(line.place.name)}</a>'
    sentences = "".join(
        f"<div>{escape(one.verdict)}"
        f"{f'<span>{escape(one.amount)}</span>' if one.amount else ''}</div>"
        for one in line.told
    )
    cells = "".join(cell(one, tell) for one in reversed(line.cells))
    said = sentences or blank(tell)
    return Markup(f'<tr><th scope="row">{name}</th><td class="told">{said}</td>{cells}</tr>\n')


def spot_row(one: Spot, to: str, tell: Teller) -> Markup:
    """Return a community's line in the table of a funnel: an area has some hundreds."""
    name = f'<a href="{escape(to)}">{escape(one.place.name)}</a>'
    figure = f"<td><b>{escape(one.value)}</b></td>"
    spread = f'<td class="keep">{escape(one.range)}</td><td>{escape(one.n)}</td>'
    where = f"<td>{escape(tell.say(f'view.funnel_{one.lies}'))}</td>"
    return Markup(f'<tr><th scope="row">{name}</th>{figure}{spread}{where}</tr>\n')


def place_links(places: Iterable[Place], link: Callable[[Place], str]) -> Markup:
    """Return the names of communities as links, one below the other: up to some hundreds."""
    each = (f'<li><a href="{escape(link(one))}">{escape(one.name)}</a></li>' for one in places)
    return Markup("".join(each))


def cell(one: Cell | None, tell: Teller) -> str:
    if one is None:
        return f"<td>{blank(tell)}</td>\n"
    shared = " *" if one.together else ""
    under = f"<span>{escape(one.range)}</span>" if one.range else ""
    return f"<td><b>{escape(one.value)}</b>{shared}{under}<span>{escape(one.n)}</span></td>\n"


def blank(tell: Teller) -> Markup:
    """Return what stands for no figure: a dash, and words where it is read out."""
    dash, why = escape(tell.say("no_figure")), escape(tell.say("no_figure_why"))
    return Markup(f'<span aria-hidden="true">{dash}</span><span class="sr">{why}</span>')
