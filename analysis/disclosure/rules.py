"""The audit that every release must pass before it is frozen (METHODS 7.6).

`simple_audit` reads the shown figures beside the private ledger and checks the rules that every
partition must keep; what could be worked out from everything together is looked for county by
county (analysis/disclosure/protect.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures import LEAST, TOTAL
from analysis.tabulation.rounding import BANDS, N_STEP
from analysis.tabulation.tables import TableKey

PLACE = ["season", "state", "county", "panel", "measure", "agency"]


@dataclass(frozen=True)
class Finding:
    """A table that may not be published as it stands, and why, in a sentence."""

    table: TableKey
    sentence: str


def simple_audit(figures: pd.DataFrame, ledger: pd.DataFrame) -> list[Finding]:
    """No part under LEAST, every partition complete, shown n in its class, sums consistent."""
    checks = (_small_parts, _wrong_classes, _torn_communities, _torn_groups)
    return [finding for check in checks for finding in check(figures, ledger)]


def _small_parts(figures: pd.DataFrame, ledger: pd.DataFrame) -> Iterator[Finding]:
    for least in sorted(ledger["least"].unique().tolist()):
        small = ledger[(ledger["n"] < least) & (ledger["least"] == least)]
        yield from _findings(small, f"A part has under {least} people.")


def _wrong_classes(figures: pd.DataFrame, ledger: pd.DataFrame) -> Iterator[Finding]:
    """The shown n must be the class of the exact one: figure and ledger row belong together."""
    exact = ledger["n"].to_numpy()
    step = N_STEP * (1 + ledger["coarse"].to_numpy())
    shown = np.where(exact < BANDS[1].least, LEAST, exact - exact % step)
    keys = [*TableKey._fields, "community", "group", "measure", "agency"]
    if len(figures) != len(ledger):
        raise ValueError("The figures and the ledger do not have the same rows.")
    pairs = ledger[keys].assign(low=shown).merge(figures[[*keys, "n_low"]], on=keys, how="left")
    yield from _findings(
        pairs[pairs["low"] != pairs["n_low"]], "A shown n is not that of its part."
    )


def _torn_communities(figures: pd.DataFrame, ledger: pd.DataFrame) -> Iterator[Finding]:
    """The communities of a county add up to its total, for every measure, where it is shown."""
    total = ledger[ledger["cut"] == TOTAL]
    county = total[total["community"] == ""].set_index(PLACE)["n"]
    parts = total[total["community"] != ""].groupby(PLACE)["n"].sum()
    parts = parts[parts.index.isin(county.index)]
    torn = parts[parts != county.reindex(parts.index)]
    yield from _findings(torn.reset_index().assign(cut=TOTAL), "Its communities do not add up.")


def _torn_groups(figures: pd.DataFrame, ledger: pd.DataFrame) -> Iterator[Finding]:
    """The groups of a place must add up to its total, for every measure and cut.

    A cut that waits (rule of 11) is older than its total and adds up to an earlier one.
    """
    place = [*PLACE, "community"]
    total = ledger[ledger["cut"] == TOTAL][[*place, "n", "made"]]
    parts = ledger[ledger["cut"] != TOTAL].groupby(["cut", *place], as_index=False)
    summed = parts.agg({"n": "sum", "made": "max"})
    both = summed.merge(total, on=place, how="left", suffixes=("", "_total"))
    current = both["made"] >= both["made_total"].fillna(0)
    yield from _findings(
        both[current & (both["n"] != both["n_total"])], "Its groups do not add up."
    )


def _findings(rows: pd.DataFrame, sentence: str) -> Iterator[Finding]:
    for row in rows[list(TableKey._fields)].drop_duplicates().itertuples(index=False, name=None):
        yield Finding(TableKey(int(row[0]), *row[1:]), sentence)
