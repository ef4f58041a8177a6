"""However counties are built, in one process, in two or on a cluster, it is the same release."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest

from analysis.estimators.reliability import checked_indexes
from analysis.release import derive
from analysis.release.build import Build, build, release
from analysis.release.county import Part, Task
from analysis.release.executors import Here
from analysis.release.programme import withheld
from tests.analysis.made_up import ALPHA, BETA, MEASURES, people, together

CUTS = ("age",)


@dataclass(frozen=True)
class Filed:
    """A county whose rows and part are files that any process of this machine can read."""

    name: tuple[str, str]
    folder: Path

    def kept(self, task: Task) -> Part | None:
        return self._part() if self._path("part").exists() else None

    def unchanged(self, task: Task) -> frozenset[int]:
        return frozenset()

    def load(self, without: frozenset[int] = frozenset()) -> pd.DataFrame:
        rows: pd.DataFrame = pickle.loads(self._path("rows").read_bytes())
        return rows

    def before(self) -> Part | None:
        return None

    def keep(self, part: Part, task: Task) -> None:
        self._path("part").write_bytes(pickle.dumps(part))

    def figures(self, season: int | None = None) -> pd.DataFrame:
        table = self._part().figures
        return table[table["cut"] == "total" if season is None else table["season"] == season]

    def views(self) -> pd.DataFrame:
        return self.figures()  # nobody here came with a card

    def _part(self) -> Part:
        part: Part = pickle.loads(self._path("part").read_bytes())
        return part

    def _path(self, what: str) -> Path:
        return self.folder / f"{'-'.join(self.name)}.{what}"


FRAME = together(
    people(ALPHA, 90),
    people(BETA, 60),
    *(
        people(("OH", f"county-{i}", f"town-{i}"), 120, season=year, events=3, seed=i)
        for i in range(4)
        for year in (2025, 2026)
    ),
)
TASK = Task(MEASURES, CUTS, withheld(checked_indexes(FRAME, MEASURES)))


def filed(folder: Path) -> list[Filed]:
    counties = []
    for name, rows in FRAME.groupby(["state", "county"]):
        counties.append(Filed(name, folder))
        counties[-1]._path("rows").write_bytes(pickle.dumps(rows))
    return counties


def as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    return table


def same_as_one_table(built: Build) -> None:
    """Row for row, in the frozen order, without sorting anything."""
    made = release(FRAME, MEASURES, CUTS)
    figures = pd.concat(built.figures(as_it_is), ignore_index=True)
    changes = pd.concat(built.changes(as_it_is), ignore_index=True)
    pd.testing.assert_frame_equal(figures, made.figures)
    pd.testing.assert_frame_equal(changes, made.changes)
    pd.testing.assert_frame_equal(built.notes_table(), made.notes)
    pd.testing.assert_frame_equal(built.overall(), made.overall)
    assert len(figures) > 200


def test_two_processes_say_what_one_table_says(tmp_path: Path):
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        steps: list[tuple[int, int, str]] = []
        same_as_one_table(
            build(filed(tmp_path), TASK, executor, progress=lambda *step: steps.append(step))
        )
    assert [step[:2] for step in steps] == [(done, 6) for done in range(1, 7)]


def test_counties_say_the_same_alone_as_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(derive, "TOGETHER", 1)
    alone = build(filed(tmp_path), TASK, Here())
    tables = [*alone.figures(as_it_is)], [*alone.changes(as_it_is)], alone.overall()
    monkeypatch.setattr(derive, "TOGETHER", 4)
    some = build(filed(tmp_path), TASK, Here())
    assert len(tables[1]) == 6
    for one, other in zip(tables[:2], (some.figures, some.changes), strict=True):
        of_some = [*other(as_it_is)]
        assert len(of_some) < len(one)
        pd.testing.assert_frame_equal(
            pd.concat(of_some, ignore_index=True),
            pd.concat(one, ignore_index=True),
            check_exact=True,
        )
    pd.testing.assert_frame_equal(some.overall(), tables[2], check_exact=True)


def test_a_dask_cluster_is_an_executor_too(tmp_path: Path):
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with (
        distributed.LocalCluster(n_workers=2, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        same_as_one_table(build(filed(tmp_path), TASK, client.get_executor(pure=False)))


def test_counties_that_are_finished_are_not_built_again(tmp_path: Path):
    counties = filed(tmp_path)
    build(counties[:3], TASK, Here())
    for county in counties[:3]:
        county._path("rows").unlink()  # nobody asks for them any more
    same_as_one_table(build(counties, TASK, Here()))


def test_what_was_expected_of_an_index_is_corrected_by_all_counties(tmp_path: Path):
    """Nobody knows before the answers are in whether an index holds: then it is built once more."""
    tasks: list[Task] = []

    class Asked(Filed):
        def kept(self, task: Task) -> Part | None:
            tasks.append(task)
            return None

    counties = [Asked(county.name, tmp_path) for county in filed(tmp_path)]
    assert TASK.withheld
    same_as_one_table(build(counties, replace(TASK, withheld=frozenset()), Here()))
    assert {task.withheld for task in tasks} == {frozenset(), TASK.withheld}
