"""Passkeys: signing in with one, and those of one's own account."""

from __future__ import annotations

import secrets
from uuid import UUID

from flask import abort, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reply

from survey.desk import passkeys
from survey.desk.passkeys import ANSWERED_WITHIN, CHALLENGE_BYTES
from survey.pages.desk.door import Doing, act, blueprint, me, show
from survey.pages.desk.handed import hand_out, take_back
from survey.pages.desk.me import confirm, own_page
from survey.pages.desk.own_site import own_site
from survey.pages.desk.sign_in import enter_as, safe, sign_in_page
from survey.storage import db, events
from survey.storage.events import Refused


@blueprint.post("/sign-in/passkey/ask")
def ask_passkey() -> dict[str, str]:
    """Return what a browser is asked to sign: made when somebody presses the button."""
    site, challenge = own_site() or abort(404), secrets.token_hex(CHALLENGE_BYTES)
    options = passkeys.request_options(site, bytes.fromhex(challenge))
    return {"options": options, "handed": hand_out("passkey", challenge)}


@blueprint.post("/sign-in/passkey")
def by_passkey() -> Reply | tuple[str, int]:
    """Let somebody in by what their device signed: it has asked for their finger, face or PIN."""
    site, answer = own_site() or abort(404), request.form.get("answer", "")
    after = request.form.get("after", "")
    try:
        handed, (challenge,) = take_back("passkey", request.form.get("handed", ""), ANSWERED_WITHIN)
        account = passkeys.account_of(db.session(), answer)

        def use(doing: Doing) -> None:
            passkeys.use(doing.session, site, answer, bytes.fromhex(challenge), handed)

        return enter_as(account, "signed_in_passkey", safe(after), use)
    except Refused as refused:
        return sign_in_page(after, refused), 401


@blueprint.post("/me/passkeys/new")
def new_passkey() -> str | tuple[str, int]:
    """Ask the browser for a passkey, once the password was typed."""
    site, challenge = own_site() or abort(404), secrets.token_hex(CHALLENGE_BYTES)
    try:
        confirm("for_passkey")
    except Refused as refused:
        return own_page(refused), 422
    options = passkeys.creation_options(db.session(), site, me(), bytes.fromhex(challenge))
    handed = hand_out("new passkey", challenge)
    return show("desk/new_passkey.html", options=options, handed=handed)


@blueprint.post("/me/passkeys")
def add_passkey() -> Reply | tuple[str, int]:
    site, answer = own_site() or abort(404), request.form.get("answer", "")
    agent, now = request.headers.get("User-Agent", ""), events.now()
    try:
        _, (challenge,) = take_back("new passkey", request.form.get("handed", ""), ANSWERED_WITHIN)
        made = passkeys.checked_creation(site, answer, bytes.fromhex(challenge))

        def work(doing: Doing) -> None:
            passkeys.add(doing.session, doing.account, made, agent, now)

        act("passkey_added", work)
    except Refused as refused:
        return own_page(refused), 422
    return redirect(url_for("desk.me"), 303)


@blueprint.post("/me/passkeys/<uuid:id>/remove")
def remove_passkey(id: UUID) -> Reply:
    """Remove one's own passkey. Somebody else's is a page that is not there."""

    def work(doing: Doing) -> None:
        if not passkeys.remove(doing.session, doing.account, id):
            raise NotFound

    act("passkey_removed", work)
    return redirect(url_for("desk.me"), 303)
