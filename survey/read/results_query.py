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
from survey.read.held_notes import held_notes
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
    def by_kind(self) -> dict[str, list[Row]]:
        """Return figures of everybody and changes of these communities, with their pools' and
        counties', by kind."""
        return release_store.of_places(
            self.session, self.now.release, (FIGURE, CHANGE), self.places,
            measure=self.subject.measure, agency=self.subject.agency, cut=TOTAL,
        )  # fmt: skip

    @cached_property
    def totals(self) -> list[Row]:
        return self.by_kind[FIGURE]

    @cached_property
    def changes(self) -> list[Row]:
        return self.by_kind[CHANGE]

    @cached_property
    def totals_by_place(self) -> dict[str, list[Row]]:
        """Return for each community one row a season: its own, or one that it shares."""
        return {
            slug: [row for _, row in sorted({row["season"]: row for row in rows}.items())]
            for slug, rows in release_store.by_place(self.totals).items()
        }

    @cached_property
    def changes_by_place(self) -> dict[str, list[Row]]:
        return release_store.by_place(self.changes)

    @cached_property
    def groups(self) -> list[Row]:
        """Return the rows of the cut, of these communities, their pools and their counties."""
        return release_store.of_places(
            self.session, self.now.release, (FIGURE,), self.places,
            measure=self.subject.measure, agency=self.subject.agency, cut=self.cut,
        )[FIGURE]  # fmt: skip

    def seasons(self, place: Place) -> list[Row]:
        """Return one row a season: the community's own, or the one it shares with neighbours."""
        return self.totals_by_place.get(place.slug, [])

    def changes_of(self, place: Place, basis: str = BEFORE) -> dict[int, Row]:
        """Return the place's changes of one basis, by the later season."""
        changes = self.changes_by_place.get(place.slug, ())
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

    def missing(self, place: Place) -> str:
        """Return for which seasons between its first and its newest a community has no figures,
        and none were held back: nobody was asked there. "" where there are none."""
        shown = [row["season"] for row in self.seasons(place)]
        few = {season for season, _ in self.now.few.get(place.slug, ())}
        between = (one for one in self.now.seasons if shown and shown[0] < one < shown[-1])
        gaps = [season for season in between if season not in {*shown, *few}]
        return self.tell.say("view.gaps", seasons=self.tell.list(map(str, gaps))) if gaps else ""

    def footing(self, place: Place) -> str:
        """Return what a clear rise or fall would rest on, where that is not the usual."""
        rows = self.seasons(place)
        if not rows or rows[-1]["value"] is None:
            return ""
        if rows[-1]["icc"] is None:
            return self.tell.say("moved.unsettled")
        return self.tell.say("moved.one_event") if rows[-1]["events"] == 1 else ""

    def shown(self) -> list[Row]:
        """Return the rows that the page shows, each once, in order of community and season."""
        return self.rows_shown

    @cached_property
    def rows_shown(self) -> list[Row]:
        groups = release_store.by_place(self.groups) if self.cut != TOTAL else {}
        rows: dict[int, Row] = {}
        for place in self.places:
            mine = groups.get(place.slug, []) if groups else self.seasons(place)
            rows.update((id(row), row) for row in mine)  # one that is shared is the same object
        return list(rows.values())

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

    def overall(self, states: Sequence[str]) -> list[Row]:
        """Return the newest rows of these states; "" is the whole programme."""
        lookups = [release_store.lookup(self.now.release.id, OVERALL, state, "", "")
                   for state in states]  # fmt: skip
        asked: dict[str, object] = {"lookups": lookups, "measure": self.subject.measure}
        asked |= {"agency": self.subject.agency, "cut": TOTAL, "seasons": self.now.seasons[-1:]}
        return release_store.read(self.session, asked)[OVERALL]

    def said(self, place: Place, row: Row) -> str:
        """Return what can be said of a place's newest row: its figure, then its change."""
        changes = map(self.tell.changes.sentence, self.told_now(place)[:1])
        return " ".join([self.tell.sentence(place, row), *changes])

    def together(self, row: Row) -> list[str]:
        """Return what can be said of all places together: their figure and their mean change."""
        return self.tell.changes.together(row)

    def about_whole(self, row: Row) -> Iterator[str]:
        """Yield how many places moved, and which are left out."""
        known, left_out = self.now.places, row["left_out_places"].split("|")
        places = self.tell.told_apart([known[slug] for slug in left_out if slug in known])
        return self.tell.changes.counted(row, [place.name for place in places])

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

    def held(self, place: Place) -> list[str]:
        """Return the sentences on answers that do not count in the newest season's figure."""
        rows = self.seasons(place)
        return list(held_notes(self.now, self.tell, rows[-1])) if rows else []

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
