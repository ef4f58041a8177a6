"""Closed events -> frame -> release() -> stored Release: the only code that reads all answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.release.build import NothingToRelease, ReleaseRefused
from analysis.release.build import release as make_release
from analysis.release.released import Released
from survey.quality.marks import mark_closed
from survey.questionnaire.instrument import Content
from survey.release import held_answers, measure_catalogue
from survey.release.about import about
from survey.release.answer_rows import Area, SetAside, all_answers
from survey.release.frame_loader import frame_of
from survey.release.freezing import store
from survey.release.imported_answers import told_imports, with_imported
from survey.release.report import in_full, sentences_of
from survey.storage.events import Refused
from survey.storage.keeping_tables import forgotten_seasons
from survey.storage.made_up import has_real, releases
from survey.storage.models import RELEASE_FORMAT, Agency, Community, Figure, Release
from survey.storage.release_store import FIGURE
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
    kinds = kinds_of(session, content, made_up=made_up)
    aside = SetAside()
    frame = closed_answers(session, content, moment, kinds, aside, made_up=made_up)
    held = held_answers.held_in(session, content, moment, made_up=made_up)
    for sentence in (*aside.sentences(), *held_answers.sentences(held)):
        say(sentence)
    if frame.empty:
        raise nothing_counts(any_held=bool(held))
    say(f"{frame['event'].nunique()} closed events are put together.")

    def county_done(done: int, of: int, county: str) -> None:
        say(f"{done} of {of}: {in_full(content, county)}")
        if progress is not None:
            progress(done, of)

    measures = measure_catalogue.measures_of(content, kinds)
    cuts = measure_catalogue.cuts_of(content)
    with refusals():
        released = make_release(
            frame, measures, cuts, previous=previous, held=held, progress=county_done
        )
    for sentence in sentences_of(content, released):
        say(sentence)
    return Prepared(released, about_of(session, content, released, cuts, moment, made_up=made_up))


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


def about_of(
    session: Session,
    content: Content,
    released: Released,
    cuts: Sequence[str],
    moment: datetime,
    *,
    made_up: bool,
) -> dict[str, Any]:
    """Return what is published beside the figures, of the communities that are shown."""
    places = select(Community).where(Community.made_up == made_up)
    in_order = places.order_by(Community.name, Community.slug)
    # every kind of agency, so that the columns of files come from the questionnaire alone
    catalogue = measure_catalogue.measures_of(content, list(content.agencies))
    beside = about(content, released, session.scalars(in_order).all(), catalogue, cuts)
    shown = [place["slug"] for place in beside["places"]]
    return beside | {"imported": told_imports(session, shown, moment)}


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
    frames = [
        frame_of(content, rows, kinds)
        for place in session.execute(places.order_by("state", "county", "area")).all()
        if (rows := list(all_answers(session, content, moment, Area(*place), aside)))
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


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
