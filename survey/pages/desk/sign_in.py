"""Signing in and out, and the link by which an account begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from flask import current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.desk import accounts, sessions
from survey.desk.second_step import CodeApps
from survey.desk.sign_in import MOST_CODES, Doorkeeper, Outcome, count, failed, part_of
from survey.pages.desk.door import (
    COOKIE,
    DEVICE,
    DEVICE_KEPT,
    Doing,
    act,
    blueprint,
    forget,
    is_desk,
    keep,
    my_language,
    show,
    write,
)
from survey.pages.desk.handed import hand_out, take_back
from survey.pages.desk.own_site import own_site
from survey.storage import db, events
from survey.storage.desk_tables import Account
from survey.storage.events import Refused

CODE_WITHIN = timedelta(minutes=10)  # a phone is looked for, a pair of glasses too
REFUSALS = {Outcome.WRONG: "sign_in_wrong", Outcome.SLOWED: "sign_in_slowed"}


@blueprint.get("/sign-in")
def sign_in() -> str | Reply:
    if g.desk_session:
        return redirect(url_for("desk.home"))
    return sign_in_page(request.args.get("after", ""))


@blueprint.post("/sign-in")
def let_in() -> Reply | tuple[str, int]:
    """Let somebody in by name and password. The answer never says which of the two was wrong."""
    keeper = doorkeeper()
    name, password = request.form.get("name", ""), request.form.get("password", "")
    mark, now = request.cookies.get(DEVICE, ""), events.now()
    account, why, counters = keeper.check(db.session(), name, password, mark, now)
    after = request.form.get("after", "")
    if account is None or why is not None:
        write(lambda session: count(session.connection(), counters, now))
        return sign_in_page(after, Refused("", REFUSALS[why or Outcome.WRONG], "name")), 401
    if account.code_app is not None:
        return code_page(account, after), 200
    return enter_as(account, "signed_in", safe(after))


@blueprint.post("/sign-in/code")
def second_step() -> Reply | tuple[str, int]:
    """Let in who typed the password before, by a code of their app or a recovery code."""
    after, code = request.form.get("after", ""), request.form.get("code", "")
    keeper, mark, now = doorkeeper(), request.cookies.get(DEVICE, ""), events.now()
    own_apps = apps()
    try:
        _, (id, part) = take_back("second step", request.form.get("handed", ""), CODE_WITHIN)
    except Refused as refused:
        return sign_in_page(after, refused), 401
    account = db.session().get(Account, int(id))
    if account is None or account.ended or part_of(account) != part:
        return sign_in_page(after, Refused("", "took_too_long")), 401
    counter = keeper.code_counter(account, mark)
    if failed(db.session(), counter, now) >= MOST_CODES:
        return code_page(account, after, Refused("", "code_slowed", "code")), 401

    def use(doing: Doing) -> None:
        own_apps.pass_(doing.session, doing.account, code, now)

    try:
        return enter_as(account, named_by(code), safe(after), use)
    except Refused as refused:
        write(lambda session: count(session.connection(), [counter], now))
        return code_page(account, after, refused), 401


def named_by(code: str) -> str:
    """Return what the audit trail calls a sign-in: a recovery code has letters."""
    return "signed_in_code" if any(sign.isalpha() for sign in code) else "signed_in"


def code_page(account: Account, after: str, refused: Refused | None = None) -> str:
    handed = hand_out("second step", str(account.id), part_of(account))
    return show("desk/second_step.html", after=after, handed=handed, refused=refused)


def sign_in_page(after: str, refused: Refused | None = None) -> str:
    return show("desk/sign_in.html", after=after, site=own_site(), refused=refused)


@blueprint.post("/sign-out")
def sign_out() -> Reply:
    id, account_id = g.desk_session.id, g.desk_session.account_id
    act("signed_out", lambda doing: sessions.end(doing.session, account_id, id))
    g.desk_session = None
    reply = redirect(url_for("desk.sign_in"))
    forget(reply, COOKIE)
    return reply


@blueprint.get("/welcome/<token>")
def welcome(token: str) -> str | tuple[str, int]:
    """Show what a link is for. Looking at it does not use it up: chats look at links, too."""
    link = accounts.find_link(db.session(), token, events.now())
    if link is None:
        return show("desk/link_over.html"), 410
    known = db.session().get(Account, link.account_id) if link.account_id else None
    return show("desk/welcome.html", link=link, known=known, link_token=token)


@blueprint.post("/welcome/<token>")
def join(token: str) -> Reply | str | tuple[str, int]:
    """Make the account, or give it its new password, and let its owner in."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    language, now = my_language().code, events.now()
    link = accounts.find_link(db.session(), token, now)
    if link is None:
        return show("desk/link_over.html"), 410

    def work(doing: Doing) -> Account:
        if link.account_id:
            account = accounts.reset(doing.session, token, password, now)
        else:
            account = accounts.accept(doing.session, token, name, password, language, now)
        doing.by = account.id
        doing.about = {"name": account.name, "role": account.role}
        return account

    try:
        account = act("password_renewed" if link.account_id else "joined", work)
    except Refused as refused:
        known = db.session().get(Account, link.account_id) if link.account_id else None
        page = show("desk/welcome.html", link=link, known=known, link_token=token, refused=refused)
        return page, 422
    return enter_as(account, "signed_in", url_for("desk.home"))


def enter_as(
    account: Account, name: str, after: str, check: Callable[[Doing], None] = lambda doing: None
) -> Reply:
    """Begin a session with a token of its own, whatever the browser brought along.

    check: what has to hold, and is used up, in the same transaction. Raises what it raises.
    """
    id, agent, now = account.id, request.headers.get("User-Agent", ""), events.now()
    old = g.desk_session.id if g.get("desk_session") else None

    def work(doing: Doing) -> str:
        if old is not None:
            sessions.end(doing.session, before, old)
        doing.by = id
        check(doing)
        return sessions.begin(doing.session, doing.account, agent, now)

    before = g.desk_session.account_id if old is not None else id
    token = act(name, work)
    g.desk_session = None  # this request's own token is not rotated any more
    reply = redirect(after, 303)
    keep(reply, COOKIE, token)
    keep(reply, DEVICE, doorkeeper().device_mark(account), DEVICE_KEPT)
    return reply


def safe(after: str) -> str:
    """Return where to go on: a page of the desk, and never another site."""
    parts = urlsplit(after)
    is_ours = is_desk(parts.path) and not parts.scheme and not parts.netloc
    return after if is_ours and "\\" not in after else url_for("desk.home")


def doorkeeper() -> Doorkeeper:
    return Doorkeeper(str(current_app.secret_key))


def apps() -> CodeApps:
    return CodeApps(str(current_app.secret_key))
