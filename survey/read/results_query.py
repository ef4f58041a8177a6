"""What one address of the results asks a release for, and the rows that answer it.

A community that was too small in a season is read through its pool, or through its whole county
where its neighbours are too few for a pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from survey.read.captions import Cell, Teller
from survey.read.imported_notes import imported_notes
from survey.read.verdicts import BEFORE, EVENING, FIRST, TREND
from survey.storage import release_store
from survey.storage.release_store import (
    CHANGE,
    FIGURE,
    OVERALL,
    TOTAL,
    Current,
    Place,
    Row,
    Subject,
)


@dataclass(frozen=True)
class Told:
    """A verdict in a few words, and by how much."""

    verdict: str
    amount: str


@dataclass(frozen=True)
class Line:
    """One community's line of a table: a cell for each season, and what may be said of it."""

    place: Place
    cells: list[Cell | None]
    told: list[Told]


@dataclass(frozen=True)
class Reading:
    """One subject and cut of one release, for some communities, worded in one language."""

    session: Session
    now: Current
    tell: Teller
    subject: Subject
    cut: str
    places: tuple[Place, ...]

    @classmethod
    def read(
        cls,
        session: Session,
        now: Current,
        tell: Teller,
        asked: Mapping[str, str],
        places: Sequence[Place],
    ) -> Reading:
        """Take measure, agency and cut from an address; what is not given is the headline's.

        A measure or an agency that no release knows is "", whatever was written: nothing that
        somebody made up gets into a page or into the key under which it is kept.
        """
        measure = asked.get("measure", now.headline.measure)
        agency = asked.get("agency", now.headline.agency)
        subject = Subject(
            measure if any(known.measure == measure for known in now.subjects) else "",
            agency if any(known.agency == agency for known in now.subjects) else "",
        )
        about_event = Subject(subject.measure, "")
        if subject not in now.subjects and about_event in now.subjects:
            subject = about_event  # a question about the event has no agency
        cut = asked.get("cut", TOTAL)
        cut = cut if cut in now.cuts else TOTAL
        return cls(session, now, tell, subject, cut, tuple(places))

    @property
    def is_known(self) -> bool:
        return self.subject in self.now.subjects

    @cached_property
    def totals(self) -> list[Row]:
        return self.find(FIGURE, TOTAL)

    @cached_property
    def changes(self) -> list[Row]:
        return self.find(CHANGE)

    def find(self, kind: str, cut: str | None = None) -> list[Row]:
        """Return the rows of these communities, of their pools and of their counties."""
        return release_store.rows(
            self.session,
            self.now.release,
            kind,
            subject=self.subject,
            places=self.places,
            cut=cut,
        )

    def seasons(self, place: Place) -> list[Row]:
        """Return one row a season: the community's own, or the one it shares with neighbours."""
        rows = {row["season"]: row for row in release_store.of_place(self.totals, place)}
        return [rows[season] for season in sorted(rows)]

    def changes_of(self, place: Place, basis: str = BEFORE) -> dict[int, Row]:
        """Return the place's changes of one basis, by the later season."""
        changes = release_store.of_place(self.changes, place)
        return {row["season_to"]: row for row in changes if row["basis"] == basis}

    def told_now(self, place: Place) -> list[Row]:
        """Return what may be said of the newest season: since the last, the first, and by year."""
        rows = self.seasons(place)
        newest = rows[-1]["season"] if rows else 0
        bases = (BEFORE, FIRST, TREND, EVENING)
        latest = (self.changes_of(place, basis).get(newest) for basis in bases)
        changes = [change for change in latest if change]
        return [change for change in changes if change["basis"] != TREND or change["rung"]]

    def why_not(self, place: Place) -> dict[int, str]:
        """Return for seasons that cannot be compared with the newest the reason: few, together,
        wording or missing."""
        from analysis.wordings import comparable  # with pandas: only where a page is made

        rows = {row["season"]: row for row in self.seasons(place)}
        newest = rows[max(rows)] if rows else None
        reasons = {}
        for season in self.now.seasons:
            row = rows.get(season)
            if row is None or newest is None:
                reasons[season] = "missing"
            elif row["community"] != newest["community"] or row["members"] != newest["members"]:
                reasons[season] = "together"
            elif not comparable(row["wording"], newest["wording"]):
                reasons[season] = "wording"
            elif row["value"] is None:
                reasons[season] = "few"
        return reasons

    def footing(self, place: Place) -> str:
        """Return what a clear rise or fall would rest on, where that is not the usual."""
        rows = self.seasons(place)
        if not rows or rows[-1]["value"] is None:
            return ""
        if rows[-1]["icc"] is None:
            return self.tell.say("moved.unsettled")
        return self.tell.say("moved.one_event") if rows[-1]["events"] == 1 else ""

    def groups(self, place: Place, season: int) -> list[Row]:
        """Return the groups of the cut in one season; none where they were too small."""
        figures = release_store.of_place(self.find(FIGURE, self.cut), place)
        return self.tell.in_order(self.cut, (row for row in figures if row["season"] == season))

    def shown(self) -> list[Row]:
        """Return the rows that the page shows, each once, in order of community and season."""
        groups = self.find(FIGURE, self.cut) if self.cut != TOTAL else []
        rows: list[Row] = []
        for place in self.places:
            mine = release_store.of_place(groups, place) if groups else self.seasons(place)
            rows += [row for row in mine if row not in rows]
        return rows

    def line(self, place: Place) -> Line:
        rows = {row["season"]: row for row in self.seasons(place)}
        cells = [
            self.tell.cell(place, rows[season]) if season in rows else None
            for season in self.now.seasons
        ]
        changes = [
            Told(self.tell.changes.short(change), self.tell.changes.amount(change))
            for change in self.told_now(place)
        ]
        return Line(place, cells, changes)

    def overall(self, state: str = "") -> Row | None:
        """Return the newest row of the whole programme, or of a state; None for one place."""
        newest = self.now.seasons[-1:]
        rows = release_store.rows(
            self.session, self.now.release, OVERALL, subject=self.subject, cut=TOTAL, seasons=newest
        )
        return next((row for row in rows if row["state"] == state), None)

    def together(self, row: Row) -> list[str]:
        """Return what can be said of all places together: their figure and their mean change."""
        return self.tell.changes.together(row)

    def about_whole(self, row: Row) -> Iterator[str]:
        """Yield how many places moved, and which are left out."""
        places = (self.now.places.get(slug) for slug in row["left_out_places"].split("|"))
        return self.tell.changes.counted(row, [place.name for place in places if place])

    def too_few(self, place: Place) -> str:
        """Return the sentence that names the seasons in which a community had too few answers to
        be shown at all; nothing where there is none."""
        about = self.now.release.about
        panels = {
            measure["panel"]
            for measure in about["measures"]
            if (measure["id"], measure["agency"]) == (self.subject.measure, self.subject.agency)
        }
        shown = {row["season"] for row in self.seasons(place)}
        withheld = self.now.few.get(place.slug, ())
        seasons = {season for season, panel in withheld if panel in panels}
        if not seasons - shown:
            return ""
        listed = self.tell.list(str(season) for season in sorted(seasons - shown))
        return self.tell.say("few_note", seasons=listed, place=place.name)

    def imported(self, place: Place) -> list[str]:
        """Return the sentences on seasons whose answers, or counts, came from a file."""
        shown = {row["season"]: (place.slug, *row["members"].split("|"))
                 for row in self.seasons(place)}  # fmt: skip
        return list(imported_notes(self.now, self.tell, self.subject, shown))

    def pooling(self, place: Place) -> list[str]:
        """Return the sentences that say when a community was not shown by itself, and with whom."""
        together: dict[str, list[str]] = {}
        for row in self.seasons(place):
            if row["community"] != place.slug:
                together.setdefault(row["members"], []).append(str(row["season"]))
        return [
            self.tell.say(
                "pooled_note",
                seasons=self.tell.list(seasons),
                place=place.name,
                members=self.tell.list(self.now.places[slug].name for slug in members.split("|")),
            )
            for members, seasons in together.items()
        ]
