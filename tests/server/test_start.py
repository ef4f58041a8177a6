"""A server that was killed is back as soon as may be: its start does nothing that can wait."""

from __future__ import annotations

import os
import subprocess
import sys

from survey.config import ROOT
from tests.conftest import SECRET

# In a process of its own, as gunicorn's master does it.
STARTS = """
import gc, runpy, sys
conf = runpy.run_path("gunicorn.conf.py")
import wsgi
assert not gc.isenabled(), "garbage is looked for while modules are loaded"
conf["on_starting"](None)
assert gc.get_freeze_count(), "workers copy what the master has loaded"
assert gc.isenabled(), "workers never look for garbage"
runpy.run_path("gunicorn.conf.py")
assert gc.isenabled(), "after a reload workers never look for garbage"
needless = {"pandas", "plotly", "survey.commands.work"} & {*sys.modules}
assert not needless, needless
print(len(wsgi.app.cli.list_commands(None)), "commands")
"""


def test_a_start_loads_and_does_no_more_than_serving_needs(sqlite_url: str):
    environment = {**os.environ, "DATABASE_URL": sqlite_url, "SECRET_KEY": SECRET}
    done = subprocess.run(
        [sys.executable, "-c", STARTS], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 20
