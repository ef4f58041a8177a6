"""A file -> a plan: which table of it, who wrote it, what its columns are, and whose its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from survey.imports.classify import Classifier
from survey.imports.containers import read_file, sha256_of
from survey.imports.counts import looks_like_counts, read_counts
from survey.imports.dates import MONTH_FIRST, Calendar, order_of
from survey.imports.event_of_file import Evening
from survey.imports.mapping_file import MappingFile
from survey.imports.people import read_people
from survey.imports.plan import ROLE, Ask, Column, Plan
from survey.imports.problems import ImportProblem
from survey.imports.profile import Column as Profile
from survey.imports.profile import profiled
from survey.imports.sheets import Sheet
from survey.imports.tools import STAMP, Layout, layout_of
from survey.imports.wrong_letters import refuse_mojibake

HEAD = 70  # records by which a table is known
Step = Callable[[int], None]


def nothing(rows: int) -> None:
    """Ignore progress."""


def read_plan(
    path: Path, evening: Evening, mapping: MappingFile | None = None, step: Step = nothing
) -> Plan:
    """Return what would be done with a file for an event. step: called with the rows read.

    Raises ImportProblem for a file, or a mapping, that cannot be used at all.
    """
    mapping = mapping or MappingFile()
    sheet, notes = chosen(read_file(path, delimiter=mapping.delimiter), mapping)
    head = sheet.head(HEAD)
    if not head:
        raise ImportProblem("empty_file", f"{path.name} has no row that is filled in.")
    layout = layout_of(head)
    is_counts = layout.tool == "unknown" and (
        bool(mapping.options) or looks_like_counts(evening.content, head)
    )
    plan = Plan(
        path.name, sha256_of(path), sheet.container, sheet.name, sheet.encoding, sheet.delimiter,
        layout, notes=[*notes, *sheet.notes],
    )  # fmt: skip
    if is_counts:
        return read_counts(plan, sheet, evening, mapping)
    profiles = profiled(sheet, layout, step)
    refuse_mojibake(sheet, layout)
    plan.columns, plan.asks = Classifier(evening, mapping, layout.tool).all(profiles)
    calendar, asks = calendar_of(plan.columns, profiles, layout, sheet, evening, mapping)
    plan.asks += asks
    read_people(plan, sheet, evening, mapping, calendar, step)
    return plan


def chosen(sheets: Sequence[Sheet], mapping: MappingFile) -> tuple[Sheet, list[str]]:
    """Return the table to import, and sentences about the others. Raises ImportProblem where it is
    not clear which."""
    filled = [(sheet, head) for sheet in sheets if (head := sheet.head(3))]
    if not filled:
        raise ImportProblem("empty_file", "No sheet of the file has a row that is filled in.")
    names = [sheet.name for sheet, _ in filled]
    if mapping.sheet:
        if mapping.sheet not in names:
            raise ImportProblem(
                "mapping", f"There is no sheet {mapping.sheet}: {', '.join(names)}."
            )
        candidates = [sheet for sheet, _ in filled if sheet.name == mapping.sheet]
    else:
        candidates = [sheet for sheet, _ in filled]
        if len(candidates) > 1:
            repeated = [s for s, head in filled if "_parent_index" in head[0][1]]
            candidates = [sheet for sheet in candidates if sheet not in repeated]
            known = [s for s in candidates if layout_of(s.head(3)).tool != "unknown"]
            candidates = known if len(known) == 1 else candidates
    if len(candidates) != 1:
        raise ImportProblem(
            "which_sheet",
            f"Several sheets have rows: {', '.join(names)}. Write in the mapping file which: "
            f'sheet = "{names[0]}"',
        )
    others = [name for name in names if name != candidates[0].name]
    return candidates[0], [f'The sheet "{name}" is not imported.' for name in others]


def calendar_of(
    columns: Sequence[Column],
    profiles: Sequence[Profile],
    layout: Layout,
    sheet: Sheet,
    evening: Evening,
    mapping: MappingFile,
) -> tuple[tuple[int, Calendar], list[Ask]]:
    """Return (the column of stamps, how to read them); -1 where there is none."""
    at = (
        layout.having(STAMP)[-1:]
        or [
            profile.heading.index
            for column, profile in zip(columns, profiles, strict=True)
            if column.use != ROLE and holds_dates(profile)
        ][:1]
    )
    index = at[0] if at else -1
    samples = profiles[index].sample if at else []
    order = mapping.date_order or order_of(samples, evening.day)
    calendar = Calendar(order or MONTH_FIRST, evening.zone, layout.zone, sheet.is_1904)
    if order:
        return (index, calendar), []
    heading = profiles[index].heading
    ask = Ask(
        f'column {heading.letter} ("{heading.shown}")',
        "Are its dates month first or day first? Every part is 12 or less, and neither order is "
        "near the event.",
        ('date_order = "month first"',),
        "dates",
        heading,
    )
    return (index, calendar), [ask]


def holds_dates(profile: Profile) -> bool:
    """Whether a column of no known tool holds the time of answering."""
    tried = Calendar(MONTH_FIRST, "UTC"), Calendar("day first", "UTC")
    words = ("date", "time", "when", "fecha", "hora", "cuándo", "submitted", "timestamp")
    named = any(word in profile.heading.name.casefold() for word in words)
    dates = [any(one.day(text) for one in tried) for text in profile.sample[:50]]
    return named and len(dates) > 0 and 10 * sum(dates) >= 9 * len(dates)
