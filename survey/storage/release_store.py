"""Reading a release: every page, CSV and chart finds its rows here, and nowhere else.

Nothing in this module can reach an answer: it knows the tables `release` and `figure` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey.storage.models import RELEASE_FORMAT, Figure, Release

Row = Mapping[str, Any]
FIGURE, CHANGE, OVERALL = "figure", "change", "overall"
TOTAL = "total"  # cut: everybody
FEW_ANSWERS = "few_answers"  # reason of a note, as in analysis: fewer than 11 to some question
COUNTY, POOL = "", "other"  # what stands in a row's `community` beside slugs


@dataclass(frozen=True)
class Subject:
    """One number that people can look up: a measure, of one kind of agency or of the event ("")."""

    measure: str
    agency: str


@dataclass(frozen=True)
class Asked:
    """Whose answers to what a measure counts."""

    question: str  # a question's id, or an option's: "topics.walk"
    sample: str  # audience and wave: "adult_event"
    pair: str = ""  # of those who answered twice: then (the first answer), more or less

    @classmethod
    def of(cls, measure: Mapping[str, Any]) -> Asked:
        """Return it of a measure as a release keeps it."""
        kind, _, rest = measure["questions"][0].partition(".")
        paired = kind in ("then", "moved")
        sample = f"{measure.get('audience', 'adult')}_{measure.get('wave', 'event')}"
        pair = measure["id"].partition(".")[0] if paired else ""
        return cls(rest if paired else measure["questions"][0], sample, pair)


@dataclass(frozen=True)
class Place:
    slug: str
    name: str
    county: str  # the area's id in released rows
    state: str
    area: str = "county"  # a kind of content/areas.toml
    area_name: str = ""  # without its kind


@dataclass(frozen=True)
class Current:
    """The newest release, as pages see it."""

    release: Release
    places: dict[str, Place]
    subjects: list[Subject]
    headline: Subject
    measures: Mapping[str, Asked]  # by measure id
    # by slug: (season, panel) in which a community had too few answers to be shown at all
    few: Mapping[str, set[tuple[int, str]]] = field(default_factory=dict)

    def asked(self, measure: str) -> Asked:
        return self.measures[measure]

    @property
    def seasons(self) -> list[int]:
        seasons: list[int] = self.release.about["seasons"]
        return seasons

    @property
    def cuts(self) -> list[str]:
        cuts: list[str] = self.release.about["cuts"]
        return cuts

    def words(self, measure: str, wording: str) -> str:
        """Return the name under which the language files keep a measure's words."""
        names: dict[str, str] = self.release.about["words"][measure]
        return names.get(wording) or names[max(names)]


def readable() -> ColumnElement[bool]:
    """Whether a release has the columns that this version reads."""
    return Release.format == RELEASE_FORMAT


def newest(session: Session) -> tuple[int, str] | None:
    """Return (id, sha256) of the newest release; None before the first."""
    query = select(Release.id, Release.sha256).where(readable()).order_by(Release.id.desc())
    row = session.execute(query.limit(1)).first()
    return (row[0], row[1]) if row else None


def numbered(session: Session, id: int) -> tuple[int, str] | None:
    """Return (id, sha256) of one release; None where there is none that can be read."""
    query = select(Release.id, Release.sha256).where(readable(), Release.id == id)
    row = session.execute(query).first()
    return (row[0], row[1]) if row else None


def current(session: Session, id: int | None = None) -> Current | None:
    """Return a release, the newest if none is named; None before the first. It outlives the
    session."""
    key = newest(session) if id is None else numbered(session, id)
    if key is None:
        return None
    return as_current(session.get_one(Release, key[0]))


def as_current(release: Release) -> Current:
    """Return a release as pages see the newest."""
    about = release.about
    return Current(
        release=release,
        places={
            row["slug"]: Place(**{"area_name": row["county"], **row}) for row in about["places"]
        },
        subjects=[Subject(*pair) for pair in about["subjects"]],
        headline=Subject(*about["headline"]),
        measures={measure["id"]: Asked.of(measure) for measure in about["measures"]},
        few=too_few(about["notes"]),
    )


def too_few(notes: Iterable[Mapping[str, Any]]) -> dict[str, set[tuple[int, str]]]:
    """Return by slug the seasons and panels in which a community had too few answers."""
    seasons_of: dict[str, set[tuple[int, str]]] = {}
    for note in notes:
        if note["reason"] == FEW_ANSWERS:
            for slug in note["members"].split("|"):
                seasons_of.setdefault(slug, set()).add((note["season"], note["panel"]))
    return seasons_of


def rows(
    session: Session,
    release: Release,
    kind: str = FIGURE,
    *,
    subject: Subject | None = None,
    measures: Iterable[str] | None = None,
    places: Iterable[Place] | None = None,
    cut: str | None = None,
    seasons: Iterable[int] | None = None,
) -> list[Row]:
    """Return released rows in their frozen order, narrowed by what is named.

    places: rows of these communities, and those in which their county's small ones or the whole
    county are shown together. Whoever names places or a subject reads no more than their rows.
    """
    query = select(Figure.number, Figure.row)
    if places is None:
        query = query.where(Figure.release_id == release.id, Figure.kind == kind)
    else:
        keys = dict.fromkeys(
            lookup(release.id, kind, place.state, place.county, community)
            for place in places
            for community in (place.slug, COUNTY, POOL)
        )
        query = query.where(Figure.lookup.in_(list(keys)))
    if subject is not None:
        query = query.where(Figure.measure == subject.measure, Figure.agency == subject.agency)
    if measures is not None:
        query = query.where(Figure.measure.in_(list(measures)))
    if cut is not None:
        query = query.where(Figure.cut == cut)
    if seasons is not None:
        query = query.where(Figure.season.in_(list(seasons)))
    # put in order here: asked to, a database takes the key's order and reads the whole release
    numbered_rows = sorted(session.execute(query), key=itemgetter(0))
    return [row for _, row in numbered_rows]


def lookup(release_id: int, kind: str, state: str, county: str, community: str) -> str:
    """Return the conditions that select a place's rows of one kind."""
    return f"{release_id}|{kind}|{state}|{county}|{community}"


def of_place(rows_found: Iterable[Row], place: Place) -> Iterator[Row]:
    """Yield a community's rows: its own, or those in which it is shown with its neighbours.

    Where a community is too small it is shown in its county's pool; where its neighbours are too
    few for a pool, in its whole county. Such rows name their members.
    """
    for row in rows_found:
        together = (row["state"], row["county"]) == (place.state, place.county)
        together = together and place.slug in row["members"].split("|")
        if together or row["community"] == place.slug:
            yield row
