"""Earlier years from another tool's file: brought, looked at first, then imported or given up.

What is stored, asked and refused is what `flask import` stores, asks and refuses: both call
survey/imports.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, current_app, redirect, request, url_for
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as Reply

from survey.config import Settings
from survey.desk import planning
from survey.desk.settling import settle
from survey.imports import store, uploads
from survey.imports.apart import NotRead, plan_apart
from survey.imports.event_of_file import Evening
from survey.imports.mapping_file import MOST_BYTES as MOST_MAPPING
from survey.imports.mapping_file import mapping_of
from survey.imports.plan import Plan
from survey.imports.plan_lines import draft
from survey.imports.replies import replied
from survey.imports.uploads import Upload
from survey.log import log_error
from survey.pages.desk.door import (
    UPLOAD,
    Doing,
    act,
    blueprint,
    is_let_in,
    me,
    my_language,
    show,
)
from survey.pages.desk.event import note, typed
from survey.pages.desk.home import local
from survey.pages.desk.import_view import View, problem_text
from survey.pages.desk.places import find_event, find_place
from survey.storage import db, events
from survey.storage.events import Refused
from survey.storage.import_tables import ImportedFile
from survey.storage.models import Community, Event
from survey.threads import outside
from survey.web.locale import content

MOST_HERE = 20_000  # responses; storing more would keep attendees' answers waiting for seconds


@blueprint.get("/places/<slug>/earlier")
def earlier(slug: str) -> str:
    return earlier_page(find_place(slug))


@blueprint.post("/places/<slug>/earlier")
def add_earlier(slug: str) -> Reply | tuple[str, int]:
    """Make the closed event that an earlier year's answers belong to."""
    shown, words = find_place(slug), content()
    now = events.now()
    day_typed, zone = request.form.get("other", ""), request.form.get("zone", "")

    def work(doing: Doing) -> str:
        place = doing.session.get_one(Community, shown.id)
        day = typed(date.fromisoformat, day_typed, "day")
        if day >= now.date():
            raise Refused(f"{day} is not over.", "import_day", "day")
        event = planning.add_event(doing.session, words, place, day=day, time_zone=zone)
        note(doing, event)
        return event.slug

    try:
        made = act("earlier_added", work)
    except Refused as refused:
        return earlier_page(shown, refused), 422
    return redirect(url_for("desk.imports", slug=made), 303)


@blueprint.get("/events/<slug>/imports")
def imports(slug: str) -> str:
    uploads.sweep(folder())
    return imports_page(find_event(slug))


