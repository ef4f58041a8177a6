"""Accounts: made from links that work once, ended, and given back to whoever forgot a password."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from survey.desk import passwords, second_step
from survey.desk.limits import tidy
from survey.desk.tokens import new_token, token_hash
from survey.questionnaire.areas import fold
from survey.storage.desk_tables import Account, AccountLink, DeskSession, Passkey
from survey.storage.events import Refused
from survey.storage.models import Community

OPERATOR, ORGANISER, DEPARTMENT, REVIEWER = ROLES = (
    "operator",
    "organiser",
    "department",
    "reviewer",
)
INVITES = {OPERATOR: ROLES, ORGANISER: (ORGANISER, DEPARTMENT, REVIEWER)}
LINK_KEPT = timedelta(days=7)


def has_operator(session: Session) -> bool:
    query = exists().where(Account.role == OPERATOR, ~Account.ended)
    return bool(session.scalar(select(query)))


def operator_link(session: Session, moment: datetime) -> str:
    """Return the token of a new link for an operator; an earlier one that nobody used is void."""
    unused = AccountLink.role == OPERATOR, AccountLink.made_by.is_(None)
    session.execute(delete(AccountLink).where(*unused))
    return keep_link(session, moment, OPERATOR, [])


def invite(
    session: Session, by: Account, role: str, communities: Iterable[Community], moment: datetime
) -> str:
    """Return the token of a link for a new account. Raises Refused where `by` may not give it.

    An organiser without a community is one who sets up a new place.
    """
    ids = sorted(community.id for community in communities)
    own = {community.id for community in by.communities}
    if role not in INVITES.get(by.role, ()) or (by.role != OPERATOR and not {*ids} <= own):
        raise Refused("You cannot give that role.", "role", "role")
    if role in (DEPARTMENT, REVIEWER) and not ids:
        raise Refused("Say for which place.", "no_place", "places")
    if role == ORGANISER and by.role != OPERATOR and not ids:
        raise Refused("Say for which place.", "no_place", "places")
    return keep_link(session, moment, role, [] if role == OPERATOR else ids, made_by=by.id)


def renew(session: Session, by: Account, account: Account, moment: datetime) -> str:
    """Return the token of a link with which somebody gives their account a new password."""
    session.execute(delete(AccountLink).where(AccountLink.account_id == account.id))
    return keep_link(session, moment, account.role, [], account_id=account.id, made_by=by.id)


def keep_link(
    session: Session,
    moment: datetime,
    role: str,
    communities: list[int],
    *,
    account_id: int | None = None,
    made_by: int | None = None,
) -> str:
    session.execute(delete(AccountLink).where(AccountLink.expires_at <= moment))
    token = new_token()
    session.add(
        AccountLink(
            token_hash=token_hash(token),
            role=role,
            communities=communities,
            account_id=account_id,
            made_by=made_by,
            expires_at=moment + LINK_KEPT,
        )
    )
    session.flush()
    return token


def find_link(session: Session, token: str, moment: datetime) -> AccountLink | None:
    """Return what a link is for; None where it was used, is over, or never was."""
    link = session.get(AccountLink, token_hash(token))
    return link if link and link.expires_at > moment else None


def accept(
    session: Session, token: str, name: str, password: str, language: str, moment: datetime
) -> Account:
    """Make the account that a link is for; the link is used up. Raises Refused."""
    link = taken_link(session, token, moment)
    name = tidy(name, Account.name, "Your name", "name")
    check_free(session, name)
    passwords.check(password, name)
    account = Account(
        name=name,
        sign_in=fold(name),
        role=link.role,
        password=passwords.hashed(password),
        language=language,
        made_at=moment.replace(minute=0, second=0, microsecond=0),
    )
    places = select(Community).where(Community.id.in_(link.communities))
    account.communities = list(session.scalars(places))
    session.add(account)
    session.delete(link)
    session.flush()
    return account


def taken_link(session: Session, token: str, moment: datetime) -> AccountLink:
    link = find_link(session, token, moment)
    if link is None:
        raise Refused("That link was used, or is over.", "link")
    return link


def check_free(session: Session, name: str) -> None:
    if session.scalar(select(exists().where(Account.sign_in == fold(name)))):
        raise Refused(f"Somebody is called {name} here already.", "name_taken", "name", name=name)


def reset(session: Session, token: str, password: str, moment: datetime) -> Account:
    """Give an account another password by a link, and nothing but that: sessions, passkeys and the
    app that shows codes may be on a phone that was lost, or not its owner's. Raises Refused.
    """
    link = taken_link(session, token, moment)
    account = session.get(Account, link.account_id)
    if account is None or account.ended:
        raise Refused("That link was used, or is over.", "link")
    session.delete(link)
    change_password(session, account, password)
    second_step.turn_off(session, account)
    session.execute(delete(Passkey).where(Passkey.account_id == account.id))
    return account


def change_password(session: Session, account: Account, password: str) -> None:
    """Keep another password and end every session. Raises Refused."""
    passwords.check(password, account.name)
    account.password = passwords.hashed(password)
    session.execute(delete(DeskSession).where(DeskSession.account_id == account.id))
    session.flush()


def end(session: Session, account: Account) -> None:
    """End an account: it can no longer sign in; what it did stays in the audit trail.

    Raises Refused for the last operator.
    """
    others = select(Account.id).where(
        Account.role == OPERATOR, ~Account.ended, Account.id != account.id
    )
    if account.role == OPERATOR and session.scalar(others) is None:
        raise Refused("The last operator stays.", "last_operator")
    account.ended = True
    session.execute(delete(DeskSession).where(DeskSession.account_id == account.id))
    session.execute(delete(AccountLink).where(AccountLink.account_id == account.id))
    session.execute(delete(Passkey).where(Passkey.account_id == account.id))
    second_step.turn_off(session, account)
    session.flush()


def find(session: Session, name: str) -> Account | None:
    """Return the account that signs in by this name."""
    query = select(Account).where(Account.sign_in == fold(name), ~Account.ended)
    return session.scalar(query)
