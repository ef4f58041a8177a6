"""What was released: frozen tables with a checksum, the only thing that may be drawn or sent.

A Released is made by `release()` and read back by `Released.load()`, which verifies its checksum.
A View is a part of one, chosen by season, place, measure or cut. Charts and exports take either
and refuse a bare frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

import pandas as pd

from analysis.measures import LEAST
from analysis.release.canonical import Checksum, frozen_order, rows_text, text_of
from analysis.release.columns import CHANGES, FIGURES, TABLES, Field

Rows = pd.DataFrame | Iterable[Mapping[str, Any]]


_MAKER = object()  # only this module and release() hold it
_FIGURE_NAMES = {field.name for field in FIGURES}
_FIGURE_KEY = itemgetter(*(field.name for field in FIGURES if field.key))


class NotReleased(TypeError):
    """Something that was not released was handed to a chart or an export."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """What every part of a release has: whose it is, and that only this module made it."""

    sha256: str  # of the whole release that it is a part of
    communities: tuple[str, ...] = ()  # that were chosen; empty: all
    maker: object = None

    def __post_init__(self) -> None:
        if self.maker is not _MAKER:
            raise NotReleased(
                "Only release() makes a Released, and .load() reads one back; "
                "a bare frame may not be drawn or sent."
            )

    @property
    def records(self) -> list[dict[str, Any]]:
        """The figures as plain records in canonical order; a missing number is None."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False, kw_only=True)
class StoredRows(Part):
    """Some stored figures as they are: what a chart needs, without the cost of a table."""

    rows: tuple[Mapping[str, Any], ...]

    @property
    def records(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self.rows]


