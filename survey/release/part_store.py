"""A county's part of a release in the database: compressed JSON, a row for each season.

Whoever needs one season, or the totals alone, reads no more than that. Beside the seasons stand
two rows: the totals with the notes, and the sums, which are forgotten when answers are.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.orm import Session

from analysis.disclosure.between_releases import LEDGER
from analysis.estimators.reliability import IndexMoments
from analysis.measures import TOTAL
from analysis.release.county import Part
from analysis.release.figures import RAW
from analysis.release.held import is_carded
from analysis.tabulation.tables import Note
from survey.release.coded_columns import Coded, stored, table_of
from survey.storage.county_parts import SUMS, TOTALS, CountyPart

Name = tuple[str, str]  # state and county id
FAST = 1  # zlib's level: a part is written once and read three times


class Made(NamedTuple):
    """What a part was made from."""

    follows: int  # the release before; 0: it is the first
    digest: str  # of the county's answers and the rules by which they were read
    of_season: Mapping[int, str]  # the same of each season


def save(session: Session, release_id: int, name: Name, part: Part, made: Made) -> None:
    """Keep a part in the place of what was kept of that county. Commit is the caller's."""
    remove(session, release_id, name)
    same = {"release_id": release_id, "state": name[0], "county": name[1], "follows": made.follows}
    digests = {TOTALS: made.digest, SUMS: made.digest, **made.of_season}
    figures, ledger = Coded(part.figures), Coded(part.ledger)
    of_figures, of_ledger = (t["season"].to_numpy() for t in (part.figures, part.ledger))
    bodies = {TOTALS: _totals(part, figures), SUMS: _sums(part)} | {
        int(season): {
            "figures": figures.stored(of_figures == season),
            "ledger": ledger.stored(of_ledger == season),
        }
        for season in sorted({*of_figures.tolist(), *of_ledger.tolist()})
    }
    rows = [
        same | {"season": season, "digest": digests.get(season, ""), "body": _packed(body)}
        for season, body in bodies.items()
    ]  # a season without answers any more has no digest: what is published of it stands
    session.execute(insert(CountyPart), rows)


def load(session: Session, release_id: int, name: Name) -> Part | None:
    """Return a county's part with its tables; None where there is none."""
    query = select(CountyPart.season, CountyPart.body).where(*_of(release_id, name))
    bodies = {season: _unpacked(body) for season, body in session.execute(query)}
    if TOTALS not in bodies:
        return None
    whole = {**bodies.pop(TOTALS), **bodies.pop(SUMS, {})}
    tables = [bodies[season] for season in sorted(bodies)]
    notes = table_of([whole["notes"]], Note._fields)
    return Part(
        figures=table_of([table["figures"] for table in tables], RAW),
        ledger=table_of([table["ledger"] for table in tables], LEDGER),
        notes=[Note(*row) for row in notes.itertuples(index=False, name=None)],
        evenings={int(s): np.array(sums) for s, sums in whole.get("evenings", {}).items()},
        indexes={
            (key[0], key[1], key[2]): IndexMoments(n, np.array(sums), np.array(products))
            for key, n, sums, products in whole.get("indexes", [])
        },
        fresh=frozenset(whole.get("fresh", [])),
        empty=frozenset(whole.get("empty", [])),
        new=whole.get("new", 0),
        unread=_unread(whole),
    )


def figures(session: Session, release_id: int, name: Name, season: int | None) -> pd.DataFrame:
    """Return the figures of one season, or (None) the totals of all."""
    at = TOTALS if season is None else season
    body = session.scalar(select(CountyPart.body).where(*_of(release_id, name, at)))
    assert body is not None
    return table_of([_unpacked(body)["totals" if season is None else "figures"]], RAW)


def views(session: Session, release_id: int, name: Name) -> pd.DataFrame:
    """Return the totals of all seasons, and the figures of people who came with a card."""
    body = session.scalar(select(CountyPart.body).where(*_of(release_id, name, TOTALS)))
    assert body is not None
    kept = _unpacked(body)
    return table_of([kept["totals"], kept["carded"]], RAW)


