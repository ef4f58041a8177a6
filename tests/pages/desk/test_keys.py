"""Passkeys, the app that shows codes, recovery codes: who gets in with them, and who does not."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from html import unescape

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey.desk import second_step
from survey.desk.second_step import CodeApps
from survey.storage.desk_tables import Account
from survey.storage.events import Refused, now
from tests.authenticator import Authenticator
from tests.conftest import SECRET
from tests.desk.test_accounts import MINUTE, NOON, make
from tests.desk_people import (
    PASSWORD,
    Colleague,
    account_of,
    acts,
    colleague,
    form_token,
    link_of,
    operator,
)

RFC_6238 = base64.b32encode(b"12345678901234567890").decode()  # appendix B


def code_of(secret: str, step: int) -> str:
    """Return a code of six digits, computed as RFC 4226 (5.3) and RFC 6238 say."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8), "sha1")
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at : at + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def code_now(secret: str, by: int = 0) -> str:
    return code_of(secret, int(time.time()) // 30 + by)


# Passkeys


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


def sets_up(somebody: Colleague, device: Authenticator, password: str = PASSWORD) -> int:
    page = somebody.presses("/desk/me/passkeys/new", for_passkey=password)
    if page.status_code != 200:
        return page.status_code
    found = re.search(r'data-options="([^"]*)"', page.text)
    assert found
    fields = {"handed": hidden(page.text, "handed"), "answer": device.makes(unescape(found[1]))}
    return somebody.presses("/desk/me/passkeys", page.text, **fields).status_code


def asks(somebody: Colleague) -> dict[str, str]:
    page = somebody.sees("/desk/sign-in")
    told: dict[str, str] = somebody.presses("/desk/sign-in/passkey/ask", page).get_json()
    return told


def signs_in(somebody: Colleague, device: Authenticator, told: dict[str, str] | None = None) -> int:
    told = told or asks(somebody)
    fields = {"handed": told["handed"], "answer": device.signs(told["options"])}
    page = somebody.sees("/desk/sign-in")
    return somebody.presses("/desk/sign-in/passkey", page, **fields).status_code


def test_who_set_up_a_passkey_signs_in_without_a_password(sqlite_app: Flask):
    olive, device = operator(sqlite_app), Authenticator()
    colleague(sqlite_app, "operator", name="Kim")
    assert sets_up(olive, device) == 303
    assert "1 passkey" in olive.sees("/desk/me")
    phone = Colleague(sqlite_app)
    assert signs_in(phone, device) == 303
    assert "Olive" in phone.sees("/desk/")
    assert acts(sqlite_app)[-2:] == ["passkey_added", "signed_in_passkey"]


def test_a_passkey_is_set_up_by_who_knows_the_password(sqlite_app: Flask):
    olive = operator(sqlite_app)
    assert sets_up(olive, Authenticator(), "wrong wrong") == 422
    said = [sets_up(olive, Authenticator(), "wrong wrong") for _ in range(9)]
    assert said == [422] * 9
    assert sets_up(olive, Authenticator()) == 422  # slowed: guessing at an open browser, too
    assert "Wait 15 minutes" in olive.presses("/desk/me/passkeys/new", for_passkey=PASSWORD).text


@pytest.mark.parametrize(
    "device",
    [
        Authenticator(origin="http://localhost.evil.example"),
        Authenticator(site="evil.example"),
        Authenticator(verifies=False),
    ],
)
def test_a_device_of_another_site_or_that_looked_at_nobody_is_refused(
    sqlite_app: Flask, device: Authenticator
):
    olive, good = operator(sqlite_app), Authenticator(key=device.key, id=device.id)
    assert sets_up(olive, device) == 422
    assert sets_up(olive, good) == 303
    assert signs_in(Colleague(sqlite_app), device) == 401
    assert signs_in(Colleague(sqlite_app), good) == 303


def test_what_was_signed_once_opens_nothing_again(sqlite_app: Flask):
    olive, device, phone = operator(sqlite_app), Authenticator(), Colleague(sqlite_app)
    sets_up(olive, device)
    told = asks(phone)
    assert signs_in(phone, device, told) == 303
    phone.presses("/desk/sign-out")
    assert signs_in(phone, device, told) == 401
    assert signs_in(Colleague(sqlite_app), device, told) == 401  # nor in another browser
    assert signs_in(phone, device) == 303


def test_what_a_form_shows_signs_nothing(sqlite_app: Flask):
    """A form's token can be read by who has the form: no key of ours follows from it."""
    olive, device, phone = operator(sqlite_app), Authenticator(), Colleague(sqlite_app)
    sets_up(olive, device)
    page = phone.sees("/desk/sign-in")
    _, shown = URLSafeTimedSerializer("any").loads_unsafe(form_token(page))
    challenge = "ab" * 32
    forged = URLSafeSerializer(shown, salt="porchlight.passkey").dumps(
        [now().isoformat(), challenge]
    )
    options = json.dumps({"challenge": base64.urlsafe_b64encode(bytes.fromhex(challenge)).decode()})
    assert signs_in(phone, device, {"handed": forged, "options": options.replace("=", "")}) == 401


def test_a_passkey_that_was_removed_and_one_that_is_anothers_open_nothing(sqlite_app: Flask):
    olive, device = operator(sqlite_app), Authenticator()
    kim = colleague(sqlite_app, "operator", name="Kim")
    sets_up(olive, device)
    assert sets_up(kim, device) == 422  # it is Olive's
    assert signs_in(Colleague(sqlite_app), Authenticator(id=device.id)) == 401  # another's key
    (id,) = re.findall(r"/desk/me/passkeys/([\w-]+)/remove", olive.sees("/desk/me"))
    assert kim.presses(f"/desk/me/passkeys/{id}/remove").status_code == 404
    assert olive.presses(f"/desk/me/passkeys/{id}/remove").status_code == 303
    assert signs_in(Colleague(sqlite_app), device) == 401


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", '{"id": 1}', '{"id":"eA","rawId":"eA","type":"x","response":{}}'],
)
def test_odd_answers_are_refused_in_words(sqlite_app: Flask, answer: str):
    olive, phone = operator(sqlite_app), Colleague(sqlite_app)
    fields = {"answer": answer, "handed": asks(phone)["handed"]}
    said = phone.presses("/desk/sign-in/passkey", phone.sees("/desk/sign-in"), **fields)
    assert (said.status_code, "does not belong" in said.text) == (401, True)
    page = olive.presses("/desk/me/passkeys/new", for_passkey=PASSWORD).text
    fields = {"answer": answer, "handed": hidden(page, "handed")}
    assert olive.presses("/desk/me/passkeys", page, **fields).status_code == 422


