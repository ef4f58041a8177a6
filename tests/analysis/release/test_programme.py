"""The release in a folder, county by county, says what the release in one table says."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from analysis.release.build import release
from analysis.release.programme import build, county_of, overall_of
from tests.analysis.made_up import ALPHA, BETA, MEASURES, people, together

CUTS = ("age",)


def read(path: Path) -> pd.DataFrame:
    rows = pd.read_pickle(path)
    assert isinstance(rows, pd.DataFrame)
    return rows


@dataclass(frozen=True)
class Kept:
    """A county whose rows are in a file."""

    name: str
    path: Path

    def load(self) -> pd.DataFrame:
        return read(self.path)


def kept(folder: Path, frame: pd.DataFrame) -> list[Kept]:
    found = []
    for (state, county), rows in frame.groupby(["state", "county"]):
        path = folder / f"{state}-{county}.rows"
        rows.to_pickle(path)
        found.append(Kept(f"{state}-{county}", path))
    return found


def programme():
    places = [("OH", f"county-{i}", f"town-{i}") for i in range(4)]
    frames = [
        people(p, 120, season=y, events=3, seed=i)
        for i, p in enumerate(places)
        for y in (2025, 2026)
    ]
    return together(people(ALPHA, 90), people(BETA, 60), *frames)


@pytest.fixture
def frame():
    return programme()


def test_counties_by_themselves_say_what_one_table_says(tmp_path: Path, frame):
    made = release(frame, MEASURES, CUTS)
    with ProcessPoolExecutor(2) as executor:
        told = build(kept(tmp_path, frame), MEASURES, CUTS, tmp_path / "out", executor)
    parts = [county_of(tmp_path / "out", name) for name in told.built]
    figures = pd.concat([part.figures for part in parts])
    order = ["season", "state", "county", "community", "cut", "group", "measure", "agency"]
    figures = figures.sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(figures, made.figures.sort_values(order, ignore_index=True))
    changes = pd.concat([part.changes for part in parts])
    keys = ["county", "community", "measure", "agency", "basis", "season_to"]
    changes = changes.sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(changes, made.changes.sort_values(keys, ignore_index=True))
    assert told.figures == len(figures)
    pd.testing.assert_frame_equal(overall_of(tmp_path / "out"), made.overall)


def test_only_a_county_that_changed_is_built_again(tmp_path: Path, frame):
    with ThreadPoolExecutor(2) as executor:
        first = build(kept(tmp_path, frame), MEASURES, CUTS, tmp_path / "out", executor)
        before = {p.name: p.read_bytes() for p in (tmp_path / "out").glob("*.pickle")}
        same = build(
            kept(tmp_path, frame.sample(frac=1, random_state=1)),
            MEASURES,
            CUTS,
            tmp_path / "out",
            executor,
        )
        assert (same.built, same.sha256) == ([], first.sha256)
        late = people(("OH", "county-2", "town-2"), 200, season=2026, seed=9)
        more = pd.concat(
            [frame, late.assign(key="late-" + late["key"], event="late")], ignore_index=True
        )
        counties = kept(tmp_path, more)
        second = build(
            counties, MEASURES, CUTS, tmp_path / "out", executor, changed=["OH-county-2"]
        )
    assert second.built == ["OH-county-2"]
    assert second.sha256 != first.sha256
    after = {p.name: p.read_bytes() for p in (tmp_path / "out").glob("*.pickle")}
    assert {name for name in after if after[name] != before[name]} == {
        "OH-county-2.pickle",
        "overall.pickle",
    }


def test_a_new_season_is_settled_over_all_counties(tmp_path: Path, frame):
    with ThreadPoolExecutor(2) as executor:
        build(kept(tmp_path, frame), MEASURES, CUTS, tmp_path / "out", executor)
        new = people(ALPHA, 150, season=2027)
        counties = kept(tmp_path, pd.concat([frame, new], ignore_index=True))
        told = build(
            counties, MEASURES, CUTS, tmp_path / "out", executor, changed=["OH-alpha-county"]
        )
    assert told.built == ["OH-alpha-county"]
    part = county_of(tmp_path / "out", "OH-alpha-county")
    assert set(part.figures["season"]) == {2026, 2027}


def test_a_dask_cluster_is_an_executor_too(tmp_path: Path, frame):
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    counties = kept(tmp_path, frame)
    with (
        distributed.LocalCluster(n_workers=2, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        there = build(counties, MEASURES, CUTS, tmp_path / "a", client.get_executor())
    with ThreadPoolExecutor(1) as executor:
        here = build(counties, MEASURES, CUTS, tmp_path / "b", executor)
    assert there.sha256 == here.sha256
