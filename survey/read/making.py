"""Makes one release's files in a process of its own: what writes them is large and takes seconds,
and no process that serves pages should load it or wait. It runs package.py or subject_tables.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from survey.config import ROOT, Settings
from survey.questionnaire.content_files import read_content
from survey.questionnaire.instrument import Content
from survey.storage.models import Release

Make = Callable[[Session, Content, Release, Path], None]


class NotMade(Exception):
    """The files could not be made; the sentence says why."""


PACKAGE, TABLES = "survey.read.package", "survey.read.subject_tables"


def make_apart(settings: Settings, release: int, folder: Path, module: str = PACKAGE) -> None:
    """Write files of a release into an empty folder, in another process. Raises NotMade."""
    words = (settings.content, release, folder)
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": settings.database_url},  # no password among the words
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotMade(done.stderr.strip().rpartition("\n")[2])


def run(make: Make, content: str, release: str, folder: str) -> None:
    """In that process: make one release's files, of the database that the environment names."""
    engine = create_engine(os.environ["DATABASE_URL"], hide_parameters=True)
    with Session(engine) as session:
        of = session.get_one(Release, int(release))
        make(session, read_content(Path(content)), of, Path(folder))
    engine.dispose()
