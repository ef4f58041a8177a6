"""A release too large for one table: built county by county, through one executor, into a folder.

    build(counties, measures, cuts, folder, executor)

Each county is a source: something that loads its own rows where it runs. No process ever holds
another county's answers; what the programme needs as a whole (how answers of one event agree,
whether an index holds, which changes are clear) is put together from counts of counties. Any
`concurrent.futures.Executor` will do: two processes here, a cluster's `Client.get_executor()`
elsewhere. A county whose answers are as they were keeps its file to the byte.

    folder/<state>-<county>.pickle    figures, changes, notes and the private ledger of one county
    folder/overall.pickle             the whole programme and each state, from its counties
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

import pandas as pd

from analysis.disclosure.between_releases import Earlier, new_ledger
from analysis.disclosure.rules import simple_audit
from analysis.estimators.basic import FloatArray
from analysis.estimators.multiple_testing import Curve
from analysis.frame import check_frame
from analysis.measures import Measure
from analysis.release.build import ReleaseRefused, build_county, standing_notes
from analysis.release.changes import change_tests, released_changes
from analysis.release.columns import NOTES, OVERALL
from analysis.release.figures import Known, RhoKey, newest_season, publish, with_ranges
from analysis.release.known import programme_knows
from analysis.release.moments import Moments, index_holds, moments_of
from analysis.release.overall import Parts, overall, parts_of
from analysis.release.released import Released, _sealed, tidy
from analysis.release.verdict import settled_curves

FORMAT = 3  # of the folder; another means: build everything anew
OVERALL_FILE = "overall.pickle"
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
    """Build or bring up to date the release in `folder`; county_of() and overall_of() read it.

    changed: names of counties that may have changed, else all are read; built is what has another
    digest. What is settled over the programme (correlations, indexes, how small a p-value a clear
    change needs) stands once a season was built, so that a county that changes changes no other.
    Raises ReleaseRefused or FrameError as release() does; the index is written last, so that a
    build that stops leaves the release as it was named.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _index(folder)
    known = before["digests"]
    names = {c.name for c in counties} if changed is None else {*changed}
    asked = [c for c in counties if c.name in names or c.name not in known]
    read = dict(_mapped(executor, partial(_read, measures=measures, cuts=cuts), asked))
    programme, held = _programme(before, list(read.values()), measures)
    if len(asked) < len(counties) and programme.keys() != before["known"].keys():
        return build(counties, measures, cuts, folder, executor)  # a new season
    fresh = [c for c in asked if read[c.name].digest != known.get(c.name)]
    work = _Build(measures, cuts, folder, programme, {key for key in held if not held[key]})
    found = dict(_mapped(executor, work, fresh))
    curves = before["curves"] | _new_curves(before["curves"], found)
    judge = partial(
        _judge, measures=measures, folder=folder, newest=newest_season(programme), curves=curves
    )
    marks = before["marks"] | dict(_mapped(executor, judge, fresh))
    figures = before["figures"] | {name: told.figures for name, told in found.items()}
    index = {
        "digests": known | {name: moments.digest for name, moments in read.items()},
        "marks": marks, "figures": figures, "known": programme, "held": held, "curves": curves,
    }  # fmt: skip
    _write(folder / "release.json", json.dumps(_as_text(index), sort_keys=True).encode())
    kept = [county.name for county in counties if county.name not in found]
    name = _name(marks | {OVERALL_FILE: _add_up(folder, sorted(marks))})
    return Summary([c.name for c in fresh], kept, sum(figures.values()), name)


def county_of(folder: Path, name: str) -> Released:
    """One county's part of the release; ranges, changes and notes as they are published."""
    part = _load(folder, name)
    return _sealed(part["figures"], part["changes"], (), part["notes"], part["ledger"])


def overall_of(folder: Path) -> pd.DataFrame:
    """The whole programme and each state, as columns.OVERALL declares it."""
    table: pd.DataFrame = pickle.loads((folder / OVERALL_FILE).read_bytes())
    return table


