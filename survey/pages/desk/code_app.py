"""The app that shows codes, and recovery codes, of one's own account."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Reply

from survey.desk import second_step
from survey.desk.qr_codes import qr_svg
from survey.pages.desk.door import Doing, act, blueprint, me, show
from survey.pages.desk.handed import hand_out, take_back
from survey.pages.desk.me import confirm, own_page
from survey.pages.desk.sign_in import apps
from survey.storage import events
from survey.storage.events import Refused

SET_UP_WITHIN = timedelta(minutes=30)  # an app may have to be found and installed first


@blueprint.post("/me/code-app/new")
def new_code_app() -> str | tuple[str, int]:
    """Show a new secret to scan, once the password was typed."""
    try:
        confirm("for_app")
    except Refused as refused:
        return own_page(refused), 422
    return scan_page(second_step.new_secret())


@blueprint.post("/me/code-app")
def turn_on_code_app() -> str | tuple[str, int]:
    """Turn it on by a code of it, so that nobody is asked for one they cannot make."""
    code, now = request.form.get("code", ""), events.now()
    try:
        _, (secret,) = take_back("code app", request.form.get("handed", ""), SET_UP_WITHIN)
    except Refused as refused:
        return own_page(refused), 422

    own_apps = apps()

    def work(doing: Doing) -> list[str]:
        own_apps.turn_on(doing.account, secret, code, now)
        return second_step.new_recovery_codes(doing.session, doing.account)

    try:
        return codes_page(act("code_app_on", work))
    except Refused as refused:
        return scan_page(secret, refused), 422


@blueprint.post("/me/code-app/off")
def turn_off_code_app() -> Reply | tuple[str, int]:
    try:
        confirm("for_off")
    except Refused as refused:
        return own_page(refused), 422
    act("code_app_off", lambda doing: second_step.turn_off(doing.session, doing.account))
    return redirect(url_for("desk.me"), 303)


@blueprint.post("/me/recovery-codes")
def new_recovery_codes() -> str | tuple[str, int]:
    """Make new recovery codes; those from before do not work any more."""
    try:
        confirm("for_codes")
        if me().code_app is None:
            raise Refused("There is no app to stand in for.", "no_app")
    except Refused as refused:
        return own_page(refused), 422

    def work(doing: Doing) -> list[str]:
        return second_step.new_recovery_codes(doing.session, doing.account)

    return codes_page(act("recovery_codes_made", work))


def scan_page(secret: str, refused: Refused | None = None) -> str:
    address = second_step.app_address(secret, me(), request.host)
    return show(
        "desk/new_code_app.html",
        qr=Markup(qr_svg(address)),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        handed=hand_out("code app", secret),
        refused=refused,
    )


def codes_page(codes: list[str]) -> str:
    """Show recovery codes, this once."""
    return show("desk/recovery_codes.html", codes=codes)
