"""The same rows as a picture, as a chart for another site's page, and as a printed page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, current_app, g, request

from survey.config import Settings
from survey.pages.addresses import encoded
from survey.pages.site import page
from survey.read.charts_of import chart_of, has_chart
from survey.read.overview import Overview
from survey.read.results_query import Reading
from survey.read.sharing import Sharing

MOST_TYPED = 70  # letters of an address: beside the source on one line
SVG, PNG, PDF = "image/svg+xml", "image/png", "application/pdf"


def made(view: Any, reading: Reading, ending: str) -> str | Response:
    """Return the answer to an address with one of our endings; 404 where there is no figure.

    view: what the page at that address shows; of all its kinds only an overview is asked
    """
    of_all = view if isinstance(view, Overview) and view.is_split else None
    if not of_all and not has_chart(reading, page_path()):
        abort(404)
    return ENDINGS[ending](reading, ending, of_all)


def opened(ending: str) -> None:
    """Let other sites show what is made to be shown there: pictures, and the page to embed.

    It says no more than anybody may read, and holds no form and no cookie.
    """
    if ending == "embed":
        g.open_to = "frames"
    elif ending in ENDINGS:
        g.open_to = "images"


def picture(reading: Reading, ending: str, of_all: Overview | None) -> Response:
    from survey.read import pictures  # loads pandas and Typst: only where one is made

    size, _, kind = ending.partition(".")
    chart, address = chart_of(page_path(), reading.cut), printed(reading)
    if of_all:
        drawn = pictures.of_all(of_all, size, address)
    else:
        drawn = pictures.as_svg(reading, chart, size, address)
    if kind == "svg":
        return Response(drawn, mimetype=SVG)
    return Response(pictures.as_png(drawn, size), mimetype=PNG)


def brief(reading: Reading, ending: str, of_all: Overview | None) -> Response:
    from survey.read import briefs

    if chart_of(page_path()) != "trend":
        abort(404)
    place, paper = reading.places[0], ending.partition(".")[0]
    settings: Settings = current_app.extensions["settings"]
    made = briefs.as_pdf(reading, place, paper, settings.address)
    name = briefs.file_name(reading, place, paper)
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(made, mimetype=PDF, headers=headers)


def embed(reading: Reading, ending: str, of_all: Overview | None) -> str:
    release = reading.now.release
    return page(
        "results/embed.html",
        reading=reading,
        tell=reading.tell,
        use=sharing(reading, of_all),
        view=of_all,
        own_address=data_address,
        chart_name=chart_of(page_path(), reading.cut),
        made_up=release.about["made_up"],
    )


ENDINGS: dict[str, Callable[[Reading, str, Overview | None], str | Response]] = {
    "post.png": picture,
    "post.svg": picture,
    "chart.png": picture,
    "chart.svg": picture,
    "embed": embed,
    "letter.pdf": brief,
    "a4.pdf": brief,
}


def still(reading: Reading, chart: str) -> Any:
    """Return a chart as a page shows it before any script."""
    from survey.read import charts  # loads pandas: only where a chart is drawn

    return charts.still(reading, chart)


def data_address(ending: str) -> str:
    """Return the address of the same rows with another ending."""
    query = urlencode(g.understood)
    return f"{page_path()}.{ending}" + (f"?{query}" if query else "")


def page_path() -> str:
    """Return the address of the page itself, without an ending."""
    return request.path.partition(".")[0]


def sharing(reading: Reading, view: Any = None) -> Sharing:
    settings: Settings = current_app.extensions["settings"]
    overview = view if isinstance(view, Overview) else None
    return Sharing(reading, settings.address, page_path(), g.get("understood", ()), overview)


def printed(reading: Reading) -> str:
    """Return where the same question and places open, as a picture says it: short enough for a line
    to be typed, else the page alone."""
    asked = encoded(pair for pair in g.understood if pair[0] not in ("release", "lang"))
    page = (sharing(reading).origin + page_path()).partition("://")[2]
    whole = f"{page}?{asked}" if asked else page
    return whole if len(whole) <= MOST_TYPED else page
