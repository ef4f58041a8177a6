"""You said, we did: what people asked for, and what the department did about it."""

from __future__ import annotations

from flask import abort, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from survey.desk import replying
from survey.desk.replying import STANDS, Theme
from survey.pages.desk.door import Doing, act, blueprint, me, my_language, show
from survey.pages.desk.places import find_place
from survey.storage import db, events
from survey.storage.events import Refused, coarse_count
from survey.storage.models import Community
from survey.storage.publishing_tables import Reply
from survey.web.locale import content


@blueprint.get("/places/<slug>/replies")
def replies(slug: str) -> str:
    """List what people asked for, with what was answered."""
    place = find_place(slug)
    themes = list(replying.themes(db.session(), place, events.now()))
    return show("desk/replies.html", place=place, themes=themes, may_write=may_write(), about=about)


@blueprint.get("/places/<slug>/replies/<int:season>/<theme>")
def reply(slug: str, season: int, theme: str) -> str:
    place = find_place(slug)
    return form(place, find_theme(place, season, theme))


@blueprint.post("/places/<slug>/replies/<int:season>/<theme>")
def put_reply(slug: str, season: int, theme: str) -> Response | str | tuple[str, int]:
    """Show how an answer will look, change its words, or put it on the results page."""
    place, now = find_place(slug), events.now()
    chosen = find_theme(place, season, theme)
    stands, text = request.form.get("stands", ""), request.form.get("text", "")
    language, step = request.form.get("language", ""), request.form.get("step", "look")
    if language not in content().languages:
        abort(400)
    if step == "change":
        return form(place, chosen)

    def work(doing: Doing) -> None:
        community = doing.session.get_one(Community, place.id)
        asked = replying.find(doing.session, community, season, theme, now)
        if asked is None:
            raise NotFound
        about = {"stands": stands, "text": text, "language": language, "moment": now}
        replying.write(doing.session, community, asked, doing.account, **about)  # type: ignore[arg-type]
        note(doing, community, asked)

    try:
        text = replying.checked(stands, text)
        if step == "put":
            act("reply_changed" if chosen.given else "reply_written", work)
            return redirect(url_for("desk.replies", slug=slug), 303)
    except Refused as refused:
        return form(place, chosen, refused), 422
    agency = next(one.name for one in place.agencies if one.local)
    shown = Reply(
        stands=stands, text=text, language=language, agency=agency, written_at=now
    )  # kept nowhere
    return show("desk/reply_look.html", place=place, asked=chosen, shown=shown)


@blueprint.post("/places/<slug>/replies/<int:season>/<theme>/withdraw")
def withdraw_reply(slug: str, season: int, theme: str) -> Response | tuple[str, int]:
    """Take an answer off the results page; what it was stays on the desk and in the diary."""
    place, now = find_place(slug), events.now()
    chosen = find_theme(place, season, theme)

    def work(doing: Doing) -> None:
        community = doing.session.get_one(Community, place.id)
        asked = replying.find(doing.session, community, season, theme, now)
        if asked is None:
            raise NotFound
        replying.withdraw(doing.session, asked, now)
        note(doing, community, asked)

    try:
        act("reply_withdrawn", work)
    except Refused as refused:
        return form(place, chosen, refused), 422
    return redirect(url_for("desk.replies", slug=slug), 303)


def find_theme(place: Community, season: int, theme: str) -> Theme:
    return replying.find(db.session(), place, season, theme, events.now()) or abort(404)


def note(doing: Doing, place: Community, asked: Theme) -> None:
    doing.community_id = place.id
    doing.about = {"place": place.name, "season": asked.season, "theme": asked.theme}


def may_write() -> bool:
    return me().role in replying.WRITES


def about(theme: Theme) -> str:
    """Return how many comments a theme has, in tens from 20."""
    words, many = my_language(), coarse_count(len(theme.comments))
    if many:
        return words.say("desk.replies.about", number=words.number(many))
    return words.say("desk.replies.few") if theme.comments else words.say("desk.replies.gone")


def form(place: Community, asked: Theme, refused: Refused | None = None) -> str:
    return show(
        "desk/reply.html",
        place=place,
        asked=asked,
        stands=STANDS,
        written=content().reading_languages,
        about=about,
        refused=refused,
    )
