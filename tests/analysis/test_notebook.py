"""`from analysis import ...` gives what a notebook needs, and a web worker pays for little."""

import subprocess
import sys
from pathlib import Path

import pytest

import analysis


def test_every_name_is_there():
    for name in analysis.__all__:
        thing = getattr(analysis, name)
        assert getattr(thing, "__name__", name) == name
    assert set(analysis._LATER) <= set(analysis.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = analysis.nothing


def test_what_a_web_worker_imports_leaves_the_distributions_out():
    code = "import analysis, sys; sys.exit('scipy.stats' in sys.modules)"
    root = Path(analysis.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
