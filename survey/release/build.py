"""Closed events in, one stored release out.

Every county reads its own answers (counties.py) and is built by analysis/release/build.py, here or
where an executor works. What is private of a county is kept for the next release (part_store.py);
what is published is frozen row by row (figure_rows.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.orm import Session

from analysis.release.build import Build, NothingToRelease, ReleaseRefused, not_holding
from analysis.release.build import build as build_counties
from analysis.release.columns import NOTES
from analysis.release.county import Task
from analysis.release.executors import Here
from analysis.release.figures import RhoKey
from analysis.release.programme import withheld_before
from analysis.release.released import tidy
from survey.quality.marks import is_counted, mark_closed
from survey.questionnaire.instrument import Content
from survey.release import figure_rows, held_answers, measure_catalogue, part_store
from survey.release.about import about_of
from survey.release.answer_rows import SetAside
from survey.release.counties import Scope, StoredCounty, areas
from survey.release.imported_answers import COUNTS, with_imported
from survey.release.report import in_full, sentences_of
from survey.release.samples import samples
from survey.release.sources import Database, OwnSession, Source
from survey.storage.county_parts import forget_release
from survey.storage.events import Refused
from survey.storage.import_tables import ImportedFile
from survey.storage.keeping_tables import forgotten_seasons, is_kept
from survey.storage.made_up import has_real, next_release_id, releases
from survey.storage.models import (
    RELEASE_FORMAT,
    Agency,
    Community,
    Event,
    Figure,
    Release,
    Response,
)
from survey.storage.release_store import FIGURE

Say = Callable[[str], None]  # shows a step to whoever started this
Progress = Callable[[int, int, str], None]  # counties done, counties in all, the one just done


@dataclass(frozen=True)
class Workers:
    """Who builds the counties, and how they reach the database that this process sees."""

    executor: Executor
    database: Database


@dataclass(frozen=True)
class Prepared:
    """A release whose counties are built and audited, with what is published beside its figures.

    No figure of it is stored yet; what is private of each county is.
    """

    built: Build
    scope: Scope
    about: dict[str, Any]


def publish(
    session: Session,
    content: Content,
    moment: datetime,
    say: Say,
    *,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Release:
    """Release every closed event, saying each step. Commit is the caller's.

    Parameters as prepare(). Raises Refused with the reasons when there is nothing new that may be
    shown.
    """
    prepared = prepare(session, content, moment, say, progress=progress, workers=workers)
    scope, counties = prepared.scope, {county.name for county in prepared.built.counties}
    with refusals():
        release = figure_rows.store(session, prepared.built, prepared.about, moment)
    for name in {*part_store.names(session, release.id)} - counties:
        part_store.remove(session, release.id, name)  # a stopped build of other places left it
    forget_release(session, scope.before)
    return release


def prepare(
    session: Session,
    content: Content,
    moment: datetime,
    say: Say,
    *,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Prepared:
    """Build and audit what publish() would store. Raises Refused.

    progress: called with (counties done, counties in all, its name) after each county; the last
    call has two equal numbers.
    workers: None: this process reads and builds everything, through the session. Else each county
    is built where they work and kept as soon as it is done, so that a release that was stopped
    goes on where it was. They see what is committed: the session is, before they begin.
    """
    mark_closed(session, content, moment)
    content = with_imported(session, content)
    scope, notes = scope_of(session, content, moment)
    held = held_answers.held_in(session, content, moment, made_up=scope.made_up)
    for sentence in held_answers.sentences(held):
        say(sentence)
    if not scope.events:
        raise nothing_counts(any_held=bool(held))
    say(f"{scope.events} closed events are put together.")
    source = workers.database if workers else OwnSession(session, content)
    counties = counties_of(session, content, scope, source)
    executor = workers.executor if workers else Here()
    if workers:
        session.commit()  # nothing is held open while they work

    def county_done(done: int, of: int, county: str) -> None:
        if progress is not None:
            progress(done, of, in_full(content, county))

    with refusals():
        task = task_of(content, scope, notes, counties, executor)
        built = build_counties(
            counties, task, executor, before=notes, held=held, progress=county_done
        )
    about = about_of(session, content, built, scope)
    for sentence in (*unread_in(built).sentences(), *sentences_of(content, about["notes"])):
        say(sentence)
    return Prepared(built, scope, about)


def scope_of(
    session: Session, content: Content, moment: datetime
) -> tuple[Scope, pd.DataFrame | None]:
    """Return what is read, and the notes of the release before; None: there is none.

    Raises Refused where figures would be lost.
    """
    made_up = not has_real(session)  # the demonstration is released while nothing is real
    before = newest(session, made_up=made_up)
    refuse_to_lose(session, before, made_up=made_up)
    kinds = tuple(kinds_of(session, content, made_up=made_up))
    follows = 0 if before is None else before.id
    seasons = seasons_of(session, content, moment, made_up=made_up)
    scope = Scope(
        moment, kinds, made_up, next_release_id(session), follows,
        seasons=tuple(sorted(set(seasons))), events=len(seasons),
    )  # fmt: skip
    return scope, None if before is None else tidy(before.about["notes"], NOTES)


def task_of(
    content: Content,
    scope: Scope,
    before: pd.DataFrame | None,
    counties: Sequence[StoredCounty],
    executor: Executor,
) -> Task:
    """Return what is the same for every county; before: notes of the release before."""
    measures = measure_catalogue.measures_of(content, scope.kinds)
    known, expected = frozenset[int](), frozenset[RhoKey]()
    if before is not None:
        known = frozenset(before.loc[before["kind"] == "index", "season"])
        expected = withheld_before(before)
    if not known.issuperset(scope.seasons):
        expected |= not_holding(counties, measures, executor, without=known)
    return Task(measures, measure_catalogue.cuts_of(content), expected, scope.release_id)


def counties_of(
    session: Session, content: Content, scope: Scope, source: Source
) -> list[StoredCounty]:
    """Return every county that has answers, or had some when the release before was made."""
    places = areas(session, content, made_up=scope.made_up)
    names = sorted({*places, *part_store.names(session, scope.before)})
    return [StoredCounty(name, places.get(name, ()), scope, source) for name in names]


def unread_in(built: Build) -> SetAside:
    """Return how many rows the counties could not read."""
    aside = SetAside()
    for one in built.summaries:
        aside.counts.update(one.part.unread)
    return aside


def nothing_counts(*, any_held: bool) -> Refused:
    """Return why a release of no answers is none."""
    if any_held:
        return Refused(
            "Nothing was released. No answer of the closed events counts so far: the others wait "
            "for a decision, or were left out (`flask held list`).",
            "all_held",
        )
    return Refused(
        "Nothing was released. No event with answers is closed: `flask event close`.",
        "nothing_closed",
    )


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what stops a release into a Refused with the reasons."""
    try:
        yield
    except NothingToRelease as nothing:
        sentence = "Nothing was released. " + " ".join(nothing.reasons)
        raise Refused(sentence, "nothing_new") from nothing
    except ReleaseRefused as refused:
        sentence = f"The audit refused this release: {refused}"
        raise Refused(sentence, "audit_refused") from refused


