"""Comments: one at a time, for a person who decides; and what was kept, for the others."""

from __future__ import annotations

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


@blueprint.get("/places/<slug>/comments")
def comments(slug: str) -> str:
    return next_page(find_place(slug))


@blueprint.post("/places/<slug>/comments/<uuid:id>")
def decide(slug: str, id: UUID) -> Reply | tuple[str, int]:
    """Keep a comment under a theme, or hide it; then the next one."""
    place, now = find_place(slug), events.now()
    verdict, theme = request.form.get("verdict", ""), request.form.get("theme", "")
    if verdict not in ("keep", "hide"):
        abort(400)

    def work(doing: Doing) -> None:
        comment = verbs.find(doing.session, doing.session.get_one(Community, place.id), id, now)
        if comment is None:
            raise NotFound
        doing.community_id, doing.about = place.id, {"place": place.name}
        verbs.decide(doing.session, comment, keep=verdict == "keep", theme=theme)

    try:
        act("comment_kept" if verdict == "keep" else "comment_hidden", work)
    except Refused as refused:
        row = verbs.find(db.session(), place, id, now)
        return next_page(place, refused, row), 422
    return redirect(url_for("desk.comments", slug=slug), 303)


@blueprint.get("/places/<slug>/comments/kept")
def kept_comments(slug: str) -> str:
    """Show what may be shown: by theme, without day, event or language."""
    place = find_place(slug)
    seasons = verbs.kept_by_season(db.session(), place, events.now())
    return show("desk/comments_kept.html", place=place, seasons=seasons, least=verbs.LEAST)


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
        themes=verbs.THEMES,
        refused=refused,
    )
