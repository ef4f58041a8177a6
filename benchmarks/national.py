"""The release of a whole country of made-up answers, county by county, on two processes.

    python -m benchmarks.national                          20 and 200 thousand answers
    python -m benchmarks.national --responses 20000000     National Night Out, ten seasons

17,000 communities in 3,000 counties (in proportion for fewer answers), ten seasons, the questions
and cuts of the real questionnaire. A county's answers are made from its seed where they are
needed, so nothing is stored and no process holds another county's; making them is part of the
time, and counted apart. The exponent is that of processor time, which a busy machine spoils least.
Then one county gets 2,000 answers more and is built again by itself.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from math import log
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.measures import Measure
from analysis.release.programme import build
from benchmarks.stage import table
from survey.questionnaire.content_files import read_content
from survey.questionnaire.forms import Item
from survey.release import measure_catalogue

KINDS = ("police", "fire", "ems")
SEASONS = tuple(range(2017, 2027))
COMMUNITIES, COUNTIES, RESPONSES = 17_000, 3_000, 20_000_000  # of the whole country
SPREAD = 0.9  # of the logarithm of a community's size: a few large, many small
PROCESSES = 2


@dataclass(frozen=True)
class County:
    """Made-up answers of one county, the same from the same seed."""

    name: str
    seed: int
    communities: int
    mean: float  # answers of a community in a season
    more: int = 0  # answers added to the newest season

    def load(self) -> pd.DataFrame:
        chance = np.random.default_rng(self.seed)
        sizes = self.mean * np.exp(chance.normal(0, SPREAD, self.communities) - SPREAD**2 / 2)
        counts = chance.poisson(np.repeat(sizes[:, None], len(SEASONS), axis=1))
        counts[0, -1] += self.more
        place, year = (x.ravel() for x in np.indices(counts.shape))
        place, year = (np.repeat(x, counts.ravel()) for x in (place, year))
        return self._answers(place, year, chance)

    def _answers(
        self, place: np.ndarray, year: np.ndarray, chance: np.random.Generator
    ) -> pd.DataFrame:
        content, n = CONTENT, len(place)
        mood = chance.normal(0.4, 1, n) + chance.normal(0, 0.3, self.communities)[place]
        evening = chance.integers(0, 2, n)  # two events of each community and season
        names = np.array([f"{self.name}-{i}" for i in range(self.communities)])
        frame = {
            "key": [f"{self.name}-{i}" for i in range(n)],
            "season": np.array(SEASONS)[year],
            "state": "XX",
            "county": self.name,
            "community": names[place],
            "event": [
                f"{self.name}-{a}-{b}-{c}" for a, b, c in zip(place, year, evening, strict=True)
            ],
            "instrument": content.current.id,
            "audience": "adult",
        }
        for cut in measure_catalogue.cuts_of(content):
            groups = np.array(groups_of(cut))
            odds = 1 / np.arange(1.0, len(groups) + 1)
            frame[f"cut.{cut}"] = chance.choice(groups, n, p=odds / odds.sum())
        for item in items():
            codes = sorted(item.question.scale.codes if item.question.scale else (1, 2, 3))
            edges = np.linspace(-1.5, 1.5, len(codes) - 1)
            code = np.array(codes)[np.searchsorted(edges, mood + chance.logistic(0, 0.8, n))]
            frame[item.name] = np.where(chance.random(n) < 0.07, -3, code).astype(np.int64)
        return pd.DataFrame(frame)


CONTENT = read_content()


def items() -> list[Item]:
    questions = [q for q in CONTENT.current.questions.values() if q.is_measured]
    return [Item(q, kind) for q in questions for kind in measure_catalogue.about(CONTENT, q, KINDS)]


def groups_of(cut: str) -> list[str]:
    if cut == measure_catalogue.LANGUAGE:
        return ["en", "es"]
    return [*CONTENT.current.questions[cut].options, "unsaid"]


def counties(responses: int) -> list[County]:
    part = responses / RESPONSES
    communities = max(6, round(COMMUNITIES * part))
    count = max(1, round(COUNTIES * part))
    mean = responses / communities / len(SEASONS)
    share = np.diff(np.linspace(0, communities, count + 1).round()).astype(int)
    return [County(f"county-{i}", i, int(c), mean) for i, c in enumerate(share)]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--responses", type=int, nargs="+", default=[20_000, 200_000])
    asked = options.parse_args()
    measures, cuts = (
        measure_catalogue.measures_of(CONTENT, KINDS),
        measure_catalogue.cuts_of(CONTENT),
    )
    rows = []
    for responses in asked.responses:
        rows.append(measured(responses, measures, cuts))
        print(*rows[-1], sep="\t", file=sys.stderr, flush=True)  # the next may take an hour
    head = ["answers", "figures", "minutes", "CPU minutes", "CPU us an answer", "of it making"]
    print(table([*head, "GiB each", "again s"], rows))
    if len(rows) > 1:
        grown = log(float(str(rows[-1][3])) / float(str(rows[0][3])))
        print(f"\nexponent {grown / log(asked.responses[-1] / asked.responses[0]):.2f}")


def measured(responses: int, measures: Sequence[Measure], cuts: Sequence[str]) -> list[object]:
    all_of = counties(responses)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "release")
        began, spent = time.perf_counter(), cpu_seconds()
        with ProcessPoolExecutor(PROCESSES) as executor:
            made = build(all_of, measures, cuts, out, executor)
            peak = max([resident(), *executor.map(resident, range(PROCESSES * 4))])
        took, spent = time.perf_counter() - began, cpu_seconds() - spent
        with ProcessPoolExecutor(PROCESSES) as executor:
            before = cpu_seconds()
            answers = sum(executor.map(size, all_of[:40]))
        making = (cpu_seconds() - before) / answers * 2  # it is loaded twice
        with ProcessPoolExecutor(PROCESSES) as executor:
            list(executor.map(resident, range(PROCESSES * 4)))  # they are up
            changed = [replace(all_of[0], more=2_000), *all_of[1:]]
            names = [all_of[0].name]
            began = time.perf_counter()
            again = build(changed, measures, cuts, out, executor, changed=names)
            rebuilt = time.perf_counter() - began
        assert again.built == names
    return [
        f"{responses:,}",
        f"{made.figures:,}",
        f"{took / 60:.2f}",
        f"{spent / 60:.3f}",
        f"{spent / responses * 1e6:.0f}",
        f"{making * 1e6:.0f}",
        f"{peak:.2f}",
        f"{rebuilt:.1f}",
    ]


def cpu_seconds() -> float:
    """What this process and its ended children have used of all processors."""
    mine, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def size(county: County) -> int:
    return len(county.load())


def resident(_: int = 0) -> float:
    """The most memory that this process ever had, in GiB."""
    text = Path("/proc/self/status").read_text()
    return int(text.split("VmHWM:")[1].split()[0]) / 2**20


if __name__ == "__main__":
    main()