def made_from(session: Session, release_id: int, name: Name) -> tuple[str, int] | None:
    """Return (digest, release it follows) of a part; None where there is none with its sums."""
    query = select(CountyPart.digest, CountyPart.follows)
    sums = session.execute(query.where(*_of(release_id, name), CountyPart.season == SUMS)).first()
    return (sums[0], sums[1]) if sums else None


def digests(session: Session, release_id: int, name: Name) -> dict[int, str]:
    """Return the digest of each season of a part that still has its sums; else nothing."""
    query = select(CountyPart.season, CountyPart.digest).where(*_of(release_id, name))
    found = {row.season: row.digest for row in session.execute(query)}
    return found if SUMS in found else {}


def unread(session: Session, release_id: int, name: Name) -> dict[tuple[str, str], int]:
    """Return how many rows a part could not read, by event and reason."""
    body = session.scalar(select(CountyPart.body).where(*_of(release_id, name, SUMS)))
    return _unread(_unpacked(body)) if body else {}


def carry_over(session: Session, before: int, release_id: int, name: Name) -> None:
    """Take a part of the release before into the one that is built. Commit is the caller's."""
    body = session.scalar(select(CountyPart.body).where(*_of(before, name, SUMS)))
    assert body is not None
    sums = _unpacked(body)
    remove(session, release_id, name)
    columns = [getattr(CountyPart, one) for one in ("state", "county", "season", "digest", "body")]
    here = select(literal(release_id), literal(before), *columns).where(*_of(before, name))
    names = ["release_id", "follows", *(column.key for column in columns)]
    session.execute(insert(CountyPart).from_select(names, here))
    again = sums | {"fresh": sums["empty"], "new": 0}
    here_now = update(CountyPart).where(*_of(release_id, name, SUMS))
    session.execute(here_now.values(body=_packed(again)))


def remove(session: Session, release_id: int, name: Name | None = None) -> None:
    """Forget a county's part, or those of all."""
    of = _of(release_id, name) if name else (CountyPart.release_id == release_id,)
    session.execute(delete(CountyPart).where(*of))


def names(session: Session, release_id: int) -> list[Name]:
    """Return the counties that have a part in a release."""
    query = select(CountyPart.state, CountyPart.county)
    query = query.where(CountyPart.release_id == release_id, CountyPart.season == TOTALS)
    return [(state, county) for state, county in session.execute(query)]


def _of(release_id: int, name: Name, season: int | None = None) -> tuple[Any, ...]:
    state, county = name
    at = () if season is None else (CountyPart.season == season,)
    return (
        CountyPart.release_id == release_id,
        CountyPart.state == state,
        CountyPart.county == county,
        *at,
    )


def _totals(part: Part, figures: Coded) -> dict[str, Any]:
    return {
        "totals": figures.stored((part.figures["cut"] == TOTAL).to_numpy(dtype=bool)),
        "carded": figures.stored(is_carded(part.figures).to_numpy(dtype=bool)),
        "notes": stored(pd.DataFrame(part.notes, columns=list(Note._fields))),
    }


def _sums(part: Part) -> dict[str, Any]:
    return {
        "evenings": {season: sums.tolist() for season, sums in part.evenings.items()},
        "indexes": [
            [key, moments.n, moments.sums.tolist(), moments.products.tolist()]
            for key, moments in part.indexes.items()
        ],
        "fresh": sorted(part.fresh),
        "empty": sorted(part.empty),
        "new": part.new,
        "unread": [[event, why, count] for (event, why), count in part.unread.items()],
    }


def _unread(sums: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    return {(event, why): count for event, why, count in sums.get("unread", [])}


def _packed(body: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(body).encode(), FAST)


def _unpacked(body: bytes) -> dict[str, Any]:
    unpacked: dict[str, Any] = json.loads(zlib.decompress(body))
    return unpacked
