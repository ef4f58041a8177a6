"""What the public and departments read: released figures as sentence, table, chart and file.

The address is the state: choices are links and GET forms, and the same address with another
ending (.csv, .json, .chart.json) gives the same rows. What of an address a page understands is
named once (`understood`): pages are kept under it, and their links are made of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from flask import Blueprint, Response, abort, g, has_request_context, request, url_for
from werkzeug.routing import BaseConverter

from survey.pages import pictures, tables
from survey.pages.addresses import SUBJECT, encoded, kept
from survey.pages.places import MOST_COMPARED
from survey.pages.site import page
from survey.read import definitions, marks, questions, table_rows
from survey.read.area import Among, AreaReading
from survey.read.caching import Query, kept_or_made, newest, places_of, release_asked, teller
from survey.read.charts_of import MOST_PANELS, has_chart
from survey.read.comparison import Comparison
from survey.read.context import Context
from survey.read.listed_places import listed
from survey.read.overview import SEARCHED, Overview, Scope
from survey.read.place_page import PlacePage
from survey.read.results_query import Reading
from survey.read.tiles import tiles
from survey.storage.db import session
from survey.storage.release_store import TOTAL, Current, Place, Subject
from survey.storage.replies import Beside
from survey.web.locale import content, visitor_language


class Ending(BaseConverter):
    """The last part of an address: which form the rows come in."""

    regex = "|".join(map(re.escape, ("csv", "json", "chart.json", *pictures.ENDINGS)))


class Slug(BaseConverter):
    regex = r"[a-z0-9-]+"


blueprint = Blueprint("results", __name__)


@blueprint.record_once
def add_converters(state: Any) -> None:
    state.app.url_map.converters.update(ending=Ending, slug=Slug)
    state.app.jinja_env.globals.update(
        still=pictures.still,
        figure_bar=marks.figure_bar,
        figure_row=table_rows.figure_row,
        town_row=table_rows.town_row,
        years_row=table_rows.years_row,
        verdict_bar=marks.verdict_bar,
        spot_row=table_rows.spot_row,
        share_row=table_rows.share_row,
        blank=table_rows.blank,
        place_links=table_rows.place_links,
        chip=table_rows.chip,
    )


@blueprint.app_url_defaults
def keep_release(endpoint: str, values: dict[str, Any]) -> None:
    """An older release is read on: what a page links to is of the same one.

    Addresses made of what the page understood have no `lang` here: they keep it themselves.
    """
    is_whole = endpoint.startswith("results.") and "lang" in values
    if is_whole and has_request_context() and g.get("older"):
        values.setdefault("release", g.older)


@blueprint.get("/results", defaults={"ending": "html"})
@blueprint.get("/results.<ending:ending>")
def overview(ending: str) -> str | Response:
    """The programme, a state or a county: its figure, how many places moved, and the places."""
    if (now := newest()) is None:
        return page("results/none.html")
    index, asked = places_of(now), request.args.get
    scope = Scope.of(index, asked("state", ""), asked("county", ""), asked("told", ""))
    reading = read(now, ())
    shown, number, pages, everywhere = listed(reading, index, scope, asked("page", 1, int))
    reading = read(now, shown)
    area = [("state", scope.state), ("county", scope.county)]
    if ending in tables.TYPES:
        query = understood(reading, ending, area)
        return tables.whole(reading, ending, query, scope.state, scope.county)
    view = Overview(reading, index, scope, everywhere)
    also = [*area, ("told", scope.told), ("page", str(number))]
    more: dict[str, Any] = {"number": number, "pages": pages, "at": at, "among": among}
    more |= {"searched": len(now.places) >= SEARCHED, "charted": len(everywhere) <= MOST_PANELS}
    more["tiles"] = tiles(content().states.values(), index.states)
    return reply(reading, ending, also, chart="overview", view=view, **more)


@blueprint.get("/results/<slug:slug>", defaults={"ending": "html"})
@blueprint.get("/results/<slug:slug>.<ending:ending>")
def community(slug: str, ending: str) -> str | Response:
    """One community: its answer, its seasons, and what stands behind and beside it."""
    if (now := newest()) is None:
        return page("results/none.html")
    place = now.places.get(slug) or abort(404)
    reading = read(now, [place])
    chart = "trend" if reading.cut == TOTAL else "groups"
    beside = Beside.of(session(), slug)
    g.beside = beside.state
    view = PlacePage(reading, place)
    more = {"place": place, "others": view.others, "beside": beside, "at": at}
    return reply(reading, ending, [], chart=chart, view=view, **more)


@blueprint.get("/results/compare", defaults={"ending": "html"})
@blueprint.get("/results/compare.<ending:ending>")
def compare(ending: str) -> str | Response:
    """Two to six communities side by side, in order of name, with their states."""
    if (now := newest()) is None:
        return page("results/none.html")
    picked = teller(now, visitor_language()).told_apart(places_asked(now))
    reading = read(now, picked)
    also = [("c", place.slug) for place in picked]
    more = {"picked": picked, "most": MOST_COMPARED, "without": without, "among": among}
    more["context"] = Context(reading, picked[0]) if len(picked) == 1 else None
    return reply(reading, ending, also, chart="overview", view=Comparison(reading), **more)


@blueprint.get("/results/funnel", defaults={"ending": "html"})
@blueprint.get("/results/funnel.<ending:ending>")
def funnel(ending: str) -> str | Response:
    """All communities of a state or a county: figures against answers, a few named."""
    if (now := newest()) is None:
        return page("results/none.html")
    asked, picked = request.args.get, places_asked(now)
    scope = Scope.of(places_of(now), asked("state", ""), asked("county", ""), "")
    area = AreaReading.around(read(now, picked), scope.state, scope.county)
    also = [("state", scope.state), ("county", scope.county), *(("c", p.slug) for p in picked)]
    more = {"scope": scope, "at": at, "view": Among(area)}
    return reply(area, ending, also, chart="funnel", **more)


@blueprint.get("/how-to-read")
def how_to_read() -> str | Response:
    """What each figure is, from the newest release's own measures."""
    if (now := newest()) is None:
        return page("how_to_read.html", **READING)

    def make() -> str:
        tell = teller(now, visitor_language())
        guide = definitions.Guide(content(), now, tell)
        row = definitions.example(session(), now)
        about = {"now": now, "made_up": now.release.about["made_up"]}
        defined = {"definitions": list(guide.definitions()), "smallest": guide.smallest()}
        return page("how_to_read.html", tell=tell, row=row, **defined, **about, **READING)

    return kept_or_made(now.release, [*release_asked(), *language_asked()], make)


