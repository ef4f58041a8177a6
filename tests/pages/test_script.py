"""The survey page's script: the built file is that of its sources, and an old phone can read it."""

from __future__ import annotations

import re

import pytest

from static import build
from survey.web.assets import FOLDER

# A comment, a string or a regular expression: what stands in it is no syntax.
QUIET = re.compile(
    r"""//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|(?<=[(,=!&|:?+{};\s])/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])*/[gimuy]*""",
    re.DOTALL,
)
NEWER = {
    "arrow": "=>",
    "template": "`",
    "spread": r"\.\.\.",
    "optional": r"\?\.(?!\d)|\?\?",
    "power": r"\*\*",
    "word": r"\b(let|const|class|async|await|import|export|yield|super)\b",
    "for of": r"\bfor\s*\([^;)]*\bof\b",
    "shorthand": r"[(=:,]\s*\{\s*\w+\s*[,}]",
    "default": r"function\s*\w*\([^)]*=",
    "destructuring": r"\bvar\s*[\[{]",
}


def newer(script):
    """Return the kinds of syntax in a script that a browser of 2015 stops at."""
    bare = QUIET.sub("''", script)
    found = {kind: re.search(sign, bare) for kind, sign in NEWER.items()}
    return {kind: hit[0] for kind, hit in found.items() if hit}


@pytest.mark.parametrize(
    ("built", "sources"), [(build.BUILT, build.sources), (build.EXTRA, build.extra_sources)]
)
def test_a_built_script_is_that_of_its_sources(built, sources):
    assert built.read_text("utf-8").partition("\n")[0] == build.mark(sources()), (
        "static/attend/*.js changed: type python3 dev.py script"
    )


@pytest.mark.parametrize(
    "name",
    [
        build.BUILT.name,
        build.EXTRA.name,
        *(f"attend/{name}" for name in (build.QUEUE, *build.PARTS, *build.EXTRA_PARTS)),
        "attend/worker.js",
    ],
)
def test_a_phone_of_2015_can_read_it(name):
    assert newer((FOLDER / name).read_text("utf-8")) == {}


@pytest.mark.parametrize(
    "new",
    ["a => 1", "`a`", "f(...a)", "a?.b", "a ** b", "let a", "for (var a of b) c", "x = {a, b}"],
)
def test_the_check_finds_what_is_newer(new):
    assert newer(new)
    assert newer(f"x = '{new}'") == {}
