"""An independent check of a proof: change the counts, pool and print for real, compare the rows.

A witness is another whole-number table of one panel, county and season. The searches (witness.py,
trades.py) reason with inequalities, many groups at a time. Nothing here does: the changed counts go
through the functions that make a release, and every row must be the one that is printed.
docs/disclosure.md works an example by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from analysis.measures import WHOLE, IntArray, Measure, is_part
from analysis.tabulation.counts import ASKED, BOTTOM, HANGS, HIGH, LOW, SUM, TOP, N, Tally
from analysis.tabulation.exact_rows import counted
from analysis.tabulation.figure_print import counts_of, exact_table, print_columns
from analysis.tabulation.rounding import band_event
from analysis.tabulation.tables import Exact, Grouping, Table, plan_tables

COUNTS = {"n", "total", "dont_know", "bottom", "top", "mark"}  # of Exact: not printed as they are


class Move(NamedTuple):
    """People more, less or otherwise in one place and group of one cut, on one measure."""

    cut: str
    place: int  # positions in the tally, and in its measures
    group: int
    measure: int
    n: int
    top: int  # people, or of a score the sum of its values in millionths
    bottom: int


@dataclass(frozen=True)
class Audited:
    """The tables of one panel as they are to be printed, and what they were made of."""

    tally: Tally
    measures: Sequence[Measure]
    cuts: Sequence[str]
    earlier: Grouping
    tables: Sequence[Table]
    withheld: Collection[tuple[int, str, str]] = ()


def verify(audited: Audited, witness: Sequence[Move]) -> bool:
    """Whether the changed counts are a possible table and print the very same rows."""
    other = changed(audited, witness)
    if other is None:
        return False
    after = printed(audited, other)
    return after is not None and after == printed(audited, audited.tally)


def changed(audited: Audited, witness: Sequence[Move]) -> Tally | None:
    """The tally with the changed counts; None if no people could have answered so."""
    tally, measures = audited.tally, audited.measures
    counts = {cut: array.copy() for cut, array in tally.counts.items()}
    moved = {cut: np.zeros((len(tally.events), len(measures), 3), int) for cut in counts}
    for cut, place, group, m, *change in witness:
        cells = counts[cut][place, group]
        if not cells[m, ASKED]:
            return None
        moved[cut][place, m] += change
        if measures[m].unit == "score":
            cells[m, SUM] += change[1]
            continue
        for j, index in enumerate(measures):
            if index.unit == "score" and is_part(measures[m], index) and change[0] <= 0:
                if change[0] < 0 and _answers(cells[m], change) <= cells[j, HANGS]:
                    return None  # somebody's score might go with this answer
                cells[j, [LOW, HIGH]] += np.array([1, -1]) * (WHOLE // index.least + 1)
        cells[m, [N, TOP, BOTTOM, SUM]] += [*change, change[1] * WHOLE]
        cells[m, ASKED] = max(cells[m, ASKED], cells[m, N])
    for table in audited.tables:  # the same people under every cut
        if (moved[table.key.cut] != moved[audited.tables[0].key.cut]).any():
            return None
    events = [np.array(sizes) for sizes in tally.events]
    room = np.array([(band_event(sizes) - sizes).sum() for sizes in events])
    grown = moved[audited.tables[0].key.cut][:, :, 0].max(axis=1, initial=0) > room
    possible = all(_possible(counts[table.key.cut], measures) for table in audited.tables)
    return replace(tally, counts=counts) if possible and not grown.any() else None


def _answers(cell: IntArray, change: Sequence[int]) -> int:
    """How many gave the kind of answer that one person takes back."""
    between = int(cell[N] - cell[TOP] - cell[BOTTOM])
    return int(cell[TOP]) if change[1] else int(cell[BOTTOM]) if change[2] else between


def _possible(counts: IntArray, measures: Sequence[Measure]) -> bool:
    for m, measure in enumerate(measures):
        n, top, bottom, total = np.moveaxis(counts[:, :, m][..., [N, TOP, BOTTOM, SUM]], -1, 0)
        kinds = {*measure.valid} - {*measure.favourable} - {*measure.unfavourable}
        if measure.unit == "score":
            fits = (total >= 0) & (total <= n * WHOLE)
        else:
            fits = (top >= 0) & (bottom >= 0) & (top + bottom <= n)
            fits &= (top + bottom == n) | bool(kinds)
            fits &= (bottom == 0) | bool(measure.unfavourable)
        if not fits.all():
            return False
    return True


def printed(audited: Audited, tally: Tally) -> list[Any] | None:
    """Everything that is published of these counts; None where a score could not be printed so."""
    made = {table.key: table for table in audited.tables}
    panel, prints = audited.tables[0].key.panel, []
    for plan in plan_tables(
        tally, audited.measures, audited.cuts, audited.earlier, audited.withheld, only=panel
    ):
        if plan.key not in made:
            continue
        coarse = max((row.coarse for row in made[plan.key].rows), default=0)
        table = counted(tally, audited.measures, plan, coarse, made[plan.key].left_out)
        rows = [row if row.unit != "score" else _within_span(row) for row in table.rows]
        if any(row.unit == "score" and row.bottom > row.top for row in rows):
            return None
        columns = print_columns(counts_of(exact_table(rows)))
        text = [np.array(column).astype(str).tolist() for column in columns.values()]
        who = [[getattr(row, name) for name in Exact._fields if name not in COUNTS] for row in rows]
        prints.append((plan.key, plan.notes, plan.layout, plan.few, who, text))
    return prints


def _within_span(row: Exact) -> Exact:
    """A score's row (its span stands in bottom and top) with the nearest sum that it may have."""
    return row._replace(total=min(max(row.total, row.bottom), row.top))
