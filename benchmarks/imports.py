"""How fast an earlier year's file is imported, and in how much memory.

Writes a file of so many invented responses in Google Forms' shape (20 columns: a stamp, an
address, scales, an age, comments), as CSV and as XLSX, and imports each into a fresh SQLite file by
the steps of `flask import --yes`: explained, then stored in one transaction. Beside it, in the same
run, each in a process of its own: what the csv module and polars take to read the CSV and explain
nothing, and what PostgreSQL's COPY takes to store it unchecked (`--postgres`).

    .venv/bin/python -m benchmarks.imports [--rows 200000] [--postgres]
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from xml.sax.saxutils import escape

SLUG = "maple-falls-2025"
TRUST = "How much do you trust {} to do what is right for people here?"
SCALE = (
    "Not at all",
    "A little",
    "Somewhat",
    "A lot",
    "Completely",
    "I don't know / can't rate",
    "",
)
DEGREE = ("Not at all", "Slightly", "Somewhat", "Very", "Completely", "")
QUESTIONS = {
    TRUST.format("the police"): SCALE,
    TRUST.format("the fire department"): SCALE,
    TRUST.format("the ambulance crews"): SCALE,
    "How much do the police here treat all people with respect?": SCALE,
    "How much do the police here listen to what people want?": SCALE,
    "If you needed help, how at ease would you feel asking the police?": DEGREE,
    "Would you come to an event like this again?": ("Yes", "Maybe", "No", ""),
    "How old are you?": ("18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+", ""),
    "Is this your first time at this event?": ("Yes", "No", "Not sure", ""),
}
OTHERS = 9  # columns that are none of ours
COLUMNS = 2 + len(QUESTIONS) + OTHERS


def records(rows: int) -> Iterator[list[str]]:
    """Yield the heading and so many records: the same ones at each run."""
    chance = random.Random(20251)
    yield ["Timestamp", "Email Address", *QUESTIONS, *(f"Town question {n}" for n in range(OTHERS))]
    start = datetime(2025, 8, 5, 18, 0)  # noqa: DTZ001 (as the sheet writes it)
    for number in range(rows):
        stamp = f"{start + timedelta(seconds=number % 9000):%m/%d/%Y %H:%M:%S}"
        answers = [chance.choice(options) for options in QUESTIONS.values()]
        others = [f"remark {chance.randrange(10**6)}" for _ in range(OTHERS)]
        yield [stamp, f"resident{number}@example.org", *answers, *others]


def write_csv(path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(records(rows))


def write_excel(path: Path, rows: int) -> None:
    """Write the same as a workbook, with texts inside the cells."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    linked = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{linked}"><sheets><sheet name="Form Responses 1" '
            'sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{linked}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>",
        )
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{main}"><sheetData>'.encode())
            for number, cells in enumerate(records(rows), start=1):
                made = "".join(
                    f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in cells
                )
                sheet.write(f'<row r="{number}">{made}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")


def imported(path: Path, folder: Path) -> dict[str, float]:
    """Import a file into a fresh database; return the seconds of each step."""
    from sqlalchemy.orm import Session

    from survey import create_app
    from survey.config import Settings
    from survey.desk import agencies, communities, planning
    from survey.imports import reading, store
    from survey.imports.event_of_file import Evening
    from survey.storage import schema

    url = f"sqlite:///{folder / f'{path.stem}-{path.suffix[1:]}.sqlite'}"
    app = create_app(
        Settings(database_url=url, secret_key="a secret of the benchmark, long enough")
    )
    schema.migrate(app.extensions["engine"])
    content = app.extensions["content"]
    with app.app_context(), Session(app.extensions["engine"]) as session:
        home = communities.add_community(
            session, content, name="Maple Falls", county="Alder", state="Oregon"
        )
        for kind in ("police", "fire", "ems"):
            agencies.add_agency(session, content, home, kind=kind, name=f"Maple Falls {kind}")
        event = planning.add_event(
            session, content, home, day=date(2025, 8, 5), time_zone="America/Chicago"
        )
        session.commit()
        evening = Evening.of(event, content)
        begun = perf_counter()
        plan = reading.read_plan(path, evening)
        explained = perf_counter()
        made = store.store(session, event, evening, plan, "", datetime.now(UTC), lambda rows: None)
        session.commit()
        done = perf_counter()
    assert not plan.asks
    assert made.responses == plan.responses
    return {"explained": explained - begun, "stored": done - explained, "rows": made.responses}


def by_csv(path: Path, folder: Path) -> dict[str, float]:
    begun = perf_counter()
    with path.open(newline="", encoding="utf-8") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    return {"explained": perf_counter() - begun, "rows": rows}


def by_polars(path: Path, folder: Path) -> dict[str, float]:
    import polars

    begun = perf_counter()
    rows = polars.read_csv(path, infer_schema=False).height
    return {"explained": perf_counter() - begun, "rows": rows}


def by_copy(path: Path, folder: Path) -> dict[str, float]:
    """Store the CSV as it is in one table of PostgreSQL, with nothing checked."""
    import psycopg
    from sqlalchemy.engine import make_url

    from tests.postgres import running_server

    with running_server(folder / "postgres") as address:
        plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            names = ", ".join(f"c{n} text" for n in range(COLUMNS))
            connection.execute(f"CREATE TABLE raw ({names})".encode())
            begun = perf_counter()
            with connection.cursor().copy("COPY raw FROM STDIN (FORMAT csv, HEADER)") as copy, \
                    path.open("rb") as file:  # fmt: skip
                while chunk := file.read(1 << 16):
                    copy.write(chunk)
            connection.commit()
            return {"stored": perf_counter() - begun, "rows": copy_rows(path)}


def copy_rows(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1


WAYS: dict[str, Callable[[Path, Path], dict[str, float]]] = {
    "import": imported, "csv": by_csv, "polars": by_polars, "copy": by_copy,
}  # fmt: skip


def measured(way: str, path: Path, folder: Path) -> dict[str, float]:
    """Return what a way took, in a process of its own, with its peak of memory."""
    words = [sys.executable, "-m", "benchmarks.imports", "--way", way, str(path), str(folder)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def one_way(way: str, path: Path, folder: Path) -> None:
    found = WAYS[way](path, folder)
    found["processor"] = process_time()
    found["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


def table(rows: int, *, postgres: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text, excel = folder / "answers.csv", folder / "answers.xlsx"
        write_csv(text, rows)
        write_excel(excel, rows)
        print(f"{rows:,} rows, {COLUMNS} columns; CSV {text.stat().st_size / 1e6:.0f} MB, "
              f"XLSX {excel.stat().st_size / 1e6:.0f} MB\n")  # fmt: skip
        print("| | read and explained s | stored s | rows/s | processor s in all | peak MB |")
        print("|---|---|---|---|---|---|")
        tried = [("flask import, CSV", "import", text), ("flask import, XLSX", "import", excel),
                 ("csv module, nothing explained", "csv", text),
                 ("polars, nothing explained", "polars", text)]  # fmt: skip
        tried += [("PostgreSQL COPY, nothing checked", "copy", text)] if postgres else []
        for label, way, path in tried:
            found = measured(way, path, folder)
            took = found.get("explained", 0.0) + found.get("stored", 0.0)
            steps = [
                f"{found[step]:.1f}" if step in found else "" for step in ("explained", "stored")
            ]
            cells = [label, *steps, f"{found['rows'] / took:,.0f}", f"{found['processor']:.1f}"]
            cells.append(f"{found['megabytes']:.0f}")
            print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--way", nargs=3, metavar=("WAY", "FILE", "FOLDER"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.way:
        way, path, folder = told.way
        one_way(way, Path(path), Path(folder))
    else:
        table(told.rows, postgres=told.postgres)


if __name__ == "__main__":
    main()
