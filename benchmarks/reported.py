"""What is reported: the share of changes at each rung, how many falsely, before and after.

    python -m benchmarks.reported                the demonstration and 40 simulated towns
    python -m benchmarks.reported --programmes 5    fewer simulated programmes

"Before" are the rules of the first release (analysis/simulation/old_rules.py) on the same answers.
The demonstration's truth is not known, so only what is reported can be counted there.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures import Measure, answers
from analysis.release.build import release
from analysis.release.changes import pairs_before
from analysis.release.released import Released
from analysis.simulation.crowds import Town, season
from analysis.simulation.judge import judge
from analysis.simulation.old_rules import old_clear, old_ranges, old_rho
from benchmarks.bands import demonstration

RUNGS = (
    "too few or not comparable",
    "no clear change",
    "rung 1: the people who came",
    "rung 2: clear",
)
TOWNS, MOVING, BY = 40, 2, 0.15  # every second town moves by 15 points


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    reader.add_argument("--programmes", type=int, default=20)
    asked = reader.parse_args()
    demonstrated()
    for n, events, icc in ((200, 1, 0.0), (300, 4, 0.01), (300, 4, 0.05)):
        simulated(Town(n, events), icc, asked.programmes)


def demonstrated() -> None:
    """Release the demonstration's answers and judge its changes by both rules."""
    frame, measures, cuts = demonstration()
    made = release(frame, measures, cuts)
    old = clear_before(made, frame, measures)
    changes = made.changes[made.changes["basis"] == "before"]
    print(f"\nThe demonstration: {len(changes)} changes since the last season that compares")
    rung = changes["rung"].where(changes["change"].notna(), -1)
    shares = [float((rung == step).mean()) for step in (-1, 0, 1, 2)]
    show(shares, float(old.mean()), shares[0])
    trends = made.changes[made.changes["basis"] == "trend"]
    print(f"  rung 3: over the years {100 * (trends['rung'] == 3).mean():6.1f} % of {len(trends)}")


def clear_before(made: Released, frame: pd.DataFrame, measures: list[Measure]) -> np.ndarray:
    """Which of the same changes the old rules reported as clear."""
    rho: dict[tuple[int, str, str], float] = {}
    for measure in measures:
        said = answers(frame, measure)
        table = frame[["season", "event"]].assign(
            n=said.valid.astype(float), y=said.value / 1e6, yy=(said.value / 1e6) ** 2
        )
        table = table[said.valid & (frame["audience"] == measure.audience).to_numpy()]
        events = table.groupby(["season", "event"])[["n", "y", "yy"]].sum()
        seasons = {
            int(year): tuple(rows[name].to_numpy() for name in ("n", "y", "yy"))
            for year, rows in events.groupby(level=0)
        }
        rho |= {(year, *measure.key): value for year, value in old_rho(seasons).items()}
    keys = zip(*(made.figures[name] for name in ("season", "measure", "agency")), strict=True)
    figures = old_ranges(made.figures, np.array([rho[key] for key in keys]))
    before, after = pairs_before(figures)
    headline = {m.key: m.headline for m in measures}
    family = [
        (year, headline[id, agency])
        for year, id, agency in zip(after["season"], after["measure"], after["agency"], strict=True)
    ]
    return old_clear(before, after, family)


def simulated(town: Town, icc: float, programmes: int) -> None:
    rng = np.random.default_rng(40)
    place = rng.uniform(0.35, 0.75, (TOWNS, programmes))
    moves = (np.arange(TOWNS) % MOVING == 0)[:, None] & np.ones_like(place, dtype=bool)
    after = np.where(moves, place + np.where(place > 0.55, -BY, BY), place)
    shares = ((2024, place), (2025, place), (2026, after))
    seasons = [season(rng, [town] * TOWNS, p, icc, year=year) for year, p in shares]
    made = judge(seasons)
    crowd = seasons[2].crowd - seasons[1].crowd
    print(
        f"\n{TOWNS} towns of {town.n}, {town.events} event(s), ICC {icc:g}: "
        f"every second moves by {100 * BY:.0f} points"
    )
    shares = [0.0, *((made.rung == step).mean() for step in (0, 1, 2))]
    show(shares, made.old.mean(), 0.0)
    still = abs(crowd) < 0.01
    first, second, old = made.rung >= 1, made.rung == 2, made.old > 0
    right = np.sign(made.change) == np.sign(after - place)
    for name, which, truth in (
        ("rung 1 of crowds that did not move", first, None),
        ("rung 2, false among the reported", second, moves & right),
        ("before, false among the reported", old, moves & right),
    ):
        part = (
            which[still].mean() if truth is None else (which & ~truth).sum() / max(which.sum(), 1)
        )
        print(f"  {name:38} {100 * part:6.1f} %")
    for name, which in (("rung 1", first), ("rung 2", second), ("before", old)):
        found, what = (which & right)[moves].mean(), f"{name}: of the towns that moved"
        print(f"  {what:38} {100 * found:6.1f} %")


def show(shares: Sequence[float], before: float, few: float) -> None:
    print(f"  {'':38} {'after':>8} {'before':>8}")
    for name, part, was in zip(RUNGS, shares, (few, 1 - few - before, 0.0, before), strict=True):
        print(f"  {name:38} {100 * part:6.1f} % {100 * was:6.1f} %")


if __name__ == "__main__":
    main()
