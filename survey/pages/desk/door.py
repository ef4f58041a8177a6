"""The door of the desk: who is here, whether they may pass, and what every page of it has.

The session's cookie goes to /desk alone: no attendee's page ever receives it, so nothing could
join an organiser to an answer.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.sessions import SessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy import Connection
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Reply

from survey.config import Settings
from survey.desk import sessions
from survey.pages.desk.access import ANYBODY, MAY
from survey.pages.desk.clock import moment_here
from survey.questionnaire.words import Language
from survey.storage import audit, db, events
from survey.storage.desk_tables import Account, DeskSession
from survey.storage.events import Refused
from survey.web.locale import content, visitor_language

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
csrf = CSRFProtect()

COOKIE = "porchlight_desk"  # the session's token
VISIT = "porchlight_visit"  # before anybody signs in: what a form's token is bound to
DEVICE = "porchlight_device"  # that this browser has signed in before (survey/desk/sign_in.py)
DEVICE_KEPT = 365 * 24 * 3600  # seconds
UPLOAD = "desk.upload"  # the one form that holds a file
# asked for by the page itself, not by a person
UNSEEN = frozenset({"desk.night_now", "desk.try_out_now", "desk.publish_now"})


class Remembered(dict[str, Any], SessionMixin):
    """What Flask-WTF calls the session: it holds this request's token and is sent to nobody."""


class DeskOnly(SessionInterface):
    """The desk has sessions, kept in the database; no other page has one, or a cookie."""

    def open_session(self, app: Flask, request: Request) -> Remembered | None:
        return Remembered() if is_desk(request.path) else None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        pass


def is_desk(path: str) -> bool:
    return path == "/desk" or path.startswith("/desk/")


def init_app(app: Flask) -> None:
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    csrf.init_app(app)  # asked for by `enter` alone: the survey's form has nothing to forge
    app.after_request(keep_nothing)


@blueprint.before_request
def enter() -> Reply | None:
    """Let those pass who may; everybody else signs in, or finds no such page."""
    may = MAY[str(request.endpoint)]
    g.token = request.cookies.get(COOKIE, "")
    visit = find_session(g.token)
    g.desk_session = visit
    if visit is None:
        g.visit = request.cookies.get(VISIT) or secrets.token_urlsafe(24)
    g.browser = f"session\n{visit.id}" if visit else f"visit\n{g.visit}"
    session["csrf_token"] = browser_key("form")
    if request.endpoint == UPLOAD and is_let_in():
        request.max_content_length = Settings.MAX_UPLOAD + Settings.MAX_BODY
    if request.method == "POST":
        csrf.protect()
    if may == ANYBODY:
        return None
    if visit is None:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("desk.sign_in", after=wanted, lang=request.args.get("lang")))
    if visit.account.role not in may:
        abort(404)
    return None


def is_let_in() -> bool:
    """Whether somebody is signed in who may pass."""
    session: DeskSession | None = g.get("desk_session")
    return session is not None and session.account.role in MAY[str(request.endpoint)]


def find_session(token: str) -> DeskSession | None:
    """Return the living session of a token. A token that was copied ends its session."""
    if not token:
        return None
    try:
        return sessions.find(db.session(), token, events.now())
    except sessions.Copied as copied:
        id = copied.session_id
        act("session_copied", lambda doing: end_copied(doing, id))
        return None


def end_copied(doing: Doing, id: UUID) -> None:
    visit = doing.session.get(DeskSession, id)
    if visit is not None:
        doing.about["name"] = visit.account.name
        doing.session.delete(visit)


def browser_key(use: str) -> str:
    """Return this browser's own key for one use: of its session, else of its visit.

    The one for forms can be read in each form's token; no other follows from it.
    """
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"porchlight.{use}\n{g.browser}".encode(), hashlib.sha256).hexdigest()


