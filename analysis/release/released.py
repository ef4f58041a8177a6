"""What was released: frozen tables with a checksum, the only thing that may be drawn or sent.

A Released is made by `release()` and read back by `Released.load()`, which verifies its checksum.
A View is a part of one, chosen by season, place, measure or cut. Charts and exports take either
and refuse a bare frame.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from analysis.measures import LEAST

Rows = pd.DataFrame | Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Field:
    name: str
    kind: str  # "int", "str" or "float"
    meaning: str
    key: bool = False  # identifies the row


FIGURES = (
    Field("season", "int", "calendar year of the events", key=True),
    Field("state", "str", "state code", key=True),
    Field("county", "str", "county id", key=True),
    Field("community", "str", "slug; empty: the whole county; other: the pool", key=True),
    Field("members", "str", "communities that are shown together only, joined by bars"),
    Field("cut", "str", "total, or what the groups are made by", key=True),
    Field("group", "str", "group id; empty for total; other: the pool of groups", key=True),
    Field("groups", "str", "groups in the pool, joined by bars"),
    Field("panel", "str", "measures of one panel share one partition"),
    Field("measure", "str", "measure id", key=True),
    Field("agency", "str", "agency kind, empty when about the event", key=True),
    Field("unit", "str", "share (values 0..1) or score (values 0..100)"),
    Field("wording", "str", "wording version; figures compare only within one"),
    Field("events", "int", "events in this place and season"),
    Field("band", "str", "how coarsely it is shown: thirds, or steps of 10, 5, 2, 1 points"),
    Field("n", "str", "answers, as shown: 11–29, or down to a multiple of 5"),
    Field("n_low", "int", "least number of answers that n stands for"),
    Field("head_count", "int", "people at these events, as organisers counted; 0: not counted"),
    Field("participation", "float", "n_low / head_count, 0..1; only for cut total"),
    Field("value", "float", "share 0..1 or score 0..100: the middle of what the band allows"),
    Field("value_low", "float", "least value that the band allows"),
    Field("value_high", "float", "greatest value that the band allows"),
    Field("range_low", "float", "low end of the 95 % range, of people like those who came"),
    Field("range_high", "float", "high end of the 95 % range, of people like those who came"),
    Field("place_range_low", "float", "low end of the 95 % range of the place: other evenings too"),
    Field("place_range_high", "float", "high end of the 95 % range of the place"),
    Field("bottom", "float", "share of unfavourable answers, 0..1"),
    Field("middle", "float", "share of answers in between, 0..1"),
    Field("top", "float", "share of favourable answers, 0..1"),
    Field("dont_know", "float", "don't know, as a share of those and the valid answers, 0..1"),
    Field("per_event", "int", "most answers per event that public counts allow, as a person meets"),
    Field("n_eff", "float", "unrelated people's worth of answers behind range: n_low / 1.4"),
    Field(
        "n_eff_place",
        "float",
        "behind place_range: n_low / (icc per_event + (1 - icc) 1.4); only for cut total",
    ),
    Field("icc", "float", "correlation of answers at one event within places; empty: not settled"),
    Field("spread", "float", "standard deviation of a score over the whole programme; else empty"),
)
CHANGES = (
    Field("state", "str", "state code", key=True),
    Field("county", "str", "county id", key=True),
    Field("community", "str", "slug; empty: the whole county; other: the pool", key=True),
    Field("members", "str", "communities in the pool, joined by bars"),
    Field("measure", "str", "measure id", key=True),
    Field("agency", "str", "agency kind, empty when about the event", key=True),
    Field(
        "basis",
        "str",
        "before: from the last season that can be compared; first: from the first such season; "
        "trend: per year over all seasons that can be compared; evening: from those who arrive to "
        "those who leave, where each event asked both; pairs: of those who answered twice the "
        "share who moved up less the share who moved down",
        key=True,
    ),
    Field("season_from", "int", "earlier season; of a trend the first", key=True),
    Field("season_to", "int", "later season", key=True),
    Field("seasons", "int", "how many seasons it rests on"),
    Field(
        "change", "float", "difference of the shown values, in the measure's unit; trend: a year"
    ),
    Field("low", "float", "low end of its 95 % range, of people like those who came"),
    Field("high", "float", "high end of its 95 % range, of people like those who came"),
    Field("smallest", "float", "smallest change that rung 1 would have told in four of five cases"),
    Field("chance", "float", "probability that chance alone is told at rung 1, had nothing moved"),
    Field("p_crowd", "float", "p-value of the change among people like those who came"),
    Field("place_low", "float", "low end of the 95 % range of the place's change"),
    Field("place_high", "float", "high end of the 95 % range of the place's change"),
    Field("p", "float", "p-value of the place's change; of a trend its own; empty: not tested"),
    Field("q", "float", "p adjusted within the family (Benjamini-Hochberg), rounded up"),
    Field("family", "str", "tests that are judged together: season, headline or other, basis"),
    Field("rung", "int", "0: none; 1: the people who came; 2: the place; 3: over the years"),
    Field(
        "verdict",
        "str",
        "higher, lower (rung 1); rise, fall (rung 2); rising, falling (rung 3); unclear: no clear "
        "change; few: too few answers to tell; wording: not comparable",
    ),
)
OVERALL = (
    Field("season", "int", "calendar year of the events", key=True),
    Field("state", "str", "state code; empty: the whole programme", key=True),
    Field("measure", "str", "measure id", key=True),
    Field("agency", "str", "agency kind, empty when about the event", key=True),
    Field("unit", "str", "share (values 0..1) or score (values 0..100)"),
    Field("asked", "str", "wording version of the places that are put together"),
    Field("communities", "int", "places put together: those with a number of their own"),
    Field("left_out", "int", "places left out: too few answers, told in words, or together"),
    Field("left_out_places", "str", "their slugs, joined by bars; the first 50"),
    Field("n", "int", "answers, sum of the places' shown n"),
    Field("value", "float", "mean of the places' shown values, weighted by their shown n"),
    Field("range_low", "float", "low end of its 95 % range, of people like those who came"),
    Field("range_high", "float", "high end of its 95 % range, of people like those who came"),
    Field("season_from", "int", "the season that most places compare with; 0: none"),
    Field("compared", "int", "places with a change from that season"),
    Field("change", "float", "plain mean of their changes; empty for under 8 places"),
    Field("low", "float", "low end of its 95 % range, t over places"),
    Field("high", "float", "high end of its 95 % range, t over places"),
    Field("p", "float", "p-value of the mean change"),
    Field("verdict", "str", "higher or lower on average, unclear, or few (under 8 places)"),
    Field("rise", "int", "places with a clear rise (rung 2), each from its own earlier season"),
    Field("fall", "int", "places with a clear fall (rung 2)"),
    Field("higher", "int", "places higher among the people who came (rung 1 only)"),
    Field("lower", "int", "places lower among the people who came (rung 1 only)"),
    Field("unclear", "int", "places with no clear change"),
    Field("few", "int", "places with too few answers to tell"),
    Field("wording", "int", "places that cannot be compared: the wording changed"),
    Field("rising", "int", "places rising over the years (rung 3)"),
    Field("falling", "int", "places falling over the years (rung 3)"),
    Field("chance", "float", "places that chance alone would put at rung 1, had nothing moved"),
)
NOTES = (
    Field(
        "kind",
        "str",
        "pooled, coarsened, dropped, waits, icc, spread, index, alpha or omega",
        key=True,
    ),
    Field("reason", "str", "why", key=True),
    Field("season", "int", "calendar year of the events", key=True),
    Field("state", "str", "state code", key=True),
    Field("county", "str", "county id", key=True),
    Field("panel", "str", "panel of measures", key=True),
    Field("cut", "str", "total, or what the groups are made by", key=True),
    Field("community", "str", "slug; empty: the whole county", key=True),
    Field("measure", "str", "measure id", key=True),
    Field("agency", "str", "agency kind", key=True),
    Field("members", "str", "what was pooled, joined by bars"),
    Field(
        "value",
        "float",
        "icc: correlation of answers at one event; spread: of a score; alpha, omega",
    ),
)
TABLES: Mapping[str, tuple[Field, ...]] = {
    "figures": FIGURES, "changes": CHANGES, "overall": OVERALL, "notes": NOTES
}  # fmt: skip
FORMAT = "porchlight release 2"  # first line of what is checksummed; raise it with the columns
DECIMALS = 6

_MAKER = object()  # only this module and release() hold it


class NotReleased(TypeError):
    """Something that was not released was handed to a chart or an export."""


@dataclass(frozen=True, eq=False, kw_only=True)
class View:
    """A part of a release: figures and changes in canonical order."""

    figures: pd.DataFrame
    changes: pd.DataFrame
    sha256: str  # of the whole release that it is a part of
    communities: tuple[str, ...] = ()  # that were chosen; empty: all
    maker: object = None

    def __post_init__(self) -> None:
        if self.maker is not _MAKER:
            raise NotReleased(
                "Only release() makes a Released, and .load() reads one back; "
                "a bare frame may not be drawn or sent."
            )

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
        made = _sealed(figures, changes, overall, notes, ledger)
        if made.sha256 != sha256:
            raise ValueError(
                f"The stored release is not what was released: its checksum is {made.sha256[:12]}, "
                f"not {sha256[:12]}. Restore it from a backup; do not publish it."
            )
        return made

    def canonical(self) -> str:
        """The text whose sha256 names the release: the same for the same rows, everywhere."""
        return _text(self.figures, self.changes, self.overall, self.notes)


def stored_view(
    figures: Rows, changes: Rows = (), *, sha256: str, communities: Iterable[str] = ()
) -> View:
    """Some rows of a stored release that was verified when it was stored: a page needs no more.

    communities: which of those that share a row are looked at; none: all of them.
    Refuses rows that no release can hold: other columns, or a part of under LEAST people.
    """
    table = tidy(figures, FIGURES)
    if (table["n_low"] < LEAST).any():
        raise NotReleased(f"A figure rests on under {LEAST} answers: it was not released.")
    return View(
        figures=table,
        changes=tidy(changes, CHANGES) if changes else _no_changes(),
        sha256=sha256,
        communities=tuple(communities),
        maker=_MAKER,
    )


@cache
def _no_changes() -> pd.DataFrame:
    return tidy((), CHANGES)


def _sealed(
    figures: Rows, changes: Rows, overall: Rows, notes: Rows, ledger: pd.DataFrame | None
) -> Released:
    """For release() and load() alone: tidies the tables and names them by their checksum."""
    tables = (figures, changes, overall, notes)
    f, c, o, n = (tidy(one, fields) for one, fields in zip(tables, TABLES.values(), strict=True))
    sha256 = hashlib.sha256(_text(f, c, o, n).encode()).hexdigest()
    return Released(
        figures=f, changes=c, overall=o, sha256=sha256, maker=_MAKER, notes=n, ledger=ledger
    )


def released(value: object) -> View:
    """The value, if it was released; NotReleased (a TypeError) otherwise."""
    if isinstance(value, View):
        return value
    raise NotReleased(
        f"A {type(value).__name__} was not released; draw and send only what release() made."
    )


def tidy(rows: Rows, fields: tuple[Field, ...]) -> pd.DataFrame:
    """Rows in the declared columns, types and order. Raises ValueError for other columns."""
    names = [field.name for field in fields]
    table = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    if table.empty:
        table = pd.DataFrame({name: [] for name in names})
    if set(names) - set(table.columns):
        absent = ", ".join(sorted(set(names) - set(table.columns)))
        raise ValueError(f"These rows are no part of a release: they lack {absent}.")
    kinds = {"int": "int64", "str": "object", "float": "float64"}
    table = table[names].astype({field.name: kinds[field.kind] for field in fields})
    keys = [field.name for field in fields if field.key]
    return table.sort_values(keys, kind="stable", ignore_index=True)


def canonical_lines(name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of one table in the text that is checksummed, of rows in their frozen order.

    The whole text is FORMAT and then every table of TABLES, each line ended by a line feed.
    """
    fields = TABLES[name]
    yield from (f"[{name}]", "\t".join(field.name for field in fields))
    for row in rows:
        yield "\t".join(_word(row[field.name], field.kind) for field in fields)


def _text(*tables: pd.DataFrame) -> str:
    lines = [FORMAT]
    for name, table in zip(TABLES, tables, strict=True):
        lines += canonical_lines(name, table.to_dict("records"))  # type: ignore[arg-type]
    return "\n".join(lines) + "\n"


def _word(value: Any, kind: str) -> str:
    if kind == "float":
        return "" if value is None else _number(value)
    return str(value)


def _number(value: float) -> str:
    if value != value:
        return ""
    return f"{value + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")


def _belongs(table: pd.DataFrame, communities: Iterable[str]) -> pd.Series:
    wanted = set(communities)
    pooled = {
        members for members in table["members"].unique() if wanted.intersection(members.split("|"))
    }
    return table["community"].isin(wanted) | table["members"].isin(pooled)


def _all(value: Any) -> list[Any]:
    return [value] if isinstance(value, (str, int)) else list(value)
