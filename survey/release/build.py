"""Closed events -> frame -> release() -> stored Release: the only code that reads all answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from analysis.disclosure.between_releases import AUDIT
from analysis.measures import TOTAL, Measure
from analysis.release.build import NothingToRelease, ReleaseRefused
from analysis.release.build import release as make_release
from analysis.release.released import Released
from analysis.release.verdict import smallest_for
from analysis.tabulation.tables import FEW_ANSWERS
from survey.quality.marks import mark_closed
from survey.questionnaire.areas import area_id, area_name, parse_area
from survey.questionnaire.instrument import Content
from survey.release import held_answers, measure_catalogue
from survey.release.answer_rows import Area, SetAside, all_answers
from survey.release.frame_loader import frame_of
from survey.release.imported_answers import told_imports, with_imported
from survey.storage.events import Refused
from survey.storage.keeping_tables import forgotten_seasons
from survey.storage.made_up import has_real, next_release_id, releases
from survey.storage.models import RELEASE_FORMAT, Agency, Community, Figure, Release
from survey.storage.release_store import CHANGE, FIGURE, OVERALL, lookup
from survey.storage.released_tables import load

Say = Callable[[str], None]  # shows a step to whoever started this
Progress = Callable[[int, int], None]  # counties done, counties in all


@dataclass(frozen=True)
class Prepared:
    """A release that is whole and stored nowhere yet, with what is published beside its figures."""

    released: Released
    about: dict[str, Any]


def publish(
    session: Session,
    content: Content,
    moment: datetime,
    say: Say,
    *,
    progress: Progress | None = None,
) -> Release:
    """Release every closed event, saying each step. Commit is the caller's.

    progress: called with (counties done, counties in all) after each county; the last call has
    two equal numbers. Raises Refused with the reasons when there is nothing new that may be shown.
    """
    prepared = prepare(session, content, moment, say, progress=progress)
    return store(session, prepared.released, prepared.about, moment)


def prepare(
    session: Session,
    content: Content,
    moment: datetime,
    say: Say,
    *,
    progress: Progress | None = None,
) -> Prepared:
    """Put together what publish() would store, audited, and store nothing. Raises Refused."""
    mark_closed(session, content, moment)
    content = with_imported(session, content)
    made_up = not has_real(session)  # the demonstration is released while nothing is real
    previous = newest(session, made_up=made_up)
    refuse_to_lose(session, previous, made_up=made_up)
    of_these = Community.made_up == made_up
    present = set(session.scalars(select(Agency.kind).join(Community).where(of_these)))
    kinds = [kind for kind in content.agencies if kind in present]
    aside = SetAside()
    frame = closed_answers(session, content, moment, kinds, aside, made_up=made_up)
    held = held_answers.held_in(session, content, moment, made_up=made_up)
    for sentence in (*aside.sentences(), *held_answers.sentences(held)):
        say(sentence)
    if frame.empty:
        raise Refused(
            "Nothing was released. No event with answers is closed: `flask event close`.",
            "nothing_closed",
        )
    say(f"{frame['event'].nunique()} closed events are put together.")
    measures, cuts = (
        measure_catalogue.measures_of(content, kinds),
        measure_catalogue.cuts_of(content),
    )

    def county_done(done: int, of: int, county: str) -> None:
        say(f"{done} of {of}: {in_full(content, county)}")
        if progress is not None:
            progress(done, of)

    try:
        released = make_release(
            frame,
            measures,
            cuts,
            previous=previous,
            held=held,
            progress=county_done,
        )
    except NothingToRelease as nothing:
        sentence = "Nothing was released. " + " ".join(nothing.reasons)
        raise Refused(sentence, "nothing_new") from nothing
    except ReleaseRefused as refused:
        sentence = f"The audit refused this release: {refused}"
        raise Refused(sentence, "audit_refused") from refused
    for sentence in told(content, released):
        say(sentence)
    in_order = select(Community).where(of_these).order_by(Community.name, Community.slug)
    places = session.scalars(in_order).all()
    # every kind of agency, so that the columns of files come from the questionnaire alone
    catalogue = measure_catalogue.measures_of(content, list(content.agencies))
    told_of = about(content, released, places, catalogue, cuts)
    shown = [place["slug"] for place in told_of["places"]]
    told_of["imported"] = told_imports(session, shown, moment)
    return Prepared(released, told_of)


def made(session: Session, release: Release) -> str:
    """Return the sentence about a release that is stored."""
    query = select(func.count()).where(Figure.release_id == release.id, Figure.kind == FIGURE)
    figures = session.scalar(query)
    return f"Release {release.id} is made: {figures} figures, sha256 {release.sha256}."


def closed_answers(
    session: Session,
    content: Content,
    moment: datetime,
    kinds: Sequence[str],
    aside: SetAside,
    *,
    made_up: bool,
) -> pd.DataFrame:
    """Return the frame of every closed event, of the demonstration or of what is real. Answers
    are read one county at a time and kept as codes of a byte each, so that no more than a
    county's are ever whole in memory.

    What cannot be read is added to `aside`."""
    places = select(Community.state, Community.county, Community.area, Community.made_up)
    places = places.where(Community.made_up == made_up).distinct()
    found = [
        frame_of(content, rows, kinds)
        for place in session.execute(places.order_by("state", "county", "area")).all()
        if (rows := list(all_answers(session, content, moment, Area(*place), aside)))
    ]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def newest(session: Session, *, made_up: bool = False) -> Released | None:
    """Return the newest release with its private ledger, its checksum verified; None at first.

    Of the demonstration, or of what is real: neither is a step of the other. One of an earlier
    format has other columns, and nothing is compared with it.
    """
    of_these = releases(session, made_up=made_up)
    release = next((one for one in of_these if one.format == RELEASE_FORMAT), None)
    if release is None:
        return None
    ledger = pd.DataFrame(release.ledger["rows"], columns=release.ledger["columns"])
    return load(session, release, ledger)


def refuse_to_lose(session: Session, previous: Released | None, *, made_up: bool) -> None:
    """Raise Refused where figures of a season whose answers are gone could not be carried over."""
    there = set() if previous is None else {int(one) for one in previous.figures["season"].unique()}
    lost = set() if made_up else forgotten_seasons(session) - there
    if lost:
        raise Refused(
            f"The answers of {', '.join(map(str, sorted(lost)))} are no longer kept, and the last "
            "release that this version can read has no figures of them: a new one would lose them.",
            "would_lose",
        )


EXAMPLES = (100, 200, 400, 1000)  # answers a year, for which the guide says what would show


def about(
    content: Content,
    released: Released,
    places: Sequence[Community],
    measures: Sequence[Measure],
    cuts: Sequence[str],
) -> dict[str, Any]:
    """Return what is published beside the figures: places, subjects, words and notes."""
    figures = released.figures
    shown = set(zip(figures["measure"], figures["agency"], strict=True))
    slugs = communities_in(released)
    words: dict[str, dict[str, str]] = {}
    for measure, wording, name in measure_catalogue.words_of(content, measures):
        words.setdefault(measure, {})[wording] = name
    headline = next(measure for measure in measures if measure.headline)
    return {
        "seasons": sorted(int(season) for season in figures["season"].unique()),
        "places": [place_row(content, place) for place in places if place.slug in slugs],
        "subjects": [list(m.key) for m in measures if m.key in shown],
        "headline": list(headline.key),
        "measures": [asdict(measure) for measure in measures],
        "scores": sorted({m.id for m in measures if m.unit == "score"}),
        "cuts": list(cuts),
        "smallest": {str(n): smallest_for(n) for n in EXAMPLES},
        "words": words,
        "made_up": any(place.made_up for place in places if place.slug in slugs),
        "notes": records(released.notes),
    }


def place_row(content: Content, place: Community) -> dict[str, str]:
    """Return a community as it is published; `county` is the area's id in released rows."""
    return {
        "slug": place.slug,
        "name": place.name,
        "county": area_id(place.county, place.area, content.areas),
        "area": place.area,
        "area_name": place.county,
        "state": place.state,
        "fips": place.fips,
        "gnis": place.gnis,
    }