@blueprint.after_request
def rotate(response: Response) -> Response:
    """Send the cookies that are due: a new token every hour, and a visit's before signing in."""
    visit: DeskSession | None = g.get("desk_session")
    if visit is None:
        if "visit" in g and VISIT not in request.cookies:
            keep(response, VISIT, g.visit)
        return response
    moment = events.now()
    if (
        request.endpoint not in UNSEEN
        and request.method == "GET"
        and sessions.is_due(visit, moment)
    ):
        id, token = visit.id, g.token
        fresh: str = write(lambda session: sessions.touch(session, id, token, moment))
        if fresh:
            keep(response, COOKIE, fresh)
    return response


def keep(response: Reply, name: str, value: str, seconds: int | None = None) -> None:
    """Give the browser a cookie that no script reads, no other site sends and no page but the
    desk's receives."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/desk",
        httponly=True,
        secure=request.is_secure,
        samesite="Lax",
    )


def forget(response: Reply, name: str) -> None:
    response.delete_cookie(name, path="/desk", httponly=True, samesite="Lax")


def keep_nothing(response: Response) -> Response:
    if is_desk(request.path):
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.errorhandler(CSRFError)
def too_old(error: CSRFError) -> tuple[str, int]:
    return show("desk/too_old.html"), 400


def me() -> Account:
    """Return who is signed in."""
    visit: DeskSession = g.desk_session
    return visit.account


class Doing:
    """One act: its transaction, and what the audit trail will say of it."""

    def __init__(self, session: Session, by: int | None) -> None:
        self.session, self.by = session, by
        self.community_id: int | None = None
        self.about: dict[str, str | int] = {}

    @property
    def account(self) -> Account:
        """Return who does it, in this transaction."""
        account = self.session.get(Account, self.by)
        assert account is not None
        return account


T = TypeVar("T")


def act(name: str, work: Callable[[Doing], T]) -> T:
    """Return what `work(doing)` returned, once it and its line of the audit trail are durable.

    name: a key under [desk.act]. `work` runs in the writer's thread, outside of the request, and
    may be called again when the transaction has to be repeated. Raises what it raises; then
    nothing was changed.
    """
    now, visit = events.now(), g.get("desk_session")
    by = visit.account_id if visit else None

    def whole(session: Session) -> T:
        doing = Doing(session, by)
        done = work(doing)
        who = {"account_id": doing.by, "community_id": doing.community_id}
        audit.append(session, name, now, about=doing.about, **who)
        return done

    return write(whole)


def write(work: Callable[[Session], T]) -> T:
    """Return what `work(session)` returned, once it is durable: through this process's writer."""

    def job(connection: Connection) -> T:
        with Session(connection, expire_on_commit=False) as one:
            audit.hold(one)
            done = work(one)
            one.commit()  # sends what it holds; the transaction is the writer's to commit
            return done

    done: T = db.writer().do(job)
    return done


def my_language() -> Language:
    """Return the language a page of the desk is written in."""
    visit: DeskSession | None = g.get("desk_session")
    if visit is None or request.args.get("lang"):
        return visitor_language()
    languages = {one.code: one for one in content().reading_languages}
    return languages.get(visit.account.language) or visitor_language()


def show(template: str, *, refused: Refused | None = None, **more: Any) -> str:
    """Render a page of the desk."""
    visit: DeskSession | None = g.get("desk_session")
    words = my_language()
    return render_template(
        template,
        words=words,
        say=words.say,
        languages=content().reading_languages,
        languages_of=content().offered,
        me=visit.account if visit else None,
        moment_here=lambda moment: moment_here(words, me(), moment),
        refused=refused,
        problem=problem_of(words, refused) if refused else "",
        typed=request.form,
        theme_name=words.theme,
        **more,
    )


def problem_of(words: Language, refused: Refused) -> str:
    """Return why something was refused, in words of the page's language."""
    key = f"desk.refused.{refused.why}"
    return words.say(key, **refused.named) if refused.why and words.has(key) else str(refused)
