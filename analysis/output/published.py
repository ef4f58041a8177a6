"""Frozen rows as they are sent: with level, names and both ends of n, in the columns of columns.py.

Rows are plain mappings, one at a time: whoever streams them needs no more memory than one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.measures import OTHER, Measure
from analysis.output import columns
from analysis.output.columns import COMMUNITY, COUNTY, POOL, PROGRAMME, STATE, Table
from analysis.output.note_words import note_says
from analysis.tabulation.rounding import greatest_n

Row = Mapping[str, Any]
Cells = list[Any]  # one row, in the order of a table's columns; None: an empty cell


@dataclass(frozen=True)
class Names:
    """What places are called. Without any, ids stand for names.

    communities: id -> name; areas: (state, county id) -> name of the county, as it is written
    """

    communities: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def area(self, row: Row) -> str:
        return self.areas.get((row["state"], row["county"]), row["county"])

    def place(self, row: Row) -> str:
        """The name of the place that a row is about."""
        level = level_of(row)
        if level == PROGRAMME:
            return "All places"
        if level == STATE:
            return str(row["state"])
        if level == COUNTY:
            return self.area(row)
        if level == POOL:
            return f"Other places in {self.area(row)}"
        return self.communities.get(row["community"], row["community"])


def level_of(row: Row) -> str:
    """Which of columns.LEVELS a row is about."""
    if not row.get("county"):
        return STATE if row["state"] else PROGRAMME
    return {"": COUNTY, OTHER: POOL}.get(row["community"], COMMUNITY)


def published(table: Table, rows: Iterable[Row], names: Names) -> Iterator[Cells]:
    """Frozen rows as the cells of a table, in its columns. KeyError for rows of another table."""
    made = [(name, DERIVED.get(name)) for name in table.names]
    for row in rows:
        yield [derive(row, names) if derive else _cell(name, row[name]) for name, derive in made]


def _cell(name: str, value: Any) -> Any:
    if value is None or value != value:
        return None
    return None if name in columns.ZERO_IS_NONE and value == 0 else value


DERIVED: Mapping[str, Callable[[Row, Names], Any]] = {
    "level": lambda row, names: level_of(row),
    "name": lambda row, names: names.place(row),
    "area_name": lambda row, names: names.area(row),
    "n_high": lambda row, names: greatest_n(row["n_low"], row["band"]),
    "explanation": lambda row, names: note_says(row),
}


def wide(
    table: Table, rows: Iterable[Row], names: Names, measures: Sequence[Measure]
) -> Iterator[Cells]:
    """The wide table's cells of figures in their frozen order, one line of it in memory.

    Rows of one place, season, cut and group follow each other; where panels put together other
    members or groups, these are lines of their own.
    """
    start = {stem: position for position, stem in _stems(table)}
    known = {measure.key: measure.name for measure in measures}
    lines: dict[tuple[Any, ...], Cells] = {}
    before: tuple[Any, ...] | None = None
    for row in rows:
        at = tuple(row[name] for name in ("season", "state", "county", "community", "cut", "group"))
        if at != before:
            yield from lines.values()
            lines, before = {}, at
        key = (row["members"], row["groups"])
        first = start.get(columns.wide_name(known[row["measure"], row["agency"]], row["wording"]))
        if first is None:
            continue  # asked in two wordings at once, it belongs to the column of neither
        if key not in lines:
            place = [DERIVED[n](row, names) if n in DERIVED else row[n] for n in columns.PLACE]
            lines[key] = place + [None] * (len(table.columns) - len(place))
        for i, (what, _, _) in enumerate(columns.WIDE):
            lines[key][first + i] = _cell(what, row[what])
    yield from lines.values()


def _stems(table: Table) -> Iterator[tuple[int, str]]:
    """Where each measure's columns start in a wide table."""
    size = len(columns.WIDE)
    for position in range(len(columns.PLACE), len(table.columns), size):
        yield position, table.columns[position].name.rpartition(".")[0]
