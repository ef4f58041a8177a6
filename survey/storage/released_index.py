"""What a release holds of many places at once: every row of a subject, the places of a verdict,
the subjects that a place or a state has figures of. Each begins at an index (models.BY_SUBJECT,
BY_PLACE)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey.storage.models import Release
from survey.storage.release_store import (
    CHANGE,
    COLUMNS,
    CONDITIONS,
    COUNTY,
    FIGURE,
    OVERALL,
    POOL,
    ROW,
    TOTAL,
    Place,
    Row,
    Subject,
    lookup,
    read,
)

# what there are figures of: at some lookups, and, shown together, with whom in which seasons
OWN = (
    select(COLUMNS.measure, COLUMNS.agency)
    .where(CONDITIONS["lookups"], COLUMNS.cut == TOTAL)
    .distinct()
)
TOGETHER = OWN.add_columns(COLUMNS.row["members"].as_string()).where(CONDITIONS["seasons"])
AT_ONCE = 500  # rows that are read at a time where all of them are sent


def in_order(
    session: Session,
    release: Release,
    *,
    subject: Subject,
    cut: str,
    state: str = "",
    county: str = "",
) -> Iterator[str]:
    """Yield every figure of a subject as it was frozen, as JSON, as the database gives it: by
    season, state, county and community. Holds no more than some hundreds at a time."""
    query = select(ROW).where(
        COLUMNS.release_id == release.id,
        COLUMNS.kind == FIGURE,
        COLUMNS.measure == subject.measure,
        COLUMNS.agency == subject.agency,
        COLUMNS.cut == cut,
    )
    query = query.where(*narrowed(state, county)).order_by(
        COLUMNS.season,
        COLUMNS.told,
        COLUMNS.state,
        COLUMNS.county,
        COLUMNS.community,
        COLUMNS.number,
    )
    yield from session.scalars(query.execution_options(yield_per=AT_ONCE))


def of_season(
    session: Session,
    release: Release,
    kind: str,
    *,
    subject: Subject,
    season: int,
    told: Iterable[str] = ("",),
    state: str = "",
    county: str = "",
) -> list[Row]:
    """Return the rows that communities have of their own in one season, by state, county and
    name. told: of changes, which verdicts ("before.rise"); a figure has none."""
    asked: dict[str, object] = {"release": release.id, "kind": kind, **subject._asdict()}
    asked |= {"cut": TOTAL, "season": season, "told": list(told)}
    asked |= {name: where for name, where in (("state", state), ("county", county)) if where}
    rows = (one for one in read(session, asked)[kind] if one["community"] not in (COUNTY, POOL))
    return sorted(rows, key=itemgetter("state", "county", "community"))


def totals(release: Release, kind: str, subject: Subject, season: int) -> list[ColumnElement[bool]]:
    """Return what selects everybody's rows of one kind, subject and season."""
    return [
        COLUMNS.release_id == release.id,
        COLUMNS.kind == kind,
        COLUMNS.measure == subject.measure,
        COLUMNS.agency == subject.agency,
        COLUMNS.cut == TOTAL,
        COLUMNS.season == season,
    ]


def narrowed(state: str, county: str) -> list[ColumnElement[bool]]:
    """Return what keeps a state, or a county of it, where they are named."""
    asked = ((COLUMNS.state, state), (COLUMNS.county, county))
    return [column == value for column, value in asked if value]


def subjects_of(
    session: Session, release: Release, places: Iterable[Place], seasons: Iterable[int]
) -> set[Subject]:
    """Return what there are figures of in these places: their own of any season, and those of
    these seasons in which they are shown together with their county's others."""
    own, shared, slugs = set(), set(), set()
    for place in places:
        slugs.add(place.slug)
        own.add(lookup(release.id, FIGURE, place.state, place.county, place.slug))
        for community in (COUNTY, POOL):
            shared.add(lookup(release.id, FIGURE, place.state, place.county, community))
    asked = {"lookups": list(shared), "seasons": list(seasons)}
    together = {
        Subject(measure, agency)
        for measure, agency, named in session.execute(TOGETHER, asked).all()
        if not slugs.isdisjoint(named.split("|"))
    }
    return together | subjects_at(session, own)


def subjects_at(session: Session, keys: Iterable[str]) -> set[Subject]:
    return {Subject(*one) for one in session.execute(OWN, {"lookups": list(keys)}).all()}


def subjects_overall(
    session: Session, release: Release, season: int, state: str = ""
) -> set[Subject]:
    """Return what there are figures of in a season for the programme, or for a state."""
    key = lookup(release.id, OVERALL, state, "", "")
    query = OWN.where(COLUMNS.season == season)
    return {Subject(*one) for one in session.execute(query, {"lookups": [key]}).all()}


def told_of(
    session: Session,
    release: Release,
    *,
    subject: Subject,
    season: int,
    told: str,
    state: str = "",
    county: str = "",
    skip: int = 0,
    most: int | None = None,
) -> list[str]:
    """Return the slugs of communities of one verdict ("before.rise"), by state and county."""
    query = select(COLUMNS.community).where(
        *totals(release, CHANGE, subject, season),
        COLUMNS.told == told,
        COLUMNS.community.not_in((COUNTY, POOL)),
        *narrowed(state, county),
    )
    query = query.order_by(COLUMNS.state, COLUMNS.county, COLUMNS.community)
    return list(session.scalars(query.offset(skip).limit(most)))
