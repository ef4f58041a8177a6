"""Finding a place by its name: state, county, community. Nothing here knows a figure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from survey.storage.release_store import Place

LEAST_LETTERS = 2  # one letter names nothing in particular
SUGGESTED = 8  # places under the field while somebody types
Area = tuple[str, str]  # state, county
T = TypeVar("T")


@dataclass(frozen=True)
class PlaceIndex:
    """The places of one release, looked up by how their names begin."""

    places: Mapping[str, Place]  # by slug, in order of name

    @cached_property
    def by_area(self) -> dict[Area, list[Place]]:
        """Return communities by state and county, each in order of name."""
        areas: dict[Area, list[Place]] = {}
        for place in self.places.values():
            areas.setdefault((place.state, place.county), []).append(place)
        return {area: areas[area] for area in sorted(areas)}

    @cached_property
    def states(self) -> dict[str, list[str]]:
        """Return the counties of each state."""
        counties: dict[str, list[str]] = {}
        for state, county in self.by_area:
            counties.setdefault(state, []).append(county)
        return counties

    @cached_property
    def in_order(self) -> list[Place]:
        """Return every community by state, county and name."""
        return [place for places in self.by_area.values() for place in places]

    @cached_property
    def starts(self) -> list[tuple[str, str]]:
        """Return (folded name from one of its words on, slug), sorted."""
        return sorted(
            (start, slug)
            for slug, place in self.places.items()
            for start in starts_of(folded(place.name))
        )

    @cached_property
    def area_starts(self) -> list[tuple[str, Area]]:
        """The same for states (with no county) and for counties."""
        areas: dict[Area, str] = {(state, ""): state for state in self.states}
        areas |= {area: places[0].area_name for area, places in self.by_area.items()}
        return sorted(
            (start, area) for area, name in areas.items() for start in starts_of(folded(name))
        )

    def within(self, state: str = "", county: str = "") -> list[Place]:
        """Return the communities of a state, or of a county of it, in order."""
        if not state:
            return self.in_order
        counties = [county] if county else self.states.get(state, [])
        return [place for one in counties for place in self.by_area.get((state, one), [])]

    def find(self, text: str) -> list[Place]:
        """Return communities one of whose words begins as `text` does, or whose county or state
        is named after it ("springfield, ohio"); by name, then by state and county."""
        wanted, _, area = folded(text).partition(",")
        wanted, area = wanted.strip(), area.strip()
        if len(wanted) < LEAST_LETTERS:
            return []
        matching = (self.places[slug] for slug in dict.fromkeys(after(self.starts, wanted)))
        if area:
            matching = (place for place in matching if lies_in(place, area))
        return sorted(matching, key=lambda place: (place.name, place.state, place.county))

    def find_areas(self, text: str) -> list[Area]:
        """Return states and counties whose name begins as `text` does; a state has no county."""
        wanted = folded(text).partition(",")[0].strip()
        if len(wanted) < LEAST_LETTERS:
            return []
        return sorted(dict.fromkeys(after(self.area_starts, wanted)), key=lambda a: (a[1] != "", a))


def after(starts: list[tuple[str, T]], wanted: str) -> Iterator[T]:
    """Yield what stands beside each start that begins with `wanted`."""
    for at in range(bisect_left(starts, (wanted,)), len(starts)):
        start, value = starts[at]
        if not start.startswith(wanted):
            return
        yield value


def starts_of(name: str) -> Iterable[str]:
    """Return a name from each of its words on: "new middletown", "middletown"."""
    return (name[match.start() :] for match in re.finditer(r"\S+", name))


def lies_in(place: Place, area: str) -> bool:
    return any(
        start.startswith(area)
        for name in (place.state, place.area_name)
        for start in starts_of(folded(name))
    )


def folded(text: str) -> str:
    """Return a name without case, accents and marks: "San José" -> "san jose"."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^\w,]+", " ", plain).split())
