"""Somebody who reads everything that is public and subtracts: whose answer can be worked out?

Knows the addresses, the files and the codebook; no answer, no ledger, none of our code. Every
table becomes a system of inequalities over the people of each place and group. Intervals are
narrowed first; where they come near a single count, an integer programme says what is left.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flask.testing import FlaskClient
from scipy.optimize import Bounds, LinearConstraint, milp

Row = dict[str, Any]
Cell = tuple[str, str]  # place, group
NEAR = 2  # counts apart: an interval this narrow is handed to the programme
STEPS = (10, 5, 2, 1)  # points, the codebook's column "band"
EXACT = 1e-4  # a share that is on no grid was printed as it is, to four decimals
SPLIT = ("top", "middle", "bottom")


@dataclass
class Public:
    """What a visitor can collect of one release."""

    rows: list[Row]
    places: dict[str, set[str]]  # county -> communities named anywhere
    coarse: set[tuple[str, ...]]  # tables that the notes call coarser
    waits: set[tuple[str, ...]]  # tables that stand although answers came since
    step: int  # the codebook's: n is shown down to a multiple of it
    seen: set[str] = field(default_factory=set)  # how counts are written on pages and in hovers


def reads(client: FlaskClient, release: int, step: int = 5) -> Public:
    """Read one release's files, which must tell the same rows. step: see Public."""
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/data/{release}/porchlight.zip").data))
    texts = ("figures.csv", "release.json", "canonical.txt")
    files = {
        name: archive.read(f"porchlight-{release}/{name}").decode("utf-8-sig") for name in texts
    }
    rows = list(csv.DictReader(io.StringIO(files["figures.csv"])))
    told = json.loads(files["release.json"])["figures"]
    assert [row["n"] for row in rows] == [row["n"] for row in told]
    notes = _section(files["canonical.txt"], "notes")
    key = ("season", "county", "panel", "cut")
    coarse, waits = (
        {tuple(n[k] for k in key) for n in notes if n["kind"] == kind}
        for kind in ("coarsened", "waits")
    )
    places: dict[str, set[str]] = defaultdict(set)
    for row in (*rows, *notes):
        named = {row["community"], *row["members"].split("|")} - {"", "other"}
        places[row["county"]] |= named if row["county"] else set()
    return Public(rows, dict(places), coarse, waits, step)


def browses(client: FlaskClient, public: Public) -> None:
    """Read pages, their files and their charts, hover texts included.

    One chart for each panel: the charts of its other measures are drawn by the same rows' rules.
    """
    subjects = {(row["measure"], row["agency"]) for row in public.rows}
    drawn = {row["panel"]: (row["measure"], row["agency"]) for row in public.rows}
    cuts = {row["cut"] for row in public.rows}
    places = sorted(set().union(*public.places.values()))
    addresses = {
        f"/results{{}}?measure={m}&agency={a}": (m, a) in drawn.values()
        for m, a in sorted(subjects)
    }
    for place, cut in itertools.product(places, sorted(cuts)):
        addresses[f"/results/{place}{{}}?cut={cut}"] = True
    for address, has_chart in addresses.items():
        for ending in ("", ".csv", ".json", *([".chart.json"] if has_chart else [])):
            reply = client.get(address.format(ending))
            if reply.status_code == 200:
                public.seen |= set(re.findall(r"(\d[\d,]*(?:–\d+)?) answers", reply.text))


