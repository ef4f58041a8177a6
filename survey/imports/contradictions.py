"""What a file and its mapping cannot both mean: lines that match nothing, one question twice."""

from __future__ import annotations

from collections.abc import Sequence

from survey.imports.folding import fold
from survey.imports.mapping_file import MappingFile
from survey.imports.plan import USED, Column
from survey.imports.problems import ImportProblem
from survey.imports.profile import Column as Profile


def refuse_strange_lines(mapping: MappingFile, profiles: Sequence[Profile]) -> None:
    """Raise ImportProblem where the mapping names a column that is not there, or another one."""
    headings = {one.heading.letter: one.heading for one in profiles}
    for letter, line in mapping.columns.items():
        if letter not in headings:
            raise ImportProblem("mapping", f"The file has no column {letter}.")
        heading = headings[letter]
        if line.heading and fold(line.heading) not in (fold(heading.shown), fold(heading.name)):
            raise ImportProblem(
                "heading_moved",
                "the mapping file has another heading for this column: its line is void. "
                "Write the line anew for this file.",
                row=1,
                column=heading.index,
                heading=heading.shown,
            )


def refuse_twice(columns: Sequence[Column]) -> None:
    """Raise ImportProblem where two columns are the same question: neither is dropped silently."""
    seen: dict[tuple[str, str], Column] = {}
    for column in columns:
        if column.use != USED:
            continue
        key = (column.item, column.part)
        if key in seen:
            first = seen[key].heading
            raise ImportProblem(
                "same_question_twice",
                f"{column.item} is in column {first.letter} as well. Write in the mapping file "
                "which of them counts, and leave_out = (why) for the other.",
                column=column.heading.index,
                heading=column.heading.shown,
            )
        seen[key] = column
