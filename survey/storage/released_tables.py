"""A stored release as tables, for charts, files and the next release. Loads pandas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.release.released import Released
from survey.storage.models import Figure, Release
from survey.storage.release_store import CHANGE, FIGURE, OVERALL


def load(session: Session, release: Release, ledger: pd.DataFrame | None = None) -> Released:
    """Return a stored release. Raises ValueError where it is not what was released."""
    return Released.load(
        stored_rows(session, release, FIGURE),
        stored_rows(session, release, CHANGE),
        stored_rows(session, release, OVERALL),
        release.about["notes"],
        sha256=release.sha256,
        ledger=ledger,
    )


def stored_rows(session: Session, release: Release, kind: str) -> Sequence[dict[str, Any]]:
    query = select(Figure.row).where(Figure.release_id == release.id, Figure.kind == kind)
    return session.scalars(query.order_by(Figure.number)).all()
