"""The questions an import asks, each with its place and the lines that answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from survey.imports.folding import fold
from survey.imports.label_codes import Labelled, mangled
from survey.imports.mapping_file import quoted, table_line
from survey.imports.matching import Code, Match, labels_of, nearest_label, values_of
from survey.imports.plan import Ask
from survey.imports.problems import shortened
from survey.imports.profile import Column as Profile
from survey.imports.tools import Heading
from survey.questionnaire.forms import option_label
from survey.questionnaire.instrument import DONT_KNOW, NOT_SHOWN, Question

if TYPE_CHECKING:
    from survey.imports.event_of_file import Evening

MOST_VALUES = 30  # different words in one question


def place(profile: Profile) -> str:
    return f'{profile.heading.place} ("{shortened(profile.heading.shown)}")'


def could_be(question: str, confidence: int) -> str:
    return f"perhaps {question} (confidence {confidence}): map it if it is"


def head(profile: Profile) -> list[str]:
    return [profile.heading.line, f"heading = {quoted(profile.heading.shown)}"]


def no_agency(evening: Evening, profile: Profile, agency: str) -> Ask:
    there = ", ".join(evening.agencies.all)
    return Ask(
        place(profile),
        f"It is about {agency}, which was not at {evening.slug} (there were: {there}). Add the "
        "agency with `flask community agency`, or leave the column out:",
        (*head(profile), f'leave_out = "{agency} was not there"'),
        "agency",
        profile.heading,
    )


def column(
    evening: Evening,
    profile: Profile,
    question: Question,
    agency: str,
    match: Match | None,
    agency_confidence: int,
) -> Ask:
    """Ask which question a column is, about which agency, and what its answers mean."""
    near = f"nearest of ours: {question.id}"
    if match and match.ours.question == question.id:
        near += f", confidence {match.confidence}"
    lines = [*head(profile), f"question = {quoted(question.id)}"]
    if question.per == "agency":
        near += f"; {agency or 'no agency'}, confidence {agency_confidence}"
        lines.append(f"agency = {quoted(agency or '?')}")
    shown = suggested(evening, profile.values, question)
    lines += [table_line("labels", shown), "same_words = false"]
    return Ask(
        place(profile),
        f"Which question is it, about whom, and what do its answers mean? ({near}) Digits have "
        "no direction by themselves. same_words = true only if question and answers were "
        "Porchlight's, word for word; else it is a version of its own. Or: leave_out = (why).",
        tuple(lines),
        "column",
        profile.heading,
    )


def labels(
    evening: Evening, profile: Profile, question: Question, agency: str, labelled: Labelled
) -> Ask:
    """Ask what words mean that are none of ours."""
    ours = labels_of(evening.content, question, evening.agencies.all)
    said = [
        f'"{word}" ({count} times)' for word, count in list(labelled.unknown.items())[:MOST_VALUES]
    ]
    hints = []
    for word in labelled.unknown:
        if was := mangled(word):
            hints.append(f'"{word}" may be "{was}", which Excel made a date of')
        elif word.strip().upper() == "N/A":
            hints.append(f'"{word}" is {NOT_SHOWN} where the question was not shown')
        elif (near := nearest_label(ours, word))[0]:
            hints.append(f'"{word}" is nearest to "{near[0]}", confidence {near[1]}')
    lines = [*head(profile), f"question = {quoted(question.id)}"]
    if question.per == "agency":
        lines.append(f"agency = {quoted(agency)}")
    lines.append(table_line("labels", suggested(evening, labelled.unknown, question)))
    return Ask(
        place(profile),
        f"What do these answers mean? {', '.join(said)}."
        + (f" ({'; '.join(hints)}.)" if hints else "")
        + " Codes: "
        + codes_told(question)
        + ".",
        tuple(lines),
        "labels",
        profile.heading,
    )


def codes_told(question: Question) -> str:
    """Return a question's codes in words: "1 (low) to 5 (high), -1 blank ..."."""
    if question.scale:
        codes = sorted(question.scale.codes)
        values = f"{codes[0]} (low) to {codes[-1]} (high)"
    else:
        values = ", ".join(question.own_options)
        if question.id == "age":
            values += ", teen (13 to 17), child (under 13: held back)"
    return f"{values}, -1 blank, -2 prefer not to say, -3 don't know, -4 not shown"


def suggested(
    evening: Evening, values: Mapping[str, int] | Sequence[str], question: Question
) -> dict[str, Code]:
    """Return words with the codes of ours where they are the same; "?" has to be filled in.

    Where a word is a label of ours, the others of its language stand there too: a step that nobody
    chose this year is a step of the scale.
    """
    ours = labels_of(evening.content, question, evening.agencies.all)
    shown: dict[str, Code] = {
        word: ours.get(fold(word), "?") for word in list(values)[:MOST_VALUES] if word.strip()
    }
    written = {fold(word) for word in shown}
    for language in evening.content.languages.values() if question.scale else ():
        whole = {
            option_label(question, str(code), language): code
            for code in values_of(question, evening.agencies.all)
            if code != DONT_KNOW
        }
        if len(written & set(map(fold, whole))) >= 2:
            missing = {word: code for word, code in whole.items() if fold(word) not in written}
            return shown | missing
    return shown


def sides(profile: Profile, labelled: Labelled) -> Ask:
    """Ask which steps of another scale count as favourable."""
    codes = sorted(c for c in set(labelled.codes.values()) if isinstance(c, int) and c > 0)
    return Ask(
        place(profile),
        f"Its scale has other steps than ours ({', '.join(map(str, codes))}): it becomes a version "
        "of its own and is never rescaled by itself. Which steps count as favourable, which as "
        "unfavourable? Add to its lines (or, to put it on our scale, say how: crosswalk = "
        "{ 1 = 1, ... }):",
        (f"favourable = {codes[-2:]}", f"unfavourable = {codes[:2]}"),
        "steps",
        profile.heading,
        tuple(codes),
    )


def steps(heading: Heading, question: Question, labels: Mapping[str, Code]) -> Ask:
    """Ask whether fewer steps than ours are a scale of its own, or steps that nobody chose."""
    named = sorted(code for code in set(labels.values()) if isinstance(code, int) and code > 0)
    ours = sorted(question.scale.codes) if question.scale else []
    return Ask(
        f'{heading.place} ("{shortened(heading.shown)}")',
        f"Its labels name the steps {', '.join(map(str, named))}; ours has {len(ours)}. If some "
        "are missing because nobody chose them, add their words to labels. If it is another scale, "
        "it becomes a version of its own and is never rescaled by itself. Which steps count as "
        "favourable, which as unfavourable? (Or crosswalk = { 1 = 1, ... }, to put it on ours.)",
        (f"favourable = {named[-2:]}", f"unfavourable = {named[:2]}"),
        "steps",
        heading,
        tuple(named),
    )


def options(profile: Profile, question: Question, unknown: Sequence[str]) -> Ask:
    shown = dict.fromkeys(unknown[:MOST_VALUES], "?")
    return Ask(
        place(profile),
        f"Which option of {question.id} is each of these? {', '.join(question.options)}",
        (*head(profile), f"question = {quoted(question.id)}", table_line("labels", shown)),
        "options",
        profile.heading,
    )
