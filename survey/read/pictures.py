"""A chart as a picture to post or to print, with its title, source, n and note baked in."""

from __future__ import annotations

from analysis.output.drawing import read
from analysis.output.picture import POST, PRINT, Size, Words, picture
from survey.read.charts import figure
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


def as_png(reading: Reading, chart: str, size: str, address: str) -> bytes:
    """Return the same as PNG: 1,200 x 630 dots to post, 2,400 wide to print."""
    its = SIZES[size]
    return png(as_svg(reading, chart, size, address), its.width, its.height, its.ppi)
