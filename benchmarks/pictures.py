"""Milliseconds and bytes of a picture and of a brief, made from the demonstration.

Processor time: neighbours on the machine count little. The first of each is counted apart: it loads
Typst and the fonts.

    .venv/bin/python -m benchmarks.pictures
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

from survey import create_app
from survey.config import Settings

RUNS = 10
PLACE = "buffalo"
ENDINGS = ("chart.svg", "post.png", "chart.png", "letter.pdf", "a4.pdf")


def milliseconds(do: Callable[[], object]) -> float:
    began = process_time()
    do()
    return (process_time() - began) * 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'demo.sqlite'}"
        app = create_app(Settings(secret_key=SECRET, database_url=database))
        for command in ("migrate", "demo"):
            app.test_cli_runner().invoke(args=[command], catch_exceptions=False)
        client = app.test_client()
        client.get(f"/results/{PLACE}")
        print(f"{'':12}{'first ms':>10}{'then ms':>10}{'KB':>8}")
        for ending in ENDINGS:
            address = f"/results/{PLACE}.{ending}"
            first = milliseconds(lambda address=address: client.get(address))  # type: ignore[misc]
            times = []
            for _ in range(RUNS):
                app.extensions["bodies"].kept.clear()  # nothing is kept: each is made anew
                times.append(milliseconds(lambda address=address: client.get(address)))  # type: ignore[misc]
            size = len(client.get(address).data) / 1000
            print(f"{ending:12}{first:10.0f}{median(times):10.0f}{size:8.0f}")


SECRET = "what a benchmark signs its tickets with, 0815-4711"

if __name__ == "__main__":
    main()
