"""Tells the public page when the tests of access last ran clean, and with which axe.

    python -m tests.browser.tell

It runs them and, if all pass, writes the day into survey/content/tested.toml.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

from survey.questionnaire.content_files import FOLDER
from tests.browser.access import AXE_FILE

TESTS = [
    "tests/browser/test_access.py",
    "tests/browser/test_assistive.py",
    "tests/pages/test_phone_of_2015.py",
    "tests/questionnaire/test_reading_grade.py",
]
TOLD = """# Written by `python -m tests.browser.tell` after a clean run; shown on /accessibility.
day = {day}
axe = "{axe}"
"""


def main() -> int:
    if failed := subprocess.call([sys.executable, "-m", "pytest", *TESTS]):
        return failed
    told = TOLD.format(day=datetime.now(UTC).date(), axe=axe_version())
    (FOLDER / "tested.toml").write_text(told, "utf-8")
    return 0


def axe_version() -> str:
    return AXE_FILE.name.removeprefix("axe-").removesuffix(".min.js")


if __name__ == "__main__":
    sys.exit(main())
