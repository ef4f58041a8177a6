"""Words of one column -> codes of one question. What is not a label of ours is asked about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from survey.imports.dates import FIRST_DAYS, MONTHS, SERIAL
from survey.imports.folding import fold
from survey.imports.import_words import import_words
from survey.imports.mapping_file import Line
from survey.imports.matching import Code
from survey.imports.profile import Column as Profile
from survey.questionnaire.instrument import DONT_KNOW, NOT_SHOWN, PREFER_NOT, SKIPPED, Question

SEEN = "-99"  # Qualtrics: seen, unanswered; beside it a blank was not shown
CHILD, TEEN = "child", "teen"  # codes that an answer about age may have: another audience
RANGE = re.compile(r"(\d{1,3})\s*(?:-|–|to|a)\s*(\d{1,3})")
DAY_MONTH = re.compile(r"(\d{1,2})-([a-z]{3})[a-z]*")
MONTH_YEAR = re.compile(r"([a-z]{3})[a-z]*-(\d{2})")
MISSING = (SKIPPED, PREFER_NOT, DONT_KNOW, NOT_SHOWN)


@dataclass
class Labelled:
    """What became of a column's words.

    codes: raw value -> code. used: the labels that are not ours, as answered. unknown: words that
    have to be asked about, with how often they stand there.
    """

    codes: dict[str, Code] = field(default_factory=dict)
    used: dict[str, Code] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    is_other_scale: bool = False
    needs_sides: bool = False


def missing_codes(tool: str) -> dict[str, int]:
    """Return what a tool writes for an answer that is missing, folded."""
    blanks = {word: code for word, code in import_words().missing.items() if code == SKIPPED}
    return blanks | ({SEEN: SKIPPED} if tool.startswith("qualtrics") else {})


def coded(
    tool: str,
    question: Question,
    profile: Profile,
    labels: Mapping[str, Code],
    defaults: Mapping[str, Code],
    line: Line,
) -> Labelled:
    """Return the codes of a column's words. labels: ours, folded; defaults: of the mapping file."""
    own = line.folded or {fold(text): code for text, code in defaults.items()}
    missing = missing_codes(tool)
    labelled = Labelled()
    ours = 0
    for value, count in profile.values.items():
        word = fold(value)
        if not word:
            labelled.codes[value] = SKIPPED
        elif word in own:
            labelled.codes[value] = crossed(own[word], line)
            if labels.get(word) == own[word]:
                ours += own[word] not in MISSING
            else:
                labelled.used[value] = own[word]
        elif word in labels:
            labelled.codes[value] = labels[word]
            ours += labels[word] not in MISSING
        elif word in missing:
            labelled.codes[value] = missing[word]
        elif question.id == "age" and (code := age_code(word, question)):
            labelled.codes[value] = code
        else:
            labelled.unknown[value] = count
    if not profile.is_closed:
        labelled.unknown["(more than 150 different answers)"] = profile.filled
    is_seen = any(fold(value) == SEEN for value in profile.values)
    labelled.codes[""] = NOT_SHOWN if is_seen and tool.startswith("qualtrics") else SKIPPED
    judge_scale(labelled, question, line, ours)
    return labelled


def crossed(code: Code, line: Line) -> Code:
    """Return a code on our scale, where the mapping file declares how theirs is put on it."""
    return line.crosswalk.get(code, code) if isinstance(code, int) else code


def judge_scale(labelled: Labelled, question: Question, line: Line, ours: int) -> None:
    """Say whether these labels make another version of the question, and whether what counts as
    favourable has to be asked."""
    codes = set(labelled.codes.values())
    theirs = {text: code for text, code in labelled.used.items() if code not in MISSING}
    extra = (PREFER_NOT in codes and not question.prefer_not) or (
        DONT_KNOW in codes and not question.dont_know
    )
    known = set(question.scale.codes) if question.scale else set(question.options)
    beyond = {c for c in codes if c not in MISSING and c not in known and c not in (CHILD, TEEN)}
    labelled.is_other_scale = extra or bool(beyond) or len(theirs) > max(ours, 0)
    labelled.needs_sides = bool(question.scale and beyond) and not (
        line.favourable and line.unfavourable
    )


def declared(line: Line, defaults: Mapping[str, Code], labelled: Labelled) -> dict[str, Code]:
    """Return the labels of a scale as far as they are known: all that the mapping file names, or
    else those that were chosen."""
    if named := dict(line.labels or defaults):
        return named
    return {word: code for word, code in labelled.codes.items() if word.strip()}


def lacks_steps(question: Question, line: Line, labels: Mapping[str, Code]) -> bool:
    """Whether labels name fewer steps than our scale has: another scale, or steps nobody chose."""
    if not question.scale or line.crosswalk or (line.favourable and line.unfavourable):
        return False
    return not set(question.scale.codes) <= set(labels.values())


def age_code(word: str, question: Question) -> str:
    """Return the group of an age in years or a range of them; "child" and "teen" under 18."""
    if word.isdecimal() and 0 < int(word) < 120:
        low = high = int(word)
    elif bounds := RANGE.fullmatch(word):
        low, high = int(bounds[1]), int(bounds[2])
    else:
        return ""
    if high < 13:
        return CHILD
    if low >= 13 and high <= 17:
        return TEEN
    for option in question.options:
        first, _, last = option.rstrip("+").partition("-")
        if low >= int(first) and high <= int(last or 200):
            return option
    return ""


def mangled(value: str) -> str:
    """Return what Excel made a date of: "9-Aug" -> "8-9", "45659" -> "1-2"; "" for another."""
    word = fold(value)
    if (date := DAY_MONTH.fullmatch(word)) and (month := MONTHS.get(date[2])):
        return f"{month}-{int(date[1])}"
    if (date := MONTH_YEAR.fullmatch(word)) and (month := MONTHS.get(date[1])):
        return f"{month}-{int(date[2])}"
    if SERIAL.fullmatch(word) and "." not in word:
        day = FIRST_DAYS[False] + timedelta(days=int(word))
        return f"{day.month}-{day.day}"
    return ""
