"""What the tables of a release hold beside its frozen rows: names, places, titles of measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from analysis import Measure
from analysis.output.columns import Table
from analysis.output.published import Cells, Names
from survey.questionnaire.areas import area_name
from survey.questionnaire.content_files import as_tuples
from survey.questionnaire.instrument import Content
from survey.questionnaire.words import REFERENCE
from survey.read.captions import Teller
from survey.storage import release_store
from survey.storage.models import Release


def of_state(table: Table, rows: Iterable[Cells], state: str) -> Iterator[Cells]:
    """The rows of one state, and those of no state in particular."""
    if not state or "state" not in table.names:
        return iter(rows)
    place = table.names.index("state")
    return (row for row in rows if row[place] in ("", state))


def measures_of(release: Release) -> list[Measure]:
    """The measures as they were when the release was made."""
    return [Measure(**as_tuples(row)) for row in release.about["measures"]]


def names_of(content: Content, release: Release) -> Names:
    """What the places of a release are called, in English."""
    places = release.about["places"]
    return Names(
        {place["slug"]: place["name"] for place in places},
        {(place["state"], place["county"]): area_of(content, place) for place in places},
    )


def area_of(content: Content, place: dict[str, Any]) -> str:
    """The area that a place lies in, as it is written: "Mahoning County"."""
    kind = place.get("area", "county")
    return area_name(place.get("area_name", place["county"]), kind, content.areas)


def communities(content: Content, release: Release) -> Iterator[Cells]:
    """The cells of COMMUNITIES_TABLE."""
    for place in release.about["places"]:
        yield [
            place["slug"],
            place["name"],
            place["state"],
            place["county"],
            place.get("area", "county"),
            area_of(content, place),
        ]


def measure_titles(content: Content, release: Release) -> list[tuple[str, str]]:
    """What each measure is called on English and on Spanish pages."""
    now = release_store.as_current(release)
    tellers = [Teller(now, content.languages[code]) for code in (REFERENCE, "es")]
    titles = []
    for measure in release.about["measures"]:
        subject = release_store.Subject(measure["id"], measure["agency"])
        is_shown = subject in now.subjects  # what has no figure has no page and no name
        english, spanish = (tell.title(subject) if is_shown else "" for tell in tellers)
        titles.append((english, spanish))
    return titles