def places_asked(now: Current) -> list[Place]:
    """Return the communities that the address names, in order of name."""
    return now.picked(request.args.getlist("c"), MOST_COMPARED)


READING = {
    "least": definitions.LEAST,
    "in_numbers": definitions.IN_NUMBERS,
    "steps": definitions.STEPS,
}


def read(now: Current, places: Sequence[Place]) -> Reading:
    tell = teller(now, visitor_language())
    return Reading.read(session(), now, tell, request.args, places)


def reply(reading: Reading, ending: str, also: Query, *, chart: str, **more: Any) -> Response:
    """Return the reading as a page, a file or a chart; 304 where the visitor has it.

    also: what this kind of page understands beside measure, agency, cut and language
    """
    pictures.opened(ending)

    def make() -> str | Response:
        if ending in pictures.ENDINGS:
            return pictures.made(more["view"], reading, ending)
        if ending in tables.TYPES:
            return tables.shown(reading, ending)
        if ending == "chart.json":
            return as_chart(reading, chart)
        template = f"results/{str(request.endpoint).rpartition('.')[2]}.html"
        known = shared(reading, more["view"])
        return page(template, chart_name=chart, **known, **more)

    return kept_or_made(reading.now.release, understood(reading, ending, also), make)


def understood(reading: Reading, ending: str, also: Query) -> Query:
    """Return what was asked for, in one order and without what is shown unasked."""
    now, unasked = reading.now, {("page", "1"), ("cut", TOTAL), ("columns", "3")}
    unasked |= {("measure", now.headline.measure), ("agency", now.headline.agency)}
    pairs = [("measure", reading.subject.measure), ("agency", reading.subject.agency)]
    if not reading.subject.agency and reading.is_known:
        pairs.pop()  # a question about the event
    pairs += [("cut", reading.cut), *(pair for pair in also if pair[1])]
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


