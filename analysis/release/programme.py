"""A release too large for one table: built county by county, through one executor, into a folder.

    build(counties, measures, cuts, folder, executor)

Each county is a source: something that loads its own rows where it runs. No process ever holds
another county's answers; what the programme needs as a whole (how answers of one event agree,
whether an index holds, which changes are clear) is put together from counts of counties. Any
`concurrent.futures.Executor` will do: two processes here, a cluster's `Client.get_executor()`
elsewhere. A county whose answers are as they were keeps its file to the byte.

    folder/<state>-<county>.pickle    figures, changes, notes and the private ledger of one county
    folder/release.json               digests, programme statistics; its sha256 names the release
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from pandas.api.types import is_integer_dtype

from analysis.disclosure.between_releases import Earlier, new_ledger
from analysis.disclosure.rules import simple_audit
from analysis.estimators.basic import intraclass_correlation, settled_rho
from analysis.frame import check_frame
from analysis.measures import Measure, answers
from analysis.release.build import ReleaseRefused, build_county, standing_notes
from analysis.release.changes import change_tests, released_changes
from analysis.release.figures import RhoKey, newest_season, publish, with_ranges
from analysis.release.moments import Moments, index_holds, index_moments
from analysis.release.released import NOTES, Released, _sealed, tidy
from analysis.release.verdict import Bar, Family, settled_bars

FORMAT = 2  # of the folder; another means: build everything anew
CHUNK = 8  # counties per task: fewer messages, and still even work


class Source(Protocol):
    """One county, loadable wherever the work runs (it is pickled, its rows are not)."""

    @property
    def name(self) -> str: ...
    def load(self) -> pd.DataFrame: ...


@dataclass
class Summary:
    """What a build did: counties built and kept, figures, and the release's name."""

    built: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    figures: int = 0
    sha256: str = ""


def build(
    counties: Sequence[Source],
    measures: Sequence[Measure],
    cuts: Sequence[str],
    folder: Path,
    executor: Executor,
    *,
    changed: Iterable[str] | None = None,
) -> Summary:
    """Build or bring up to date the release in `folder`.

    changed: names of counties that may have changed, when the caller knows; others are not even
             read. Else every county is read, and built where its digest is another.
    What is settled over the whole programme (correlations, indexes, how small a p-value a clear
    change needs) is settled when a season is first built, and stands: so a county that changes
    changes no other. Raises ReleaseRefused or FrameError as `release` does; the index is written
    last, so that a build that stops leaves the release as it was named.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _index(folder)
    known = before["digests"]
    names = {c.name for c in counties} if changed is None else {*changed}
    asked = [c for c in counties if c.name in names or c.name not in known]
    read = dict(_mapped(executor, partial(_read, measures=measures, cuts=cuts), asked))
    rho, held = _programme(before, list(read.values()), measures)
    if len(asked) < len(counties) and rho.keys() != before["rho"].keys():
        return build(counties, measures, cuts, folder, executor)  # a new season
    fresh = [c for c in asked if read[c.name].digest != known.get(c.name)]
    work = _Build(measures, cuts, folder, rho, {key for key in held if not held[key]})
    found = dict(_mapped(executor, work, fresh))
    critical = before["critical"] | _new_critical(before["critical"], found)
    judge = partial(
        _judge, measures=measures, folder=folder, newest=newest_season(rho), critical=critical
    )
    marks = before["marks"] | dict(_mapped(executor, judge, fresh))
    figures = before["figures"] | {name: told.figures for name, told in found.items()}
    digests = known | {name: moments.digest for name, moments in read.items()}
    index = {"digests": digests, "marks": marks, "figures": figures,
             "rho": rho, "held": held, "critical": critical}  # fmt: skip
    _write(folder / "release.json", json.dumps(_as_text(index), sort_keys=True).encode())
    kept = [county.name for county in counties if county.name not in found]
    return Summary([c.name for c in fresh], kept, sum(figures.values()), _name(marks))


def county_of(folder: Path, name: str) -> Released:
    """One county's part of the release; ranges, changes and notes as they are published."""
    part = _load(folder, name)
    return _sealed(part["figures"], part["changes"], part["notes"], part["ledger"])


