"""What somebody takes away from a page of results: a sentence, a link, a citation, code to embed.

All of it names the release it comes from, so that it says the same when there is a newer one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from urllib.parse import urlencode

from survey.read.area import AreaReading
from survey.read.charts_of import chart_of, has_chart
from survey.read.findings import Findings
from survey.read.overview import Overview
from survey.read.results_query import Reading

LICENCE = "CC BY 4.0"
MOST_NAMED = 6  # communities in a title
EMBED_HEIGHT = 560  # px of the frame: title, drawing, key, note and source on a phone


@dataclass(frozen=True)
class Sharing:
    """One page of results, as it is shared.

    origin: scheme and host, as the settings name them: a page is kept for every visitor, so that
    what one of them wrote as its host must not stand in it.
    path: the page's own, without an ending; query: what it understood
    overview: what it shows, where it is one
    """

    reading: Reading
    origin: str
    path: str
    query: Sequence[tuple[str, str]]
    overview: Overview | None = None

    @cached_property
    def has_chart(self) -> bool:
        return has_chart(self.reading, self.path)

    @property
    def has_picture(self) -> bool:
        return self.has_chart or (self.overview is not None and self.overview.is_split)

    @property
    def is_of_place(self) -> bool:
        return chart_of(self.path) == "trend"

    def file(self, ending: str) -> str:
        """Return the absolute address of this page with an ending, its release pinned."""
        return f"{self.origin}{self.way(ending)}"

    def way(self, ending: str) -> str:
        """Return the same address without its host, for links on the page itself."""
        return f"{self.path}{ending}?{self.pinned}"

    @cached_property
    def pinned(self) -> str:
        """Return what the page understood, of its release and in its language."""
        asked = [(name, value) for name, value in self.query if name not in ("release", "lang")]
        release, language = self.reading.now.release, self.reading.tell.language
        return urlencode([*asked, ("release", str(release.id)), ("lang", language.code)])

    @property
    def link(self) -> str:
        return self.file("")

    @cached_property
    def what(self) -> str:
        """Return "Trust: Police, Maple Falls"."""
        names = [place.name for place in self.reading.places]
        if isinstance(self.reading, AreaReading):
            names = [self.reading.name]
        elif self.overview and self.overview.area and len(names) > MOST_NAMED:
            names = [self.overview.area]
        title = self.reading.tell.title(self.reading.subject)
        return ", ".join([title, *(names if len(names) <= MOST_NAMED else [])])

    @cached_property
    def sentence(self) -> str:
        """Return what may be said of a community's newest figure, to be read out as it stands."""
        if not self.is_of_place or not self.has_chart:
            return ""
        place, tell = self.reading.places[0], self.reading.tell
        sentences = [self.reading.said(place, self.reading.seasons(place)[-1])]
        if self.reading.now.release.about["made_up"]:
            sentences.append(tell.say("made_up"))
        return " ".join(sentences)

    @cached_property
    def description(self) -> str:
        """Return one or two sentences for whoever sees a preview of the link."""
        if self.sentence:
            return self.sentence
        if not self.has_chart:
            return self.of_all
        chart = chart_of(self.path)
        rows = self.reading.shown()
        findings = Findings(self.reading)
        return f"{findings.title(chart, rows)}. {findings.subtitle(chart, rows)}."

    @cached_property
    def of_all(self) -> str:
        """Return what may be said of all places of an overview that is too large for a chart."""
        return " ".join(self.overview.said) if self.overview and self.reading.is_known else ""

    @property
    def citation(self) -> str:
        release, tell = self.reading.now.release, self.reading.tell
        return tell.say(
            "use.citation",
            site=tell.language.say("site.name"),
            year=release.made_at.year,
            what=self.what,
            release=release.id,
            day=tell.language.day(release.made_at.date()),
            sha=release.sha256,
            link=self.link,
            licence=LICENCE,
        )

    @property
    def embed(self) -> str:
        """Return the HTML that shows the chart on another site."""
        title = escape(self.what, quote=True)
        return (
            f'<iframe src="{escape(self.file(".embed"), quote=True)}" title="{title}" '
            f'width="100%" height="{EMBED_HEIGHT}" loading="lazy"></iframe>'
        )
