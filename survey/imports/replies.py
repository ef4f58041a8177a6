"""What a person answers to an import's questions on a page: lines of its mapping file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from survey.imports.folding import fold
from survey.imports.mapping_file import mapping_of, quoted, table_line
from survey.imports.plan import Ask

LEAVE_OUT = "-"  # in place of a question
WHY = "left out on the desk by the person who imported it"
UNKNOWN = "?"  # a code that is still asked for


def name_of(ask: Ask) -> str:
    """Return the table of the mapping file that an answer belongs to: "columns.C", or ""."""
    return ask.heading.line.strip("[]") if ask.heading and ask.kind != "dates" else ""


def suggested(ask: Ask) -> dict[str, Any]:
    """Return the lines that an ask suggests, as a table."""
    table = tomllib.loads("\n".join(ask.write))
    at = name_of(ask)
    if at and at.split(".")[0] in table:
        kind, key = at.split(".")
        reply: dict[str, Any] = table[kind][key]
        return reply
    return table


def known_labels(mapping: str) -> dict[str, Any]:
    """Return {folded word: code} of what was said of other columns already."""
    table = tomllib.loads(mapping)
    lines = [line for kind in ("columns", "rows") for line in table.get(kind, {}).values()]
    said = [table.get("labels", {}), *(line.get("labels", {}) for line in lines)]
    return {fold(word): code for labels in said for word, code in labels.items()}


def replied(mapping: str, form: MultiDict[str, str]) -> str:
    """Return the mapping file with a form's answers in it; what was left open is asked again.

    Raises ImportProblem where the result is no mapping file.
    """
    table = tomllib.loads(mapping)
    for at in dict.fromkeys(form.getlist("ask")):
        kind, _, key = at.partition(".")
        if line := line_of(form, at, dict(table.get(kind, {}).get(key, {}))):
            table.setdefault(kind, {})[key] = line
    if form.get("date_order"):
        table["date_order"] = form["date_order"]
    if form.get("n"):
        table.setdefault("counts", {})["n"] = form["n"]
    text = as_toml(table)
    mapping_of(text)
    return text


def line_of(form: MultiDict[str, str], at: str, line: dict[str, Any]) -> dict[str, Any]:
    """Return one column's line with its answers; {} where nothing was answered."""
    if heading := form.get(f"{at}.heading"):
        line["heading"] = heading
    question = form.get(f"{at}.question", line.get("question", ""))
    if question == LEAVE_OUT:
        return {name: line[name] for name in ("heading",) if name in line} | {"leave_out": WHY}
    if not question:
        return {}
    line["question"] = question
    if agency := form.get(f"{at}.agency"):
        line["agency"] = agency
    labels = dict(line.get("labels", {})) | dict(labels_in(form, at))
    if labels:
        line["labels"] = labels
    if f"{at}.question" in form:
        line["same_words"] = form.get(f"{at}.same") == "yes"
    for side in ("favourable", "unfavourable"):
        if codes := [int(code) for code in form.getlist(f"{at}.{side}") if code.isdecimal()]:
            line[side] = codes
    return line


def labels_in(form: MultiDict[str, str], at: str) -> Iterator[tuple[str, int | str]]:
    """Yield (word, code) of the words that were given one."""
    number = 0
    while (word := form.get(f"{at}.word.{number}")) is not None:
        if code := form.get(f"{at}.code.{number}", ""):
            yield word, int(code) if code.lstrip("-").isdecimal() else code
        number += 1


def as_toml(table: Mapping[str, Any]) -> str:
    """Return a mapping file's text: plain keys first, then a table for each column or row."""
    lines = [f"{key} = {value_of(value)}" for key, value in table.items() if key not in TABLES]
    if labels := table.get("labels"):
        lines.append(table_line("labels", labels))
    if counts := table.get("counts"):
        lines += ["", "[counts]", *(f"{key} = {value_of(value)}" for key, value in counts.items())]
    for kind in ("columns", "rows"):
        for key, line in sorted(table.get(kind, {}).items()):
            lines += ["", f"[{kind}.{key}]"]
            for name, value in line.items():
                is_table = isinstance(value, Mapping)
                lines.append(table_line(name, value) if is_table else f"{name} = {value_of(value)}")
    return "\n".join(lines).strip() + "\n"


TABLES = ("labels", "counts", "columns", "rows")


def value_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(value_of, value))}]"
    return str(value) if isinstance(value, int) else quoted(str(value))
