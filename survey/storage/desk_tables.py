"""Tables of the organisers' desk: who may sign in, what they may see, and what they did.

Nothing here names a response: an organiser's session and an attendee's answer have no column in
common. Of every secret (a session's token, a one-time link) only its hash is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.storage.models import WITHOUT_ROWID, Base, Community

HASH = 64  # characters of a SHA-256 in hexadecimal digits


class Account(Base):
    """Somebody who may sign in."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("sign_in"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    sign_in: Mapped[str] = mapped_column(String(60))  # the name with case and spaces folded
    role: Mapped[str] = mapped_column(String(12))
    password: Mapped[str] = mapped_column(String(120))  # argon2id
    language: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime]
    ended: Mapped[bool] = mapped_column(default=False)
    code_app: Mapped[bytes | None]  # the secret of an app that shows codes, sealed
    code_step: Mapped[int] = mapped_column(default=0)  # half minute of the last code used

    communities: Mapped[list[Community]] = relationship(
        secondary="account_community", order_by="Community.name", passive_deletes=True
    )


class AccountCommunity(Base):
    """A community whose desk an account may open."""

    __tablename__ = "account_community"
    __table_args__ = WITHOUT_ROWID

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), primary_key=True
    )


class AccountLink(Base):
    """A link that works once: for a new account, or for a new password of one."""

    __tablename__ = "account_link"
    __table_args__ = WITHOUT_ROWID

    token_hash: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    role: Mapped[str] = mapped_column(String(12))
    communities: Mapped[list[Any]]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # a new password for
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # none: command line
    expires_at: Mapped[datetime]


class DeskSession(Base):
    """One browser that is signed in."""

    __tablename__ = "desk_session"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(HASH))
    before_hash: Mapped[str] = mapped_column(String(HASH), index=True)  # the token before it
    device: Mapped[str] = mapped_column(String(12))  # phone or computer
    began_at: Mapped[datetime]
    rotated_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class Passkey(Base):
    """The public half of a key on somebody's device, with which they sign in."""

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("credential"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential: Mapped[bytes]  # the id that the device gave it
    public_key: Mapped[bytes]
    signed: Mapped[int] = mapped_column(BigInteger)  # how often, as the device counts; often 0
    device: Mapped[str] = mapped_column(String(12))  # phone or computer, where it was made
    made_at: Mapped[datetime]
    used_at: Mapped[datetime]  # when the last challenge that it answered was handed out

    account: Mapped[Account] = relationship()


class RecoveryCode(Base):
    """A code that stands in, once, for the app that shows codes."""

    __tablename__ = "recovery_code"
    __table_args__ = WITHOUT_ROWID

    code_hash: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)


class SignInCount(Base):
    """Failed sign-ins of a quarter of an hour, by name and kind of browser, both hashed."""

    __tablename__ = "sign_in_count"
    __table_args__ = WITHOUT_ROWID

    key: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    quarter: Mapped[int] = mapped_column(primary_key=True)  # quarters of an hour since 1970
    failed: Mapped[int]


class RehearsalAnswer(Base):
    """What was answered in a try-out, in words; wiped before the event opens."""

    __tablename__ = "rehearsal_answer"
    __table_args__ = WITHOUT_ROWID

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    poster: Mapped[str] = mapped_column(ForeignKey("poster.code"))
    told: Mapped[list[Any]]  # [question, answer] of each


class CommentTheme(Base):
    """A theme that organisers added for their community's comments; its name is its key."""

    __tablename__ = "comment_theme"
    __table_args__ = WITHOUT_ROWID

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(20), primary_key=True)


class AuditEntry(Base):
    """One act, chained by its hash to the one before; the database refuses to change or delete it
    (survey/storage/audit.py)."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]  # to the minute
    account_id: Mapped[int | None]  # none: the command line, or the program by itself
    community_id: Mapped[int | None]  # whose desk shows it; none: the operator's alone
    act: Mapped[str] = mapped_column(String(40))
    about: Mapped[dict[str, Any]]
    hash: Mapped[str] = mapped_column(String(HASH))


class HeldGroup(Base):
    """Answers of an event that wait together for two people (survey/quality/)."""

    __tablename__ = "held_group"
    __table_args__ = WITHOUT_ROWID

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(12))  # a word of survey/quality/signs.py
    poster: Mapped[str] = mapped_column(ForeignKey("poster.code"))
    hour: Mapped[str] = mapped_column(String(13))  # "" where the reason is not about an hour
    state: Mapped[str] = mapped_column(String(12))  # waiting, counted or left_out
    proposal: Mapped[str] = mapped_column(String(12))  # counted, left_out or "": none yet
    why: Mapped[str] = mapped_column(String(200))  # in the words of whoever proposed it
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    proposed_as: Mapped[str] = mapped_column(String(12))  # the role; "" where nobody has
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class HeldAnswer(Base):
    """That one answer is of a group that waits, or waited. No answer is in it."""

    __tablename__ = "held_answer"
    __table_args__ = WITHOUT_ROWID

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    submission: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]  # of the group


class SecondKeying(Base):
    """A paper form that was keyed a second time, to be compared with the first. It counts nowhere
    (survey/desk/double_keying.py)."""

    __tablename__ = "second_keying"
    __table_args__ = WITHOUT_ROWID

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    audience: Mapped[str] = mapped_column(String(12))
    answers: Mapped[dict[str, Any]]
    differed: Mapped[int | None]  # answers in which the two differed, once that is settled


class Card(Base):
    """A card with a one-time code that is handed out at an event: a keyed fingerprint of the code,
    and whether an answer used it. Nothing says which (survey/storage/cards.py)."""

    __tablename__ = "card"
    __table_args__ = WITHOUT_ROWID

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    used: Mapped[bool]


class UndoneKeying(Base):
    """That a form keyed in from paper was taken back: its answers are gone, and the number stays so
    that a phone which sends it once more stores nothing (survey/collect/undo.py)."""

    __tablename__ = "undone_keying"
    __table_args__ = WITHOUT_ROWID

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    submission: Mapped[UUID] = mapped_column(primary_key=True)
