"""All simulations: a list of independent, seeded tasks and one run over as many processes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from analysis.simulation import claims, mix, small_towns, weights
from analysis.simulation.claims import Finding
from analysis.simulation.crowds import Town

SEED = 20260804  # any number; the tables in docs/proof.md come from this one
SIZES = (30, 59, 60, 149, 150, 299, 300, 600, 1200)  # both ends of every band with numbers
EVENTS = (1, 3, 10, 30)
ICCS = (0.0, 0.02, 0.05, 0.10)
SHARES = (0.35, 0.55, 0.75)
MOVES = ((60, 0.36), (100, 0.25), (200, 0.18), (400, 0.13), (1000, 0.085))  # to be reported in 80 %
FIRST, AGAIN = 800, 6000  # programmes of each case of ranges; of the hardest, simulated again

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
    """The results of the proof; report.py prints them."""

    findings: Sequence[Finding]
    mix: Sequence[mix.Mix]
    raked: Sequence[weights.Raked]
    small: Sequence[small_towns.SmallTowns]


def prove(size: float = 1.0, progress: Progress | None = None, processes: int = 0) -> Proof:
    """Simulate everything. size: part of the usual number of programmes; 0 processes: all cores."""
    ranges, rest = range_tasks(size), [*claim_tasks(size), *other_tasks(size)]
    plan = [*ranges, *rest]
    if len({task.name for task in plan}) < len(plan):
        raise ValueError("Two tasks have one name: they would draw the same random numbers.")
    with pool(processes) as executor:
        runner = Runner(progress, len(plan) + len(SIZES))
        results = runner.through(executor, plan)
        again = [again_task(results[task.name][0], task, size) for task in hardest(ranges, results)]
        worst = runner.through(executor, again)
    by = {
        work: [results[t.name] for t in plan if t.work is work] for work in {t.work for t in plan}
    }
    claimed = [one for task in rest if task.work in CLAIMS for one in results[task.name]]
    return Proof(
        findings=[*(one for task in again for one in worst[task.name]), *claimed],
        mix=by[mix.composition_only],
        raked=by[weights.raking],
        small=by[small_towns.small_towns],
    )


def pool(processes: int) -> ProcessPoolExecutor:
    """Fresh processes with one thread of arithmetic each: more only wait for each other."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return ProcessPoolExecutor(processes or None, multiprocessing.get_context("spawn"))


class Runner:
    """Runs tasks and reports how many are done, over several lists of them."""

    def __init__(self, progress: Progress | None, of: int) -> None:
        self.progress, self.done, self.of = progress, 0, of

    def through(self, executor: Executor, tasks: Sequence[Task]) -> dict[str, Any]:
        results = {}
        for task, result in zip(tasks, executor.map(Task.__call__, tasks), strict=True):
            results[task.name] = result
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, self.of)
        return results


CLAIMS = (
    claims.false_and_chance, claims.one_place, claims.clear, claims.trend, claims.programme
)  # fmt: skip


def range_tasks(size: float) -> list[Task]:
    cases = [
        (Town(n, events), icc, share)
        for n in sorted(SIZES, reverse=True)
        for events in EVENTS
        for icc in ICCS
        for share in SHARES
        if events * 10 <= n
    ]
    return [Task(f"crowd {case}", claims.crowd, (*case, many(FIRST, size))) for case in cases]


def hardest(tasks: Sequence[Task], results: Mapping[str, Any]) -> list[Task]:
    """Per number of answers the case with the least coverage; of equals the first."""
    worst: dict[int, Task] = {}
    for task in tasks:
        n = task.args[0].n
        if n not in worst or results[task.name][0].rate.part < results[worst[n].name][0].rate.part:
            worst[n] = task
    return [worst[n] for n in sorted(worst)]


def again_task(one: Finding, task: Task, size: float) -> Task:
    return Task(f"again {one.case}", task.work, (*task.args[:-1], many(AGAIN, size)))


def many(wanted: int, size: float) -> int:
    return max(8, round(wanted * size))


def claim_tasks(size: float) -> list[Task]:
    tasks = [
        Task(f"still {icc}", claims.false_and_chance, (icc, many(800 if icc == 0 else 300, size)))
        for icc in ICCS
    ]
    tasks += [
        Task(f"one place {n}", claims.one_place, ("power", n, points, 0.8, many(2000, size)))
        for n, points in MOVES
    ]
    tasks.append(
        Task("one event", claims.one_place, ("one event", 200, 0.15, 0.6, many(4000, size)))
    )
    tasks += [
        Task(f"clear {towns} {town} {icc} {every}", claims.clear,
             (towns, town, icc, every, many(300, size)))
        for towns, town in ((40, Town(300, 4)), (12, Town(300, 3)), (40, Town(100, 2)))
        for icc in (0.0, 0.01, 0.05)
        for every in (4, 2)
    ]  # fmt: skip
    tasks += [
        Task(f"trend {n} {icc}", claims.trend, (n, icc, many(1500, size)))
        for n in (60, 200)
        for icc in (0.0, 0.01, 0.05)
    ]
    tasks += [
        Task(f"programme {mean} {icc}", claims.programme, (mean, icc, many(1500, size)))
        for mean in (0.0, 0.05)
        for icc in (0.0, 0.02, 0.05)
    ]
    return tasks


def other_tasks(size: float) -> list[Task]:
    runs = max(8, round(200 * size))
    tasks = [
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
