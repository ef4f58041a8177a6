"""The rows that a chart draws, made from released figures only. The page shows the same rows.

Each function takes a Released or a part of one (anything else is a TypeError) and refuses rows
that one chart cannot draw. A chart has a few dozen rows: they are plain records, which take a tenth
of the time of a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from operator import itemgetter
from typing import Any

from analysis.measures import TOTAL
from analysis.release.released import Part, released_part
from analysis.tabulation.rounding import THIRDS

Row = dict[str, Any]
Telling = Callable[[Mapping[str, Any]], str]  # a released row -> what is said of it

PER_CENT = ("value", "value_low", "value_high", "range_low", "range_high")


@dataclass(frozen=True)
class Said:
    """The caller's own words for a released row; a page says there what its table says."""

    hover: Telling | None = None  # year, figure, range, answers; lines parted by <br>
    label: Telling | None = None  # the figure, as short as can be: it stands on the mark


def by_season(part: Part) -> list[Row]:
    """Rows of one community and measure, by season. ValueError if there are more."""
    rows = sorted(_totals(_of_one_measure(part)), key=itemgetter("season"))
    if len({row["season"] for row in rows}) < len(rows):
        raise ValueError("A trend draws one community; choose one with view(community=...).")
    return rows


def by_community(part: Part) -> list[Row]:
    """Rows of one measure by community (`place`) and season.

    What is shown together stands at each of its members; a county as such is left out.
    """
    chosen = released_part(part).communities
    return [
        {**row, "place": place}
        for row in _totals(_of_one_measure(part))
        for place in (row["members"] or row["community"]).split("|")
        if place and (not chosen or place in chosen)
    ]


def by_group(part: Part) -> list[Row]:
    """Rows of one measure, community and cut, by group: one season's, and those of one before.

    `is_before` marks the earlier season's. ValueError if there is more to choose.
    """
    rows = [row for row in _of_one_measure(part) if row["cut"] != TOTAL]
    if not _in_two_seasons(rows, "group"):
        raise ValueError("Groups are drawn for one community and cut, in one season or two.")
    return [{**row, "members": row["groups"]} for row in _marked(rows)]


def by_agency(part: Part) -> list[Row]:
    """Total rows of one measure and community, by agency: one season's, and of one before."""
    rows = _totals(released_part(part).records)
    if len({row["measure"] for row in rows}) > 1 or not _in_two_seasons(rows, "agency"):
        raise ValueError("Agencies are drawn for one measure, community and season or two.")
    return _marked(rows)


def _of_one_measure(part: Part) -> list[Row]:
    rows = released_part(part).records
    if len({(row["measure"], row["agency"]) for row in rows}) > 1:
        raise ValueError("A chart draws one measure about one agency; choose it with view(...).")
    return rows


def _totals(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["cut"] == TOTAL]


def _in_two_seasons(rows: Sequence[Row], by: str) -> bool:
    """Whether each id stands once in a season, and in two seasons at most."""
    alone = {(row["season"], row[by]) for row in rows}
    return len(alone) == len(rows) and len({row["season"] for row in rows}) <= 2


def _marked(rows: Sequence[Row]) -> list[Row]:
    newest = max((row["season"] for row in rows), default=0)
    return [{**row, "is_before": row["season"] < newest} for row in rows]


def records(rows: Sequence[Row], words: Mapping[str, str], said: Said | None = None) -> list[Row]:
    """Rows with values as per cent of the scale (a score's scale is 100 already), hover and label.

    `is_before` is false where the table has none.
    """
    said, table = said or Said(), []
    for row in rows:
        one = {"is_before": False, **row}
        scale = 100.0 if one["unit"] == "share" else 1.0
        drawn = one | {name: None if one[name] is None else one[name] * scale for name in PER_CENT}
        drawn["hover"] = said.hover(one) if said.hover else _hover(drawn, words)
        drawn["label"] = said.label(one) if said.label else _label(drawn, words)
        table.append(drawn)
    return table


def _hover(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    count = words["n"].format(n=row["n"])
    if row["band"] == THIRDS:
        low, high = row["value_low"], row["value_high"]
        third = words["low"] if low == 0 else words["high"] if high == 100 else words["middle"]
        return f"{row['season']}<br>{third}<br>{count}"
    low, high = floor(row["range_low"] + 1e-6), ceil(row["range_high"] - 1e-6)  # outward
    return f"{row['season']}<br>{words['between'].format(low=low, high=high)}<br>{count}"


def _label(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Return "62", "≤ 15" or, for a third, the word for few answers."""
    if row["band"] == THIRDS:
        return words["untold"]
    low, high = row["value_low"], row["value_high"]
    if low == 0 or high == 100:
        return f"≤ {high:.0f}" if low == 0 else f"≥ {low:.0f}"
    return f"{row['value']:.0f}"
