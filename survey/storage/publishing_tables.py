"""Tables of what happens around a release: the runs that make one, and what was done after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.models import Base


class ReleaseRun(Base):
    """One run of a preview or of a publication, done by a process of its own."""

    __tablename__ = "release_run"
    __table_args__ = (UniqueConstraint("active"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))  # preview | publish
    account_id: Mapped[int | None]  # who asked for it; none: the command line
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8))  # asked, running, done, refused, failed, stopped
    active: Mapped[bool | None]  # true of the one that is asked for or running, else null
    done: Mapped[int] = mapped_column(default=0)  # counties
    total: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[dict[str, Any]]  # what a preview found, or why nothing was made
    release: Mapped[int | None]  # the number of the release that it made


class Reply(Base):
    """What a department did about a theme of comments: each wording, of which the newest shows."""

    __tablename__ = "reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    season: Mapped[int]
    theme: Mapped[str] = mapped_column(String(20))
    stands: Mapped[str] = mapped_column(String(12))  # how far it is: done, under_way ...
    text: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(8))  # of the text, which is shown as written
    agency: Mapped[str] = mapped_column(String(80))  # who answers, as it was called then
    account_id: Mapped[int | None]
    written_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
