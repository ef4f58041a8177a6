"""The programme, a state or a county: its own figure, how many places moved, and the places.

Counts are over all places of the scope, never over the page that is shown. Places are in order of
state, county and name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from survey.read.area import MOST_READ, AreaReading
from survey.read.charts_of import MOST_PANELS
from survey.read.figure_lines import CHIPS, Chip, Line, Lines
from survey.read.place_index import PlaceIndex
from survey.read.results_query import Line as YearLine
from survey.read.results_query import Reading
from survey.read.verdicts import BEFORE, TREND
from survey.storage import release_store, released_index
from survey.storage.release_store import CHANGE, Place, Row, Subject

MOST_COUNTED = 300  # places of a county whose changes are counted from their rows
MOST_NAMED = 8  # places of a verdict named beside its count
MANY = 60  # places, from which states or counties are listed before places
LEAST_IN_FUNNEL = 8  # as analysis.output.funnel.LEAST_PLACES
SEARCHED = 12  # places, from which there is something to search
VERDICTS = ("rise", "higher", "unclear", "lower", "fall", "few", "wording")
OVER_YEARS = ("rising", "falling")


@dataclass(frozen=True)
class Scope:
    """Which places are looked at: all, a state's, a county's; and which verdict of them."""

    state: str = ""
    county: str = ""
    told: str = ""

    @classmethod
    def of(cls, index: PlaceIndex, state: str, county: str, verdict: str) -> Scope:
        """Take what is known of an address; what is not is left out."""
        state = state if state in index.states else ""
        county = county if county in index.states.get(state, ()) else ""
        return cls(state, county, verdict if verdict in (*VERDICTS, *OVER_YEARS) else "")

    @property
    def basis(self) -> str:
        return TREND if self.told in OVER_YEARS else BEFORE


@dataclass(frozen=True)
class Tally:
    """How many places have a verdict, and who they are where they are few."""

    chip: Chip
    count: int
    places: list[Place]

    @property
    def is_named(self) -> bool:
        return len(self.places) == self.count


@dataclass(frozen=True)
class StateLine:
    """One state in a table of states."""

    state: str
    line: Line
    amount: str  # of the mean change of its places; "" where they are too few
    places: int
    up: int
    down: int


@dataclass(frozen=True)
class Overview:
    """What one page of an overview shows. `reading` reads the places that the page lists."""

    reading: Reading
    index: PlaceIndex
    scope: Scope
    all_places: Sequence[Place]

    @property
    def newest(self) -> int:
        return self.reading.now.seasons[-1]

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.reading.tell)

    @cached_property
    def whole(self) -> Row | None:
        """Return the scope's own row of the newest season; a county has none."""
        rows = [] if self.scope.county else self.wholes
        return next((row for row in rows if row["state"] == self.scope.state), None)

    @cached_property
    def county(self) -> Row | None:
        """Return the figure of a county of several places, as it stands beside one of them."""
        if not self.scope.county or len(self.all_places) == 1:
            return None
        area = AreaReading.around(self.reading, self.scope.state, self.scope.county)
        return area.of_county(self.reading.totals, self.all_places[0])

    @property
    def area(self) -> str:
        """Return the name of the state or county that is looked at; "" for all places."""
        if self.scope.county:
            return self.reading.tell.area(self.all_places[0])
        return self.scope.state

    @property
    def own(self) -> Row | None:
        """Return the figure of all places together."""
        return self.whole or self.county

    @property
    def said(self) -> list[str]:
        """Return what can be said of all places together."""
        if self.whole:
            return self.reading.together(self.whole)
        return [self.county_said(self.county)] if self.county else []

    def county_said(self, row: Row) -> str:
        shown = {**self.reading.tell.as_figure(row), "community": ""}
        return self.reading.tell.sentence(self.all_places[0], shown)

    @cached_property
    def wholes(self) -> list[Row]:
        """Return the scope's own row of the newest season; of the programme its states', too."""
        state = self.scope.state
        return self.reading.overall([state] if state else ["", *self.index.states])

    @cached_property
    def subjects(self) -> set[Subject]:
        """Return the questions that have a figure here."""
        session, release = self.reading.session, self.reading.now.release
        if self.scope.county:
            return released_index.subjects_of(session, release, self.all_places, [self.newest])
        offered = released_index.subjects_overall(session, release, self.newest, self.scope.state)
        return offered or set(self.reading.now.subjects)

    @property
    def is_listed(self) -> bool:
        """Whether places themselves are listed, and not the states or counties they lie in."""
        return bool(self.scope.told or self.scope.county or len(self.all_places) <= MANY)

    def places(self) -> Iterator[Line]:
        """Yield a line for each place of this page."""
        reading, season = self.reading, self.newest
        for place in reading.places:
            rows = {row["season"]: row for row in reading.seasons(place)}
            row = rows.get(season)
            changes = reading.told_now(place) if row else []
            yield self.lines.of(
                place.name,
                row,
                place=place,
                changes=changes,
                before=rows.get(changes[0]["season_from"]) if changes else None,
                linked=True,
                note="" if row else self.absent(place, rows),
            )

    def by_year(self) -> list[YearLine]:
        """Return the places of this page by season."""
        return [self.reading.line(place) for place in self.reading.places]

    def absent(self, place: Place, rows: dict[int, Row]) -> str:
        if rows:
            return self.reading.tell.say("view.last_asked", season=max(rows))
        return self.reading.tell.say("view.no_figures")

    def areas(self) -> list[tuple[str, int]]:
        """Return the counties of a state and how many communities each has."""
        by_area, state = self.index.by_area, self.scope.state
        return [
            (county, len(by_area[state, county])) for county in self.index.states.get(state, ())
        ]

    def states(self) -> list[StateLine]:
        """Return a line for each state that has a figure of its own."""
        return [self.state_line(row) for row in self.wholes if row["state"]]

    def state_line(self, row: Row) -> StateLine:
        tell = self.reading.tell
        shown = tell.as_figure(row)
        place = Place("", row["state"], "", row["state"])
        line = self.lines.of(row["state"], {**shown, "community": ""}, place=place)
        return StateLine(
            row["state"], line, tell.changes.mean_amount(row), len(self.index.within(row["state"])),
            row["rise"] + row["higher"], row["fall"] + row["lower"],
        )  # fmt: skip

    @cached_property
    def counted(self) -> dict[str, int]:
        """Return how many places of the scope have each verdict on the newest season."""
        if self.whole is not None:
            return {name: self.whole[name] for name in (*VERDICTS, *OVER_YEARS)}
        changes = self.changes_here if len(self.all_places) <= MOST_COUNTED else []
        verdicts = [(change["basis"], change["verdict"]) for change in changes]
        counts = {verdict: verdicts.count((BEFORE, verdict)) for verdict in VERDICTS}
        return counts | {verdict: verdicts.count((TREND, verdict)) for verdict in OVER_YEARS}

    @cached_property
    def changes_here(self) -> list[Row]:
        reading = self.reading
        rows = release_store.rows(
            reading.session, reading.now.release, CHANGE, subject=reading.subject,
            places=self.all_places, seasons=[self.newest],
        )  # fmt: skip
        return [change for change in rows if change["community"] in reading.now.places]

    def tallies(self, verdicts: Sequence[str]) -> Iterator[Tally]:
        """Yield how many places have each of these verdicts; those that none has are left out."""
        for verdict in verdicts:
            if count := self.counted[verdict]:
                words = self.reading.tell.say(f"tally.{verdict}")
                named = self.named(verdict) if count <= MOST_NAMED else []
                yield Tally(Chip(verdict, CHIPS[verdict], words), count, named)

    def named(self, verdict: str) -> list[Place]:
        reading, scope = self.reading, self.scope
        basis = TREND if verdict in OVER_YEARS else BEFORE
        if self.whole is None:  # they were counted from the rows of a county
            moved = (one for one in self.changes_here
                     if (one["basis"], one["verdict"]) == (basis, verdict))  # fmt: skip
            key = itemgetter("state", "county", "community")
            return [reading.now.places[one["community"]] for one in sorted(moved, key=key)]
        slugs = released_index.told_of(
            reading.session, reading.now.release, subject=reading.subject, season=self.newest,
            told=f"{basis}.{verdict}", state=scope.state, county=scope.county, most=MOST_NAMED,
        )  # fmt: skip
        return [reading.now.places[slug] for slug in slugs if slug in reading.now.places]

    @property
    def compared(self) -> int:
        """Return how many places have figures for two years."""
        return sum(self.counted[name] for name in ("rise", "fall", "higher", "lower", "unclear"))

    @property
    def has_funnel(self) -> bool:
        """Whether a funnel may be drawn: of a share, of enough places and not too many."""
        is_share = self.reading.tell.is_share({"measure": self.reading.subject.measure})
        return is_share and LEAST_IN_FUNNEL <= len(self.all_places) <= MOST_READ

    @property
    def finding(self) -> str:
        """Return what the counts of all places come to: never an order of places."""
        say, number = self.reading.tell.say, self.reading.tell.language.number
        of, unclear = self.compared, self.counted["unclear"]
        if unclear * 2 > of:
            return say("view.most_unclear", number=number(unclear), of=number(of))
        return say("view.most_moved", number=number(of - unclear), of=number(of))

    @property
    def is_split(self) -> bool:
        """Whether all places stand in one bar: they are too many for a chart of each."""
        is_large = len(self.all_places) > MOST_PANELS
        return is_large and not self.scope.told and self.compared > 0

    def ends(self) -> Iterator[str]:
        """Yield how many places each part of that bar holds, from its left to its right end."""
        counts = {"down": self.down, "unclear": self.counted["unclear"], "up": self.up}
        for name, count in {**counts, "silent": self.silent}.items():
            if count or name != "silent":
                number = self.reading.tell.language.number(count)
                yield self.reading.tell.say(f"view.split_{name}", number=number)

    @property
    def silent(self) -> int:
        """Return of how many places no change can be told."""
        return self.counted["few"] + self.counted["wording"]

    def counts(self, number: int) -> str:
        """Return a number of places in a title: "none" for 0."""
        tell = self.reading.tell
        return tell.language.number(number) if number else tell.say("view.none_of_them")

    @property
    def up(self) -> int:
        return self.counted["rise"] + self.counted["higher"]

    @property
    def down(self) -> int:
        return self.counted["fall"] + self.counted["lower"]
