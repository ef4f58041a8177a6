"""How fast a release's tables are written, how soon the first byte is there, and in what memory.

    .venv/bin/python -m benchmarks.exports [ROWS]

Each writer runs in a process of its own over the same made-up figures (100,000 unless told), beside
the csv module and polars, which write cells that are ready and look none of them over.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from analysis.output.columns import FIGURES_TABLE as TABLE
from analysis.output.export import csv_parts
from analysis.output.published import Names, published
from analysis.release.released import FIGURES

MADE_AT = datetime(2026, 8, 9, tzinfo=UTC)
FIRST_PART = 1000  # rows, as csv_parts sends them


def frozen(count: int) -> Iterator[dict[str, Any]]:
    """Rows as a release stores them, one at a time."""
    kinds = {"int": 45, "str": "", "float": 0.5125}
    row = {field.name: kinds[field.kind] for field in FIGURES}
    row |= {"state": "Oregon", "county": "Alder", "band": "10", "n": "45", "unit": "share"}
    row |= {"cut": "total", "measure": "trust", "agency": "police", "wording": "1"}
    for i in range(count):
        yield row | {"season": 2019 + i % 8, "community": f"town-{i}", "value": i % 97 / 97}


def cells(count: int) -> Iterator[list[Any]]:
    return published(TABLE, frozen(count), Names())


def our_csv(path: Path, count: int) -> None:
    with path.open("wb") as file:
        file.writelines(csv_parts(TABLE, cells(count)))


def plain_csv(path: Path, count: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TABLE.names)
        writer.writerows(cells(count))


def polars_csv(path: Path, count: int) -> None:
    import polars

    polars.DataFrame(list(cells(count)), schema=list(TABLE.names), orient="row").write_csv(path)


def parquet(path: Path, count: int) -> None:
    from analysis.output.parquet import write_parquet

    write_parquet(path, TABLE, cells(count))


def spss(path: Path, count: int) -> None:
    from analysis.output.statistics_files import write_sav

    write_sav(path, TABLE, cells(count), "t", MADE_AT)


def stata(path: Path, count: int) -> None:
    from analysis.output.statistics_files import write_dta

    write_dta(path, TABLE, cells(count), "t", MADE_AT)


def excel(path: Path, count: int) -> None:
    from analysis.output.excel import write_xlsx

    write_xlsx(path, [(TABLE, cells(count))], "t", MADE_AT)


def nothing(path: Path, count: int) -> None:
    path.touch()


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "nothing (imports alone)": nothing,
    "our CSV": our_csv,
    "csv module": plain_csv,
    "polars CSV": polars_csv,
    "Parquet": parquet,
    "SPSS": spss,
    "Stata": stata,
    "Excel": excel,
}


def measured(name: str, count: int) -> None:
    """Run one writer in this process and print its row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        start = time.perf_counter()
        WRITERS[name](path, count)
        took = time.perf_counter() - start
        size = path.stat().st_size / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    speed = f"{count / took:,.0f}" if size else "-"
    print(f"| {name} | {speed} | {took:.2f} s | {size:.1f} MB | {memory:.0f} MB |", flush=True)


def main(count: int) -> None:
    start = time.perf_counter()
    next(csv_parts(TABLE, islice(cells(count), FIRST_PART)))
    print(f"{count:,} figures; first {FIRST_PART} rows of our CSV after "
          f"{(time.perf_counter() - start) * 1000:.0f} ms\n")  # fmt: skip
    print("| writer | rows a second | in all | file | memory, at most |\n|---|---|---|---|---|")
    for name in WRITERS:
        subprocess.run([sys.executable, "-m", "benchmarks.exports", str(count), name], check=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measured(sys.argv[2], int(sys.argv[1]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
