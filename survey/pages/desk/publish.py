"""Look at what would be published, publish it, and wait for either with a bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from flask import current_app, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Reply

from survey.desk import publishing
from survey.desk.publishing import DONE, PREVIEW, PUBLISH, Standing
from survey.pages.desk.door import Doing, act, blueprint, me, my_language, show
from survey.pages.desk.places import MOST_LISTED, own_places
from survey.questionnaire.words import Language
from survey.storage import db, events, release_lock
from survey.storage.events import Refused
from survey.storage.models import Community
from survey.storage.publishing_tables import ReleaseRun

BY_GROUPS = "groups_"  # how the sorts of a preview begin that name cuts, not panels


@dataclass(frozen=True)
class Shown:
    """What would be shown of one place."""

    place: Community
    newest: list[str]  # sentences about the newest season
    season: int
    earlier: dict[int, list[str]]


@blueprint.get("/publish")
def publish() -> str:
    return publish_page()


@blueprint.get("/publish/now")
def publish_now() -> str:
    """Return how far the run is, for the page that is open."""
    return show("desk/publish_now.html", last=standing()["last"])


@blueprint.post("/publish/preview")
def look_ahead() -> Reply | tuple[str, int]:
    return started(PREVIEW, "preview_begun")


@blueprint.get("/publish/sure")
def sure() -> str | Reply:
    """Say beforehand that it cannot be undone. Only after a look at what would be shown."""
    if not may_begin():
        return redirect(url_for("desk.publish"))
    return show("desk/publish_sure.html")


@blueprint.post("/publish/sure")
def begin_publishing() -> Reply | tuple[str, int]:
    if not may_begin():
        return redirect(url_for("desk.publish"), 303)
    if "sure" not in request.form:
        refused = Refused("Tick the box first. Nothing was published.", "sure", "sure")
        return show("desk/publish_sure.html", refused=refused), 422
    return started(PUBLISH, "publish_begun")


def started(kind: str, name: str) -> Reply | tuple[str, int]:
    """Note that a run is wanted, start its process, and show how far it is."""
    alive, now = release_lock.is_held(db.engine()), events.now()

    def work(doing: Doing) -> int:
        return publishing.ask(doing.session, kind, now, alive=alive, account_id=doing.by)

    try:
        id = act(name, work)
    except Refused as refused:
        return publish_page(refused), 422
    publishing.start(current_app.extensions["settings"], id)
    return redirect(url_for("desk.publish"), 303)


def standing() -> dict[str, Standing | None]:
    """Return how the last preview and the last publication stand; the later of them as `last`."""
    session, now = db.session(), events.now()
    runs = {k: publishing.last(session, db.engine(), k, now) for k in (PREVIEW, PUBLISH)}
    last = max((one for one in runs.values() if one), key=lambda one: one.run.id, default=None)
    return {**runs, "last": last}


def is_ready(preview: Standing | None) -> bool:
    """Whether what a preview found is what a publication would store now."""
    if preview is None or preview.state != DONE:
        return False
    return publishing.is_current(db.session(), preview.run, events.now())


def may_begin() -> bool:
    return publishing.may_publish(db.session(), me()) and is_ready(standing()[PREVIEW])


def publish_page(refused: Refused | None = None) -> str:
    runs = standing()
    preview, ready = runs[PREVIEW], is_ready(runs[PREVIEW])
    find = request.args.get("find", "").strip()
    places = own_places(find, MOST_LISTED + 1) if ready else []
    shown: list[Shown] = []
    if preview is not None and ready:
        shown = list(what_is_shown(my_language(), preview.run, places[:MOST_LISTED]))
    return show(
        "desk/publish.html",
        refused=refused,
        ready=ready,
        mine=publishing.may_publish(db.session(), me()),
        find=find,
        more=len(places) > MOST_LISTED,
        shown=shown,
        preview=preview,
        last=runs["last"],
    )


def what_is_shown(words: Language, run: ReleaseRun, places: list[Community]) -> Iterator[Shown]:
    """Yield what a preview found of these places, as sentences."""
    shown = {place.slug: run.outcome["places"].get(place.slug, []) for place in places}
    slugs = {slug for lines in shown.values() for line in lines for slug in line[2]}
    query = select(Community.slug, Community.name).where(Community.slug.in_(slugs))
    names = {row.slug: row.name for row in db.session().execute(query)}
    for place in places:
        seasons = {
            season: [sentence(words, names, place.slug, *line[1:]) for line in lines]
            for season, lines in groupby(shown[place.slug], key=lambda line: int(line[0]))
        }
        if seasons:
            newest, *_ = seasons
            yield Shown(place, seasons.pop(newest), newest, seasons)


def sentence(
    words: Language, names: dict[str, str], slug: str, sort: str, members: list[str], of: list[str]
) -> str:
    """Return one line of a preview in words: what, with whom, and why."""
    others = words.listed(names.get(other, other) for other in members if other not in ("", slug))
    named = cut_name if sort.startswith(BY_GROUPS) else panel_name
    what = words.listed(named(words, one) for one in of)
    return words.say(f"desk.preview.{sort}", what=what, others=others)


def cut_name(words: Language, cut: str) -> str:
    key = f"question.{cut}.title"
    return words.say(key if words.has(key) else f"cut.{cut}")


def panel_name(words: Language, panel: str) -> str:
    key = f"desk.kind.{panel}"
    return words.say(key if words.has(key) else "desk.preview.evening")
