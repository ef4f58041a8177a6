"""What imported files add to a release: their versions of questions, counts without single answers,
and a sentence's worth of where they came from."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from analysis.measures import ADULT, CARD, EVENT, UNSAID
from survey.questionnaire.areas import area_id
from survey.questionnaire.imported_questions import imported_instrument
from survey.questionnaire.instrument import Content
from survey.storage.import_tables import ImportedFile
from survey.storage.keeping_tables import is_kept
from survey.storage.models import Community, Event, Release, Response

if TYPE_CHECKING:
    from survey.release.answer_rows import Area

COUNTS = "counts"  # the kind of an import that held no single answers


def with_imported(session: Session, content: Content) -> Content:
    """Return the content with what this database adds to it: the instruments that imported files
    were answered under, and whether cards with one-time codes were ever used."""
    imported = {
        one.instrument: imported_instrument(content, one.base, one.versions)
        for one in session.scalars(select(ImportedFile))
        if one.versions
    }
    carded = uses_cards(session)
    return replace(content, imported=imported, carded=carded) if imported or carded else content


def uses_cards(session: Session) -> bool:
    """Whether an answer came with a card, or did before the answers were forgotten."""
    if session.scalar(select(exists().where(Response.verified))):
        return True
    last = session.scalar(select(Release.about).order_by(Release.id.desc()).limit(1))
    return last is not None and CARD in last.get("cuts", ())


def counted_answers(
    session: Session, content: Content, moment: datetime, area: Area
) -> Iterator[dict[str, Any]]:
    """Yield rows whose sums are the counts of a county's imported tables.

    They stand in no table of responses and are nobody's: each column is shuffled by itself, so that
    a row says nothing of who gave two answers; they belong to no group, and no index counts them.
    """
    query = (
        select(ImportedFile, Event, Community)
        .join(Event, Event.id == ImportedFile.event_id)
        .join(Community, Community.id == Event.community_id)
        .where(ImportedFile.kind == COUNTS, Event.closes_at <= moment)
        .where(is_kept(made_up=area.made_up))
        .where(
            Community.state == area.state,
            Community.county == area.county,
            Community.area == area.kind,
            Community.made_up == area.made_up,
        )
        .order_by(ImportedFile.event_id, ImportedFile.sha256)
    )
    for imported, event, community in session.execute(query):
        for number, answers in enumerate(unlinked(content, imported)):
            yield {
                "key": f"{imported.sha256[:24]}{number:08x}",
                "language": UNSAID,
                "instrument": imported.instrument,
                "audience": ADULT,
                "wave": EVENT,
                "answers": answers,
                "season": event.season,
                "event": event.slug,
                "head_count": event.head_count,
                "community": community.slug,
                "county": area_id(community.county, community.area, content.areas),
                "state": community.state,
            }


def unlinked(content: Content, imported: ImportedFile) -> Iterator[dict[str, Any]]:
    """Yield as many sets of answers as the longest column has; which meets which is chance."""
    columns: dict[str, list[Any]] = {}
    for item, counts in sorted(imported.counts.items()):
        question = content.current.questions[item.partition(".")[0]]
        if not question.is_measured or question.cut:
            continue
        codes = [
            code_of(code, is_number=question.scale is not None)
            for code, count in sorted(counts.items())
            for _ in range(count)
        ]
        random.Random(f"{imported.sha256} {item}").shuffle(codes)
        columns[item] = codes
    for number in range(max(map(len, columns.values()), default=0)):
        yield {item: codes[number] for item, codes in columns.items() if number < len(codes)}


def code_of(code: str, *, is_number: bool) -> int | str:
    return int(code) if is_number or code.startswith("-") else code


def told_imports(
    session: Session, communities: Iterable[str], moment: datetime
) -> list[dict[str, Any]]:
    """Return what is published of the imports of these communities: where a season's figures came
    from, and how a question was worded where that was not in our words."""
    query = (
        select(ImportedFile, Event.season, Community.slug)
        .join(Event, Event.id == ImportedFile.event_id)
        .join(Community, Community.id == Event.community_id)
        .where(Community.slug.in_(set(communities)), Event.closes_at <= moment)
        .order_by(Community.slug, Event.season, ImportedFile.sha256)
    )
    return [
        {
            "community": slug,
            "season": season,
            "kind": one.kind,
            "tool": one.tool,
            "sha256": one.sha256,
            "responses": one.responses,
            "left_out": one.left_out,
            "asked": {id: asked(version) for id, version in one.versions.items()},
        }
        for one, season, slug in session.execute(query)
    ]


def asked(version: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a version was asked, as far as it was not in our words."""
    fields = {key: version[key] for key in ("version", "asked", "labels", "crosswalk")}
    return fields | {"scale": version["codes"]}