def _read(county: Source, measures: Sequence[Measure], cuts: Sequence[str]) -> Moments:
    frame = county.load()
    check_frame(frame, measures, cuts)
    return moments_of(frame, measures)


@dataclass(frozen=True)
class _Told:
    """What a built county tells the programme: its size, and its tests by family."""

    figures: int
    tests: dict[str, list[float]]


@dataclass(frozen=True)
class _Build:
    """Builds one county and writes it, its changes yet to be judged; sent to where work runs."""

    measures: Sequence[Measure]
    cuts: Sequence[str]
    folder: Path
    programme: dict[RhoKey, Known]
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
        figures = with_ranges(figures, self.programme)
        notes = [n._asdict() for n in (*built.notes, *standing_notes(built, earlier, said))]
        part = {"figures": figures, "notes": notes, "ledger": ledger}
        _write(self.folder / f"{county.name}.unjudged", pickle.dumps(part))
        return _Told(
            len(figures), change_tests(figures, self.measures, newest_season(self.programme))
        )


def _judge(
    county: Source,
    measures: Sequence[Measure],
    folder: Path,
    newest: int,
    curves: dict[str, Curve],
) -> str:
    """Tell a county's changes by what the whole programme shows; return its checksum."""
    unjudged = folder / f"{county.name}.unjudged"
    part = pickle.loads(unjudged.read_bytes())
    changes = released_changes(part["figures"], measures, newest, curves)
    made = _sealed(part["figures"], changes, (), part["notes"], part["ledger"])
    notes = tidy(part["notes"], NOTES)
    whole = parts_of(part["figures"], changes, notes, measures)
    _write(folder / f"{county.name}.overall", pickle.dumps(whole))
    _write(folder / f"{county.name}.pickle", pickle.dumps({**part, "changes": changes}))
    unjudged.unlink()
    return made.sha256


def _programme(
    before: dict[str, Any], read: Sequence[Moments], measures: Sequence[Measure]
) -> tuple[dict[RhoKey, Known], dict[RhoKey, bool]]:
    """What is known of a measure and which indexes hold: what is new, from all that was read."""
    evenings: dict[int, FloatArray] = {}
    for moments in read:
        for season, sums in moments.evenings.items():
            evenings[season] = evenings.get(season, 0.0) + sums
    known = programme_knows(evenings, measures) | before["known"]
    return known, index_holds(read, measures) | before["held"]


def _new_curves(settled: dict[str, Curve], found: dict[str, _Told]) -> dict[str, Curve]:
    together: dict[str, list[float]] = {}
    for told in found.values():
        for family, p_values in told.tests.items():
            if family not in settled:
                together.setdefault(family, []).extend(p_values)
    return settled_curves(together.items())


def _add_up(folder: Path, counties: Sequence[str]) -> str:
    """Put the counties' parts of the programme and its states together; return the checksum."""
    parts = (pickle.loads((folder / f"{name}.overall").read_bytes()) for name in counties)
    table = tidy(overall(Parts.together(parts)), OVERALL)
    _write(folder / OVERALL_FILE, pickle.dumps(table))
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()


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


TABLES = ("known", "held")  # kept by season, measure and agency


def _as_text(index: dict[str, Any]) -> dict[str, Any]:
    """JSON has text keys only: 2026|trust|police."""
    told = {
        name: {"|".join(map(str, key)): value for key, value in index[name].items()}
        for name in TABLES
    }
    return {"format": FORMAT, **index, **told}


def _index(folder: Path) -> dict[str, Any]:
    path = folder / "release.json"
    index: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    if index.get("format") != FORMAT:
        return {name: {} for name in ("digests", "marks", "figures", "curves", *TABLES)}
    for name in TABLES:
        keys = ((key.split("|"), value) for key, value in index[name].items())
        index[name] = {(int(year), id, agency): value for (year, id, agency), value in keys}
    index["known"] = {key: Known(*value) for key, value in index["known"].items()}
    index["curves"] = {
        name: Curve(tuple(upto), tuple(q), tests)
        for name, (upto, q, tests) in index["curves"].items()
    }
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
