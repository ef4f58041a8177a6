"""Answers that name several options: in one cell, or one column each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from survey.imports.folding import fold, stem
from survey.imports.matching import Code
from survey.imports.profile import Column as Profile
from survey.questionnaire.instrument import SKIPPED

YES = frozenset({"1", "y", "yes", "sí", "si", "checked", "true", "marcado"})
NO = frozenset({"0", "n", "no", "unchecked", "false", "sin marcar", "n/a", ""})
SEPARATORS = {"kobo": (" ", ";"), "qualtrics": (",",), "qualtrics_legacy": (",",)}
TICKED = True


@dataclass(frozen=True)
class Several:
    """The options that are known, and the one that stands for what is not."""

    known: Mapping[str, Code]  # folded words -> option
    other: str = ""

    def code(self, text: str) -> str:
        """Return the option that a text names; "" for none."""
        code = self.known.get(fold(text)) or self.known.get(stem(text))
        return str(code) if code and not str(code).startswith("-") else ""


@dataclass
class Cells:
    codes: dict[str, Any] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    separator: str = ""


def cell_of_several(tool: str, profile: Profile, options: Several, part: str) -> Cells:
    """Return {cell: options in it}, in the column of one option: whether it is ticked."""
    cells = Cells()
    cells.codes[""] = not TICKED if part else SKIPPED
    if part:
        for value in profile.values:
            word = fold(value)
            named = options.code(value) == part or word == fold(profile.heading.part)
            if word in YES or named:
                cells.codes[value] = TICKED
            elif word in NO:
                cells.codes[value] = not TICKED
            else:
                cells.unknown.append(value)
        return cells
    cells.separator = separator_of(tool, profile)
    for value in profile.values:
        names, rest = split(value, cells.separator, options)
        if rest and not (options.other and names):
            cells.unknown += rest
        elif rest and options.other not in names:
            names.append(options.other)
        cells.codes[value] = names or SKIPPED
    return cells


def separator_of(tool: str, profile: Profile) -> str:
    tried = SEPARATORS.get(tool, (";", ", ", ","))
    return next((s for s in tried if any(s in value for value in profile.values)), tried[0])


def split(value: str, separator: str, options: Several) -> tuple[list[str], list[str]]:
    """Return (options, what is none of them). The longest known option is taken first: a comma may
    belong to one. What is left between two options is one answer, never several."""
    names: dict[str, None] = {}
    rest = f"{separator}{value.strip()}{separator}"
    fold_rest = fold_spaced(rest)
    for word in sorted(options.known, key=len, reverse=True):
        marked = fold_spaced(f"{separator}{word}{separator}")
        if marked in fold_rest:
            fold_rest = fold_rest.replace(marked, fold_spaced(separator), 1)
            option = str(options.known[word])
            if not option.startswith("-"):
                names[option] = None
    left = fold_rest.strip(f"{separator} ")
    return list(names), [left] if left else []


def fold_spaced(text: str) -> str:
    """Fold words but keep the spaces at both ends, which may be the separator."""
    core = fold(text)
    return f"{' ' * text.startswith(' ')}{core}{' ' * text.endswith(' ')}"
