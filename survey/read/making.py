"""Makes one release's files in a process of its own: what writes them is large and takes seconds,
and no process that serves pages should load it or wait. It runs package.py or subject_tables.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from survey.config import ROOT, Settings


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
