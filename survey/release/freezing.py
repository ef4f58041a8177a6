"""A release as rows of the database: frozen, each row beside what pages select it by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import insert
from sqlalchemy.orm import Session

from analysis.measures import TOTAL
from analysis.release.released import Released
from survey.storage.made_up import next_release_id
from survey.storage.models import Figure, Release
from survey.storage.release_store import CHANGE, FIGURE, OVERALL, lookup


def store(session: Session, released: Released, about: dict[str, Any], moment: datetime) -> Release:
    """Freeze a release in rows. Earlier releases stay as they are."""
    ledger = released.ledger if released.ledger is not None else pd.DataFrame()
    kept = {
        "columns": list(ledger.columns),
        "rows": [list(row.values()) for row in records(ledger)],
    }
    release = freeze(session, about, moment, sha256=released.sha256, ledger=kept)
    tables = {FIGURE: released.figures, CHANGE: released.changes, OVERALL: released.overall}
    for kind, table in tables.items():
        freeze_rows(session, release, kind, records(table))
    return release


def freeze(
    session: Session,
    about: dict[str, Any],
    moment: datetime,
    *,
    sha256: str,
    ledger: dict[str, Any],
) -> Release:
    """Store what is published of a release beside its rows, under a number of its own."""
    release = Release(
        id=next_release_id(session), made_at=moment, sha256=sha256, about=about, ledger=ledger
    )
    session.add(release)
    session.flush()
    return release


def freeze_rows(
    session: Session, release: Release, kind: str, rows: Sequence[dict[str, Any]], first: int = 0
) -> None:
    """Store rows of one kind, numbered from `first`, each beside what pages find it by."""
    frozen = [
        {
            "release_id": release.id,
            "kind": kind,
            "number": number,
            "community": row.get("community", ""),
            "measure": row["measure"],
            "agency": row["agency"],
            "cut": row.get("cut", TOTAL),
            "state": row["state"],
            "county": row.get("county", ""),
            "lookup": lookup(
                release.id, kind, row["state"], row.get("county", ""), row.get("community", "")
            ),
            "season": row["season_to"] if kind == CHANGE else row["season"],
            "told": f"{row['basis']}.{row['verdict']}" if kind == CHANGE else "",
            "row": row,
        }
        for number, row in enumerate(rows, first)
    ]
    if frozen:
        session.execute(insert(Figure), frozen)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values: whole numbers, text, floats; None for what is not there."""
    columns = {
        str(name): [None if isinstance(v, float) and math.isnan(v) else v for v in column.tolist()]
        for name, column in table.items()
    }
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
