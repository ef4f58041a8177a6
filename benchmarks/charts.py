"""Milliseconds and bytes of each chart, from released rows to the drawing that stands in a page.

Rows are made up: eight seasons, twelve towns, groups by age. Processor time, so that neighbours on
the machine count little; the median of 40 drawings each.

    .venv/bin/python -m benchmarks.charts
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

from analysis import CHARTS, View, release
from analysis.output import svg
from analysis.output.charts import as_json
from analysis.output.drawing import read
from tests.analysis.made_up import CUTS, MEASURES, WORDS, people, together

RUNS = 40
TOWNS = [("OH", "county", f"town-{number:02}") for number in range(12)]
TRUST: dict[str, Any] = {"measure": "trust", "agency": "police"}


def rows() -> dict[str, View]:
    """Return the released rows of each chart."""
    frames = [people(town, 90, season=year) for town in TOWNS for year in range(2019, 2027)]
    made = release(together(*frames), MEASURES, CUTS)
    totals = made.view(**TRUST, cut="total")
    slugs = [slug for _, _, slug in TOWNS]
    return {
        "trend": totals.view(community=slugs[0]),
        "overview": totals.view(community=slugs),
        "groups": made.view(**TRUST, cut="age", community=slugs[0], season=[2025, 2026]),
    }


def drawn(figure: dict[str, Any]) -> str:
    parts = []
    for panel in read(figure).panels:
        if panel.across:
            parts += [svg.track(marks) for _, marks in panel.rows]
        else:
            parts.append(svg.scale(panel) + svg.standing(panel))
    return "".join(parts)


def milliseconds(do: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        began = process_time()
        do()
        times.append((process_time() - began) * 1000)
    return median(times)


def main() -> None:
    print(f"{'chart':10}{'figure ms':>11}{'drawing ms':>12}{'SVG bytes':>11}{'gzip':>7}{'JSON':>8}")
    for name, view in rows().items():
        chart = CHARTS[name]
        figure = chart.figure(view, WORDS)
        markup = drawn(figure)
        made = milliseconds(lambda chart=chart, view=view: chart.figure(view, WORDS))  # type: ignore[misc]
        wrote = milliseconds(lambda figure=figure: drawn(figure))  # type: ignore[misc]
        packed = len(gzip.compress(markup.encode()))
        print(
            f"{name:10}{made:11.1f}{wrote:12.1f}{len(markup):11}{packed:7}{len(as_json(figure)):8}"
        )


if __name__ == "__main__":
    main()
