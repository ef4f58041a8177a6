"""A file is read in one sitting and a function on one screen; what outgrows them needs a noun.

Lines that are not empty count; of a function its docstring does not, which says more the more
people call it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MOST_IN_FILE, MOST_IN_FUNCTION = 250, 40


def sources() -> Iterator[Path]:
    for room in ("survey", "analysis"):
        yield from sorted((ROOT / room).rglob("*.py"))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef, text: list[str]) -> int:
    start, end = function.lineno, function.end_lineno or function.lineno
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    said = range(first.lineno, (first.end_lineno or 0) + 1) if documented else range(0)
    return sum(bool(text[n - 1].strip()) for n in range(start, end + 1) if n not in said)


def test_no_file_and_no_function_outgrows_its_reader():
    long = []
    for path in sources():
        text = path.read_text("utf-8").splitlines()
        size = sum(bool(line.strip()) for line in text)
        if size > MOST_IN_FILE:
            long.append(f"{path.relative_to(ROOT)}: {size} lines")
        for node in ast.walk(ast.parse("\n".join(text))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if (size := lines_of(node, text)) > MOST_IN_FUNCTION:
                long.append(f"{path.relative_to(ROOT)}: {node.name} has {size} lines")
    assert long == []