@blueprint.post("/events/<slug>/imports")
def upload(slug: str) -> Reply | tuple[str, int]:
    """Keep a file for the steps that follow."""
    event, file = find_event(slug), request.files.get("file")
    try:
        store.refuse_open(event, events.now())
        if file is None or not file.filename:
            raise Refused("No file was chosen.", "import_no_file", "file")
        kept = uploads.keep(folder(), owner(event), file.filename, file.save)
    except Refused as refused:
        return imports_page(event, refused), 422
    return redirect(url_for("desk.import_plan", slug=slug, token=kept.token), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> tuple[str, int] | RequestEntityTooLarge:
    """Say so on the page that the file was chosen on; of what was sent nothing is read."""
    if request.endpoint != UPLOAD or not is_let_in():
        return error
    request.__dict__["form"] = ImmutableMultiDict()
    event = find_event(str((request.view_args or {})["slug"]))
    most = Settings.MAX_UPLOAD // 1_000_000
    refused = Refused(f"The file is larger than {most} MB.", "import_large", "file", most=most)
    return imports_page(event, refused), 413


@blueprint.get("/events/<slug>/imports/<token>")
def import_plan(slug: str, token: str) -> str | tuple[str, int] | Reply:
    """Show what would be done with the file, and what has to be said first."""
    event = find_event(slug)
    kept = uploads.find(folder(), owner(event), token)
    if kept is None:
        return imports_page(event, GONE), 410
    return plan_page(event, kept)


@blueprint.post("/events/<slug>/imports/<token>")
def import_step(slug: str, token: str) -> Reply | str | tuple[str, int]:
    """Answer what is asked, write the mapping file, import, or give up."""
    event = find_event(slug)
    kept = uploads.find(folder(), owner(event), token)
    if kept is None:
        return imports_page(event, GONE), 410
    step = STEPS.get(request.form.get("do", "")) or abort(400)
    try:
        return step(event, kept)
    except Refused as refused:
        return plan_page(event, kept, refused)


def answer(event: Event, kept: Upload) -> Reply:
    kept.say(replied(kept.mapping, request.form))
    return redirect(url_for("desk.import_plan", slug=event.slug, token=kept.token), 303)


def write_mapping(event: Event, kept: Upload) -> Reply:
    text = request.form.get("mapping", "").replace("\r\n", "\n")
    if len(text) > MOST_MAPPING:
        raise Refused("That is too long.", "too_long", "mapping", most=f"{MOST_MAPPING:,}")
    mapping_of(text)
    kept.say(text)
    return redirect(url_for("desk.import_plan", slug=event.slug, token=kept.token), 303)


def give_up(event: Event, kept: Upload) -> Reply:
    kept.forget()
    return redirect(url_for("desk.imports", slug=event.slug), 303)


def import_now(event: Event, kept: Upload) -> Reply:
    """Store the file's answers: all of them, once, or none."""
    plan, words, now = planned(event, kept), content(), events.now()
    if plan.responses > MOST_HERE:
        raise Refused(f"Over {MOST_HERE:,} responses.", "import_many", most=f"{MOST_HERE:,}")
    evening, mapping, id = Evening.of(event, words), kept.mapping, event.id

    def work(doing: Doing) -> None:
        row = doing.session.get_one(Event, id)
        note(doing, row)
        if store.already(doing.session, row, plan):
            raise Refused("This file was imported before.", "import_again")
        made = store.store(doing.session, row, evening, plan, mapping, now, lambda rows: None)
        doing.about |= {"answers": made.responses, "file": made.sha256[:12]}

    act("imported_counts" if plan.is_counts else "imported", work)
    kept.forget()
    settled(event)
    return redirect(url_for("desk.imports", slug=event.slug), 303)


STEPS = {"answer": answer, "mapping": write_mapping, "import": import_now, "cancel": give_up}
GONE = Refused("The file is not here any more: bring it again.", "import_gone", "file")


@blueprint.post("/events/<slug>/imports/<sha256>/undo")
def undo_import(slug: str, sha256: str) -> Reply | tuple[str, int]:
    """Take an import back, until a release has used it."""
    shown = find_event(slug)
    id = shown.id
    if db.session().get(ImportedFile, (id, sha256)) is None:
        abort(404)

    def work(doing: Doing) -> None:
        note(doing, doing.session.get_one(Event, id))
        imported = doing.session.get_one(ImportedFile, (id, sha256))
        doing.about |= {"answers": imported.responses, "file": sha256[:12]}
        store.undo(doing.session, imported)

    try:
        act("import_undone", work)
    except Refused as refused:
        return imports_page(shown, refused), 422
    settled(shown)
    return redirect(url_for("desk.imports", slug=slug), 303)


def settled(event: Event) -> None:
    """Let nothing in the order of rows tell which were imported together."""
    engine, seal, over, now = db.engine(), db.seal(), {event.id: event.slug}, events.now()
    db.session().rollback()  # nobody reads while its rows are written anew
    outside(lambda: list(settle(engine, seal, over, now)))


def planned(event: Event, kept: Upload) -> Plan:
    """Return the plan. Raises Refused."""
    try:
        return plan_apart(kept.path, Evening.of(event, content()), kept.mapping)
    except NotRead as error:
        log_error(error)
        raise Refused("The file could not be read.", "import_failed") from error


def plan_page(event: Event, kept: Upload, refused: Refused | None = None) -> tuple[str, int]:
    words = my_language()
    try:
        plan = planned(event, kept)
    except Refused as problem:
        more: dict[str, Any] = {"view": None, "problem_": problem_text(words, refused or problem)}
        return import_page(event, kept, refused or problem, **more), 422
    view = View(plan, Evening.of(event, content()), words, kept.mapping)
    sentence = problem_text(words, refused) if refused else ""
    drafted = draft(plan, mapping_of(kept.mapping)) if plan.asks else kept.mapping
    page = import_page(event, kept, refused, view=view, problem_=sentence, draft=drafted)
    return page, 422 if refused else 200


def import_page(event: Event, kept: Upload, refused: Refused | None, **more: Any) -> str:
    return show(
        "desk/import.html",
        event=event,
        place=event.community,
        agencies=[(one.kind, one.name) for one in event.community.agencies],
        refused=refused,
        file=kept.path.name,
        token_=kept.token,
        **{"draft": kept.mapping, **more},
    )


def imports_page(event: Event, refused: Refused | None = None) -> str:
    session = db.session()
    rows = [(one, store.used_by(session, one)) for one in store.imports_of(session, event)]
    return show(
        "desk/imports.html",
        event=event,
        place=event.community,
        rows=rows,
        is_over=event.closes_at <= events.now(),
        refused=refused,
        most=Settings.MAX_UPLOAD // 1_000_000,
    )


def earlier_page(place: Community, refused: Refused | None = None) -> str:
    now = events.now()
    over = [event for event in place.events if event.closes_at <= now]
    zones = content().states[place.state].zones if place.state in content().states else ("UTC",)
    zone = place.events[-1].time_zone if place.events else zones[0]
    return show(
        "desk/earlier.html",
        place=place,
        over=sorted(over, key=lambda event: event.starts_at, reverse=True),
        zones=dict.fromkeys((zone, *zones)),
        local=local,
        refused=refused,
    )


def folder() -> Any:
    settings: Settings = current_app.extensions["settings"]
    return settings.uploads


def owner(event: Event) -> str:
    """Return whose uploads these are: another account's, or of another event, are not there."""
    return f"{event.id}-{me().id}"
