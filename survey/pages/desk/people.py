"""Who may open which desk: invitations, new passwords, ended accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import abort, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response as Reply

from survey.desk import accounts
from survey.desk.accounts import INVITES, OPERATOR
from survey.desk.qr_codes import qr_svg
from survey.pages.desk.door import Doing, act, blueprint, me, show
from survey.pages.desk.places import own_places
from survey.pages.posters import base
from survey.storage import db, events
from survey.storage.desk_tables import Account
from survey.storage.events import Refused
from survey.storage.models import Community


@blueprint.get("/people")
def people() -> str:
    return show("desk/people.html", people=known_people(), own=is_in_hand)


@blueprint.get("/people/invite")
def invite() -> str:
    return show("desk/invite.html", roles=INVITES[me().role], places=own_places())


@blueprint.post("/people/invite")
def invited() -> str | tuple[str, int]:
    """Make a link for one new account and show it, this once."""
    role, now = request.form.get("role", ""), events.now()
    wanted = request.form.getlist("places")
    places = [one for one in own_places() if one.slug in wanted]
    ids = [one.id for one in places]

    def work(doing: Doing) -> str:
        chosen = doing.session.scalars(select(Community).where(Community.id.in_(ids)))
        doing.about = {"role": role, "place": ", ".join(one.name for one in places)}
        doing.community_id = ids[0] if len(ids) == 1 else None
        return accounts.invite(doing.session, doing.account, role, chosen, now)

    try:
        token = act("invited", work)
    except Refused as refused:
        page = show(
            "desk/invite.html", roles=INVITES[me().role], places=own_places(), refused=refused
        )
        return page, 422
    return link_page(token, role=role, places=places)


@blueprint.get("/people/<int:id>")
def person(id: int) -> str:
    account = find_person(id)
    places = own_places() if me().role == OPERATOR else []
    return show("desk/person.html", person=account, places=places, in_hand=is_in_hand(account))


@blueprint.post("/people/<int:id>/link")
def renew(id: int) -> str:
    """Make a link with which somebody chooses a new password: they forgot it, or are slowed."""
    shown, now = in_hand(id), events.now()

    def work(doing: Doing) -> str:
        account = doing.session.get_one(Account, shown.id)
        doing.about = {"name": account.name}
        doing.community_id = only_place(account)
        return accounts.renew(doing.session, doing.account, account, now)

    return link_page(act("link_made", work), known=shown)


@blueprint.post("/people/<int:id>/end")
def end_account(id: int) -> Reply | tuple[str, int]:
    shown = in_hand(id)

    def work(doing: Doing) -> None:
        account = doing.session.get_one(Account, shown.id)
        doing.about = {"name": account.name}
        doing.community_id = only_place(account)
        accounts.end(doing.session, account)

    try:
        act("account_ended", work)
    except Refused as refused:
        return show("desk/person.html", person=shown, places=[], in_hand=True, refused=refused), 422
    return redirect(url_for("desk.people"), 303)


@blueprint.post("/people/<int:id>/places")
def change_places(id: int) -> Reply:
    """Say whose desks an account may open."""
    shown, wanted = in_hand(id), request.form.getlist("places")

    def work(doing: Doing) -> None:
        account = doing.session.get_one(Account, shown.id)
        chosen = select(Community).where(Community.slug.in_(wanted)).order_by(Community.name)
        account.communities = list(doing.session.scalars(chosen))
        names = ", ".join(one.name for one in account.communities)
        doing.about = {"name": account.name, "place": names[:500]}

    act("places_changed", work)
    return redirect(url_for("desk.person", id=id), 303)


def link_page(token: str, **about: Any) -> str:
    address = f"{base()}{url_for('desk.welcome', token=token)}"
    return show("desk/invited.html", address=address, qr=Markup(qr_svg(address)), **about)


def known_people() -> list[Account]:
    """Return the accounts that are seen: all by an operator, those of the own places by others."""
    query = select(Account).where(~Account.ended).order_by(Account.sign_in)
    accounts = db.session().scalars(query).unique().all()
    return [account for account in accounts if is_seen(account)]


def is_seen(account: Account) -> bool:
    mine = me()
    if mine.role == OPERATOR or account.id == mine.id:
        return True
    return bool(ids_of(account.communities) & ids_of(mine.communities))


def is_in_hand(account: Account) -> bool:
    """Whether I may end this account or give it a new password: by an operator any but their own;
    by an organiser one who can do nothing that they cannot."""
    mine = me()
    if account.id == mine.id:
        return False
    if mine.role == OPERATOR:
        return True
    theirs = ids_of(account.communities)
    return account.role != OPERATOR and bool(theirs) and theirs <= ids_of(mine.communities)


def find_person(id: int) -> Account:
    account = db.session().get(Account, id)
    if account is None or account.ended or not is_seen(account):
        abort(404)
    return account


def in_hand(id: int) -> Account:
    account = find_person(id)
    if not is_in_hand(account):
        abort(404)
    return account


def ids_of(places: Iterable[Community]) -> set[int]:
    return {place.id for place in places}


def only_place(account: Account) -> int | None:
    return account.communities[0].id if len(account.communities) == 1 else None