def kinds_of(session: Session, content: Content, *, made_up: bool) -> list[str]:
    """Return the kinds of agency that the communities have, in the questionnaire's order."""
    of_these = Community.made_up == made_up
    present = set(session.scalars(select(Agency.kind).join(Community).where(of_these)))
    return [kind for kind in content.agencies if kind in present]


def seasons_of(session: Session, content: Content, moment: datetime, *, made_up: bool) -> list[int]:
    """Return the season of each closed event that has answers that count."""
    answered = exists().where(
        Response.event_id == Event.id,
        is_counted(Response.event_id, Response.submission),
        tuple_(Response.audience, Response.wave).in_(list(samples(content))),
    )
    imported = exists().where(ImportedFile.event_id == Event.id, ImportedFile.kind == COUNTS)
    query = select(Event.season).join(Community).where(Community.made_up == made_up)
    query = query.where(Event.closes_at <= moment, is_kept(made_up=made_up), answered | imported)
    return [*session.scalars(query)]


def made(session: Session, release: Release) -> str:
    """Return the sentence about a release that is stored."""
    query = select(func.count()).where(Figure.release_id == release.id, Figure.kind == FIGURE)
    figures = session.scalar(query)
    return f"Release {release.id} is made: {figures} figures, sha256 {release.sha256}."


def newest(session: Session, *, made_up: bool = False) -> Release | None:
    """Return the newest release that the next one follows; None at first.

    Of the demonstration, or of what is real: neither is a step of the other. One of an earlier
    format has other columns, and nothing is compared with it.
    """
    of_these = releases(session, made_up=made_up)
    return next((one for one in of_these if one.format == RELEASE_FORMAT), None)


def refuse_to_lose(session: Session, before: Release | None, *, made_up: bool) -> None:
    """Raise Refused where figures of a season whose answers are gone could not be carried over."""
    there = set() if before is None else set(before.about["seasons"])
    lost = set() if made_up else forgotten_seasons(session) - there
    if lost:
        raise Refused(
            f"The answers of {', '.join(map(str, sorted(lost)))} are no longer kept, and the last "
            "release that this version can read has no figures of them: a new one would lose them.",
            "would_lose",
        )
