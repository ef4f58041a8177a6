"""From a clean clone to the first answered page, with the one command of the README.

    python -m benchmarks.clean_start               git clone, then `python3 dev.py run`, twice
    python -m benchmarks.clean_start --working     a copy of the working tree instead of a clone
    python -m benchmarks.clean_start --cold        with an empty cache of packages: all downloaded

The first start makes the environment from the hashed lock, migrates, loads the demonstration and
serves; the second finds all of it there. A cache of packages from earlier installations is used
unless --cold is given, as it would be on a developer's machine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from benchmarks.running import ROOT, free_port
from benchmarks.stage import table

LEFT_OUT = (".venv", "instance", ".git", "*cache*", ".hypothesis")
PATIENCE = 600  # seconds


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--working", action="store_true", help="copy the working tree")
    options.add_argument("--cold", action="store_true", help="download every package")
    options.add_argument("--python", default=sys.executable, help="what runs dev.py")
    asked = options.parse_args()
    python = outside_venv(asked.python)
    with tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch, "porchlight")
        began = time.monotonic()
        copy(clone, working=asked.working)
        copied = time.monotonic() - began
        more = {"UV_CACHE_DIR": f"{scratch}/uv", "PIP_CACHE_DIR": f"{scratch}/pip"}
        rows = [
            start(which, python, clone, more if asked.cold else {}) for which in ("first", "second")
        ]
        print(f"\n{'copy' if asked.working else 'clone'}: {copied:.1f} s")
        print(table(["start", "environment ready", "answers", "reply of /results"], rows))


def outside_venv(python: str) -> str:
    """Return the Python that a venv was made from: a newcomer has no other."""
    told = subprocess.check_output([python, "-c", "import sys; print(sys._base_executable)"])
    return told.decode().strip()


def copy(clone: Path, *, working: bool) -> None:
    if working:
        shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(*LEFT_OUT))
    else:
        subprocess.check_call(["git", "clone", "--quiet", str(ROOT), str(clone)])


def start(which: str, python: str, clone: Path, more: dict[str, str]) -> list[str]:
    """Run the command until a page was answered; stop it with ctrl-C. Return the table's row."""
    dropped = ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "DATABASE_URL", "SECRET_KEY")
    environment = {k: v for k, v in os.environ.items() if k not in dropped}
    port = free_port()
    environment |= {"HOST": "127.0.0.1", "PORT": str(port), **more}
    began = time.monotonic()
    process = subprocess.Popen(
        [python, "dev.py", "run"], cwd=clone, env=environment, start_new_session=True
    )
    try:
        ready = wait(process, began, lambda: (clone / ".venv/made-from").exists())
        answered = wait(process, began, lambda: answers(port, "/"))
        at = time.monotonic()
        answers(port, "/results")
        results = time.monotonic() - at
    finally:
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    print(f"ctrl-C: the {which} start ended with {code}")
    return [which, f"{ready:.1f} s", f"{answered:.1f} s", f"{results * 1e3:.0f} ms"]


def wait(process: subprocess.Popen[bytes], began: float, done: Callable[[], bool]) -> float:
    while time.monotonic() < began + PATIENCE and process.poll() is None:
        if done():
            return time.monotonic() - began
        time.sleep(0.02)
    raise TimeoutError("`python3 dev.py run` did not come up; what it said stands above.")


def answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    main()