def test_no_passkeys_where_no_browser_makes_any(sqlite_app: Flask):
    olive = operator(sqlite_app)
    by_number = {"base_url": "http://127.0.0.1"}
    page = olive.client.get("/desk/sign-in", **by_number)
    assert "data-passkey" not in page.text
    fields = {"csrf_token": form_token(page.text)}
    asked = olive.client.post("/desk/sign-in/passkey/ask", data=fields, **by_number)
    assert asked.status_code == 404
    assert "data-passkey" in Colleague(sqlite_app).sees("/desk/sign-in")


# The app that shows codes


def test_codes_are_those_of_the_standard():
    steps = {59: "287082", 1111111109: "081804", 2000000000: "279037"}  # RFC 6238, appendix B
    for moment, code in steps.items():
        assert code_of(RFC_6238, moment // 30) == code
        assert second_step.app(RFC_6238).generate_otp(moment // 30) == code


def test_a_code_works_once_and_around_its_half_minute(session: Session):
    ana, apps = make(session), CodeApps(SECRET)
    step = int(NOON.timestamp()) // 30
    with pytest.raises(Refused):
        apps.turn_on(ana, RFC_6238, code_of(RFC_6238, step + 2), NOON)
    apps.turn_on(ana, RFC_6238, code_of(RFC_6238, step), NOON)
    for used in (step, step - 1):  # the one it was turned on with, and an earlier one
        with pytest.raises(Refused):
            apps.pass_(session, ana, code_of(RFC_6238, used), NOON)
    assert apps.pass_(session, ana, f" {code_of(RFC_6238, step + 1)} ", NOON) is False
    later = step + 20
    for odd in ("", "12345", "１２３４５６", code_of(RFC_6238, later)):
        with pytest.raises(Refused):
            apps.pass_(session, ana, odd, NOON)
    apps.pass_(session, ana, code_of(RFC_6238, later), NOON + 10 * MINUTE)


def test_a_recovery_code_works_once_and_only_for_its_owner(session: Session):
    ana, bo, apps = make(session), make(session, "Bo"), CodeApps(SECRET)
    first, second, *_ = second_step.new_recovery_codes(session, ana)
    with pytest.raises(Refused):
        apps.pass_(session, bo, first, NOON)
    assert apps.pass_(session, ana, first.lower().replace("-", " "), NOON) is True
    with pytest.raises(Refused):
        apps.pass_(session, ana, first, NOON)
    assert second_step.recovery_codes_left(session, ana) == 7
    second_step.new_recovery_codes(session, ana)
    with pytest.raises(Refused):
        apps.pass_(session, ana, second, NOON)


def test_the_database_holds_no_secret_that_makes_codes(session: Session):
    ana, apps = make(session), CodeApps(SECRET)
    apps.turn_on(ana, RFC_6238, code_of(RFC_6238, int(NOON.timestamp()) // 30), NOON)
    codes = second_step.new_recovery_codes(session, ana)
    session.commit()
    told = "".join(
        str([tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))])
        for table in ("account", "recovery_code")
    )
    for secret in (RFC_6238, *codes, *(code.replace("-", "") for code in codes)):
        assert secret not in told
    assert apps.open(ana) == RFC_6238
    assert CodeApps("another secret of the server").open(ana) == ""
    sealed = ana.code_app
    bo = make(session, "Bo")
    bo.code_app = sealed  # moved to another account in the database
    assert apps.open(bo) == ""


def turns_on(somebody: Colleague) -> tuple[str, list[str]]:
    """Set up an app; return its secret and the recovery codes."""
    page = somebody.presses("/desk/me/code-app/new", for_app=PASSWORD).text
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found
    secret = found[1].replace(" ", "")
    wrong = somebody.presses("/desk/me/code-app", page, handed=hidden(page, "handed"), code="1")
    assert wrong.status_code == 422
    assert found[1] in wrong.text  # the same secret: it may be in the app by now
    fields = {"handed": hidden(wrong.text, "handed"), "code": code_now(secret)}
    shown = somebody.presses("/desk/me/code-app", wrong.text, **fields)
    assert shown.status_code == 200
    return secret, re.findall(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5})</code>", shown.text)


def types_code(somebody: Colleague, page: str, code: str) -> int:
    fields = {"handed": hidden(page, "handed"), "code": code}
    return somebody.presses("/desk/sign-in/code", page, **fields).status_code


def test_a_password_alone_opens_nothing_where_an_app_is_on(sqlite_app: Flask):
    olive = operator(sqlite_app)
    secret, codes = turns_on(olive)
    assert len(codes) == 8
    thief = Colleague(sqlite_app, "Olive")
    page = thief.signs_in().text
    assert "One more step" in page
    assert thief.opens("/desk/").status_code == 302
    assert types_code(thief, page, code_now(secret)) == 401  # it turned the app on: used
    assert types_code(thief, page, "000000") == 401
    assert types_code(thief, page, code_now(secret, by=1)) == 303
    phone = Colleague(sqlite_app, "Olive")
    assert types_code(phone, phone.signs_in().text, codes[0]) == 303
    assert acts(sqlite_app)[-2:] == ["signed_in", "signed_in_code"]
    assert "7 left" in phone.sees("/desk/me")


def test_wrong_codes_are_slowed_and_the_owner_still_comes_in(sqlite_app: Flask):
    olive = operator(sqlite_app)
    secret, codes = turns_on(olive)
    thief = Colleague(sqlite_app, "Olive")
    page = thief.signs_in().text
    assert [types_code(thief, page, "000000") for _ in range(5)] == [401] * 5
    assert types_code(thief, page, codes[0]) == 401
    olive.presses("/desk/sign-out")  # a browser that was here before has a counter of its own
    assert types_code(olive, olive.signs_in().text, code_now(secret, by=1)) == 303


def test_the_second_step_belongs_to_the_browser_that_knew_the_password(sqlite_app: Flask):
    olive = operator(sqlite_app)
    secret, _ = turns_on(olive)
    first = Colleague(sqlite_app, "Olive").signs_in().text
    other = Colleague(sqlite_app, "Olive")
    fields = {"handed": hidden(first, "handed"), "code": code_now(secret, by=1)}
    said = other.presses("/desk/sign-in/code", other.sees("/desk/sign-in"), **fields)
    assert (said.status_code, "took too long" in said.text) == (401, True)


def test_turning_it_off_needs_the_password_and_a_link_leaves_nothing_behind(sqlite_app: Flask):
    olive, device = operator(sqlite_app), Authenticator()
    kim = colleague(sqlite_app, "operator", name="Kim")
    turns_on(kim)
    sets_up(kim, device)
    assert kim.presses("/desk/me/code-app/off", for_off="wrong wrong").status_code == 422
    assert kim.presses("/desk/me/recovery-codes", for_codes="wrong wrong").status_code == 422
    assert kim.presses("/desk/me/recovery-codes", for_codes=PASSWORD).status_code == 200
    link = link_of(olive.presses(f"/desk/people/{account_of(sqlite_app, 'Kim').id}/link").text)
    assert Colleague(sqlite_app, "Kim").joins(link, "another nine words oak").status_code == 303
    assert signs_in(Colleague(sqlite_app), device) == 401
    assert Colleague(sqlite_app, "Kim").signs_in("another nine words oak").status_code == 303
    turns_on(olive)
    assert olive.presses("/desk/me/code-app/off", for_off=PASSWORD).status_code == 303
    assert olive.presses("/desk/me/recovery-codes", for_codes=PASSWORD).status_code == 422
    assert Colleague(sqlite_app, "Olive").signs_in().status_code == 303
    with Session(sqlite_app.extensions["engine"]) as session:
        kept = session.scalars(select(Account.code_app)).all()
        left = session.execute(text("SELECT count(*) FROM recovery_code")).scalar_one()
    assert (kept, left) == ([None, None], 0)


def test_what_was_handed_out_long_ago_is_over(sqlite_app: Flask, monkeypatch):
    olive, device, phone = operator(sqlite_app), Authenticator(), Colleague(sqlite_app)
    sets_up(olive, device)
    told, later = asks(phone), now() + 11 * MINUTE
    monkeypatch.setattr("survey.storage.events.now", lambda: later)
    assert signs_in(phone, device, told) == 401
    assert signs_in(phone, device) == 303
