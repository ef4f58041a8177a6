"""What the public and departments read: released figures as sentence, table, chart and file.

The address is the state: filters are a GET form, and the same address with another ending
(.csv, .json, .chart.json) gives the same rows. What of an address a page understands is named
once (`understood`): pages are kept under it, and their links are made of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, has_request_context, request, url_for
from werkzeug.routing import BaseConverter

from survey.pages import pictures
from survey.pages.site import page
from survey.read import definitions
from survey.read.caching import Query, kept_or_made, newest, release_asked
from survey.read.captions import Teller
from survey.read.other_samples import OtherSamples
from survey.read.results_query import TOTAL, Reading
from survey.storage.db import session
from survey.storage.release_store import Current, Place
from survey.web.locale import content, visitor_language

PER_PAGE = 40  # communities on one page of the overview
MOST_PANELS = 12  # small charts beside each other
MOST_COMPARED = 6  # more lines than that cannot be told apart


class Ending(BaseConverter):
    """The last part of an address: which form the rows come in."""

    regex = "|".join(map(re.escape, ("csv", "json", "chart.json", *pictures.ENDINGS)))


class Slug(BaseConverter):
    regex = r"[a-z0-9-]+"


blueprint = Blueprint("results", __name__)


@blueprint.record_once
def add_converters(state: Any) -> None:
    state.app.url_map.converters.update(ending=Ending, slug=Slug)
    state.app.jinja_env.globals.update(still=pictures.still, sharing=pictures.sharing)


@blueprint.app_url_defaults
def keep_release(endpoint: str, values: dict[str, Any]) -> None:
    """An older release is read on: what a page links to is of the same one."""
    if endpoint.startswith("results.") and has_request_context() and g.get("older"):
        values.setdefault("release", g.older)


@blueprint.get("/results", defaults={"ending": "html"})
@blueprint.get("/results.<ending:ending>")
def overview(ending: str) -> str | Response:
    """Communities by seasons, for one measure and agency."""
    if (now := newest()) is None:
        return page("results/none.html")
    state = request.args.get("state", "")
    places = [place for place in now.places.values() if state in ("", place.state)]
    pages = max(1, -(-len(places) // PER_PAGE))
    number = min(max(1, request.args.get("page", 1, int)), pages)
    shown = places[(number - 1) * PER_PAGE : number * PER_PAGE]
    if ending == "chart.json":
        shown = shown[:MOST_PANELS]
    reading = read(now, shown if ending != "csv" else places)
    return reply(
        reading,
        ending,
        [("state", state if places else "-"), ("page", str(number))],
        chart="overview",
        lines=lambda: [reading.line(place) for place in shown],
        number=number,
        pages=pages,
        states=sorted({place.state for place in now.places.values()}),
        state=state,
    )


@blueprint.get("/results/<slug:slug>", defaults={"ending": "html"})
@blueprint.get("/results/<slug:slug>.<ending:ending>")
def community(slug: str, ending: str) -> str | Response:
    """One community: its seasons, its last change, its groups."""
    if (now := newest()) is None:
        return page("results/none.html")
    place = now.places.get(slug) or abort(404)
    reading = read(now, [place])
    chart = "trend" if reading.cut == TOTAL else "groups"
    others = OtherSamples(reading, place)
    return reply(reading, ending, [], chart=chart, place=place, others=others)


@blueprint.get("/results/compare", defaults={"ending": "html"})
@blueprint.get("/results/compare.<ending:ending>")
def compare(ending: str) -> str | Response:
    """Two to six communities side by side, in order of name."""
    if (now := newest()) is None:
        return page("results/none.html")
    asked = request.args.getlist("c")
    picked = [place for slug, place in now.places.items() if slug in asked][:MOST_COMPARED]
    reading = read(now, picked)
    return reply(
        reading,
        ending,
        [("c", place.slug) for place in picked],
        chart="overview",
        lines=lambda: [reading.line(place) for place in picked],
        picked=picked,
    )


@blueprint.get("/how-to-read")
def how_to_read() -> str | Response:
    """What each figure is, from the newest release's own measures."""
    if (now := newest()) is None:
        return page("how_to_read.html", **READING)

    def make() -> str:
        tell = Teller(now, visitor_language())
        guide = definitions.Guide(content(), now, tell)
        row = definitions.example(session(), now)
        about = {"now": now, "made_up": now.release.about["made_up"]}
        told = {"definitions": list(guide.definitions()), "smallest": guide.smallest()}
        return page("how_to_read.html", tell=tell, row=row, **told, **about, **READING)

    return kept_or_made(now.release, [*release_asked(), *language_asked()], make)


