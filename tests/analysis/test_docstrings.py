"""What a notebook can import says what goes in, what comes out, what is refused, and its source."""

import inspect
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

import analysis

TITLE = re.compile(r"^(\w+)\n(-+)$", re.MULTILINE)
SOURCES = re.compile(r"METHODS \d|R: |\b(18|19|20)\d\d\b|multinomial|decision \d")
ORDER = ["Parameters", "Returns", "Raises", "Source"]  # of the sections, as numpydoc has them

FUNCTIONS = [
    pytest.param(thing, id=name)
    for name in analysis.__all__
    if inspect.isfunction(thing := getattr(analysis, name))
]


def sections(text: str) -> dict[str, str]:
    """Return the text of each numpydoc section by its title."""
    parts = TITLE.split(text)
    assert all(
        len(line) == len(title) for title, line in zip(parts[1::3], parts[2::3], strict=True)
    )
    return dict(zip(parts[1::3], parts[3::3], strict=True))


def described(section: str) -> list[str]:
    """Return the names that stand at a section's margin; what is said of each is indented."""
    lines = [line for line in section.splitlines() if line.strip()]
    for name, text in pairwise(lines):
        assert name.startswith(" ") or text.startswith("    "), name
    return [name.strip() for line in lines if line[0] != " " for name in line.split(",")]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_public_function_documents_every_side_of_itself(function: Callable[..., Any]):
    text = inspect.getdoc(function) or ""
    assert re.match(r".+\.(\n\n|$)", text), "the first line is one sentence"
    parts = sections(text)
    signature = inspect.signature(function)
    needed = [name for name in ORDER if name != "Returns" or signature.return_annotation != "None"]
    assert list(parts) == needed
    assert described(parts["Parameters"]) == list(signature.parameters)
    assert all(parts[name].strip() for name in needed)
    if parts["Raises"].strip().split(":")[0].rstrip(".") != "Nothing":
        assert all(
            issubclass(error_named(function, name), Exception)
            for name in described(parts["Raises"])
        )
    assert re.search(
        r"METHODS \d|R: |\b(1[89]|20)\d\d\b|[Mm]ultinomial|decision \d", parts["Source"]
    )


def error_named(function: Callable[..., Any], name: str) -> type[BaseException]:
    """Return the error of that name where the function is defined, of the package or built in."""
    where = vars(inspect.getmodule(function))
    known = where.get(name) or getattr(analysis, name, None) or __builtins__[name]  # type: ignore[index]
    assert isinstance(known, type)
    return known
