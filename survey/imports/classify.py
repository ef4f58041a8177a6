"""Column by column: one of our questions, something that identifies, or nothing of ours.

Sure matches are used; what may be ours is asked about; what identifies a person is dropped before
anything is stored, by its heading, by its place in the tool's export, or by what stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey.imports import asking
from survey.imports.event_of_file import Evening
from survey.imports.folding import fold, stem
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
from survey.imports.matching import (
    Match,
    agency_of,
    all_scale_words,
    labels_of,
    question_of,
)
from survey.imports.plan import DROPPED, KEPT_OUT, ROLE, USED, Ask, Asked, Column
from survey.imports.problems import ImportProblem
from survey.imports.profile import Column as Profile
from survey.imports.several import Several, cell_of_several
from survey.imports.tools import BOOK, SGQA, WHO, Heading
from survey.questionnaire.instrument import Question

SHORT = re.compile(r"-?\d{1,3}|[A-Za-z]{1,2}\d{0,2}")  # a code of a tool, no words
MOST_CODES = 12  # different values of a question with a scale
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
        self.refuse_strange_lines(profiles)
        columns, asks = [], []
        for profile in profiles:
            column, asked = self.one(profile)
            columns.append(column)
            asks += asked
        refuse_twice(columns)
        asks += self.ask_steps(columns)
        return columns, asks

    def refuse_strange_lines(self, profiles: Sequence[Profile]) -> None:
        headings = {one.heading.letter: one.heading for one in profiles}
        for letter, line in self.mapping.columns.items():
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
        if (
            not matched or not matched.is_sure
        ) and "/" in heading.name:  # groups, or a sign in a text
            whole = question_of(content, community, heading.name)
            matched = whole if whole and (not matched or whole.is_sure) else matched
        if (
            matched
            and not matched.is_sure
            and self.tool == "ms_forms"
            and heading.asked[-1:].isdigit()
        ):
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
        stems = (asked_about(self.evening, heading),)
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
            stems = other.stems if other else (asked_about(self.evening, profile.heading),)
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
        if (
            not profile.is_closed
            or len(profile.values) > 30
            or is_ticks(profile, all_scale_words(self.evening.content))
        ):
            return False
        missing = missing_codes(self.tool)
        values = [fold(v) for v in profile.values if v.strip() and fold(v) not in missing]
        words = all_scale_words(self.evening.content)
        if values and 2 * sum(value in words for value in values) >= len(values):
            return True
        if (
            agency_of(self.evening.content, profile.heading.part)[1] == 100
            and len(values) <= MOST_CODES
            and all(SHORT.fullmatch(v) for v in profile.values)
        ):
            return True
        if len(values) > MOST_CODES or not all(SHORT.fullmatch(v) for v in profile.values):
            return named_like_ours(self.evening, profile.heading) and len(values) <= MOST_CODES
        nameless = not profile.heading.asked or bool(SGQA.fullmatch(profile.heading.name))
        return (
            nameless
            or named_like_ours(self.evening, profile.heading)
            or names_agency(self.evening, profile.heading)
            or bool(match and match.confidence >= NEAR and self.has_scale(match))
        )

    def has_scale(self, match: Match) -> bool:
        question = self.question(match.ours.question)
        return bool(question and question.scale)

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


TICKS = frozenset(
    {"y", "yes", "no", "checked", "unchecked", "1", "0", "true", "false", "n/a", "sí"}
)


def is_ticks(profile: Profile, scale_words: frozenset[str]) -> bool:
    """Whether a column is a box to tick: one value, or two that say yes and no."""
    values = {fold(value) for value in profile.values}
    if "/" in profile.heading.name and values <= TICKS:
        return True
    if not profile.heading.part and "___" not in profile.heading.name:
        return False
    return values <= TICKS or (len(values - {"-99"}) <= 1 and not values & scale_words)


def identifies(heading: Heading) -> str:
    """Return why a heading's column identifies a person; "" where it does not by its heading."""
    words = import_words()
    for text in (heading.name, heading.asked, heading.part):
        folded = stem(text.replace("_", " "))
        if folded in words.who_whole:
            return "identifies a person, by its heading"
        if any(way in f" {folded} " for way in words.who_inside):
            return "identifies a person, a device or a place, by its heading"
    return ""


def named_like_ours(evening: Evening, heading: Heading) -> bool:
    """Whether a tool's code, such as trust_police or trust/police, has a question's id in it."""
    if " " in heading.name.strip():
        return False
    tokens = set(re.split(r"[\W_]+", fold(heading.name)))
    return any(q.id in tokens for q in evening.instrument.questions.values() if q.scale)


def names_agency(evening: Evening, heading: Heading) -> bool:
    """Whether an agency at the event is named in a heading: "How good are our police?"."""
    words = f" {stem(heading.asked)} {stem(heading.part)} "
    ways = import_words().agencies.items()
    return any(kind in evening.agencies.all and f" {way} " in words for way, kind in ways)


def asked_about(evening: Evening, heading: Heading) -> str:
    """Return a question as it was asked, with its agency left open: the same words about another
    agency are the same question."""
    text = f"{heading.asked} []" if heading.part else heading.asked
    return text or heading.shown


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
