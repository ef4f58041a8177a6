"""All communities of an area in the newest season of one question, for a page that sets one of
them among the others. No place is put before another: rows come by state, county and name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from survey.read.results_query import Reading
from survey.read.verdicts import BEFORE
from survey.storage import release_store, released_index
from survey.storage.release_store import CHANGE, FIGURE, TOTAL, Place, Row, Subject

if TYPE_CHECKING:
    from analysis.release.released import StoredRows

VERDICTS = ("rise", "higher", "unclear", "lower", "fall")  # those that have a change in points
BEYOND = 0.05  # of places, beyond the inner curves by chance alone
MOST_READ = 1500  # communities whose rows one page may read; California has some 900


@dataclass(frozen=True)
class AreaReading(Reading):
    """A reading whose rows are those of every community of a state, a county, or everywhere."""

    state: str = ""
    county: str = ""

    @classmethod
    def around(cls, reading: Reading, state: str = "", county: str = "") -> AreaReading:
        """Return the same question about an area; the reading's places are those that are named."""
        of = (reading.session, reading.now, reading.tell, reading.subject, TOTAL, reading.places)
        return cls(*of, state=state, county=county)

    @property
    def season(self) -> int:
        return self.now.seasons[-1]

    @cached_property
    def places_here(self) -> list[Place]:
        """Return the communities of the area, whether they have figures or not."""
        if not self.state:
            return list(self.now.places.values())
        here = self.now.by_state.get(self.state, [])
        return [place for place in here if self.county in ("", place.county)]

    @property
    def is_small(self) -> bool:
        """Whether the area's rows may be read for one page."""
        return len(self.places_here) <= MOST_READ

    @cached_property
    def figures(self) -> list[Row]:
        """Return the newest row of every community that has one of its own."""
        if not self.is_small or not self.is_known:
            return []
        return released_index.of_season(
            self.session, self.now.release, FIGURE, subject=self.subject, season=self.season,
            state=self.state, county=self.county,
        )  # fmt: skip

    @cached_property
    def moves(self) -> dict[str, Row]:
        """Return the change of every community since the year before, by slug."""
        if not self.is_small or not self.is_known:
            return {}
        rows = released_index.of_season(
            self.session, self.now.release, CHANGE, subject=self.subject, season=self.season,
            told=[f"{BEFORE}.{verdict}" for verdict in VERDICTS],
            state=self.state, county=self.county,
        )  # fmt: skip
        return {row["community"]: row for row in rows}

    def figure_of(self, rows: Sequence[Row]) -> Row | None:
        """Return what is said of some of the area's communities together; None of too few."""
        from analysis.release.overall import of_places  # with numpy: only for this page

        moves = (self.moves[row["community"]] for row in rows if row["community"] in self.moves)
        return of_places(rows, list(moves))

    def of_county(self, totals: Iterable[Row], place: Place) -> Row | None:
        """Return the newest figure of the county that a place lies in: its released total, which
        is among `totals`, or its places together."""
        rows = release_store.of_area(totals, place)
        if rows and rows[-1]["season"] == self.season and rows[-1]["value"] is not None:
            row = rows[-1]
            return {**row, "n": row["n_low"], "asked": row["wording"], "compared": 0}
        return self.figure_of([row for row in self.figures if row["county"] == place.county])

    def shown(self) -> list[Row]:
        """Return the rows of the area: what its chart draws and its files hold."""
        return self.figures

    @cached_property
    def part(self) -> StoredRows:
        """Return the area's rows as a chart takes them; the reading's places are named in it."""
        from analysis.release.released import stored_rows  # with numpy: only for this page

        named = [place.slug for place in self.places]
        return stored_rows(self.figures, sha256=self.now.release.sha256, communities=named)

    @cached_property
    def lies(self) -> dict[str, str]:
        """Return where each community lies in the area's funnel, by slug: inside, between or
        outside. Empty where there is no funnel: a score, or too few places with a number."""
        from analysis.output.funnel import by_place  # with numpy: only for this page

        try:
            rows = by_place(self.part)
        except ValueError:
            return {}
        return {row["community"]: row["lies"] for row in rows}

    @property
    def name(self) -> str:
        """Return "Erie County", "New York", or what all places together are called."""
        if self.county and self.places_here:
            return self.tell.area(self.places_here[0])
        return self.state or self.tell.say("view.compare_programme")

    @property
    def name_in(self) -> str:
        """Return the same within a sentence."""
        return self.name if self.state else self.tell.say("view.everywhere")


@dataclass(frozen=True)
class Spot:
    """One community of a funnel, as its table tells it."""

    place: Place
    value: str
    range: str
    n: str
    lies: str  # inside, between, outside


@dataclass(frozen=True)
class Among:
    """What stands beside the drawing of a funnel."""

    reading: AreaReading

    @cached_property
    def subjects(self) -> set[Subject]:
        """Return the questions that have figures here."""
        reading = self.reading
        session, release, season = reading.session, reading.now.release, reading.season
        if reading.county:
            return released_index.subjects_of(session, release, reading.places_here, [season])
        subjects = released_index.subjects_overall(session, release, season, reading.state)
        return subjects or set(reading.now.subjects)

    @property
    def is_drawn(self) -> bool:
        return bool(self.reading.lies)

    @property
    def why_not(self) -> str:
        """Return why there is no funnel."""
        tell = self.reading.tell
        if not tell.is_share({"measure": self.reading.subject.measure}):
            return tell.say("view.funnel_score")
        few = len([row for row in self.reading.figures if row["value"] is not None])
        return tell.say("view.funnel_few", area=self.reading.name, number=few)

    @cached_property
    def spots(self) -> list[Spot]:
        """Return every community of the funnel by state, county and name."""
        tell, lies, places = self.reading.tell, self.reading.lies, self.reading.now.places
        return [
            Spot(places[row["community"]], tell.value(row), tell.range(row), tell.shown_n(row),
                 lies[row["community"]])
            for row in self.reading.figures
            if row["community"] in lies
        ]  # fmt: skip

    @property
    def left_out(self) -> str:
        """Return how many communities have no number of their own; "" where all have one."""
        number = len(self.reading.places_here) - len(self.reading.lies)
        if not number:
            return ""
        return self.reading.tell.say(
            "view.funnel_left_out", number=self.reading.tell.language.number(number)
        )

    @property
    def chance(self) -> str:
        """Return how many communities chance alone would put beyond the inner curves."""
        of, number = len(self.reading.lies), self.reading.tell.language.number
        return self.reading.tell.say(
            "view.funnel_chance", number=number(max(1, round(of * BEYOND))), of=number(of)
        )

    @property
    def said(self) -> list[str]:
        """Return where each of the named communities lies."""
        tell, lies = self.reading.tell, self.reading.lies
        return [
            tell.say(f"view.lies_{lies[place.slug]}", place=place.name)
            for place in self.reading.places
            if place.slug in lies
        ]
