"""Comments: one at a time, for a person who decides; and what was kept, for the others."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import abort, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reply

from survey.desk import comments as verbs
from survey.pages.desk.door import Doing, act, blueprint, show
from survey.pages.desk.places import find_place
from survey.storage import db, events
from survey.storage.events import Refused, coarse_count
from survey.storage.models import Comment, Community

FIRST = 5  # comments of a theme that stand there at once; the others fold out
ACTS = {"keep": "comment_kept", "hide": "comment_hidden", "blame": "comment_blames"}


@blueprint.get("/places/<slug>/comments")
def comments(slug: str) -> str:
    return next_page(find_place(slug))


@blueprint.post("/places/<slug>/comments/<uuid:id>")
def decide(slug: str, id: UUID) -> Reply | tuple[str, int]:
    """Keep a comment under a theme, or hide it; then the next one. Blame of a person by name is
    hidden, too, and the page says where complaints are taken."""
    place, now = find_place(slug), events.now()
    verdict, theme = request.form.get("verdict", ""), request.form.get("theme", "")
    if verdict not in ACTS:
        abort(400)

    def work(doing: Doing) -> None:
        community = doing.session.get_one(Community, place.id)
        comment = verbs.find(doing.session, community, id, now)
        if comment is None:
            raise NotFound
        doing.community_id, doing.about = place.id, {"place": place.name}
        verbs.decide(doing.session, community, comment, keep=verdict == "keep", theme=theme)

    try:
        act(ACTS[verdict], work)
    except Refused as refused:
        row = verbs.find(db.session(), place, id, now)
        return next_page(place, refused, row), 422
    blamed = "yes" if verdict == "blame" else None
    return redirect(url_for("desk.comments", slug=slug, blamed=blamed), 303)


@blueprint.get("/places/<slug>/comments/kept")
def kept_comments(slug: str) -> str:
    """Show what may be shown: by theme, without day, event or language."""
    return kept_page(find_place(slug))


@blueprint.post("/places/<slug>/comments/themes")
def add_theme(slug: str) -> Reply | tuple[str, int]:
    """Add a theme of the place's own."""
    name = request.form.get("new_theme", "")

    def work(doing: Doing, place: Community) -> None:
        doing.about["theme"] = verbs.add_theme(doing.session, place, name)

    return changed(slug, "theme_added", work)


@blueprint.post("/places/<slug>/comments/complaints")
def set_complaints(slug: str) -> Reply | tuple[str, int]:
    """Say where complaints about a person are taken here."""
    address = request.form.get("complaints", "")

    def work(doing: Doing, place: Community) -> None:
        verbs.set_complaints(place, address)

    return changed(slug, "complaints_set", work)


def changed(
    slug: str, name: str, change: Callable[[Doing, Community], None]
) -> Reply | tuple[str, int]:
    place = find_place(slug)

    def work(doing: Doing) -> None:
        doing.community_id, doing.about = place.id, {"place": place.name}
        change(doing, doing.session.get_one(Community, place.id))

    try:
        act(name, work)
    except Refused as refused:
        return kept_page(place, refused), 422
    return redirect(url_for("desk.kept_comments", slug=slug), 303)


def kept_page(place: Community, refused: Refused | None = None) -> str:
    return show(
        "desk/comments_kept.html",
        place=place,
        seasons=verbs.kept_by_season(db.session(), place, events.now()),
        least=verbs.LEAST,
        first=FIRST,
        coarse=coarse_count,
        themes=verbs.themes_of(db.session(), place),
        refused=refused,
    )


def next_page(
    place: Community, refused: Refused | None = None, comment: Comment | None = None
) -> str:
    now = events.now()
    comment = comment or verbs.next_waiting(db.session(), place, now)
    return show(
        "desk/comments.html",
        place=place,
        comment=comment,
        masked=verbs.masked(comment.text) if comment else None,
        waiting=coarse_count(verbs.count_waiting(db.session(), place, now)),
        themes=verbs.themes_of(db.session(), place),
        blamed="blamed" in request.args,
        refused=refused,
    )
