"""Released rows as they are sent: CSV and JSON, some hundreds of rows at a time.

Nothing is gathered first, so that a country's table takes no more memory than a town's and its
first row goes out at once. Rows come as the text in which a release froze them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from survey.read.captions import Teller
from survey.read.place_index import PlaceIndex

if TYPE_CHECKING:
    from analysis.output.published import Names

AT_ONCE = 500  # rows in one piece


def as_csv(rows: Iterable[str], tell: Teller, index: PlaceIndex) -> Iterator[bytes]:
    """Yield rows of figures as CSV, in the columns of the release's own files."""
    from analysis.output.columns import FIGURES_TABLE  # loads pandas: only where a file is made
    from analysis.output.export import csv_parts
    from analysis.output.published import published

    names = names_in_language(tell, index)
    yield from csv_parts(FIGURES_TABLE, published(FIGURES_TABLE, map(json.loads, rows), names))


def names_in_language(tell: Teller, index: PlaceIndex) -> Names:
    """Return what places are called in the reader's language."""
    from analysis.output.published import Names

    return Names(
        {slug: place.name for slug, place in index.places.items()},
        {area: tell.area(places[0]) for area, places in index.by_area.items()},
    )


def as_json(rows: Iterable[str], head: Mapping[str, object]) -> Iterator[bytes]:
    """Yield {...head, "rows": [...]}."""
    yield (json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [').encode()
    before = ""
    for some in pieces(rows):
        yield (before + ", ".join(some)).encode()
        before = ", "
    yield b"]}"


def pieces(rows: Iterable[str]) -> Iterator[list[str]]:
    """Yield the rows some at a time."""
    some: list[str] = []
    for row in rows:
        some.append(row)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some
