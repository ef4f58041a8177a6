"""Which places one page of an overview lists, and how many pages there are."""

from __future__ import annotations

from survey.read.overview import Overview, Scope
from survey.read.place_index import PlaceIndex
from survey.read.results_query import Reading
from survey.storage import released_index
from survey.storage.release_store import Place

PER_PAGE = 40  # places on one page


def listed(
    reading: Reading, index: PlaceIndex, scope: Scope, page: int
) -> tuple[list[Place], int, int, list[Place]]:
    """Return the places of one page, its number, how many pages there are, and all of the scope.

    A page beyond the last is the last.
    """
    everywhere = index.within(scope.state, scope.county)
    if not scope.told:
        pages = max(1, -(-len(everywhere) // PER_PAGE))
        number = min(max(1, page), pages)
        return everywhere[(number - 1) * PER_PAGE : number * PER_PAGE], number, pages, everywhere
    overview = Overview(reading, index, scope, everywhere)
    pages = max(1, -(-overview.counted[scope.told] // PER_PAGE))
    number = min(max(1, page), pages)
    slugs = released_index.told_of(
        reading.session, reading.now.release, subject=reading.subject, season=overview.newest,
        told=f"{scope.basis}.{scope.told}", state=scope.state, county=scope.county,
        skip=(number - 1) * PER_PAGE, most=PER_PAGE,
    )  # fmt: skip
    places = [reading.now.places[slug] for slug in slugs if slug in reading.now.places]
    places.sort(key=lambda place: (place.state, place.county, place.name))
    return places, number, pages, everywhere
