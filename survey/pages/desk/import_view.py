"""An import's plan as the desk shows it: in the page's language, with nothing of a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey.imports.delimited import SEPARATORS
from survey.imports.event_of_file import Evening
from survey.imports.folding import fold
from survey.imports.matching import values_of
from survey.imports.people import NEVER_REACHED
from survey.imports.plan import DROPPED, KEPT_OUT, ROLE, Ask, Column, Plan
from survey.imports.problems import ImportProblem, shortened
from survey.imports.replies import LEAVE_OUT, UNKNOWN, known_labels, name_of, suggested
from survey.imports.tools import Heading
from survey.imports.versions import versions_of
from survey.pages.desk.door import problem_of
from survey.questionnaire.forms import option_label
from survey.questionnaire.instrument import DONT_KNOW, NOT_SHOWN, PREFER_NOT, SKIPPED, Question
from survey.questionnaire.words import PLACEHOLDER, Language
from survey.storage.events import Refused

MISSING = {
    SKIPPED: "blank", PREFER_NOT: "prefer_not", DONT_KNOW: "dont_know", NOT_SHOWN: "not_shown",
    NEVER_REACHED: "not_reached",
}  # fmt: skip
HIGHEST = 11  # steps of the longest scale that people use: 0 to 10
MOST_OF_A_KIND = 40  # columns in one list


@dataclass(frozen=True)
class View:
    """Tells one plan in one language."""

    plan: Plan
    evening: Evening
    words: Language
    mapping: str

    def say(self, key: str, **values: object) -> str:
        return self.words.say(f"desk.imports.{key}", **values)

    @property
    def read_as(self) -> str:
        """What the file is, how it was read, and by what that is known."""
        plan = self.plan
        parts = [self.say(f"container.{plan.container}")]
        if plan.container in ("xlsx", "ods"):
            parts.append(self.say("sheet", name=plan.sheet))
        if plan.encoding:
            parts.append(plan.encoding.upper().replace("-SIG", ""))
            parts.append(self.say(f"separator.{SEPARATORS[plan.delimiter]}"))
        parts.append(self.words.count("desk.imports.headings", plan.layout.header_rows))
        tool = self.words.say(f"results.imported_tool.{plan.tool}")
        return self.say("read_as", tool=tool, how=self.words.listed(parts))

    @property
    def used(self) -> list[dict[str, Any]]:
        versions = versions_of(self.plan, self.evening) if not self.plan.asks else {}
        return [
            {
                "place": self.place(column.heading),
                "heading": shortened(column.heading.shown),
                "question": self.question_of(column.question),
                "agency": self.agency(column.agency),
                "part": self.agency(column.part) if column.part else "",
                "confidence": column.confidence,
                "codes": [(text, self.code(column.question, code))
                          for text, code in list(column.codes.items())[:30] if text],
                "version": versions.get(column.question, {}).get("version", "") if column.asked
                else "",
                "counts": self.counts(column),
            }
            for column in self.plan.used
        ]  # fmt: skip

    def counts(self, column: Column) -> list[tuple[str, int]]:
        counts = self.plan.counts.get(column.item, {})
        in_order = sorted(counts, key=lambda code: (isinstance(code, str), str(code).rjust(4)))
        return [
            (self.code(column.question, code), counts[code]) for code in in_order if counts[code]
        ]

    def lists(self) -> Iterator[tuple[str, list[tuple[str, str, str]], int]]:
        """Yield (key of a title, columns with the reason, how many more) of what is not taken."""
        for use, key in ((DROPPED, "dropped"), (ROLE, "read_only"), (KEPT_OUT, "kept_out")):
            columns = [column for column in self.plan.columns if column.use == use]
            rows = [
                (self.place(one.heading), shortened(one.heading.shown), self.why(one.why))
                for one in columns[:MOST_OF_A_KIND]
            ]
            if rows:
                yield key, rows, len(columns) - len(rows)

    def left_out(self) -> list[tuple[str, int, str]]:
        return [
            (self.why(one.reason), one.count, ", ".join(map(str, one.rows[:8]))
             + (", ..." if one.count > 8 else ""))
            for one in self.plan.left_out
        ]  # fmt: skip

    def why(self, reason: str) -> str:
        """Return a reason in the page's language; as it is where no word is known for it."""
        slug = re.sub(r"[^a-z]+", "_", reason.lower()).strip("_")
        for key in (slug, slug.partition("_by_the_mapping_file")[0]):
            if self.words.has(f"desk.imports.why.{key}"):
                numbers = re.findall(r"\d{4}", reason)
                return self.say(f"why.{key}", **({"year": numbers[0]} if numbers else {}))
        return reason

    def place(self, heading: Heading | None) -> str:
        if heading is None:
            return ""
        at = self.say("row", row=heading.row) if heading.row else ""
        at = at or self.say("column", letter=heading.letter)
        return at[:1].upper() + at[1:]

    def question_of(self, id: str) -> str:
        """Return a question as attendees read it, the agency left open."""
        question = self.find(id)
        return PLACEHOLDER.sub("…", self.words.words[question.key()]) if question else id

    def find(self, id: str) -> Question | None:
        question = self.evening.instrument.questions.get(id)
        return question or self.evening.content.current.questions.get(id)

    def agency(self, kind: str) -> str:
        key = f"agency.{kind}.label"
        return self.words.words[key] if kind and self.words.has(key) else kind

    def code(self, question: str, code: Any) -> str:
        """Return the words of a code: an answer of ours, a step, or why it is missing."""
        if isinstance(code, list | tuple):
            return self.words.listed([self.code(question, one) for one in code])
        if isinstance(code, bool):
            return self.say("ticked" if code else "not_ticked")
        if code in MISSING:
            return self.say(f"missing.{MISSING[code]}")
        asked = self.find(question)
        if asked and code in values_of(asked, self.evening.agencies.all):
            return option_label(asked, str(code), self.words)
        return self.agency(str(code)) if isinstance(code, str) else self.say("step", step=code)

    # What is asked

    def asks(self) -> list[dict[str, Any]]:
        return [self.asked(ask) for ask in self.plan.asks]

    def asked(self, ask: Ask) -> dict[str, Any]:
        """Return one question with what can be chosen."""
        line, known = suggested(ask), known_labels(self.mapping)
        question = self.find(str(line.get("question", "")))
        labels = line.get("labels", {})
        return {
            "at": name_of(ask),
            "kind": ask.kind,
            "place": self.place(ask.heading),
            "heading": ask.heading.shown if ask.heading else "",
            "line": line,
            "steps": ask.steps,
            "about_agency": question is not None and question.per == "agency",
            "words": [
                (word, known.get(fold(word), code) if code == UNKNOWN else code)
                for word, code in labels.items()
            ],
            "codes": list(self.codes(question)) if question else [],
        }

    def codes(self, question: Question) -> Iterator[tuple[str, str]]:
        """Yield (code, its words) of everything that an answer to a question can mean."""
        ours = [code for code in values_of(question, self.evening.agencies.all)
                if code not in MISSING]  # fmt: skip
        for code in ours:
            words = option_label(question, str(code), self.words)
            yield str(code), f"{code}: {words}" if question.scale else words
        if question.scale:
            for step in range(len(ours) + 1, HIGHEST + 1):
                yield str(step), self.say("step", step=step)
        for code, key in MISSING.items():
            if code != NEVER_REACHED:
                yield str(code), self.say(f"missing.{key}")

    def questions(self) -> list[tuple[str, str]]:
        """Return (id, words) of the questions that a column can be, and of none of them."""
        asked = {**self.evening.content.current.questions, **self.evening.instrument.questions}
        choices = [
            (question.id, self.question_of(question.id))
            for question in asked.values()
            if question.kind != "text" and not question.gate and "event" in question.waves
        ]
        return [*choices, (LEAVE_OUT, self.say("leave_out"))]


def problem_text(words: Language, problem: Refused) -> str:
    """Return why a file is refused: in English what the command line says, elsewhere the same with
    its place, in the words of that language."""
    if not isinstance(problem, ImportProblem):
        return problem_of(words, problem)
    if words.code == "en":
        return str(problem)
    parts: Mapping[str, Any] = problem.parts
    where = [words.say("desk.imports.row", row=parts["row"])] if parts["row"] else []
    if problem.column:
        named = f" («{shortened(parts['heading'])}»)" if parts["heading"] else ""
        where.append(words.say("desk.imports.column", letter=problem.column) + named)
    key = f"desk.imports.problem.{problem.code}"
    said = words.say(key) if words.has(key) else parts["sentence"]
    place = ", ".join(where)
    return f"{place[:1].upper()}{place[1:]}: {said}" if place else said