def in_full(content: Content, county: str) -> str:
    """Return an area's id as it is written in English: "Mahoning" -> "Mahoning County"."""
    return area_name(*parse_area(county, "", content.areas), content.areas)


def communities_in(released: Released) -> set[str]:
    """Return the slugs of communities that are shown, by themselves or in a pool or county."""
    figures = released.figures
    shown = set(figures["community"])
    for members in (*figures["members"].unique(), *released.notes["members"].unique()):
        shown.update(members.split("|"))
    return shown - {"", "other"}


def store(session: Session, released: Released, about: dict[str, Any], moment: datetime) -> Release:
    """Freeze a release in rows. Earlier releases stay as they are."""
    ledger = released.ledger if released.ledger is not None else pd.DataFrame()
    kept = {
        "columns": list(ledger.columns),
        "rows": [list(row.values()) for row in records(ledger)],
    }
    release = freeze(session, about, moment, sha256=released.sha256, ledger=kept)
    tables = {FIGURE: released.figures, CHANGE: released.changes, OVERALL: released.overall}
    for kind, table in tables.items():
        freeze_rows(session, release, kind, records(table))
    return release


def freeze(
    session: Session,
    about: dict[str, Any],
    moment: datetime,
    *,
    sha256: str,
    ledger: dict[str, Any],
) -> Release:
    """Store what is told of a release beside its rows, under a number of its own."""
    release = Release(
        id=next_release_id(session), made_at=moment, sha256=sha256, about=about, ledger=ledger
    )
    session.add(release)
    session.flush()
    return release


