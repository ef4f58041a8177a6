"""Finding a place: a form that works without a script, and what it suggests while somebody types.

The same control opens a community, or adds it to those that are compared (`c`).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.pages.addresses import SUBJECT, kept
from survey.pages.site import page
from survey.read.caching import newest, places_of, teller
from survey.read.captions import Teller
from survey.read.place_index import SUGGESTED, PlaceIndex
from survey.read.tiles import tiles
from survey.storage.release_store import Current, Place
from survey.web.locale import content, visitor_language

MOST_FOUND = 60  # on the page of a search
MOST_COMPARED = 6  # more lines than that are hard to tell apart
LONGEST = 60  # letters that are looked at

blueprint = Blueprint("places", __name__)


@blueprint.get("/places")
def find() -> str | Reply:
    """List the places that match; go to the only one at once."""
    if (now := newest()) is None:
        return page("results/none.html")
    index, text, compared = places_of(now), asked(), compared_of(now)
    places, areas = index.find(text), index.find_areas(text)
    if len(places) == 1 and (compared or not areas):
        return redirect(address(places[0], compared))
    tell = teller(now, visitor_language())
    return page(
        "results/places.html",
        tell=tell,
        made_up=now.release.about["made_up"],
        text=text,
        compared=compared,
        places=places[:MOST_FOUND],
        more=max(0, len(places) - MOST_FOUND),
        areas=[(named(tell, index, *area), area_address(*area)) for area in areas[:MOST_FOUND]],
        states=[(state, area_address(state)) for state in index.states],
        tiles=tiles(content().states.values(), index.states),
        state_at=area_address,
        to=lambda place: address(place, compared),
        keep=lambda: kept(SUBJECT),
    )


@blueprint.get("/places.json")
def suggest() -> Response:
    """Return the first few places and areas that match, with their addresses."""
    if (now := newest()) is None:
        return jsonify([])
    index, text, compared = places_of(now), asked(), compared_of(now)
    tell = teller(now, visitor_language())
    matching = [
        {"name": place.name, "in": f"{tell.area(place)}, {place.state}",
         "to": address(place, compared)}
        for place in index.find(text)[:SUGGESTED]
    ]  # fmt: skip
    if not compared:
        room = index.find_areas(text)[: max(2, SUGGESTED - len(matching))]
        matching += [
            {"name": named(tell, index, *area), "in": "", "to": area_address(*area)}
            for area in room
        ]
    response = jsonify(matching)
    response.cache_control.public = True
    response.cache_control.max_age = 300
    return response


def asked() -> str:
    return " ".join(request.args.get("q", "").split())[:LONGEST]


def compared_of(now: Current) -> list[Place]:
    """Return the places that are compared already, in order of name."""
    return now.picked(request.args.getlist("c"), MOST_COMPARED)


def address(place: Place, compared: list[Place]) -> str:
    """Return a community's page, or the comparison with it added."""
    if not compared:
        return url_for("results.community", slug=place.slug, **about())
    slugs = dict.fromkeys([*(one.slug for one in compared), place.slug])
    return url_for("results.compare", c=list(slugs), **about())


def about() -> dict[str, Any]:
    """Return the question that the links keep."""
    return dict(kept(SUBJECT))


def area_address(state: str, county: str = "") -> str:
    return url_for("results.overview", state=state, county=county or None, **about())


def named(tell: Teller, index: PlaceIndex, state: str, county: str) -> str:
    """Return "Erie County, New York", or the state."""
    if not county:
        return state
    return f"{tell.area(index.by_area[state, county][0])}, {state}"
