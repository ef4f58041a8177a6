"""Released rows as charts and files. The one place in the web app that loads pandas and Plotly,
imported only where a chart or a file is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from plotly.graph_objects import Scatter

from analysis import CHARTS, WORDS
from analysis.output.charts import as_json, overview
from analysis.output.columns import FIGURES_TABLE
from analysis.output.export import csv_parts
from analysis.output.published import Names, published
from analysis.output.theme import blank
from analysis.release.released import stored_view
from survey.read.results_query import TOTAL, Reading

OURS = ("title", "source", "note")  # words of a chart that are no caption of its own


def chart(reading: Reading, name: str, across: int) -> str:
    """Return the chart of what the page shows, as JSON for Plotly.

    `across`: how many small panels fit beside each other on the reader's screen.
    """
    rows = reading.shown()
    if name == "groups":  # the page shows the newest season's groups
        newest = max((row["season"] for row in rows), default=0)
        rows = [row for row in rows if row["season"] == newest]
    view = stored_view(rows, sha256=reading.now.release.sha256)
    view = view.view(community=[place.slug for place in reading.places])
    if name == "overview":
        return as_json(overview(view, words(reading), across=across, hover=reading.tell.hover))
    return as_json(CHARTS[name].draw(view, words(reading), hover=reading.tell.hover))


def warm_up() -> None:
    """Draw what nobody sees: Plotly loads most of itself when it first draws (0.2 s)."""
    figure = blank(height=100)
    figure.add_trace(Scatter(x=[0], y=[0], mode="lines", line={"width": 1}))
    as_json(figure)


def words(reading: Reading) -> Mapping[str, str]:
    """Return every word of a chart: captions, then the names of what is drawn, in order."""
    tell, now = reading.tell, reading.now
    said = {key: tell.say(f"chart.{key}") for key in WORDS if key not in OURS}
    said |= {"title": tell.title(reading.subject), "note": tell.note(), "source": tell.source()}
    said |= {place.slug: place.name for place in now.places.values()}
    if reading.cut != TOTAL:
        said |= dict(tell.groups(reading.cut))
    return said


def table(reading: Reading) -> bytes:
    """Return what the page shows as CSV, in the columns of the release's own files."""
    names = Names(
        {place.slug: place.name for place in reading.now.places.values()},
        {(place.state, place.county): reading.tell.area(place) for place in reading.places},
    )
    return b"".join(csv_parts(FIGURES_TABLE, published(FIGURES_TABLE, reading.shown(), names)))
