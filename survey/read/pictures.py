"""A chart as a picture to post or to print, with its title, source, n and note baked in."""

from __future__ import annotations

from analysis.output.drawing import read
from analysis.output.picture import POST, PRINT, Size, Words, picture
from analysis.output.verdict_picture import Verdicts, verdict_picture
from survey.read.charts import figure
from survey.read.marks import verdict_parts
from survey.read.overview import Overview
from survey.read.results_query import Reading
from survey.read.typeset import in_our_letters, png
from survey.storage.release_store import TOTAL

SIZES: dict[str, Size] = {"post": POST, "chart": PRINT}


def as_svg(reading: Reading, chart: str, size: str, address: str) -> str:
    """Return a chart of what the page shows as an SVG document.

    address: where the page opens, as it is printed below the picture.
    """
    tell = reading.tell
    made_up = tell.say("made_up") if reading.now.release.about["made_up"] else ""
    words = Words(tell.language.say("site.name"), made_up, address=address)
    if chart == "trend" and reading.cut == TOTAL and len(reading.places) == 1:
        place = reading.places[0]
        last = reading.seasons(place)[-1]
        if last["value"] is not None and size == "post":
            words = Words(
                words.brand, made_up, tell.sentence(place, last), tell.value(last), address
            )
    return in_our_letters(picture(read(figure(reading, chart)), words, SIZES[size]))


def of_all(view: Overview, size: str, address: str) -> str:
    """Return all places of an area, too many for a chart of each, as an SVG document."""
    reading, tell, say = view.reading, view.reading.tell, view.reading.tell.say
    made_up = say("made_up") if reading.now.release.about["made_up"] else ""
    of = [tell.title(reading.subject), view.area, str(view.newest)]
    told = Verdicts(
        title=view.finding,
        subtitle=", ".join(filter(None, of)),
        parts=[*verdict_parts(view.counted)],
        ends=[*view.ends()],
        note=say("note"),
        source=tell.source(),
    )
    figure = tell.value(tell.as_figure(view.own)) if view.own else ""
    brand, sentence = tell.language.say("site.name"), "".join(view.said[:1])
    words = Words(brand, made_up, sentence, figure, address)
    return in_our_letters(verdict_picture(told, words, SIZES[size]))


def as_png(drawn: str, size: str) -> bytes:
    """Return a picture as PNG: 1,200 x 630 dots to post, 2,400 wide to print."""
    its = SIZES[size]
    return png(drawn, its.width, its.height, its.ppi)
