"""What the audit of differencing takes away, and what it costs.

    python -m benchmarks.losses                       the demonstration
    python -m benchmarks.losses --counties 100        and so many made-up counties

A chart is one measure of one community (or county) under one cut in one season; each of its parts
has 11 people or more. It is lost where the audit leaves it out, and coarser where its table is
shown one band coarser. Deterministic but for the processor time. The table stands in
docs/decisions/0018-the-smallest-part-first.md.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.disclosure.between_releases import Earlier
from analysis.disclosure.protect import guarded
from analysis.estimators.reliability import checked_indexes
from analysis.measures import TOTAL, Measure
from analysis.tabulation.counts import tallies
from analysis.tabulation.exact_rows import build_tables
from analysis.tabulation.tables import Table
from benchmarks import national
from benchmarks.bands import demonstration
from benchmarks.stage import table
from survey.release import measure_catalogue

TOWNS, MEAN = 4, 60.0  # of a made-up county: communities, answers of one in a season


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--counties", type=int, default=0, help="made-up counties")
    asked = options.parse_args()
    frame, measures, cuts = demonstration()
    shown("the demonstration", [c for _, c in frame.groupby(["state", "county"])], measures, cuts)
    if asked.counties:
        measures = measure_catalogue.measures_of(national.CONTENT, national.KINDS)
        frames = [
            national.County(f"county-{i}", i, 1 + i % (2 * TOWNS - 2), MEAN).load()
            for i in range(asked.counties)
        ]
        shown(f"{asked.counties} made-up counties", frames, measures, cuts)


def shown(
    name: str, counties: Iterable[pd.DataFrame], measures: Sequence[Measure], cuts: Sequence[str]
) -> None:
    """Print what is planned, lost and coarser, by cut, and the audit's processor time."""
    frames = list(counties)
    held = checked_indexes(pd.concat(frames, ignore_index=True), measures)
    withheld = {key for key, told in held.items() if told is None or not told.holds}
    planned, lost, coarse, spent = Counter[str](), Counter[str](), Counter[str](), 0.0
    for county in frames:
        for tally in tallies(county, measures, cuts):
            before = charts(build_tables(tally, measures, cuts, Earlier(None), withheld))
            began = time.process_time()
            after = charts(guarded(tally, measures, cuts, Earlier(None), withheld).tables)
            spent += time.process_time() - began
            planned.update(key[4] for key in before)
            lost.update(key[4] for key in before.keys() - after.keys())
            coarse.update(key[4] for key, coarser in after.items() if coarser)
    rows = [
        [cut, planned[cut], lost[cut], coarse[cut], f"{100 * lost[cut] / max(planned[cut], 1):.2f}"]
        for cut in (TOTAL, *cuts)
    ]
    sums = [x.total() for x in (planned, lost, coarse)]
    rows.append(["all", *sums, f"{100 * sums[1] / max(sums[0], 1):.2f}"])
    print(f"{name}: {spent:.1f} s of processor time for the audit")
    print(table(["cut", "charts", "lost", "coarser", "lost %"], rows))


def charts(tables: Iterable[Table]) -> dict[tuple[str, ...], bool]:
    """Every chart of these tables, and whether it is one band coarser."""
    return {
        (*map(str, one.key), row.community, row.measure, row.agency): bool(row.coarse)
        for one in tables
        for row in one.rows
    }


if __name__ == "__main__":
    main()
