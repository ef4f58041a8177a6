"""Which of our questions a heading is, and which code a word is: exact after folding, or asked.

A confidence is 0..100. 100: the same words. From SURE: they differ by one letter in long words.
Below it nothing is mapped: the nearest of ours is only suggested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from survey.imports.folding import fold, stem
from survey.imports.import_words import import_words
from survey.questionnaire.forms import option_label
from survey.questionnaire.instrument import AGENCIES, DONT_KNOW, PREFER_NOT, Content, Question
from survey.questionnaire.words import PLACEHOLDER, Language

SURE = 95  # below it nothing is taken as one of ours
WORTH_SAYING = 55  # below it a suggestion would mislead
LONG = 5  # letters of a word in which one may be mistyped
GRID = "each of these"  # what a grid says instead of an agency


@dataclass(frozen=True)
class Ours:
    """One of our questions about one kind of agency ("": about the event), as it was worded."""

    question: str
    agency: str
    words: str  # the words' name in the language files
    language: str


@dataclass(frozen=True)
class Match:
    ours: Ours
    confidence: int

    @property
    def is_sure(self) -> bool:
        return self.confidence >= SURE


@lru_cache(maxsize=8)
def stems_of(content: Content, community: str) -> Mapping[str, Ours]:
    """Return {our question, folded: which}, in every language and way to name an agency."""
    by_stem: dict[str, Ours] = {}
    unclear: set[str] = set()  # said alike of two: they are asked about
    names = agency_names(content)
    for instrument in reversed(list(content.instruments.values())):  # the newest words first
        for question in instrument.asked("adult", "event"):
            if question.gate or question.kind == "text":
                continue
            for language in content.languages.values():
                for kind, text in worded(content, question, language, names, community):
                    ours = Ours(question.id, kind, question.words or question.id, language.code)
                    first = by_stem.setdefault(stem(text), ours)
                    if (first.question, first.agency) != (ours.question, ours.agency):
                        unclear.add(stem(text))
    return {text: ours for text, ours in by_stem.items() if text not in unclear}


def worded(
    content: Content,
    question: Question,
    language: Language,
    names: Mapping[str, Sequence[str]],
    community: str,
) -> Iterator[tuple[str, str]]:
    """Yield (agency, text) of one question in one language."""
    base = question.key()
    own = {f"{base}_{kind}": kind for kind in content.agencies}
    law = [kind for kind, agency in content.agencies.items() if agency.law]
    per = {"agency": list(content.agencies), "police": law}.get(question.per, [""])
    for key in filter(language.has, [base, *own]):
        slots = set(PLACEHOLDER.findall(language.words[key]))
        crews = [language.say(f"agency.{kind}.crews") for kind in law] if "crews" in slots else [""]
        whom = [own[key]] if key in own and "agency" not in slots else per
        for kind, crew in product(whom, crews):
            for name in names[kind] if "agency" in slots else [""]:
                values = {"agency": name, "crews": crew, "community": community}
                yield kind, language.say(key, **values) if slots else language.say(key)


@lru_cache(maxsize=8)
def agency_names(content: Content) -> Mapping[str, Sequence[str]]:
    """Return every way to name each kind of agency, in all languages."""
    names: dict[str, dict[str, None]] = {kind: {} for kind in content.agencies}
    for way, kind in import_words().agencies.items():
        names[kind].setdefault(way)
    for language in content.languages.values():
        for kind in content.agencies:
            names[kind].setdefault(language.say(f"agency.{kind}.name"))
            names[kind].setdefault(language.say(f"agency.{kind}.label"))
    return {kind: list(ways) for kind, ways in names.items()} | {"": [""]}


def agency_of(content: Content, text: str) -> tuple[str, int]:
    """Return (kind of agency, confidence); ("", 0) where nothing is near."""
    ways = {stem(way): kind for kind, many in agency_names(content).items() if kind for way in many}
    near = process.extractOne(stem(text), ways, scorer=fuzz.ratio) if stem(text) else None
    for way, kind in ways.items():
        if way == stem(text):
            return kind, 100
    best = process.extractOne(stem(text), list(ways), scorer=fuzz.ratio) if near else None
    return (ways[best[0]], min(int(best[1]), SURE - 1)) if best and best[1] > 70 else ("", 0)


def question_of(content: Content, community: str, asked: str, part: str = "") -> Match | None:
    """Return the question that a heading is, or the nearest of ours; None where none is near."""
    ours = stems_of(content, community)
    texts = [text for text in (stem(asked), stem(f"{asked} {part}") if part else "") if text]
    for text in texts:
        if text in ours and (text != texts[0] or not part or ours[text].agency == ""):
            return Match(ours[text], 100)
    best: Match | None = None
    for text in texts:
        near = process.extractOne(text, ours.keys(), scorer=fuzz.ratio, score_cutoff=WORTH_SAYING)
        if near is None:
            continue
        confidence = 97 if not part and is_mistyped(text, near[0]) else min(int(near[1]), SURE - 1)
        if best is None or confidence > best.confidence:
            best = Match(ours[near[0]], confidence)
    return best


def is_mistyped(text: str, ours: str) -> bool:
    """Whether two questions differ by one letter in long words alone."""
    words, known = text.split(), ours.split()
    if len(words) != len(known):
        return False
    wrong = [(a, b) for a, b in zip(words, known, strict=True) if a != b]
    return 0 < len(wrong) <= 2 and all(
        min(len(a), len(b)) >= LONG and OSA.distance(a, b) == 1 for a, b in wrong
    )


Code = int | str


@lru_cache(maxsize=512)
def labels_of(content: Content, question: Question, kinds: tuple[str, ...]) -> Mapping[str, Code]:
    """Return {label, folded: code} of a question in every language. What two languages use for
    different codes is in none."""
    by_label: dict[str, Code] = {}
    unclear: set[str] = set()
    for language in content.languages.values():
        for value in values_of(question, kinds):
            label = fold(option_label(question, str(value), language))
            if by_label.setdefault(label, value) != value:
                unclear.add(label)
    for label, code in import_words().missing.items():
        if code in (DONT_KNOW, PREFER_NOT):
            allowed = question.dont_know if code == DONT_KNOW else question.prefer_not
            if allowed:
                by_label.setdefault(label, code)
    for option in question.own_options if not question.scale else ():
        by_label.setdefault(fold(option), option)
    for label in unclear:
        del by_label[label]
    return by_label


def values_of(question: Question, kinds: tuple[str, ...]) -> Iterator[Code]:
    if question.scale:
        yield from question.scale.codes
    for option in question.options:
        yield from kinds if option == AGENCIES else (option,)
    if question.dont_know:
        yield DONT_KNOW
    if question.prefer_not:
        yield PREFER_NOT


def nearest_label(labels: Mapping[str, Code], text: str) -> tuple[str, int]:
    """Return (the nearest of our labels, confidence): a suggestion, never taken by itself."""
    near = process.extractOne(fold(text), labels.keys(), scorer=fuzz.WRatio, score_cutoff=60)
    return (near[0], min(int(near[1]), SURE - 1)) if near else ("", 0)


@lru_cache(maxsize=8)
def all_scale_words(content: Content) -> frozenset[str]:
    """Return every label of a scale that is known, ours and others', folded."""
    words = set(import_words().scale_words)
    for instrument in content.instruments.values():
        for question in instrument.questions.values():
            if question.scale:
                words.update(labels_of(content, question, ()))
    return frozenset(words)
