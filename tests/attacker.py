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
    files = {
        name.split("/")[1]: archive.read(name).decode("utf-8-sig") for name in archive.namelist()
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
    """Read pages, their files and their charts, hover texts included."""
    subjects = {(row["measure"], row["agency"]) for row in public.rows}
    cuts = {row["cut"] for row in public.rows}
    places = sorted(set().union(*public.places.values()))
    addresses = [f"/results{{}}?measure={m}&agency={a}" for m, a in sorted(subjects)]
    addresses += [
        f"/results/{p}{{}}?cut={cut}" for p, cut in itertools.product(places, sorted(cuts))
    ]
    for address in addresses:
        for ending in ("", ".csv", ".json", ".chart.json"):
            reply = client.get(address.format(ending))
            if reply.status_code == 200:
                public.seen |= set(re.findall(r"(\d[\d,]*(?:–\d+)?) answers", reply.text))


@dataclass
class System:
    """One measure under one cut in one county and season, as far as it is public."""

    name: tuple[str, ...]
    cells: list[Cell]
    holds: np.ndarray  # shape (parts, cells)
    n: np.ndarray  # shape (parts, 2): least and greatest
    share: np.ndarray  # shape (parts, 2)
    totals: int  # so many of the parts, the first, are of the table of totals

    def known(self) -> tuple[np.ndarray, np.ndarray]:
        """Intervals of n and of favourable answers per cell, shape (cells, 2), by subtraction."""
        top = np.stack((np.ceil(self.share[:, 0] * self.n[:, 0] - 1e-6),
                        np.floor(self.share[:, 1] * self.n[:, 1] + 1e-6)), axis=1)  # fmt: skip
        return _narrowed(self.holds, self.n), _narrowed(self.holds, top)

    def extreme(self, wanted: np.ndarray) -> int:
        """The greatest value of wanted . (n of cells, favourable of cells), in whole people."""
        some, none = self.holds.astype(float), np.zeros_like(self.holds, dtype=float)
        low, high = self.share[:, :1], self.share[:, 1:]
        one = np.eye(len(self.cells))
        rows = [
            LinearConstraint(np.hstack((some, none)), self.n[:, 0], self.n[:, 1]),
            LinearConstraint(np.hstack((low * some, -some)), -np.inf, 1e-9),
            LinearConstraint(np.hstack((-high * some, some)), -np.inf, 1e-9),
            LinearConstraint(np.hstack((-one, one)), -np.inf, 0),
        ]
        found = milp(
            -wanted.astype(float),
            integrality=np.ones(2 * len(self.cells), dtype=int),
            bounds=Bounds(0, np.inf),
            constraints=rows,
            options={"presolve": False},
        )
        assert found.x is not None, (self.name, found.message)
        return round(float(wanted @ np.rint(found.x)))


def systems(public: Public) -> list[System]:
    tables: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in public.rows:
        if row["unit"] == "share":
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
    holds, n, share = [], [], []
    slack = 1e-7 if public.step > 1 else 6e-5  # four decimals; of a band's ends they are exact
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
        share.append((float(row["value_low"]) - slack, float(row["value_high"]) + slack))
    totals = len(rows) - len(mine)
    return System(key, cells, np.array(holds), np.array(n, float), np.array(share), totals)


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
        np.concatenate((first.share, second.share)),
        0,
    )


def _spread(system: System, cells: list[Cell]) -> np.ndarray:
    wide = np.zeros((len(system.holds), len(cells)), dtype=bool)
    wide[:, [cells.index(cell) for cell in system.cells]] = system.holds
    return wide


def worked_out(system: System) -> list[tuple[str, Cell, int, int]]:
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
    most = np.where(holds, parts[:, 1:], np.inf).min(axis=0)
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
