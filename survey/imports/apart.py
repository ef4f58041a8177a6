"""Reads a file in a process of its own, for a page: a huge or hostile one costs other visitors
nothing, ends after a time, and takes its memory with it.

    DATABASE_URL=... python -m survey.imports.apart CONTENT_FOLDER EVENT_ID FILE < mapping.toml
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from survey.config import ROOT, Settings
from survey.imports.event_of_file import Evening
from survey.imports.mapping_file import mapping_of
from survey.imports.plan import Plan
from survey.imports.problems import ImportProblem
from survey.imports.reading import read_plan
from survey.questionnaire.content_files import read_content
from survey.storage.models import Event

PATIENCE = 120.0  # seconds for one file


class NotRead(Exception):
    """The process that reads ended without an answer; its last line says why."""


def plan_apart(settings: Settings, event: int, path: Path, mapping: str) -> Plan:
    """Return what would be done with a file for an event. Raises ImportProblem and NotRead."""
    words = (settings.content, event, path)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "survey.imports.apart", *map(str, words)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": settings.database_url},
            input=mapping.encode(),
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
    found: Plan | dict[str, Any] = pickle.loads(done.stdout)  # of our own process
    if isinstance(found, dict):
        raise ImportProblem(**found)
    return found


def answer(content: Path, event: int, path: Path, mapping: str) -> Plan | dict[str, Any]:
    """Return the plan, or what an ImportProblem is made of."""
    engine = create_engine(os.environ["DATABASE_URL"], hide_parameters=True)
    try:
        with Session(engine) as session:
            evening = Evening.of(session.get_one(Event, event), read_content(content))
        return read_plan(path, evening, mapping_of(mapping))
    except ImportProblem as problem:
        return problem.parts
    finally:
        engine.dispose()


def main(content: str, event: str, path: str) -> None:
    mapping = sys.stdin.buffer.read().decode()
    found = answer(Path(content), int(event), Path(path), mapping)
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
