"""Signs in a column that no heading of ours matches: boxes to tick, names, a scale of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence

from survey.imports.event_of_file import Evening
from survey.imports.folding import fold, stem
from survey.imports.import_words import import_words
from survey.imports.matching import agency_of
from survey.imports.profile import Column as Profile
from survey.imports.tools import SGQA, Heading

SHORT = re.compile(r"-?\d{1,3}|[A-Za-z]{1,2}\d{0,2}")  # a code of a tool, no words
MOST_CODES = 12  # different values of a question with a scale
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


def has_scale_words(values: Sequence[str], scale_words: frozenset[str]) -> bool:
    """Whether at least half of a column's different values are words of our scales."""
    return bool(values) and 2 * sum(value in scale_words for value in values) >= len(values)


def holds_our_codes(
    evening: Evening, profile: Profile, values: Sequence[str], *, near: bool
) -> bool:
    """Whether a column of few short codes may be one of our questions with a scale.

    values: its different values that are not missing, folded; near: its heading is nearly one of
    our questions with a scale.
    """
    heading, few = profile.heading, len(values) <= MOST_CODES
    if not few:
        return False
    if not all(SHORT.fullmatch(value) for value in profile.values):
        return named_like_ours(evening, heading)
    nameless = not heading.asked or bool(SGQA.fullmatch(heading.name))
    of_agency = agency_of(evening.content, heading.part)[1] == 100 or names_agency(evening, heading)
    return nameless or of_agency or near or named_like_ours(evening, heading)


def asked_about(heading: Heading) -> str:
    """Return a question as it was asked, with its agency left open: the same words about another
    agency are the same question."""
    text = f"{heading.asked} []" if heading.part else heading.asked
    return text or heading.shown