def _read(county: Source, measures: Sequence[Measure], cuts: Sequence[str]) -> Moments:
    frame = county.load()
    check_frame(frame, measures, cuts)
    events: dict[int, np.ndarray] = {}
    values = np.stack(
        [np.where(a.valid, a.value // 1000, -1) for a in (answers(frame, m) for m in measures)],
        axis=1,
    )
    mine = np.stack([(frame["audience"] == m.audience).to_numpy() for m in measures], axis=1)
    valid = (values >= 0) & mine
    sums = np.stack((valid, values * valid, values * values * valid), axis=2).astype(np.int64)
    event, first = np.unique(frame["event"].to_numpy(dtype=str), return_inverse=True)
    table = np.zeros((len(event), *sums.shape[1:]), dtype=np.int64)
    np.add.at(table, first, sums)
    year = np.zeros(len(event), dtype=np.int64)
    year[first] = frame["season"].to_numpy()
    for season in np.unique(year).tolist():
        events[season] = table[year == season]
    return Moments(_digest(frame), events, index_moments(frame, measures))


def _digest(frame: pd.DataFrame) -> str:
    """The same for the same responses in any order of rows and columns."""
    columns = sorted(frame.columns)
    plain = {
        name: frame[name].astype("int64" if is_integer_dtype(frame[name].dtype) else object)
        for name in columns
    }
    hashed = pd.util.hash_pandas_object(pd.DataFrame(plain), index=False)
    rows = np.sort(hashed.to_numpy(dtype=np.uint64))
    return hashlib.sha256("\t".join(columns).encode() + rows.tobytes()).hexdigest()


@dataclass(frozen=True)
class _Told:
    """What a built county tells the programme: its size, and its tests by family."""

    figures: int
    tests: dict[Family, list[float]]


@dataclass(frozen=True)
class _Build:
    """Builds one county and writes it, its changes yet to be judged; sent to where work runs."""

    measures: Sequence[Measure]
    cuts: Sequence[str]
    folder: Path
    rho: dict[RhoKey, float]
    withheld: set[RhoKey]

    def __call__(self, county: Source) -> _Told:
        """Tables that may not be rebuilt stand (rule of 11)."""
        path = self.folder / f"{county.name}.pickle"
        before = _load(self.folder, county.name) if path.exists() else None
        said = None if before is None else tidy(before["notes"], NOTES)
        earlier = Earlier(None if before is None else before["ledger"], said)
        rows = county.load()
        built = build_county(rows, self.measures, self.cuts, earlier, self.withheld)
        figures, ledger = publish(built.rows), new_ledger(built.rows, earlier.made + 1)
        if before is not None:
            old = (before[name] for name in ("figures", "ledger"))
            stand, stand_ledger = (t[[k not in built.fresh for k in _keys(t)]] for t in old)
            figures, ledger = pd.concat([stand, figures]), pd.concat([stand_ledger, ledger])
        if findings := simple_audit(figures, ledger):
            raise ReleaseRefused(findings)
        figures = with_ranges(figures, self.rho)
        notes = [n._asdict() for n in (*built.notes, *standing_notes(built, earlier, said))]
        part = {"figures": figures, "notes": notes, "ledger": ledger}
        _write(self.folder / f"{county.name}.unjudged", pickle.dumps(part))
        return _Told(len(figures), change_tests(figures, self.measures, newest_season(self.rho)))


def _judge(
    county: Source,
    measures: Sequence[Measure],
    folder: Path,
    newest: int,
    critical: dict[Family, Bar],
) -> str:
    """Tell a county's changes by what the whole programme shows; return its checksum."""
    unjudged = folder / f"{county.name}.unjudged"
    part = pickle.loads(unjudged.read_bytes())
    changes = released_changes(part["figures"], measures, newest, critical)
    made = _sealed(part["figures"], changes, part["notes"], part["ledger"])
    _write(folder / f"{county.name}.pickle", pickle.dumps({**part, "changes": changes}))
    unjudged.unlink()
    return made.sha256


def _programme(
    before: dict[str, Any], read: Sequence[Moments], measures: Sequence[Measure]
) -> tuple[dict[RhoKey, float], dict[RhoKey, bool]]:
    """Correlations, and which indexes hold: what has none yet, from all that was read."""
    rho: dict[RhoKey, float] = dict(before["rho"])
    events = 0
    for season in sorted({season for moments in read for season in moments.events}):
        table = np.concatenate([m.events[season] for m in read if season in m.events])
        events += len(table)
        for i, measure in enumerate(measures):
            n, total, squares = table[:, i].astype(float).T
            key = (season, *measure.key)
            if n.any() and key not in rho:
                raw = intraclass_correlation(n, total / 1e3, squares / 1e6)
                rho[key] = settled_rho(raw, events=events, answers=float(n.sum()))
    return rho, index_holds(read, measures) | before["held"]


def _new_critical(settled: dict[Family, Bar], found: dict[str, _Told]) -> dict[Family, Bar]:
    together: dict[Family, list[float]] = {}
    for told in found.values():
        for family, p_values in told.tests.items():
            if family not in settled:
                together.setdefault(family, []).extend(p_values)
    return settled_bars(together)


def _mapped(
    executor: Executor, work: Callable[[Any], Any], counties: Sequence[Source]
) -> Iterator[tuple[str, Any]]:
    """(name, result) in order of the counties, a few counties to a task."""
    chunks = [counties[i : i + CHUNK] for i in range(0, len(counties), CHUNK)]
    for chunk, results in zip(chunks, executor.map(partial(_each, work), chunks), strict=True):
        yield from zip((county.name for county in chunk), results, strict=True)


def _each(work: Callable[[Any], Any], counties: Sequence[Source]) -> list[Any]:
    return [work(county) for county in counties]


def _keys(table: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    names = ["season", "state", "county", "panel", "cut"]
    return table[names].itertuples(index=False, name=None)


TABLES = {"rho": (int, str, str), "held": (int, str, str), "critical": (int, int, int)}


def _as_text(index: dict[str, Any]) -> dict[str, Any]:
    """JSON has text keys only: 2026|trust|police."""
    told = {
        name: {"|".join(str(int(x) if isinstance(x, bool) else x) for x in key): value
               for key, value in index[name].items()}
        for name in TABLES
    }  # fmt: skip
    return {"format": FORMAT, **index, **told}


def _index(folder: Path) -> dict[str, Any]:
    path = folder / "release.json"
    index: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    if index.get("format") != FORMAT:
        return {name: {} for name in ("digests", "marks", "figures", *TABLES)}
    for name, kinds in TABLES.items():
        index[name] = {
            tuple(kind(part) for kind, part in zip(kinds, key.split("|"), strict=True)): value
            for key, value in index[name].items()
        }
    index["critical"] = {key: Bar(*value) for key, value in index["critical"].items()}
    return index


def _load(folder: Path, name: str) -> dict[str, Any]:
    part: dict[str, Any] = pickle.loads((folder / f"{name}.pickle").read_bytes())
    return part


def _write(path: Path, body: bytes) -> None:
    new = path.with_name(path.name + ".new")
    new.write_bytes(body)
    new.replace(path)


def _name(marks: dict[str, str]) -> str:
    lines = "".join(f"{name}\t{mark}\n" for name, mark in sorted(marks.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