@dataclass
class System:
    """One measure under one cut in one county and season, as far as it is public.

    Of every part of it: the least and the greatest n, and of each share that is shown of it
    (favourable, in between, unfavourable, don't know) the least and the greatest; shape (parts, 2).
    A share that is not shown lies between 0 and 1. A score is the favourable share of its points.
    """

    name: tuple[str, ...]
    cells: list[Cell]
    holds: np.ndarray  # shape (parts, cells)
    n: np.ndarray
    shares: dict[str, np.ndarray]
    fewest: np.ndarray  # shape (parts,): people of each part of the split, for it is shown
    totals: int  # so many of the parts, the first, are of the table of totals
    score: bool

    def known(self) -> tuple[np.ndarray, np.ndarray]:
        """Intervals of n and of favourable answers per cell, shape (cells, 2), by subtraction."""
        n, top = self.n, self.shares["top"]
        low, high = top[:, 0] * n[:, 0], top[:, 1] * n[:, 1]
        if not self.score:
            low, high = np.ceil(low - 1e-6), np.floor(high + 1e-6)
        return _narrowed(self.holds, n), _narrowed(self.holds, np.stack((low, high), axis=1))

    def extreme(self, wanted: np.ndarray) -> float:
        """The greatest value of wanted . (n of cells, favourable of cells), in whole people."""
        one, some = np.eye(len(self.cells)), self.holds.astype(float)
        n, top, bottom, dont_know = np.eye(4)
        split = {"top": top, "bottom": bottom, "middle": n - top - bottom}
        rows = [
            LinearConstraint(np.kron(n, some), self.n[:, 0], self.n[:, 1]),
            LinearConstraint(np.kron(top + bottom - n, one), -np.inf, 0),
        ]
        for name, part in (*split.items(), ("dont_know", dont_know)):
            whole = n + dont_know if name == "dont_know" else n
            low, high = (side[:, None] for side in self.shares[name].T)
            rows.append(_at_most(low * np.kron(whole, some) - np.kron(part, some)))
            rows.append(_at_most(np.kron(part, some) - high * np.kron(whole, some)))
        rows += [LinearConstraint(np.kron(x, some), self.fewest, np.inf) for x in split.values()]
        kinds = 1 - self.score * (top + bottom)
        found = milp(
            -np.append(wanted.astype(float), np.zeros(2 * len(self.cells))),
            integrality=np.kron(kinds, np.ones(len(self.cells))).astype(int),
            bounds=Bounds(0, np.inf),
            constraints=rows,
            options={"presolve": False},
        )
        assert found.x is not None, (self.name, found.message)
        value = float(wanted @ found.x[: 2 * len(self.cells)])
        return round(value, 3) if self.score else round(value)


def _at_most(rows: np.ndarray) -> LinearConstraint:
    return LinearConstraint(rows, -np.inf, 1e-9)


def systems(public: Public) -> list[System]:
    tables: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in public.rows:
        name = [row[k] for k in ("season", "county", "panel", "measure", "agency", "cut")]
        tables[tuple(name)].append(row)
    found = []
    for key, rows in list(tables.items()):
        if key[-1] != "total":
            found.append(_system(public, key, [*tables[(*key[:-1], "total")], *rows]))
    return found


def _system(public: Public, key: tuple[str, ...], rows: list[Row]) -> System:
    places = sorted(public.places[key[1]])
    mine = [row for row in rows if row["cut"] == key[-1]]
    groups = sorted({g for row in mine for g in (row["groups"] or row["group"]).split("|")})
    cells = list(itertools.product(places, groups))
    holds, n = [], []
    for row in rows:
        if row["community"] in ("", "other"):
            where = set(row["members"].split("|") if row["members"] else places)
        else:
            where = {row["community"]}
        named = (row["groups"] or row["group"]).split("|")
        which = set(groups if row["cut"] == "total" else named)
        holds.append([p in where and g in which for p, g in cells])
        twice = (key[0], key[1], key[2], row["cut"]) in public.coarse
        wide = public.step * (2 if twice else 1) - 1
        low, _, high = row["n"].partition("–")
        n.append((int(low), int(high) if high else int(low) + wide))
    shares = {name: np.array([read_share(row, name) for row in rows])
              for name in (*SPLIT, "dont_know")}  # fmt: skip
    shares["top"] = _both(shares["top"], np.array([_value(row) for row in rows]))
    split = np.array([11.0 if row["top"] else 0.0 for row in rows])
    totals, score = len(rows) - len(mine), rows[0]["unit"] == "score"
    return System(key, cells, np.array(holds), np.array(n, float), shares, split, totals, score)


def read_share(row: Row, name: str) -> tuple[float, float]:
    """The least and the greatest share that a printed one stands for.

    It is read in the coarsest band, from the row's own on, that has such a value: one that is on a
    finer grid than its row tells more than the codebook says. What is not shown is anything.
    """
    if not row[name]:
        return _value(row) if name == "top" else (0.0, 1.0)
    value, step = float(row[name]), reading(row, name)
    if step is None:
        return value - EXACT, value + EXACT
    tail = 1.5 * step / 100
    if abs(value - tail / 2) < EXACT:
        return 0.0, tail
    if abs(value - 1 + tail / 2) < EXACT:
        return 1 - tail, 1.0
    return value - step / 200, value + step / 200


