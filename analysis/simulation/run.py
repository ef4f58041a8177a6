"""All simulations: a list of independent, seeded tasks and one run over as many processes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from analysis.simulation import changes, mix, ranges, small_towns, weights
from analysis.simulation.towns import Town

SEED = 20260804  # any number; the table in docs/methods.md comes from this one
SIZES = (11, 29, 30, 59, 60, 149, 150, 299, 300, 600, 1200)  # both ends of every band
EVENTS = (1, 3, 10, 30)
ICCS = (0.0, 0.02, 0.05, 0.10)
POWERS = ((95, 5), (295, 5), (990, 10))  # people and events: sizes that no rounding changes
FIRST, AGAIN = 300, 3000  # programmes of each case; of the hardest, simulated again

Progress = Callable[[int, int], None]  # tasks done, tasks in all


@dataclass(frozen=True)
class Task:
    """One simulation; its name makes its random numbers, so that order and processes do not."""

    name: str
    work: Callable[..., Any]
    args: tuple[Any, ...]

    def __call__(self) -> Any:
        rng = np.random.default_rng([SEED, crc32(self.name.encode())])
        return self.work(rng, *self.args)


@dataclass(frozen=True)
class Proof:
    """What was found; report.py tells it."""

    survey: Sequence[ranges.Coverage]  # every case
    hardest: Sequence[ranges.Coverage]  # per size and icc the worst of them, simulated again
    false: Sequence[tuple[str, float, float, changes.FalseChanges]]  # towns, icc, moved
    power: Sequence[changes.Power]
    mix: Sequence[mix.Mix]
    raked: Sequence[weights.Raked]
    small: Sequence[small_towns.SmallTowns]


def prove(size: float = 1.0, progress: Progress | None = None, processes: int = 0) -> Proof:
    """Simulate everything. size: part of the usual number of programmes; 0 processes: all cores."""
    plan = first_tasks(size)
    with pool(processes) as executor:
        told = Told(progress, len(plan) + len(SIZES) * len(ICCS))
        found = told.through(executor, plan)
        survey = [one for task in plan if task.work is ranges.coverage for one in found[task.name]]
        again = [again_task(one, size) for one in hardest(survey)]
        worst = told.through(executor, again)
    by = {work: [found[t.name] for t in plan if t.work is work] for work in {t.work for t in plan}}
    return Proof(
        survey=survey,
        hardest=[one for task in again for one in worst[task.name]],
        false=[
            (told_name, icc, moved, found[name]) for name, told_name, icc, moved in false_cases()
        ],
        power=[one for one in by[changes.power] if one is not None],
        mix=by[mix.composition_only],
        raked=by[weights.raking],
        small=by[small_towns.small_towns],
    )


def pool(processes: int) -> ProcessPoolExecutor:
    """Fresh processes with one thread of arithmetic each: more only wait for each other."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return ProcessPoolExecutor(processes or None, multiprocessing.get_context("spawn"))


class Told:
    """Runs tasks and tells how many are done, over several lists of them."""

    def __init__(self, progress: Progress | None, of: int) -> None:
        self.progress, self.done, self.of = progress, 0, of

    def through(self, executor: Executor, tasks: Sequence[Task]) -> dict[str, Any]:
        found = {}
        for task, result in zip(tasks, executor.map(Task.__call__, tasks), strict=True):
            found[task.name] = result
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, self.of)
        return found


def first_tasks(size: float) -> list[Task]:
    """The large ones first, so that no process is left alone with one at the end."""
    tasks = [*power_tasks(size), *coverage_tasks(size), *other_tasks(size)]
    if len({task.name for task in tasks}) < len(tasks):
        raise ValueError("Two tasks have one name: they would draw the same random numbers.")
    return tasks


def coverage_tasks(size: float) -> list[Task]:
    cases = [
        ranges.Case(n, events, icc, alone)
        for n in sorted(SIZES, reverse=True)
        for events in EVENTS
        for icc in ICCS
        for alone in (True, False)
        if events <= n
    ]
    return [
        Task(f"{case}", ranges.coverage, (case, ranges.SHARES, each(case, FIRST, size)))
        for case in cases
    ]


def again_task(one: ranges.Coverage, size: float) -> Task:
    args = (one.case, (one.share,), each(one.case, AGAIN, size))
    return Task(f"again {one.case} {one.share}", ranges.coverage, args)


def each(case: ranges.Case, wanted: int, size: float) -> int:
    """Programmes to simulate: towns of one programme count for several."""
    return max(4, round(wanted * size / min(len(case.towns), 10)))


def hardest(survey: Iterable[ranges.Coverage]) -> list[ranges.Coverage]:
    """Per size and icc the case with the least coverage; of equals the first."""
    worst: dict[tuple[int, float], ranges.Coverage] = {}
    for one in survey:
        key = (one.case.n, one.case.icc)
        if key not in worst or one.released.part < worst[key].released.part:
            worst[key] = one
    return [worst[key] for key in sorted(worst)]


def power_tasks(size: float) -> list[Task]:
    return [
        Task(
            f"power {n} {events} {moved} {share}",
            changes.power,
            (Town(n, events), 20, moved, share, max(8, round(runs * size))),
        )
        for moved, runs in (("all", 40), ("one", 300))
        for n, events in POWERS
        for share in (0.5, 0.6, 0.8, 0.9)
    ]


def false_cases() -> list[tuple[str, str, float, float]]:
    """(name of the task, what towns, icc, moved)"""
    towns = ("young", "mixed", "large")
    return [
        (f"false {kind} {icc} {moved}", kind, icc, moved)
        for kind in towns
        for icc in ICCS
        for moved in (0.0, 0.3)
    ]


TOWNS: dict[str, Callable[[], list[Town]]] = {
    "young": lambda: changes.mixed_towns(4),
    "mixed": lambda: changes.mixed_towns(40),
    "large": lambda: changes.large_towns(10),
}


def other_tasks(size: float) -> list[Task]:
    runs = max(8, round(200 * size))
    tasks = [
        Task(name, changes.false_changes, (TOWNS[kind](), icc, moved, runs))
        for name, kind, icc, moved in false_cases()
    ]
    tasks += [
        Task(
            f"mix {events} {people} {icc} {returning}",
            mix.composition_only,
            (events, people, icc, returning, max(20, round(2000 * size))),
        )
        for events, people in ((5, 60), (12, 40), (30, 30))
        for icc in (0.0, 0.05, 0.10)
        for returning in (False, True)
    ]
    tasks += [
        Task(f"raking {events} {people} {icc}", weights.raking, (events, people, icc, 7 * runs))
        for events, people in ((10, 40), (20, 30), (40, 30))
        for icc in (0.0, 0.02, 0.05)
    ]
    tasks += [Task(f"small towns {icc}", small_towns.small_towns, (icc, runs)) for icc in ICCS]
    return tasks
