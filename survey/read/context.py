"""One community beside its county, its state and places of its size.

The others are put together from released rows of communities, by the rule that makes a state's own
figure (analysis.release.overall): nothing is read or told of them that is not released already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from survey.read.area import Among, AreaReading
from survey.read.figure_lines import Line, Lines
from survey.read.results_query import Reading
from survey.storage.release_store import Place, Row

HALF, TWICE = 0.5, 2.0  # times the answers of a place: what is of its size
LEAST_ALIKE = 8  # places of a size in the state; where there are fewer, those of the programme


@dataclass(frozen=True)
class Size:
    """Which communities are of a place's size."""

    low: int  # answers
    high: int
    where: AreaReading
    rows: list[Row]

    @property
    def places(self) -> list[Place]:
        """Return them by state, county and name."""
        return [self.where.now.places[row["community"]] for row in self.rows]


@dataclass(frozen=True)
class Beside:
    """What stands beside a community: its name, its figure, and why it has none."""

    name: str
    row: Row | None
    note: str = ""


@dataclass(frozen=True)
class Context:
    """What stands beside one community in the newest season."""

    reading: Reading
    place: Place

    @cached_property
    def row(self) -> Row | None:
        """Return the place's newest row, if it is of this season."""
        rows = self.reading.seasons(self.place)
        return rows[-1] if rows and rows[-1]["season"] == self.reading.now.seasons[-1] else None

    @property
    def is_alone(self) -> bool:
        """Whether the place has a row of its own, and no row that it shares."""
        return self.row is not None and self.row["community"] == self.place.slug

    @cached_property
    def state(self) -> AreaReading:
        return AreaReading.around(self.reading, self.place.state)

    @cached_property
    def county(self) -> AreaReading:
        return AreaReading.around(self.reading, self.place.state, self.place.county)

    @cached_property
    def size(self) -> Size | None:
        """Return the other communities with half to twice as many answers: in the state, or, where
        it has too few of them, everywhere. None where the place is not told in numbers."""
        if not self.is_alone or self.row is None or self.row["value"] is None:
            return None
        n = self.row["n_low"]
        low, high = int(n * HALF), int(n * TWICE)
        places = self.alike(self.state, low, high)
        everywhere = AreaReading.around(self.reading)
        if len(places) < LEAST_ALIKE and everywhere.is_small:
            return Size(low, high, everywhere, self.alike(everywhere, low, high))
        return Size(low, high, self.state, places)

    def alike(self, where: AreaReading, low: int, high: int) -> list[Row]:
        return [
            row
            for row in where.figures
            if low <= row["n_low"] <= high
            and row["value"] is not None
            and row["community"] != self.place.slug
        ]

    @cached_property
    def among(self) -> Among:
        """Return the communities among which this one is drawn: the state's, or, where those are
        too few, all."""
        everywhere = AreaReading.around(self.reading)
        return Among(self.state if self.state.lies or not everywhere.is_small else everywhere)

    def lines(self) -> Iterator[Line]:
        """Yield the place, then each that stands beside it, from near to far."""
        tell, make = self.reading.tell, Lines(self.reading.tell)
        changes = self.reading.told_now(self.place) if self.row else ()
        before = self.before(changes[0]["season_from"]) if changes else None
        missing = "" if self.row else tell.say("view.no_figures")
        yield make.of(self.place.name, self.row, place=self.place, changes=changes, before=before,
                      linked=True, note=missing)  # fmt: skip
        for one in self.beside:
            shown = None if one.row is None else {**tell.as_figure(one.row), "community": ""}
            amount = tell.changes.mean_amount(one.row) if one.row else ""
            yield make.of(one.name, shown, place=Place("", one.name, "", ""), note=one.note,
                          amount=amount)  # fmt: skip

    def before(self, season: int) -> Row | None:
        rows = self.reading.seasons(self.place)
        return next((row for row in rows if row["season"] == season), None)

    @cached_property
    def beside(self) -> list[Beside]:
        """Return the county, the state, places of its size, and all places together."""
        tell, state = self.reading.tell, self.place.state
        missing = tell.say("view.no_figures")
        lines = [
            self.of_county(),
            Beside(tell.say("view.together", place=state), self.whole.get(state), missing),
        ]
        if self.size is not None:
            number = tell.language.number(len(self.size.rows))
            row = self.size.where.figure_of(self.size.rows)
            few = tell.say("view.of_size_few")
            lines.append(Beside(tell.say("view.of_size", number=number), row, few))
        return [*lines, Beside(tell.say("view.compare_programme"), self.whole.get(""), missing)]

    @cached_property
    def whole(self) -> dict[str, Row]:
        """Return the newest row of each state, and of the programme under ""."""
        rows = self.reading.overall([self.place.state, ""])
        return {row["state"]: row for row in rows}

    def of_county(self) -> Beside:
        """Return the county: its released total, or its places together."""
        tell, place = self.reading.tell, self.place
        name = tell.say("view.together", place=tell.area(place))
        if len(self.county.places_here) == 1:
            return Beside(name, None, tell.say("view.county_is_place", place=place.name))
        row = self.state.of_county(self.reading.totals, place)
        return Beside(name, row, tell.say("view.county_few"))

    def sentences(self) -> Iterator[str]:
        """Yield what may be said of the place, then the figures of county, state and its size, each
        in one line."""
        tell = self.reading.tell
        if self.row is None:
            return
        yield self.reading.said(self.place, self.row)
        for one in self.beside[:-1]:
            if one.row is not None:
                shown = tell.as_figure(one.row)
                yield tell.say("view.beside_said", name=one.name, value=tell.value(shown),
                               range=tell.range(shown), n=shown["n"])  # fmt: skip
