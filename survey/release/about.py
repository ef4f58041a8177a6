"""What is published beside the figures: places, subjects, words and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.measures import Measure
from analysis.release.build import Build
from analysis.release.verdict import smallest_for
from survey.questionnaire.areas import area_id
from survey.questionnaire.instrument import Content
from survey.release import measure_catalogue
from survey.release.counties import Scope
from survey.release.figure_rows import records
from survey.release.imported_answers import told_imports
from survey.storage.models import Community

EXAMPLES = (100, 200, 400, 1000)  # answers a year, for which the guide says what would show


def about_of(session: Session, content: Content, built: Build, scope: Scope) -> dict[str, Any]:
    """Return what is published beside the figures, of the communities that are shown."""
    places = select(Community).where(Community.made_up == scope.made_up)
    in_order = places.order_by(Community.name, Community.slug)
    # every kind of agency, so that the columns of files come from the questionnaire alone
    catalogue = measure_catalogue.measures_of(content, list(content.agencies))
    beside = about(content, built, session.scalars(in_order).all(), catalogue, built.task.cuts)
    shown = [place["slug"] for place in beside["places"]]
    return beside | {"imported": told_imports(session, shown, scope.moment)}


def about(
    content: Content,
    built: Build,
    places: Sequence[Community],
    measures: Sequence[Measure],
    cuts: Sequence[str],
) -> dict[str, Any]:
    """Return what is published beside the figures: places, subjects, words and notes."""
    shown = {subject for one in built.summaries for subject in one.subjects}
    slugs = {slug for one in built.summaries for slug in one.communities}
    words: dict[str, dict[str, str]] = {}
    for measure, wording, name in measure_catalogue.words_of(content, measures):
        words.setdefault(measure, {})[wording] = name
    headline = next(measure for measure in measures if measure.headline)
    return {
        "seasons": sorted({season for one in built.summaries for season in one.seasons}),
        "places": [place_row(content, place) for place in places if place.slug in slugs],
        "subjects": [list(m.key) for m in measures if m.key in shown],
        "headline": list(headline.key),
        "measures": [asdict(measure) for measure in measures],
        "scores": sorted({m.id for m in measures if m.unit == "score"}),
        "cuts": list(cuts),
        "smallest": {str(n): smallest_for(n) for n in EXAMPLES},
        "words": words,
        "made_up": any(place.made_up for place in places if place.slug in slugs),
        "notes": records(built.notes_table()),
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
