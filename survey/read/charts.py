"""Released rows as charts and files. The one place in the web app that loads pandas and Plotly,
imported only where a chart or a file is asked for."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

from plotly.graph_objects import Scatter
from sqlalchemy.orm import Session

from analysis import CHARTS, FORMATS, WORDS, Measure, Released
from analysis.output.charts import as_json, overview
from analysis.output.theme import blank
from analysis.release.released import stored_view
from survey.questionnaire.instrument import as_tuples
from survey.read.results_query import Reading
from survey.storage.models import Release
from survey.storage.release_store import TOTAL
from survey.storage.released_tables import load

NAMES = {  # file name -> format of analysis.output.export
    "figures.csv": "long",
    "figures-wide.csv": "wide",
    "changes.csv": "changes",
    "overall.csv": "overall",
    "codebook.csv": "codebook",
    "release.json": "json",
}
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


def files(session: Session, release: Release) -> dict[str, bytes]:
    """Return every file of a whole release, its checksum verified, and all of them as a zip."""
    released, measures = load(session, release), measures_of(release)
    made = {
        name: b"".join(FORMATS[format].write(released, measures)) for name, format in NAMES.items()
    }
    return made | {"porchlight.zip": zipped(release, released, made)}


def measures_of(release: Release) -> list[Measure]:
    """Return the measures as they were when the release was made."""
    return [Measure(**as_tuples(row)) for row in release.about["measures"]]


def zipped(release: Release, released: Released, made: Mapping[str, bytes]) -> bytes:
    """Return these files and SHA256SUMS in one zip, byte for byte the same each time."""
    files = {**made, "canonical.txt": released.canonical().encode()}
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in files.items())
    files["SHA256SUMS"] = sums.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            entry = zipfile.ZipInfo(f"porchlight-{release.id}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body)
    return out.getvalue()