@dataclass(frozen=True, eq=False, kw_only=True)
class View(Part):
    """A part of a release: figures and changes in canonical order."""

    figures: pd.DataFrame
    changes: pd.DataFrame

    @property
    def records(self) -> list[dict[str, Any]]:
        return [
            {str(name): None if cell != cell else cell for name, cell in row.items()}
            for row in self.figures.to_dict("records")
        ]

    def view(
        self,
        *,
        season: int | Iterable[int] | None = None,
        state: str | None = None,
        county: str | None = None,
        community: str | Iterable[str] | None = None,
        measure: str | None = None,
        agency: str | None = None,
        cut: str | None = None,
    ) -> View:
        """The rows that match; None means any. What is shown together belongs to each member."""
        same = {"state": state, "county": county, "measure": measure, "agency": agency}
        chosen = []
        for table in (self.figures, self.changes):
            keep = pd.Series(True, index=table.index)
            for name, value in same.items():
                if value is not None:
                    keep &= table[name] == value
            if community is not None:
                keep &= _belongs(table, _all(community))
            chosen.append((table, keep))
        (figures, kept), (changes, moved) = chosen
        if cut is not None:
            kept &= figures["cut"] == cut
        if season is not None:
            seasons = _all(season)
            kept &= figures["season"].isin(seasons)
            moved &= changes["season_to"].isin(seasons) & changes["season_from"].isin(seasons)
        return View(
            figures=figures[kept].reset_index(drop=True),
            changes=changes[moved].reset_index(drop=True),
            sha256=self.sha256,
            communities=self.communities if community is None else tuple(_all(community)),
            maker=_MAKER,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Released(View):
    """A whole release: figures, changes, the programme and its states, notes, and the private
    ledger for publishing again."""

    overall: pd.DataFrame
    notes: pd.DataFrame
    ledger: pd.DataFrame | None = None  # private: never drawn, sent or checksummed

    @classmethod
    def load(
        cls,
        figures: Rows,
        changes: Rows,
        overall: Rows,
        notes: Rows,
        *,
        sha256: str,
        ledger: pd.DataFrame | None = None,
    ) -> Released:
        """A stored release, in any row order. Raises ValueError when its checksum is not sha256."""
        made = sealed(figures, changes, overall, notes, ledger)
        if made.sha256 != sha256:
            raise ValueError(
                f"The stored release is not what was released: its checksum is {made.sha256[:12]}, "
                f"not {sha256[:12]}. Restore it from a backup; do not publish it."
            )
        return made

    def canonical(self) -> str:
        """The text whose sha256 names the release: the same for the same rows, everywhere."""
        return text_of(self.figures, self.changes, self.overall, self.notes)


def stored_view(
    figures: Rows, changes: Rows = (), *, sha256: str, communities: Iterable[str] = ()
) -> View:
    """Some rows of a stored release that was verified when it was stored: a page needs no more.

    Parameters
    ----------
    figures, changes
        Rows, as mappings or a frame, with the columns of a release.
    sha256
        The release's checksum.
    communities
        Which of those that share a row are looked at; none: all of them.

    Returns
    -------
    A View.

    Raises
    ------
    NotReleased, ValueError
        For rows that no release can hold: a part of under LEAST people, or other columns.

    Source
    ------
    METHODS 7.
    """
    table = tidy(figures, FIGURES)
    if (table["n_low"] < LEAST).any():
        raise _too_small()
    return View(
        figures=table,
        changes=tidy(changes, CHANGES) if changes else _no_changes(),
        sha256=sha256,
        communities=tuple(communities),
        maker=_MAKER,
    )


def stored_rows(
    rows: Iterable[Mapping[str, Any]], *, sha256: str, communities: Iterable[str] = ()
) -> StoredRows:
    """Some figures of a stored release for a chart: as stored_view(), without pandas' tables.

    Parameters
    ----------
    rows
        Figures, as mappings with the columns of a release.
    sha256
        The release's checksum.
    communities
        Which of those that share a row are looked at; none: all of them.

    Returns
    -------
    A StoredRows.

    Raises
    ------
    NotReleased, ValueError
        As stored_view() does.

    Source
    ------
    METHODS 7.
    """
    ordered = sorted(rows, key=_FIGURE_KEY)
    for row in ordered:
        if absent := _FIGURE_NAMES - row.keys():
            raise ValueError(_not_a_part(absent))
        if row["n_low"] < LEAST:
            raise _too_small()
    return StoredRows(
        rows=tuple(ordered), sha256=sha256, communities=tuple(communities), maker=_MAKER
    )


@cache
def _no_changes() -> pd.DataFrame:
    return tidy((), CHANGES)


def sealed(
    figures: Rows, changes: Rows, overall: Rows, notes: Rows, ledger: pd.DataFrame | None
) -> Released:
    """For release() and load() alone: tidies the tables and names them by their checksum."""
    tables = (figures, changes, overall, notes)
    f, c, o, n = (tidy(one, fields) for one, fields in zip(tables, TABLES.values(), strict=True))
    checksum = Checksum()
    for name, table in zip(TABLES, (f, c, o, n), strict=True):
        checksum.begin(name)
        checksum.add(rows_text(table, name).encode())
    return Released(
        figures=f,
        changes=c,
        overall=o,
        sha256=checksum.hexdigest(),
        maker=_MAKER,
        notes=n,
        ledger=ledger,
    )


def released(value: object) -> View:
    """The value, if it was released; NotReleased (a TypeError) otherwise."""
    if isinstance(value, View):
        return value
    raise _was_not_released(value)


def released_part(value: object) -> Part:
    """The same of what may be drawn: tables, or stored rows."""
    if isinstance(value, Part):
        return value
    raise _was_not_released(value)


def _was_not_released(value: object) -> NotReleased:
    return NotReleased(
        f"A {type(value).__name__} was not released; draw and send only what release() made."
    )


def tidy(rows: Rows, fields: tuple[Field, ...]) -> pd.DataFrame:
    """Rows in the declared columns, types and order. Raises ValueError for other columns."""
    names = [field.name for field in fields]
    table = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    if table.empty:
        table = pd.DataFrame({name: [] for name in names})
    if set(names) - set(table.columns):
        raise ValueError(_not_a_part(set(names) - set(table.columns)))
    kinds = {"int": "int64", "str": "object", "float": "float64"}
    table = table[names]
    others = {field.name: kinds[field.kind] for field in fields
              if table[field.name].dtype != kinds[field.kind]}  # fmt: skip
    table = table.astype(others) if others else table
    order = frozen_order([table[field.name].to_numpy() for field in fields if field.key])
    return table.take(order).reset_index(drop=True)


def _too_small() -> NotReleased:
    return NotReleased(f"A figure rests on under {LEAST} answers: it was not released.")


def _not_a_part(absent: Iterable[str]) -> str:
    return f"These rows are no part of a release: they lack {', '.join(sorted(absent))}."


def _belongs(table: pd.DataFrame, communities: Iterable[str]) -> pd.Series:
    wanted = set(communities)
    pooled = {
        members for members in table["members"].unique() if wanted.intersection(members.split("|"))
    }
    return table["community"].isin(wanted) | table["members"].isin(pooled)


def _all(value: Any) -> list[Any]:
    return [value] if isinstance(value, (str, int)) else list(value)
