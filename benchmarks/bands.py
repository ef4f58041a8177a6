"""What the bands cost in width of the uncertainty range, and what a finer band would take.

    python -m benchmarks.bands

For every class of n, over shares from .05 to .95, the width of the released range of the people who
came (from the band's ends, for the least n of its class) is held against the range of the exact
figures and of a band one finer. Then every table of the demonstration is
audited at the band one finer: so many would pass by the proof that a release asks for. Both are
deterministic. The tables stand in docs/privacy.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from sqlalchemy import select

from analysis.disclosure.between_releases import Earlier
from analysis.disclosure.printed import Asked, world_of
from analysis.estimators.basic import wilson
from analysis.estimators.crowd import crowd_n
from analysis.estimators.reliability import checked_indexes
from analysis.measures import TOTAL, WHOLE, IntArray, Measure
from analysis.tabulation.counts import Tally, tallies
from analysis.tabulation.exact_rows import build_tables
from analysis.tabulation.rounding import BANDS, FloatArray, band_n, band_share
from analysis.tabulation.tables import Table
from benchmarks.running import SECRET
from benchmarks.stage import database, median, table
from survey import create_app
from survey.config import Settings
from survey.release import measure_catalogue
from survey.release.answer_rows import SetAside
from survey.release.counties import closed_answers
from survey.storage import db, schema
from survey.storage.models import Agency

SHARES = np.arange(5, 100) / 100
UP_TO = 600  # people: the last class has no end


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    print(table(["n", "exact", "released", "price", "one band finer", "price"], price()))
    print()
    print(table(["cut", "tables", "pass as they are", "pass one band finer"], finer()))


def price() -> Iterator[list[object]]:
    """Median width of the range in points, per class of n."""
    for position, band in enumerate(BANDS):
        if not band.step:
            continue  # shown in words: no range at all
        n = np.arange(band.least, (band.most or UP_TO) + 1)
        exact = [width(n, p, None) for p in SHARES]
        shown = [width(n, p, position) for p in SHARES]
        finest = position == len(BANDS) - 1
        close = shown if finest else [width(n, p, position + 1) for p in SHARES]
        a, b, c = (100 * median(np.concatenate(x).tolist()) for x in (exact, shown, close))
        last = ["-", "-"] if finest else [f"{c:.1f}", f"{100 * (c / a - 1):+.0f} %"]
        yield [name(position), f"{a:.1f}", f"{b:.1f}", f"{100 * (b / a - 1):+.0f} %", *last]


def width(n: IntArray, p: float, band: int | None) -> FloatArray:
    """Width of the range, 0..1, for each n; band None: exact n and share."""
    favourable = np.round(p * n).astype(np.int64)
    if band is None:
        low = high = favourable / n
        least = n.astype(float)
    else:
        _, low, high = band_share(favourable * WHOLE, n, band=np.full(len(n), band))
        least = band_n(n)[0].astype(float)
    worth = crowd_n(least)
    return np.asarray(wilson(high, worth)[1] - wilson(low, worth)[0], dtype=np.float64)


def name(position: int) -> str:
    band = BANDS[position]
    return f"{band.least}-{band.most}" if band.most else f"{band.least} and more"


def finer() -> Iterator[list[object]]:
    """Each table of the demonstration by itself, the others as they are released."""
    frame, measures, cuts = demonstration()
    held = checked_indexes(frame, measures)
    withheld = {key for key, told in held.items() if told is None or not told.holds}
    counts: dict[str, list[int]] = {cut: [0, 0, 0] for cut in (TOTAL, *cuts)}
    for _, county in frame.groupby(["state", "county"], sort=True):
        for tally in tallies(county, measures, cuts):
            tables = list(build_tables(tally, measures, cuts, Earlier(None), withheld))
            panels: dict[str, list[Table]] = {}
            for made in tables:
                panels.setdefault(made.key.panel, []).append(made)
            for together in panels.values():
                for i, one in enumerate(together):
                    if one.rows:
                        found = counts[one.key.cut]
                        found[0] += 1
                        found[1] += passes(tally, measures, together, i, 0)
                        found[2] += passes(tally, measures, together, i, -1)
    yield from ([cut, *found] for cut, found in counts.items())


def passes(
    tally: Tally, measures: Sequence[Measure], tables: Sequence[Table], i: int, coarse: int
) -> bool:
    """Whether no group of the panel is in doubt when table i is shown at this band."""
    shown = [*tables[:i], replace(tables[i], coarse=coarse), *tables[i + 1 :]]
    (left,) = world_of(tally, measures, shown).in_doubt([Asked(shown)])
    return all(doubt.cut != tables[i].key.cut for doubt in left)


def demonstration() -> tuple[pd.DataFrame, list[Measure], list[str]]:
    """The frame that the demonstration's release is made of."""
    with database("sqlite") as url:
        app = create_app(Settings(secret_key=SECRET, database_url=url))
        schema.migrate(app.extensions["engine"])
        assert app.test_cli_runner().invoke(args=["demo"]).exit_code == 0
        with app.app_context():
            content, session = app.extensions["content"], db.session()
            present = set(session.scalars(select(Agency.kind)))
            kinds = [kind for kind in content.agencies if kind in present]
            frame = closed_answers(
                session, content, datetime.now(UTC), kinds, SetAside(), made_up=True
            )
        app.extensions["engine"].dispose()
    measures, cuts = (
        measure_catalogue.measures_of(content, kinds),
        measure_catalogue.cuts_of(content),
    )
    return frame, measures, cuts


if __name__ == "__main__":
    main()
