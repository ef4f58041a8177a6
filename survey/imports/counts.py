"""Tables of counts or percentages, made by hand: options down the side, or along the top.

Counts never become responses: they are stored as counts. Percentages need the number of people,
and are used only where exactly one set of whole numbers gives them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from survey.imports import asking
from survey.imports.contradictions import refuse_twice
from survey.imports.event_of_file import Evening
from survey.imports.label_codes import coded, declared, lacks_steps
from survey.imports.mapping_file import Line, MappingFile
from survey.imports.matching import Code, agency_of, labels_of, question_of
from survey.imports.percentages import are_percentages, percent_of, whole_numbers
from survey.imports.plan import KEPT_OUT, USED, Ask, Asked, Column, LeftOut, Plan
from survey.imports.problems import ImportProblem
from survey.imports.profile import Column as Profile
from survey.imports.sheets import Numbered, Sheet
from survey.imports.tables import COLUMNS, Cell, Counted, read_columns, read_rows, shape_of
from survey.imports.tools import Heading
from survey.questionnaire.instrument import SKIPPED, Content, Question

MOST_LINES = 2000
COUNT = re.compile(r"\d{1,3}(?:[., \u00a0]\d{3})+|\d+(?:[.,]0+)?")
MOST_COUNTED = 1_000_000
RATED = "rated"  # n: those who rated; else all who answered


def looks_like_counts(content: Content, rows: Sequence[Numbered]) -> bool:
    return shape_of(content, rows) is not None


def read_counts(plan: Plan, sheet: Sheet, evening: Evening, mapping: MappingFile) -> Plan:
    """Fill a plan with a table's counts. Raises ImportProblem with the cell that is wrong."""
    rows = sheet.head(MOST_LINES)
    shape = shape_of(evening.content, rows, mapping.options)
    if shape is None:
        raise ImportProblem("no_table", "The table has no labels of a scale.")
    is_top = shape.options == COLUMNS
    tables, summaries = (read_columns if is_top else read_rows)(rows, shape)
    why = f"labels of a scale {'along its top' if is_top else 'down its side'}, numbers beside them"
    plan.layout = replace(plan.layout, tool="counts", why=why, header_rows=shape.at + 1)
    reader = CountsReader(plan, evening, mapping, is_top)
    for table in tables:
        reader.add(table)
    if summaries:
        plan.left_out = [LeftOut("summary or total", len(summaries), tuple(summaries))]
    refuse_twice(plan.columns)
    plan.items = tuple(plan.counts)
    totals = {sum(counts.values()) for counts in plan.counts.values()}
    plan.n_rows = totals.pop() if len(totals) == 1 and not reader.is_worked_back else None
    return plan


