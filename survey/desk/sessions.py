"""Signed-in browsers: begun, recognised by their token, rotated, ended one by one.

Of a token only its hash is kept. It changes every hour of use: one that was copied earlier and is
used after that gives itself away, and the session ends for both. Where the signal is bad the answer
with the new token may be lost: until the new one is used, the old one still opens the session.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, joinedload

from survey.desk.tokens import new_token, token_hash
from survey.storage.desk_tables import Account, DeskSession

IDLE = timedelta(hours=12)  # an organiser's evening, and the morning after not
LONGEST = timedelta(days=7)
ROTATED_AFTER = timedelta(hours=1)
GRACE = timedelta(minutes=2)  # a second tab may still send the token before it
SEEN_EVERY = timedelta(minutes=10)  # a page that asks every few seconds writes no row each time
PHONE = re.compile(r"Mobi|Android|iPhone", re.IGNORECASE)


def begin(session: Session, account: Account, agent: str, moment: datetime) -> str:
    """Return the token of a new session. The browser is kept as "phone" or "computer" only."""
    forget_old(session, moment)
    token = new_token()
    session.add(
        DeskSession(
            id=uuid4(),
            account_id=account.id,
            token_hash=token_hash(token),
            before_hash="",
            device=device_of(agent),
            began_at=moment,
            rotated_at=moment,
            seen_at=moment,
        )
    )
    session.flush()
    return token


def device_of(agent: str) -> str:
    """Return all that is kept of a browser: "phone" or "computer"."""
    return "phone" if PHONE.search(agent) else "computer"


def find(session: Session, token: str, moment: datetime) -> DeskSession | None:
    """Return the session of a token, its account and communities loaded; None for no living one.

    Raises Copied for a token that was replaced a while ago.
    """
    hashed = token_hash(token)
    visit = session.scalar(
        select(DeskSession)
        .where(or_(DeskSession.token_hash == hashed, DeskSession.before_hash == hashed))
        .options(joinedload(DeskSession.account).selectinload(Account.communities))
    )
    if visit is None or visit.account.ended:
        return None
    if moment - visit.seen_at > IDLE or moment - visit.began_at > LONGEST:
        return None
    replaced = visit.token_hash != hashed and moment - visit.rotated_at > GRACE
    if replaced and not awaits_new_token(visit):
        raise Copied(visit.id)
    return visit


class Copied(Exception):
    """A token was used that its own browser has replaced: somebody else has a copy."""

    def __init__(self, session_id: UUID) -> None:
        self.session_id = session_id


def awaits_new_token(visit: DeskSession) -> bool:
    """Whether a token was sent that its browser has not used yet."""
    return bool(visit.before_hash) and visit.seen_at == visit.rotated_at


def is_due(visit: DeskSession, moment: datetime) -> bool:
    """Whether a session's row is to be written: its token is old, it was not seen for long, or its
    new token is used for the first time."""
    if awaits_new_token(visit):
        return True
    return moment - visit.rotated_at > ROTATED_AFTER or moment - visit.seen_at > SEEN_EVERY


def touch(session: Session, id: UUID, token: str, moment: datetime) -> str:
    """Note that a session was seen; return its new token where that was due, else "".

    Two requests that arrive together: the second finds the token replaced, and replaces nothing.
    """
    visit = session.get(DeskSession, id)
    if visit is None:
        return ""
    since = moment - visit.rotated_at
    if visit.token_hash == token_hash(token):
        visit.seen_at = moment
        if since <= ROTATED_AFTER:
            return ""
    elif since <= GRACE or not awaits_new_token(visit):
        return ""
    fresh = new_token()
    visit.before_hash, visit.token_hash = token_hash(token), token_hash(fresh)
    visit.rotated_at = visit.seen_at = moment
    session.flush()
    return fresh


def living(session: Session, account: Account, moment: datetime) -> list[DeskSession]:
    """Return an account's sessions, the one seen last first."""
    query = select(DeskSession).where(
        DeskSession.account_id == account.id,
        DeskSession.seen_at > moment - IDLE,
        DeskSession.began_at > moment - LONGEST,
    )
    return list(session.scalars(query.order_by(DeskSession.seen_at.desc(), DeskSession.id)))


def end(session: Session, account_id: int, id: UUID) -> bool:
    """End one session of an account; return whether it was there."""
    ours = DeskSession.id == id, DeskSession.account_id == account_id
    ended = session.execute(delete(DeskSession).where(*ours).returning(DeskSession.id)).all()
    return bool(ended)


def forget_old(session: Session, moment: datetime) -> None:
    old = or_(DeskSession.seen_at < moment - IDLE, DeskSession.began_at < moment - LONGEST)
    session.execute(delete(DeskSession).where(old))