def freeze_rows(
    session: Session, release: Release, kind: str, rows: Sequence[dict[str, Any]], first: int = 0
) -> None:
    """Store rows of one kind, numbered from `first`, each beside what pages find it by."""
    found = [
        {
            "release_id": release.id,
            "kind": kind,
            "number": number,
            "community": row.get("community", ""),
            "measure": row["measure"],
            "agency": row["agency"],
            "cut": row.get("cut", TOTAL),
            "state": row["state"],
            "county": row.get("county", ""),
            "lookup": lookup(
                release.id, kind, row["state"], row.get("county", ""), row.get("community", "")
            ),
            "season": row["season_to"] if kind == CHANGE else row["season"],
            "told": f"{row['basis']}.{row['verdict']}" if kind == CHANGE else "",
            "row": row,
        }
        for number, row in enumerate(rows, first)
    ]
    if found:
        session.execute(insert(Figure), found)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values: whole numbers, text, floats; None for what is not there."""
    columns = {
        str(name): [None if isinstance(v, float) and math.isnan(v) else v for v in column.tolist()]
        for name, column in table.items()
    }
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def told(content: Content, released: Released) -> Iterator[str]:
    """Yield a sentence for each thing that was pooled, left out or waits, and why."""
    notes = records(released.notes)
    for note in notes:
        if note["cut"] == "total" and note["kind"] in TOLD:
            sentence = BECAUSE.get(note["reason"], TOLD[note["kind"]])
            if note["reason"] == AUDIT and note["measure"]:
                sentence = CHART_LEFT_OUT
            members = note["members"].replace("|", ", ") or "-"
            county = in_full(content, note["county"])
            place = note["community"] or "the whole county"
            yield sentence.format(
                **{**note, "county": county, "members": members, "community": place}
            )
    few = [note for note in notes if note["kind"] == "dropped" and note["reason"] != AUDIT]
    cuts = sum(1 for note in few if note["cut"] != "total")
    for kind, reason, sentence in AUDITED:
        left_out = [note for note in notes if note["cut"] != "total" or kind != "dropped"]
        found = sum(1 for note in left_out if (note["kind"], note["reason"]) == (kind, reason))
        if found:
            yield sentence.format(found)
    if cuts:
        yield f"{cuts} tables of groups are left out: fewer than two groups of 11 or more."


TOLD = {
    "pooled": "{season} {county}, {panel}: {members} are shown together.",
    "dropped": "{season} {county}, {panel}: {members} cannot stand apart ({reason}).",
    "waits": "{season} {county}, {panel}: changes wait for the next release ({reason}).",
}

CHART_LEFT_OUT = (
    "{season} {county}, {panel}: {measure} of {community} is not shown, because what few people "
    "answered could be worked out from it."
)
BECAUSE = {
    AUDIT: "{season} {county}, {panel}: not shown, because what few people answered could be "
    "worked out from it.",
    FEW_ANSWERS: "{season} {county}, {panel}: {members} had fewer than 11 answers to some question "
    "and is not shown; nor is the county's total.",
}

AUDITED = (
    ("coarsened", AUDIT, "The audit made {} tables one band coarser: a group could be worked out."),
    ("dropped", AUDIT, "The audit left {} charts of groups out: a group could be worked out."),
)