KEPT = ("measure", "agency", "release", "lang")  # of an address, by its links
READING = {
    "least": definitions.LEAST,
    "in_numbers": definitions.IN_NUMBERS,
    "steps": definitions.STEPS,
}


def read(now: Current, places: Sequence[Place]) -> Reading:
    tell = Teller(now, visitor_language())
    return Reading.read(session(), now, tell, request.args, places)


def reply(reading: Reading, ending: str, also: Query, *, chart: str, **more: Any) -> Response:
    """Return the reading as a page, a file or a chart; 304 where the visitor has it.

    also: what this kind of page understands beside measure, agency, cut and language
    """
    if ending == "chart.json" and not reading.is_known:
        abort(404)
    pictures.opened(ending)

    def make() -> str | Response:
        if ending in pictures.ENDINGS:
            return pictures.made(reading, ending)
        if ending != "html":
            return FILES[ending](reading, chart)
        lazy = {name: value() if callable(value) else value for name, value in more.items()}
        template = f"results/{str(request.endpoint).rpartition('.')[2]}.html"
        return page(template, chart_name=chart, **choices(reading), **lazy)

    return kept_or_made(reading.now.release, understood(reading, ending, also), make)


def understood(reading: Reading, ending: str, also: Query) -> Query:
    """Return what was asked for, in one order and without what is shown unasked."""
    now, unasked = reading.now, {("state", ""), ("page", "1"), ("cut", TOTAL), ("columns", "3")}
    unasked |= {("measure", now.headline.measure), ("agency", now.headline.agency)}
    pairs = [("measure", reading.subject.measure), ("agency", reading.subject.agency)]
    if not reading.subject.agency and reading.is_known:
        pairs.pop()  # a question about the event
    pairs += [("cut", reading.cut), *also]
    if ending == "chart.json":
        pairs.append(("columns", str(columns())))
    return [*(pair for pair in pairs if pair not in unasked), *release_asked(), *language_asked()]


def language_asked() -> Query:
    """Return the language that the address asks for, if it is one; links on the page keep it."""
    asked = request.args.get("lang", "")
    return [("lang", asked)] if asked == visitor_language().code else []


def columns() -> int:
    """Return how many small charts stand side by side on the reader's screen."""
    return min(max(request.args.get("columns", 3, int), 1), 3)


def choices(reading: Reading) -> dict[str, Any]:
    """Return what every results page shows: the filters' choices, its notes, its files."""
    now, tell = reading.now, reading.tell
    measures = dict.fromkeys(subject.measure for subject in now.subjects)
    agencies = dict.fromkeys(subject.agency for subject in now.subjects if subject.agency)
    return {
        "reading": reading,
        "tell": tell,
        "now": now,
        "made_up": now.release.about["made_up"],
        "title": tell.title(reading.subject) if reading.is_known else tell.say("title"),
        "measures": by_sample(tell, measures),
        "agencies": [(agency, tell.agency(agency)) for agency in agencies],
        "cuts": [(cut, tell.cut(cut)) for cut in (TOTAL, *now.cuts)],
        "address": address,
        "link": link,
    }


def by_sample(tell: Teller, measures: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Return {whose answers: [(measure, its name)]}, as the filter offers them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for measure in measures:
        sample = tell.sample(tell.now.asked(measure).sample)
        found.setdefault(sample, []).append((measure, tell.measure(measure)))
    return found


def link(place: Place) -> str:
    """Return the address of a community's page that keeps what is being looked at."""
    kept = {name: value for name, value in g.understood if name in KEPT}
    return url_for("results.community", slug=place.slug, **kept)


def address(ending: str) -> str:
    """Return this page's address with another ending."""
    query = urlencode(g.understood)
    return f"{request.path}.{ending}" + (f"?{query}" if query else "")


def as_json(reading: Reading, chart: str) -> Response:
    release = reading.now.release
    body = {
        "release": release.id,
        "sha256": release.sha256,
        "note": reading.tell.say("note"),
        "rows": reading.shown(),
    }
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")


def as_csv(reading: Reading, chart: str) -> Response:
    from survey.read import charts  # loads pandas: only where a file or a chart is made

    response = Response(charts.table(reading), mimetype="text/csv")
    name = request.path.strip("/").replace("/", "-")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def as_chart(reading: Reading, chart: str) -> Response:
    from survey.read import charts

    return Response(charts.chart(reading, chart, columns()), mimetype="application/json")


FILES: dict[str, Callable[[Reading, str], Response]] = {
    "csv": as_csv,
    "json": as_json,
    "chart.json": as_chart,
}
