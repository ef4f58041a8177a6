"""Released rows as charts and files. What loads pandas is imported only where one of them is made;
Plotly's own library is needed by no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from analysis import CHARTS, WORDS
from analysis.output import svg
from analysis.output.chart_tables import Said
from analysis.output.charts import PANELS, Figure, as_json
from analysis.output.drawing import Drawing, read
from analysis.output.funnel import WORDS as FUNNEL_WORDS
from analysis.release.released import stored_rows
from survey.read.area import AreaReading
from survey.read.caching import edition
from survey.read.captions import Teller
from survey.read.findings import Findings
from survey.read.results_query import Reading
from survey.storage.release_store import TOTAL, Place, Row, Subject

LEAST_AGENCIES = 2  # fewer are no chart
OURS = ("title", "subtitle", "source", "note")  # words of a chart that are no caption of its own


@dataclass(frozen=True)
class Still:
    """A chart as it stands in the page before any script, and its words."""

    drawing: Drawing
    plots: list[Plot]  # seasons along: one for each panel
    lines: list[Line]  # names below each other
    scale: list[str]  # what stands above the lines: 0, 25, ... 100%
    key: list[tuple[Markup, str]]


@dataclass(frozen=True)
class Plot:
    name: str
    height: float
    scale: Markup
    marks: Markup


@dataclass(frozen=True)
class Line:
    name: str
    label: str
    track: Markup


def chart(reading: Reading, name: str, across: int) -> str:
    """Return the chart of what the page shows, as JSON for Plotly.

    `across`: how many small panels fit beside each other on the reader's screen.
    """
    return as_json(figure(reading, name, across))


def still(reading: Reading, name: str) -> Still:
    """Return the same chart as a drawing that needs no script."""
    drawing = read(figure(reading, name))
    size = svg.FUNNEL if name == "funnel" else svg.PAGE
    size = size if len(drawing.panels) == 1 else svg.SMALL
    across = [panel for panel in drawing.panels if panel.across]
    return Still(
        drawing,
        plots=[
            Plot(
                panel.name,
                size.height,
                Markup(svg.scale(panel, size)),
                Markup(svg.standing(panel, size)),
            )
            for panel in drawing.panels
            if not panel.across
        ],
        lines=[
            Line(name, marks[0].label, Markup(svg.track(marks)))
            for panel in across
            for name, marks in panel.rows
        ],
        scale=[said for panel in across[:1] for said in panel.scale.values()],
        key=[(Markup(svg.glyph(sort)), said) for sort, said in drawing.key.items()],
    )


def figure(reading: Reading, name: str, across: int = 3) -> Figure:
    rows = newest_two(reading.shown()) if name == "groups" else reading.shown()
    if name == "overview":
        each = (row for place in reading.places[:PANELS] for row in reading.seasons(place))
        rows = list({id(row): row for row in each}.values())  # one that is shared is one object
    if isinstance(reading, AreaReading):  # hundreds of marks without a label
        said = Said(hover=Hover(reading, name))
        return CHARTS[name].figure(reading.part, words(reading, name, rows), said=said)
    said = Said(hover=Hover(reading, name), label=Label(reading.tell))
    slugs = [place.slug for place in reading.places[:PANELS]]
    part = stored_rows(rows, sha256=reading.now.release.sha256, communities=slugs)
    more = {"across": across} if name == "overview" else {}
    return CHARTS[name].figure(part, words(reading, name, rows), said=said, **more)


def agencies_figure(reading: Reading, place: Place) -> Figure | None:
    """Return one measure about each agency of a community, this season and the one before; None
    where one agency alone was asked about."""
    now, tell = reading.now, reading.tell
    measure = reading.subject.measure
    kinds = sorted(
        (subject.agency for subject in now.subjects if subject.measure == measure),
        key=lambda kind: (kind != now.headline.agency, tell.agency(kind)),
    )
    each = [replace(reading, subject=Subject(measure, kind)) for kind in kinds if kind]
    newest = max((row["season"] for one in each for row in one.seasons(place)), default=0)
    rows = [row for one in each for row in newest_two(one.seasons(place), newest)]
    if len({row["agency"] for row in rows if row["season"] == newest}) < LEAST_AGENCIES:
        return None
    before = max((row["season"] for row in rows if row["season"] < newest), default=0)
    rows = [row for row in rows if row["season"] in (before, newest)]
    part = stored_rows(rows, sha256=now.release.sha256)
    names = {kind: tell.agency(kind) for kind in kinds}
    said = Said(hover=Hover(reading, "agencies"), label=Label(tell))
    return CHARTS["agencies"].figure(part, {**names, **words(reading, "agencies", rows)}, said=said)


def newest_two(rows: list[Row], season: int = 0) -> list[Row]:
    """Return the newest season's rows (`season`'s, if named), and those of the last season before
    that can be compared."""
    season = season or max((row["season"] for row in rows), default=0)
    newest = [row for row in rows if row["season"] == season]
    alike = {(row["community"], row["members"], row["wording"]) for row in newest}
    earlier = [row for row in rows if row not in newest]
    earlier = [r for r in earlier if (r["community"], r["members"], r["wording"]) in alike]
    last = max((row["season"] for row in earlier), default=0)
    return [*(row for row in earlier if row["season"] == last), *newest]


@dataclass(frozen=True)
class Hover:
    """What a mark says: who and when, then just what the table says."""

    reading: Reading
    chart: str

    def __call__(self, row: Row) -> str:
        tell, who = self.reading.tell, str(row["season"])
        if self.chart == "groups":
            who = f"{tell.group(row['cut'], row['group'])}, {who}"
        elif self.chart == "agencies":
            who = f"{tell.agency(row['agency'])}, {who}"
        elif self.chart == "funnel":
            name = self.reading.now.places[row["community"]].name
            return ", ".join((f"{name}: {tell.value(row)}", tell.range(row), tell.n(row)))
        elif self.chart == "overview" and (place := self.reading.now.places.get(row["community"])):
            who = f"{place.name}, {who}"
        return f"{who}<br>{tell.hover(row)}"


@dataclass(frozen=True)
class Label:
    """What stands on a mark: "62%", "≤ 15%", or a word for few answers."""

    tell: Teller

    def __call__(self, row: Row) -> str:
        low, high = row["value_low"], row["value_high"]
        if row["value"] is None:
            return self.tell.say("chart.untold")
        if low == 0:
            return f"≤ {self.tell.number(high, row)}"
        if high == (1 if self.tell.is_share(row) else 100):
            return f"≥ {self.tell.number(low, row)}"
        return self.tell.number(row["value"], row)


def warm_up() -> None:
    """Read this version's own files, as the first page otherwise would (see caching.edition)."""
    edition()


def words(reading: Reading, name: str, rows: list[Row]) -> Mapping[str, str]:
    """Return every word of a chart: captions, then the names of what is drawn, in order."""
    tell = reading.tell
    said = {key: tell.say(f"chart.{key}") for key in WORDS if key not in OURS}
    findings = Findings(reading)
    said |= {"title": findings.title(name, rows), "subtitle": findings.subtitle(name, rows)}
    unsettled = [tell.say("held.not_settled")] if any(map(tell.is_unsettled, rows)) else []
    said |= {"note": " ".join([tell.note(), *unsettled]), "source": tell.source()}
    by_name = sorted(reading.places, key=lambda place: (place.name, place.slug))
    said |= {place.slug: place.name for place in by_name}
    if name == "funnel":
        said |= {key: tell.say(f"chart.{key}") for key in FUNNEL_WORDS}
    if reading.cut != TOTAL:
        said |= dict(tell.groups(reading.cut))
    return said