def reading(row: Row, name: str) -> float | None:
    """Points between shown values of the band in which a share is printed; None: in no band."""
    value, own = float(row[name]), float(row["band"]) if row["band"] != "thirds" else STEPS[0]
    for step in STEPS:
        grid = [step * i / 100 for i in range(1, 100 // step)]
        values = [0.75 * step / 100, *grid, 1 - 0.75 * step / 100]
        if step <= own and min(abs(value - x) for x in values) < EXACT:
            return step
    return None


def finer_than_told(public: Public) -> list[tuple[str, Row]]:
    """Shares that are printed in a finer band than their row says."""
    names = (*SPLIT, "dont_know")
    shown = [(name, row) for row in public.rows for name in names if row[name]]
    return [(name, row) for name, row in shown if str(reading(row, name)) != row["band"]]


def _value(row: Row) -> tuple[float, float]:
    scale = 100 if row["unit"] == "score" else 1
    low, high = float(row["value_low"]) / scale, float(row["value_high"]) / scale
    slack = EXACT if low == high else 1e-7  # four decimals; of a band's ends they are exact
    return low - slack, high + slack


def _both(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.stack(
        (np.maximum(one[:, 0], other[:, 0]), np.minimum(one[:, 1], other[:, 1])), axis=1
    )


def joined(first: System, second: System, stands: bool) -> System:
    """Two releases of one table: people who were there, and people who came late.

    stands: the cut of the second release waits, and tells of the first one's people still.
    """
    cells = sorted({*first.cells, *second.cells})
    early, late = (_spread(system, cells) for system in (first, second))
    since = (np.arange(len(late)) < second.totals) | (not stands)
    holds = np.block([[early, np.zeros_like(early)], [late, late & since[:, None]]])
    tagged = [(place, f"{group}, {when}") for when in ("early", "late") for place, group in cells]
    return System(
        second.name,
        tagged,
        holds,
        np.concatenate((first.n, second.n)),
        {name: np.concatenate((first.shares[name], second.shares[name])) for name in first.shares},
        np.concatenate((first.fewest, second.fewest)),
        0,
        first.score,
    )


def _spread(system: System, cells: list[Cell]) -> np.ndarray:
    wide = np.zeros((len(system.holds), len(cells)), dtype=bool)
    wide[:, [cells.index(cell) for cell in system.cells]] = system.holds
    return wide


def worked_out(system: System) -> list[tuple[str, Cell, float, float]]:
    """("pinned", cell, n, favourable) of 1 to 10 people, and ("certain", cell, most n, answers)."""
    n, top = system.known()
    found = []
    count = len(system.cells)
    for i, cell in enumerate(system.cells):
        size, good = np.zeros(2 * count), np.zeros(2 * count)
        size[i], good[count + i] = 1, 1
        if n[i, 0] >= 1 and n[i, 0] <= 10 and n[i, 1] - n[i, 0] <= NEAR:
            low, high = -system.extreme(-size), system.extreme(size)
            if low == high <= 10 and -system.extreme(-good) == system.extreme(good):
                found.append(("pinned", cell, low, system.extreme(good)))
        if n[i, 1] >= 1 and top[i, 1] <= NEAR and system.extreme(good) == 0:
            found.append(("certain", cell, int(n[i, 1]), 0))
        if n[i, 1] - top[i, 0] <= NEAR and system.extreme(size - good) == 0 < n[i, 1]:
            found.append(("certain", cell, int(n[i, 1]), 1))
    return found


def _narrowed(holds: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Intervals of cells from intervals of sums of cells, until nothing moves."""
    most = np.where(holds, parts[:, 1:], 1e6).min(axis=0)  # of what is shown nowhere: anything
    cells = np.stack((np.zeros_like(most), most), axis=1)
    for _ in range(20):
        low, high = holds @ cells[:, 0], holds @ cells[:, 1]
        up = np.where(holds, parts[:, 1:] - low[:, None] + cells[:, 0], np.inf).min(axis=0)
        down = np.where(holds, parts[:, :1] - high[:, None] + cells[:, 1], -np.inf).max(axis=0)
        better = np.stack((np.maximum(cells[:, 0], down), np.minimum(cells[:, 1], up)), axis=1)
        if (better == cells).all():
            break
        cells = better
    return cells


def _section(text: str, name: str) -> list[Row]:
    lines = text.split(f"[{name}]\n")[1].split("\n[")[0].splitlines()
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]]
