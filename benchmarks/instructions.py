"""What one survey costs in processor instructions, counted by callgrind: no neighbour changes it.

    python -m benchmarks.instructions                 ours and the stock form; needs valgrind

Opening the form, sending it and the thank-you go through the application in one process, without a
server, on SQLite (synchronous=FULL), with every step of a browser's request. Counting is turned on
when the application has answered a few times, so the start is not in it. Takes a few minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

from werkzeug.test import EnvironBuilder

from benchmarks.answering import FormReader, hidden_fields
from benchmarks.running import ROOT, SECRET
from benchmarks.stage import database, open_posters, table

TIMES = 40
STEPS = ("open", "send", "thanks")
FORM = "application/x-www-form-urlencoded"
AGENT = (
    "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"
)
HEADERS = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "en-US,en;q=0.9",
           "User-Agent": AGENT, "Accept": "text/html,*/*;q=0.8"}  # fmt: skip
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--child", nargs=3, metavar=("WHO", "CODE", "STEP"))
    asked = options.parse_args()
    if asked.child:
        who, code, step = asked.child
        repeat(application(who), f"/s/{code}", step)
        os._exit(0)  # the writer's thread would wait for ever
    found = {who: {step: counted(who, step) for step in STEPS} for who in ("ours", "stock")}
    rows = [
        [who, *(f"{steps[step] / 1e6:.2f}" for step in STEPS), f"{sum(steps.values()) / 1e6:.2f}"]
        for who, steps in found.items()
    ]
    print(table(["million instructions", *STEPS, "whole"], rows))
    ours, stock = (sum(found[who].values()) for who in ("ours", "stock"))
    print(f"Ours takes {ours / stock:.2f} of the stock form's instructions")


def application(who: str) -> Application:
    if who == "stock":
        from benchmarks.stock import create_app
    else:
        from survey import create_app  # type: ignore[assignment]
    return create_app().wsgi_app


def counted(who: str, step: str) -> float:
    """Return the instructions of one such request."""
    with database("sqlite") as url, tempfile.TemporaryDirectory() as folder:
        code = "stock"
        if who == "stock":
            from benchmarks.flows import create_stock

            create_stock(url)
        else:
            (code,) = open_posters(url, 1)
        return total(who, code, step, url, Path(folder)) / TIMES


def total(who: str, code: str, step: str, url: str, folder: Path) -> int:
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no"]
    command += [f"--callgrind-out-file={folder}/out", sys.executable, "-m"]
    command += ["benchmarks.instructions", "--child", who, code, step]
    environment = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": SECRET, "PYTHONHASHSEED": "0"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    found = re.search(r"^(?:summary|totals): (\d+)", (folder / "out").read_text(), re.M)
    assert found
    return int(found[1])


def repeat(app: Application, path: str, step: str) -> None:
    """Do one step so many times, each as somebody else; the others only as often as needed."""
    cookie, page = opened(app, path)
    fill = FormReader(page).fill
    chance, hidden = random.Random(1), hidden_fields(page.encode())
    thanks = posted(app, path, cookie, fill(chance), hidden)
    for _ in range(5):  # pages are made, and compressed as well as they will be
        opened(app, path)
        get(app, thanks, cookie)
    count("on")
    for _ in range(TIMES):
        if step == "open":
            get(app, path, "")
        elif step == "send":
            posted(app, path, cookie, fill(chance), hidden)
        else:
            get(app, thanks, cookie)
    count("off")


def count(whether: str) -> None:
    command = ["callgrind_control", "--instr=" + whether, str(os.getpid())]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def opened(app: Application, path: str) -> tuple[str, str]:
    """Return (cookie, page), uncompressed."""
    status, headers, body = ask(app, EnvironBuilder(path).get_environ())
    assert status.startswith("200"), status
    return headers.get("Set-Cookie", "").partition(";")[0], body.decode()


def get(app: Application, path: str, cookie: str) -> None:
    words = HEADERS | ({"Cookie": cookie} if cookie else {})
    status, _, _ = ask(app, EnvironBuilder(path, headers=words).get_environ())
    assert status.startswith("200"), status


def posted(app: Application, path: str, cookie: str, answers: bytes, hidden: dict[str, str]) -> str:
    """Return the address of the thank-you."""
    if "submission" in hidden:
        hidden["submission"] = str(uuid4())
    body = answers + "".join(f"&{name}={value}" for name, value in hidden.items()).encode()
    words = HEADERS | ({"Cookie": cookie} if cookie else {})
    request = EnvironBuilder(path, method="POST", data=body, content_type=FORM, headers=words)
    status, headers, _ = ask(app, request.get_environ())
    assert status.startswith("303"), status
    return headers["Location"]


def ask(app: Application, environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    told: list[Any] = []
    body = app(environ, lambda status, headers, error=None: told.extend((status, dict(headers))))
    try:
        return told[0], told[1], b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()


if __name__ == "__main__":
    main()
