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
from datetime import UTC, datetime

import pandas as pd
from sqlalchemy.orm import Session

from analysis.disclosure.between_releases import Earlier
from analysis.disclosure.protect import guarded
from analysis.estimators.reliability import checked_indexes
from analysis.measures import TOTAL, Measure
from analysis.tabulation.counts import tallies
from analysis.tabulation.exact_rows import build_tables
from analysis.tabulation.tables import Table
from benchmarks import national
from benchmarks.bands import demonstration
from benchmarks.running import SECRET
from benchmarks.stage import database, table
from survey.config import Settings
from survey.questionnaire.content_files import read_content
from survey.questionnaire.instrument import Content
from survey.release import measure_catalogue
from survey.release.answer_rows import SetAside
from survey.release.counties import closed_answers
from survey.storage import schema
from survey.storage.db import open_engine

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
        content = read_content()
        measures = measure_catalogue.measures_of(content, national.KINDS)
        frame = made_up(content, asked.counties)
        frames = [c for _, c in frame.groupby(["state", "county"])]
        shown(f"{asked.counties} made-up counties", frames, measures, cuts)


def made_up(content: Content, counties: int) -> pd.DataFrame:
    """Return the answers of so many counties with ten seasons."""
    with database("sqlite") as url:
        engine = open_engine(Settings(secret_key=SECRET, database_url=url))
        schema.migrate(engine)
        national.Country(TOWNS * counties, counties, MEAN).store(engine, content)
        with Session(engine) as session:
            frame = closed_answers(
                session, content, datetime.now(UTC), national.KINDS, SetAside(), made_up=False
            )
        engine.dispose()
    return frame


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
