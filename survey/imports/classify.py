"""Column by column: one of our questions, something that identifies, or nothing of ours.

Sure matches are used; what may be ours is asked about; what identifies a person is dropped before
anything is stored, by its heading, by its place in the tool's export, or by what stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey.imports import asking
from survey.imports.contradictions import refuse_strange_lines, refuse_twice
from survey.imports.event_of_file import Evening
from survey.imports.folding import fold
from survey.imports.import_words import import_words
from survey.imports.label_codes import (
    Labelled,
    coded,
    declared,
    lacks_steps,
    mangled,
    missing_codes,
)
from survey.imports.mapping_file import Line, MappingFile
from survey.imports.matching import Match, agency_of, all_scale_words, labels_of, question_of
from survey.imports.plan import DROPPED, KEPT_OUT, ROLE, USED, Ask, Asked, Column
from survey.imports.problems import ImportProblem
from survey.imports.profile import Column as Profile
from survey.imports.several import Several, cell_of_several
from survey.imports.signs import asked_about, has_scale_words, holds_our_codes, identifies, is_ticks
from survey.imports.tools import BOOK, WHO, Heading
from survey.questionnaire.instrument import Question

FREE = 45  # characters, over which an answer was typed and not chosen
NEAR = 70  # confidence of a question that is asked about where its answers are mere codes
ROLES = {
    WHO: (DROPPED, "identifies a person, a device or a place"),
    "id": (DROPPED, "an id: it tells doubles apart and is not kept"),
    BOOK: (KEPT_OUT, "the tool's own bookkeeping"),
}
TELLS = {
    "stamp": "tells when somebody answered",
    "status": "tells previews and tests",
    "finished": "tells whether somebody came to the end",
    "approved": "tells what was not approved",
    "language": "tells the language of the form",
}


@dataclass
class Classifier:
    """Classifies the columns of one file for one event."""

    evening: Evening
    mapping: MappingFile
    tool: str

    def all(self, profiles: Sequence[Profile]) -> tuple[list[Column], list[Ask]]:
        """Return what becomes of every column, and what has to be asked. Raises ImportProblem."""
        refuse_strange_lines(self.mapping, profiles)
        columns, asks = [], []
        for profile in profiles:
            column, asked = self.one(profile)
            columns.append(column)
            asks += asked
        refuse_twice(columns)
        asks += self.ask_steps(columns)
        return columns, asks

    def one(self, profile: Profile) -> tuple[Column, list[Ask]]:
        heading = profile.heading
        line = self.mapping.columns.get(heading.letter)
        if line is not None:
            return self.mapped(profile, line)
        if heading.role:
            tells = TELLS.get(heading.role.split()[0], "")
            use, why = ROLES.get(heading.role, (ROLE, tells))
            return Column(heading, use, why), []
        match = self.match(heading)
        if match and match.is_sure and (column := self.sure(profile, match)):
            return column
        if why := identifies(heading) or (profile.reaches and f"holds {profile.reaches}"):
            return Column(heading, DROPPED, why), []
        if not profile.filled:
            return Column(heading, KEPT_OUT, "empty"), []
        if self.is_ours_perhaps(profile, match):
            why = "waits for an answer"
            return Column(heading, KEPT_OUT, why), [self.ask_column(profile, match)]
        return Column(heading, KEPT_OUT, self.not_ours(profile, match)), []

    def match(self, heading: Heading) -> Match | None:
        content, community = self.evening.content, self.evening.community
        matched = question_of(content, community, heading.asked, heading.part)
        is_sure = bool(matched and matched.is_sure)
        if not is_sure and "/" in heading.name:  # groups, or a sign in a text
            whole = question_of(content, community, heading.name)
            matched = whole if whole and (not matched or whole.is_sure) else matched
        is_numbered = self.tool == "ms_forms" and heading.asked[-1:].isdigit()
        if matched and not matched.is_sure and is_numbered:
            again = question_of(content, community, heading.asked[:-1])  # "...?2": asked twice
            matched = again or matched
        return matched

    def question(self, id: str) -> Question | None:
        base = self.evening.instrument.questions
        return base.get(id) or self.evening.content.current.questions.get(id)

    def sure(self, profile: Profile, match: Match) -> tuple[Column, list[Ask]] | None:
        """Return a column whose heading is our question; None where it cannot be asked about."""
        ours = match.ours
        question = self.question(ours.question)
        if question is None:
            return None
        agency = ours.agency
        if question.per == "police" and agency != self.evening.agencies.local:
            agency = self.evening.agencies.local if agency == "police" else agency
        if agency and agency not in self.evening.agencies.all:
            kept = Column(profile.heading, KEPT_OUT, f"{agency} was not at this event")
            return kept, [asking.no_agency(self.evening, profile, agency)]
        words = question.words or question.id
        other = None if ours.words == words else Asked((ours.words,), {})
        return self.with_labels(profile, question, agency, match.confidence, Line(), other)

    def mapped(self, profile: Profile, line: Line) -> tuple[Column, list[Ask]]:
        """Return a column as the mapping file has it. Raises ImportProblem for what cannot be."""
        heading = profile.heading
        if line.leave_out:
            return Column(heading, KEPT_OUT, f"left out by the mapping file: {line.leave_out}"), []
        question = self.question(line.question)
        if question is None or question.kind == "text":
            why = ("comments are not imported: they name people" if question else
                   f"there is no question {line.question}")  # fmt: skip
            raise self.wrong(heading, f"{why}. Write leave_out = (why) instead.")
        agency = line.agency
        if question.per == "police":
            agency = agency or self.evening.agencies.local
        if question.per == "agency" and not agency:
            raise self.wrong(heading, f"{question.id} is asked about an agency: agency = ...")
        if agency and agency not in self.evening.agencies.all:
            there = ", ".join(self.evening.agencies.all)
            raise self.wrong(heading, f"{agency} was not at this event; there were: {there}.")
        stems = (asked_about(heading),)
        match = self.match(heading)
        same = line.same_words or bool(
            match and match.is_sure and match.ours.question == question.id
        )
        other = None if same else Asked(stems, {})
        return self.with_labels(profile, question, agency, 100, line, other)

    def with_labels(
        self,
        profile: Profile,
        question: Question,
        agency: str,
        confidence: int,
        line: Line,
        other: Asked | None,
    ) -> tuple[Column, list[Ask]]:
        if question.kind == "several":
            return self.several(profile, question, confidence, line, other)
        labels = labels_of(self.evening.content, question, self.evening.agencies.all)
        labelled = coded(self.tool, question, profile, labels, self.mapping.labels, line)
        asked = other
        if labelled.is_other_scale or (other and not other.labels):
            stems = other.stems if other else (asked_about(profile.heading),)
            shown = declared(line, self.mapping.labels, labelled)
            asked = Asked(stems, shown, line.favourable, line.unfavourable, line.crosswalk)
        if line.same_words and not labelled.is_other_scale:
            asked = None
        asks = list(self.ask_labels(profile, question, agency, labelled, line))
        use, why = (KEPT_OUT, "waits for an answer") if asks else (USED, "")
        column = Column(
            profile.heading, use, why, question.id, agency, confidence, labelled.codes, asked
        )
        return column, asks

    def ask_steps(self, columns: Sequence[Column]) -> Iterator[Ask]:
        """Ask about scales that have fewer steps than ours, once for each question."""
        for id in dict.fromkeys(c.question for c in columns if c.use == USED and c.asked):
            mine = [c for c in columns if c.question == id and c.asked]
            labels = {text: code for c in mine for text, code in c.asked.labels.items()}  # type: ignore[union-attr]
            question = self.question(id)
            line = self.mapping.columns.get(mine[0].heading.letter, Line())
            if question and labels and lacks_steps(question, line, labels):
                yield asking.steps(mine[0].heading, question, labels)

    def ask_labels(
        self, profile: Profile, question: Question, agency: str, labelled: Labelled, line: Line
    ) -> Iterator[Ask]:
        if labelled.unknown:
            yield asking.labels(self.evening, profile, question, agency, labelled)
        elif labelled.needs_sides:
            yield asking.sides(profile, labelled)

    def several(
        self,
        profile: Profile,
        question: Question,
        confidence: int,
        line: Line,
        other: Asked | None,
    ) -> tuple[Column, list[Ask]]:
        """Return a column of a question that takes several: one option, or all in one cell."""
        heading = profile.heading
        known = dict(labels_of(self.evening.content, question, self.evening.agencies.all))
        ways = import_words().agencies
        known |= {way: kind for way, kind in ways.items() if kind in self.evening.agencies.all}
        known |= line.folded
        options = Several(known, "others" if "others" in question.options else "")
        part = line.option or options.code(heading.part)
        if heading.part and not part:
            return Column(heading, KEPT_OUT, "no option of ours"), []
        cells = cell_of_several(self.tool, profile, options, part)
        if cells.unknown and not line.question:
            return Column(heading, KEPT_OUT, asking.could_be(question.id, confidence)), []
        if cells.unknown:
            return Column(heading, KEPT_OUT, "waits"), [
                asking.options(profile, question, cells.unknown)
            ]
        asked = Asked(other.stems, line.labels) if other and not line.same_words else None
        column = Column(heading, USED, "", question.id, "", confidence, cells.codes, asked,
                        part, cells.separator)  # fmt: skip
        return column, []

    def is_ours_perhaps(self, profile: Profile, match: Match | None) -> bool:
        """Whether a column that is surely nothing may be one of our questions with a scale."""
        if not profile.is_closed or len(profile.values) > 30:
            return False
        scale_words = all_scale_words(self.evening.content)
        if is_ticks(profile, scale_words):
            return False
        missing = missing_codes(self.tool)
        values = [fold(v) for v in profile.values if v.strip() and fold(v) not in missing]
        if has_scale_words(values, scale_words):
            return True
        ours = self.question(match.ours.question) if match and match.confidence >= NEAR else None
        near = bool(ours and ours.scale)
        return holds_our_codes(self.evening, profile, values, near=near)

    def ask_column(self, profile: Profile, match: Match | None) -> Ask:
        heading = profile.heading
        agency, confidence = agency_of(self.evening.content, heading.part or heading.asked)
        if agency and agency not in self.evening.agencies.all:
            agency = ""
        question = None
        if match and match.confidence >= NEAR:
            question = self.question(match.ours.question)
        if question is None:
            tokens = set(re.split(r"[\W_]+", fold(heading.name)))
            scales = (q for q in self.evening.instrument.questions.values() if q.scale)
            question = next((q for q in scales if q.id in tokens), None)
        question = question or self.evening.instrument.questions["trust"]
        return asking.column(self.evening, profile, question, agency, match, confidence)

    def not_ours(self, profile: Profile, match: Match | None) -> str:
        if not profile.is_closed or any(len(value) > FREE for value in profile.values):
            return "free text: not imported, because it names people"
        if match and match.confidence >= NEAR:
            return asking.could_be(match.ours.question, match.confidence)
        was = [f'"{v}" may be "{m}"' for v in profile.values if (m := mangled(v))]
        dates = f"; Excel made dates of options: {', '.join(was)}" if was else ""
        return f"none of our questions, or comments, which are not imported{dates}"

    def wrong(self, heading: Heading, sentence: str) -> ImportProblem:
        return ImportProblem(
            "mapping", f"the mapping file: {sentence}", column=heading.index, heading=heading.shown
        )
