"""A plan in sentences, with headings and words of closed questions, and nothing of a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from survey.imports.delimited import SEPARATORS
from survey.imports.event_of_file import Evening
from survey.imports.mapping_file import MappingFile
from survey.imports.people import NEVER_REACHED
from survey.imports.plan import DROPPED, KEPT_OUT, ROLE, Column, Plan
from survey.imports.problems import shortened
from survey.imports.tools import NAMES
from survey.imports.versions import versions_of

CONTAINERS = {"csv": "text", "zip": "a zip with a text", "xlsx": "Excel", "ods": "OpenDocument"}
MISSING_TOLD = {
    -1: "blank", -2: "prefer not to say", -3: "don't know", -4: "not shown",
    NEVER_REACHED: "never reached",
}  # fmt: skip
MOST_OF_A_KIND = 40  # columns in one list


def plan_lines(plan: Plan, evening: Evening) -> Iterator[str]:
    """Yield the lines of a plan: what was detected, used, left out and asked."""
    yield f"{plan.file} for {evening.slug}"
    yield f"  {what_it_is(plan)}"
    yield from (f"  {note}" for note in plan.notes)
    yield ""
    yield from used(plan, evening)
    yield from kept_out(plan)
    yield from rows(plan)
    for number, ask in enumerate(plan.asks, start=1):
        if number == 1:
            noun = "question has" if len(plan.asks) == 1 else "questions have"
            yield ""
            yield f"{len(plan.asks)} {noun} to be answered in the mapping file first:"
        yield ""
        yield f"  {number}. {ask.place[:1].upper()}{ask.place[1:]}: {ask.sentence}"
        yield from (f"       {line}" for line in ask.write)


def what_it_is(plan: Plan) -> str:
    """Return the sentence that says how the file was read, and why it is taken as that."""
    parts = [CONTAINERS[plan.container]]
    if plan.container in ("xlsx", "ods"):
        parts.append(f'sheet "{plan.sheet}"')
    if plan.encoding:
        parts.append(plan.encoding.upper().replace("-SIG", " with its mark"))
        parts.append(f"separated by {SEPARATORS[plan.delimiter]}")
    noun = "heading row" if plan.layout.header_rows == 1 else "heading rows"
    parts.append(f"{plan.layout.header_rows} {noun}")
    return f"Read as {NAMES[plan.tool]} ({plan.layout.why}): {', '.join(parts)}."


def used(plan: Plan, evening: Evening) -> Iterator[str]:
    if not plan.used:
        return
    yield "Imported:"
    versions = versions_of(plan, evening)
    for column in plan.used:
        yield f"  {where(column)} -> {column.item}{part(column)} (confidence {column.confidence})"
        yield f"       {words(column)}"
        if column.asked:
            version = versions[column.question]["version"]
            yield f"       asked in other words: version {version}, never joined to ours"
    if plan.used:
        yield "  Answers by code:"
    for item, counts in plan.counts.items():
        yield f"    {item}: {tally(counts)}"


def where(column: Column) -> str:
    heading = column.heading
    place = f"row {heading.row}" if heading.row else heading.letter
    grid = f" [{heading.part}]" if heading.part and heading.part not in heading.shown else ""
    return f'{place} "{shortened(heading.shown)}"{grid}'


def part(column: Column) -> str:
    return f": {column.part}" if column.part else ""


def words(column: Column) -> str:
    """Return which words are which code."""
    said = [f'"{text}" = {shown(code)}' for text, code in column.codes.items() if text]
    return ", ".join(said[:30]) + (", ..." if len(said) > 30 else "") or "no answer in it"


def shown(code: Any) -> str:
    if isinstance(code, list):
        return " + ".join(code)
    if isinstance(code, bool):
        return "ticked" if code else "not ticked"
    return MISSING_TOLD.get(code, str(code)) if isinstance(code, int) else str(code)


def tally(counts: Mapping[Any, int]) -> str:
    in_order = sorted(counts, key=lambda code: (isinstance(code, str), str(code).rjust(4)))
    said = (f"{shown(code)}: {counts[code]:,}" for code in in_order if counts[code])
    return ", ".join(said) or "none"


def kept_out(plan: Plan) -> Iterator[str]:
    titles = (
        (DROPPED, "Dropped before anything is stored:"),
        (ROLE, "Read, not kept (of a stamp, the day):"),
        (KEPT_OUT, "Not imported:"),
    )
    for use, title in titles:
        columns = [column for column in plan.columns if column.use == use]
        if columns:
            yield title
            yield from (f"  {where(column)}: {column.why}" for column in columns[:MOST_OF_A_KIND])
        if len(columns) > MOST_OF_A_KIND:
            yield f"  and {len(columns) - MOST_OF_A_KIND} more"


def rows(plan: Plan) -> Iterator[str]:
    if plan.is_counts:
        yield "Counts only: no responses are made of them. They have no groups and no index."
    else:
        partial = plan.responses - plan.complete
        tail = f", {partial:,} of them unfinished" if partial else ""
        yield f"Responses: {plan.responses:,}{tail}."
    left = [
        f"{one.count:,} {one.reason} ({row_list(one.rows, one.count)})" for one in plan.left_out
    ]
    yield f"Rows left out: {'; '.join(left) if left else 'none'}."


def row_list(numbers: tuple[int, ...], count: int) -> str:
    listed = ", ".join(map(str, numbers[:8]))
    noun = "row" if count == 1 else "rows"
    return f"{noun} {listed}{', ...' if count > 8 else ''}"


def draft(plan: Plan, mapping: MappingFile) -> str:
    """Return a mapping file with a place for every answer that is still asked for."""
    lines = [mapping.text.rstrip()] if mapping.text.strip() else [f"# Mapping of {plan.file}"]
    tables = [ask for ask in plan.asks if ask.write and ask.write[0].startswith("[")]
    later = [ask for ask in plan.asks if ask.kind == "steps"]  # keys of a table that is there
    plain = [line for ask in plan.asks if ask not in (*tables, *later) for line in ask.write]
    for ask in later:
        at = ask.heading.line if ask.heading else ask.place
        plain += [f"# Under {at} write:", *(f"# {line}" for line in ask.write)]
    for ask in tables:
        lines += ["", f"# {ask.place}", *ask.write]
    return "\n".join([*plain, *lines]) + "\n"
