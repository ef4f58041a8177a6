"""Reads a file for a page, so that nobody else waits for it: a small one beside the other requests,
a large one in a process of its own, which ends after a time and takes its memory with it.

    python -m survey.imports.apart FILE < pickled evening and mapping
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

from survey.config import ROOT
from survey.imports.event_of_file import Evening
from survey.imports.mapping_file import mapping_of
from survey.imports.plan import Plan
from survey.imports.problems import ImportProblem
from survey.imports.reading import read_plan
from survey.threads import outside

SMALL = 1_000_000  # bytes: the files of most towns, read within a second
PATIENCE = 120.0  # seconds for one file

Answer = Plan | dict[str, Any]  # a plan, or what an ImportProblem is made of


class NotRead(Exception):
    """The process that reads ended without an answer; its last line says why."""


def plan_apart(path: Path, evening: Evening, mapping: str) -> Plan:
    """Return what would be done with a file for an event. Raises ImportProblem and NotRead."""
    if path.stat().st_size <= SMALL:
        answer = outside(lambda: read(path, evening, mapping))
    else:
        answer = read_in_process(path, evening, mapping)
    if isinstance(answer, dict):
        raise ImportProblem(**answer)
    return answer


def read(path: Path, evening: Evening, mapping: str) -> Answer:
    """Return the answer; no error leaves, for where this runs its traceback would be printed."""
    try:
        return read_plan(path, evening, mapping_of(mapping))
    except ImportProblem as problem:
        return problem.parts


def read_in_process(path: Path, evening: Evening, mapping: str) -> Answer:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "survey.imports.apart", str(path)],
            cwd=ROOT,
            input=pickle.dumps((evening, mapping)),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ImportProblem(
            "too_slow", f"It took over {PATIENCE:.0f} seconds to read. Export one event at a time."
        ) from late
    if done.returncode != 0:
        raise NotRead(done.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    answer: Answer = pickle.loads(done.stdout)  # of our own process
    return answer


def main(path: str) -> None:
    evening, mapping = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(pickle.dumps(read(Path(path), evening, mapping)))


if __name__ == "__main__":
    main(*sys.argv[1:])