@dataclass
class CountsReader:
    """Adds the questions of one table to a plan."""

    plan: Plan
    evening: Evening
    mapping: MappingFile
    is_top: bool
    is_worked_back: bool = False

    def add(self, table: Counted) -> None:
        heading = self.heading(table)
        numbers = self.numbers(table, heading)
        profile = Profile(heading, Counter(dict.fromkeys(table.cells, 1)))
        line = self.line(heading)
        if line and line.leave_out:
            why = f"left out by the mapping file: {line.leave_out}"
            self.plan.columns.append(Column(heading, KEPT_OUT, why))
            return
        question, agency, confidence, other, asks = self.which(profile, line)
        if question is not None:
            column, more = self.labelled(profile, question, agency, line or Line(), other)
            column = replace(column, confidence=confidence)
            asks += more
            if not asks and numbers is not None:
                self.plan.columns.append(column)
                self.plan.counts[column.item] = added(column, numbers)
                return
        self.plan.asks += asks
        self.plan.columns.append(Column(heading, KEPT_OUT, "waits for an answer"))

    def heading(self, table: Counted) -> Heading:
        if self.is_top:
            return Heading(0, table.name, table.name, row=table.at.row)
        return Heading(table.at.column, table.name, table.above or table.name,
                       table.name if table.above else "")  # fmt: skip

    def line(self, heading: Heading) -> Line | None:
        if heading.row:
            return self.mapping.rows.get(heading.row)
        return self.mapping.columns.get(heading.letter)

    def which(
        self, profile: Profile, line: Line | None
    ) -> tuple[Question | None, str, int, Asked | None, list[Ask]]:
        """Return (question, agency, confidence, how it was asked, what has to be asked)."""
        heading, content = profile.heading, self.evening.content
        match = question_of(content, self.evening.community, heading.asked, heading.part)
        if line is not None:
            question = self.question(line.question)
            if question is None:
                raise ImportProblem(
                    "mapping", f"The mapping file: there is no question {line.question}."
                )
            agency = line.agency
            if question.per == "police":
                agency = agency or self.evening.agencies.local
            if question.per == "agency" and agency not in self.evening.agencies.all:
                raise ImportProblem(
                    "mapping",
                    f"The mapping file: {agency or 'no agency'} was not at this event; "
                    f"there were: {', '.join(self.evening.agencies.all)}.",
                )
            same = line.same_words or bool(match and match.is_sure)
            stems = (f"{heading.asked} []" if heading.part else heading.asked,)
            return question, agency, 100, None if same else Asked(stems, {}), []
        if match and match.is_sure and (question := self.question(match.ours.question)):
            agency = match.ours.agency
            if question.per == "police" and agency == "police":
                agency = self.evening.agencies.local
            if agency and agency not in self.evening.agencies.all:
                return None, "", 0, None, [asking.no_agency(self.evening, profile, agency)]
            words = question.words or question.id
            other = None if match.ours.words == words else Asked((match.ours.words,), {})
            return question, agency, match.confidence, other, []
        agency, confidence = agency_of(content, heading.part or heading.asked)
        agency = agency if agency in self.evening.agencies.all else ""
        question = self.question(match.ours.question) if match else None
        question = question or self.evening.instrument.questions["trust"]
        ask = asking.column(self.evening, profile, question, agency, match, confidence)
        return None, "", 0, None, [ask]

    def question(self, id: str) -> Question | None:
        question = self.evening.instrument.questions.get(id)
        question = question or self.evening.content.current.questions.get(id)
        return (
            question
            if question and question.kind in ("scale", "choice") and not question.gate
            else None
        )

    def labelled(
        self, profile: Profile, question: Question, agency: str, line: Line, other: Asked | None
    ) -> tuple[Column, list[Ask]]:
        labels = labels_of(self.evening.content, question, self.evening.agencies.all)
        labelled = coded("counts", question, profile, labels, self.mapping.labels, line)
        asked = other
        if labelled.is_other_scale or (other and not other.labels):
            stems = other.stems if other else (profile.heading.asked,)
            shown = declared(line, self.mapping.labels, labelled)
            asked = Asked(stems, shown, line.favourable, line.unfavourable, line.crosswalk)
        asks = []
        if labelled.unknown:
            asks.append(asking.labels(self.evening, profile, question, agency, labelled))
        elif labelled.needs_sides:
            asks.append(asking.sides(profile, labelled))
        elif asked and asked.labels and lacks_steps(question, line, asked.labels):
            asks.append(asking.steps(profile.heading, question, asked.labels))
        column = Column(profile.heading, USED, "", question.id, agency, codes=labelled.codes,
                        asked=asked)  # fmt: skip
        return column, asks

    def numbers(self, table: Counted, heading: Heading) -> dict[str, int] | None:
        """Return {label: count}; None where something has to be asked first."""
        shown = {label: percent_of(cell.text) for label, cell in table.cells.items()}
        n = count_of(table.n, heading) if table.n else None
        if are_percentages(list(shown.values()), n):
            return self.worked_back(table, heading, n)
        counts = {label: count_of(cell, heading) for label, cell in table.cells.items()}
        for total in (table.total, table.n):
            if total and total.text and count_of(total, heading) != sum(counts.values()):
                raise ImportProblem(
                    "total_disagrees",
                    f"it says {total.text}, but its counts add up to {sum(counts.values())}.",
                    row=total.row,
                    column=total.column,
                )
        return counts

    def worked_back(self, table: Counted, heading: Heading, n: int | None) -> dict[str, int] | None:
        first = next(iter(table.cells.values()))
        if n is None:
            raise ImportProblem(
                "percent_without_n",
                "percentages need the number of people who answered. Add a column headed n.",
                row=first.row,
                column=first.column,
            )
        if not self.mapping.n:
            ask = Ask(
                heading.place,
                f"Is n ({n}) all who answered, or only those who rated?",
                ("[counts]", 'n = "rated"   # or "all"'),
                "n",
            )
            if ask.write not in [one.write for one in self.plan.asks]:
                self.plan.asks.append(ask)
            return None
        shown = []
        for cell in table.cells.values():
            percent = percent_of(cell.text)
            if percent is None:
                raise no_number(cell)
            shown.append(percent)
        counts = whole_numbers(shown, n, adds_up=self.mapping.n == RATED)
        if counts is None:
            raise ImportProblem(
                "percent_unclear",
                f"no one set of whole numbers of {n} people gives these percentages. Give counts.",
                row=first.row,
                column=first.column,
            )
        self.is_worked_back = True
        note = "Counts are worked back from percentages and n."
        if note not in self.plan.notes:
            self.plan.notes.append(note)
        by_cell = dict(zip(table.cells, counts, strict=True))
        rest = n - sum(counts)
        return {**by_cell, **({"": rest} if rest else {})}


def added(column: Column, numbers: dict[str, int]) -> dict[Code, int]:
    """Return {code: count}; two labels of one code are added."""
    totals: dict[Code, int] = defaultdict(int)
    for label, count in numbers.items():
        totals[column.codes.get(label, SKIPPED)] += count
    return dict(totals)


def count_of(cell: Cell, heading: Heading) -> int:
    """Return the whole number in a cell. Raises ImportProblem where there is none."""
    text = cell.text.strip()
    if not text:
        raise ImportProblem(
            "blank_count",
            "the cell is empty. Write 0 if nobody chose it; an empty cell is not 0.",
            row=cell.row,
            column=cell.column,
            heading=heading.shown,
        )
    if not COUNT.fullmatch(text):
        raise no_number(cell)
    head = re.sub(r"[.,]0+$", "", text) if not re.search(r"[.,]\d{3}$", text) else text
    count = int(re.sub(r"\D", "", head))
    if count > MOST_COUNTED:
        raise no_number(cell)
    return count


def no_number(cell: Cell) -> ImportProblem:
    return ImportProblem(
        "not_a_number", "the cell holds no whole number.", row=cell.row, column=cell.column
    )
