"""What is published beside the figures: places, subjects, words and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from analysis.measures import Measure
from analysis.release.released import Released
from analysis.release.verdict import smallest_for
from survey.questionnaire.areas import area_id
from survey.questionnaire.instrument import Content
from survey.release import measure_catalogue
from survey.release.freezing import records
from survey.storage.models import Community

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


def communities_in(released: Released) -> set[str]:
    """Return the slugs of communities that are shown, by themselves or in a pool or county."""
    figures = released.figures
    shown = set(figures["community"])
    for members in (*figures["members"].unique(), *released.notes["members"].unique()):
        shown.update(members.split("|"))
    return shown - {"", "other"}
