"""Files of earlier seasons that were imported."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.models import Base


class ImportedFile(Base):
    """A file of an earlier season that was imported. Nothing in it says whose answers it held."""

    __tablename__ = "imported_file"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)  # twice is once
    poster: Mapped[str | None] = mapped_column(
        ForeignKey("poster.code")
    )  # its answers'; of counts none
    kind: Mapped[str] = mapped_column(String(12))  # responses | counts
    tool: Mapped[str] = mapped_column(String(20))
    imported_at: Mapped[datetime]
    instrument: Mapped[str] = mapped_column(String(20))  # with its own versions of questions
    base: Mapped[str] = mapped_column(String(20))  # the instrument they are versions of
    versions: Mapped[dict[str, Any]]  # see questionnaire/imported_questions.py
    counts: Mapped[dict[str, Any]]  # item -> code -> people; empty where answers are kept
    mapping: Mapped[str] = mapped_column(Text)  # the mapping file, which holds no answers
    responses: Mapped[int]
    # {"rows": {reason: rows}, "columns": how many were dropped}
    left_out: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