def shared(reading: Reading, view: Any) -> dict[str, Any]:
    """Return what every results page shows: its title, the questions it offers, its addresses."""
    now, tell = reading.now, reading.tell
    return {
        "reading": reading,
        "tell": tell,
        "now": now,
        "made_up": now.release.about["made_up"],
        "title": tell.title(reading.subject) if reading.is_known else tell.say("title"),
        "questions": questions.offered(tell, view.subjects),
        "ask": asker(),
        "address": address,
        "link": linker(),
        "keep": lambda: kept(SUBJECT),
        "use": pictures.sharing(reading, view),
    }


def asker() -> Callable[[Subject], str]:
    """Return what gives this page's address with another question."""
    own = ("measure", "agency", "cut", "page", "told")
    path, left = request.path, encoded([pair for pair in g.understood if pair[0] not in own])

    def ask(subject: Subject) -> str:
        return f"{path}?{'&'.join(filter(None, (question(subject), left)))}"

    return ask


@cache
def question(subject: Subject) -> str:
    """Return a question as it stands in an address."""
    about = {"measure": subject.measure, "agency": subject.agency}
    return encoded(pair for pair in about.items() if pair[1])


def at(state: str = "", county: str = "", told: str = "", number: int = 1) -> str:
    """Return the address of an overview of an area, about the same question."""
    area = [("state", state), ("county", county), ("told", told)]
    pairs = [*kept(SUBJECT), *(pair for pair in area if pair[1])]
    pairs += [("page", str(number))] if number > 1 else []
    path = url_for("results.overview")
    return f"{path}?{encoded(pairs)}" if pairs else path


def without(place: Place) -> str:
    """Return this comparison's address without one of its places."""
    pairs = [pair for pair in g.understood if pair != ("c", place.slug)]
    return f"{request.path}?{encoded(pairs)}" if pairs else request.path


def among(state: str = "", county: str = "", named: Sequence[Place] = (), ending: str = "") -> str:
    """Return the address of an area's funnel, some communities named in it."""
    pairs = [*kept(SUBJECT), ("state", state), ("county", county)]
    pairs += [("c", place.slug) for place in named]
    query = encoded([pair for pair in pairs if pair[1]])
    return f"{url_for('results.funnel')}{ending and '.'}{ending}" + (f"?{query}" if query else "")


def linker() -> Callable[..., str]:
    """Return what gives the address of a community's page about what is looked at, or about
    another question. A page has dozens: what they share is written once."""
    path = url_for("results.overview")
    same, left = encoded(kept(SUBJECT)), encoded(kept(("release", "lang")))

    def link(place: Place, subject: Subject | None = None) -> str:
        parts = [same]
        if subject is not None:
            parts = [question(subject), left]
        return f"{path}/{place.slug}?{'&'.join(filter(None, parts))}".removesuffix("?")

    return link


def address(ending: str) -> str:
    """Return this page's address with another ending."""
    query = encoded([pair for pair in g.understood if pair[0] not in ("page", "told")])
    return f"{request.path}.{ending}" + (f"?{query}" if query else "")


def as_chart(reading: Reading, chart: str) -> Response:
    if not has_chart(reading, pictures.page_path()):
        abort(404)
    from survey.read import charts  # loads pandas: only where a chart is made

    return Response(charts.chart(reading, chart, columns()), mimetype="application/json")
