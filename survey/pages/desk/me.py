"""What somebody does with their own account: language, password, the browsers they are in."""

from __future__ import annotations

from uuid import UUID

from flask import abort, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reply

from survey.desk import accounts, passkeys, second_step, sessions
from survey.desk.sign_in import Outcome, count
from survey.pages.desk import door
from survey.pages.desk.door import DEVICE, Doing, act, blueprint, show, write
from survey.pages.desk.own_site import own_site
from survey.pages.desk.sign_in import doorkeeper, enter_as, safe
from survey.storage import db, events
from survey.storage.desk_tables import Account
from survey.storage.events import Refused
from survey.web.locale import content


@blueprint.get("/me")
def me() -> str:
    return own_page()


@blueprint.post("/me/password")
def change_password() -> Reply | tuple[str, int]:
    """Change it for who knows the old one. Every other browser is signed out."""
    account, fresh = door.me(), request.form.get("password", "")
    try:
        confirm("old")
        act("password_changed", lambda doing: changed(doing, fresh))
    except Refused as refused:
        return own_page(refused), 422
    db.session().expire_all()
    g.desk_session = None
    account = db.session().get_one(Account, account.id)
    return enter_as(account, "signed_in", url_for("desk.me"))


def confirm(field: str) -> None:
    """Let nobody who found an open browser change how its owner signs in: the password is asked
    for again. Raises Refused where it is wrong; guessing is slowed as at the door."""
    keeper, mark, now = doorkeeper(), request.cookies.get(DEVICE, ""), events.now()
    typed = request.form.get(field, "")
    account, why, counters = keeper.check(db.session(), door.me().name, typed, mark, now)
    if account is None:
        write(lambda session: count(session.connection(), counters, now))
        slowed = why is Outcome.SLOWED
        raise Refused("", "sign_in_slowed" if slowed else "old_password", field)


def changed(doing: Doing, fresh: str) -> None:
    accounts.change_password(doing.session, doing.account, fresh)


@blueprint.post("/me/language")
def change_language() -> Reply:
    """Write the desk's pages in another language from now on."""
    code, id = request.form.get("language", ""), door.me().id
    if code not in {one.code for one in content().reading_languages}:
        abort(400)

    def work(session: Session) -> None:
        session.get_one(Account, id).language = code

    write(work)
    return redirect(safe(request.form.get("after", "")), 303)


@blueprint.post("/me/sessions/<uuid:id>/end")
def end_session(id: UUID) -> Reply:
    """Sign one browser out. Somebody else's session is a page that is not there."""
    owner = door.me().id

    def work(doing: Doing) -> None:
        if not sessions.end(doing.session, owner, id):
            raise NotFound

    act("session_ended", work)
    return redirect(url_for("desk.me"), 303)


def own_page(refused: Refused | None = None) -> str:
    account = door.me()
    return show(
        "desk/me.html",
        sessions=sessions.living(db.session(), account, events.now()),
        here=g.desk_session.id,
        passkeys=passkeys.of_account(db.session(), account),
        site=own_site(),
        codes_left=second_step.recovery_codes_left(db.session(), account),
        refused=refused,
    )
