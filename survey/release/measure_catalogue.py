"""From the questionnaire to the list of what is measured: a new question needs no code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.measures import CARD, Measure
from survey.questionnaire.forms import Item
from survey.questionnaire.imported_questions import has_other_scale, is_counted
from survey.questionnaire.instrument import AGENCIES, EVENT, Content, Question
from survey.release.samples import (
    LESS,
    MORE,
    THEN,
    Sample,
    asked,
    dotted,
    is_paired,
    samples,
)

LANGUAGE = "language"  # a cut that is no question: the language of the page
TICKED, NOT_TICKED = 1, 2  # codes of one option of a question that takes several
LOWER, SAME, HIGHER = MOVES = 1, 2, 3  # codes of a second answer beside the first
MOVED = "moved"


def measures_of(content: Content, kinds: Sequence[str]) -> list[Measure]:
    """Return every measure of the newest instrument about these kinds of agency.

    The measures of one kind of agency share one panel, and so do those about the event: they are
    asked of the same people, so one partition into communities and groups serves them all.
    """
    return [
        measure
        for sample in samples(content)
        for measure in (
            *question_measures(content, sample, kinds),
            *index_measures(content, sample, kinds),
        )
    ]


def question_measures(content: Content, sample: Sample, kinds: Sequence[str]) -> Iterator[Measure]:
    for question in asked(content, sample):
        if question.is_ticked:
            yield from option_measures(content, question, sample, kinds)
            continue
        for kind in about(content, question, kinds):
            yield question_measure(content, question, kind, sample)
            if is_paired(question, sample):
                yield from pair_measures(content, question, kind, sample)


def index_measures(content: Content, sample: Sample, kinds: Sequence[str]) -> Iterator[Measure]:
    here = {question.id for question in asked(content, sample)}
    for index in content.current.indexes:
        if here.issuperset(index.questions):
            for kind in kinds:
                if content.agencies[kind].law:
                    yield index_measure(content, index.id, kind, sample)


def panel(content: Content, question: Question, sample: Sample, kind: str) -> str:
    """Return which measures are put together with this one: those of one sample about one kind
    of agency, or about the event.

    Few go on to the longer module, and some keep to themselves what is about them; options have
    as many answers as each other. A panel of their own pools no community that is large enough
    for the questions all were asked.
    """
    own = question.is_ticked or question.prefer_not
    last = question.id if own else "longer" if is_longer(content, question) else ""
    return sample.name(dotted(kind or EVENT, last))


def about(content: Content, question: Question, kinds: Sequence[str]) -> list[str]:
    """Return the agencies a question has figures of; "" for a question about the event."""
    if question.per == "event":
        return [""]
    return [kind for kind in kinds if question.per == "agency" or content.agencies[kind].law]


def question_measure(content: Content, question: Question, kind: str, sample: Sample) -> Measure:
    scale = question.scale
    codes = scale.codes if scale else tuple(range(1, len(question.options) + 1))
    counted = question.favourable or question.counted
    favourable = (
        scale.favourable
        if scale
        else tuple(question.options.index(option) + 1 for option in counted)
    )
    return Measure(
        id=sample.id(question),
        agency=kind,
        questions=(question.id,),
        unit="share",
        valid=tuple(sorted(codes)),
        favourable=favourable,
        unfavourable=scale.unfavourable if scale else (),
        panel=panel(content, question, sample, kind),
        wording=wording(content, (question.id,)),
        headline=question.headline and sample == next(samples(content)),
        universal=not is_longer(content, question)
        and (question.per != "agency" or content.agencies[kind].law),
        countywide=is_countywide(content, kind),
        audience=sample.audience,
        wave=sample.wave,
        grouped=is_grouped(question, sample),
    )


def option_measures(
    content: Content, question: Question, sample: Sample, kinds: Sequence[str]
) -> Iterator[Measure]:
    """Yield a share for each option of a question that takes several. Those who ticked others
    are the rest; an agency is an option where it was at the event."""
    for option in options_of(question, kinds):
        id, kind, column = option_names(question, option, kinds)
        yield Measure(
            id=sample.id(question) + id.removeprefix(question.id),
            agency=kind,
            questions=(column,),
            valid=(TICKED, NOT_TICKED),
            favourable=(TICKED,),
            panel=panel(content, question, sample, kind),
            wording=wording(content, (question.id,)),
            countywide=is_countywide(content, kind),
            audience=sample.audience,
            wave=sample.wave,
            grouped=False,
        )


def options_of(question: Question, kinds: Sequence[str]) -> Iterator[str]:
    for option in question.options:
        yield from kinds if option == AGENCIES else (option,)


def option_names(question: Question, option: str, kinds: Sequence[str]) -> tuple[str, str, str]:
    """Return (measure id, agency, question of the measure): ("met", "fire", "met") where the
    option is an agency, else ("topics.walk", "", "topics.walk")."""
    if option in kinds and AGENCIES in question.options:
        return question.id, option, question.id
    own = dotted(question.id, option)
    return own, "", own


def pair_measures(
    content: Content, question: Question, kind: str, sample: Sample
) -> Iterator[Measure]:
    """Yield what those who answered twice said at first, and how many moved up and down."""
    later = question_measure(content, question, kind, sample)
    name = later.id.split(".", 1)[1]  # without "after"
    yield replace(later, id=dotted(THEN, name), questions=(dotted(THEN, question.id),))
    for id, code in ((MORE, HIGHER), (LESS, LOWER)):
        yield replace(
            later,
            id=dotted(id, name),
            questions=(dotted(MOVED, question.id),),
            valid=MOVES,
            favourable=(code,),
            unfavourable=(),
        )


def is_grouped(question: Question, sample: Sample) -> bool:
    """Whether figures are reported by groups too: those of what most people answer at the event.

    Every table more is one more to protect, and few groups of few people are large enough.
    """
    return sample.wave == EVENT and not question.is_ticked and not question.prefer_not


def is_countywide(content: Content, kind: str) -> bool:
    """Return whether a kind of agency serves the whole county; the event ("") does not."""
    return bool(kind) and content.agencies[kind].area == "county"


def is_longer(content: Content, question: Question) -> bool:
    return question.screen in content.current.longer


def index_measure(content: Content, id: str, kind: str, sample: Sample) -> Measure:
    index = next(index for index in content.current.indexes if index.id == id)
    return Measure(
        id=sample.name(id),
        agency=kind,
        questions=index.questions,
        unit="score",
        least=index.least,
        panel=sample.name(kind),
        wording=wording(content, index.questions),
        universal=True,
        countywide=is_countywide(content, kind),
        audience=sample.audience,
        wave=sample.wave,
        grouped=sample.wave == EVENT,
        without=no_index(content, index.questions),
    )


def no_index(content: Content, questions: Sequence[str]) -> tuple[str, ...]:
    """Return the imported instruments that an index leaves out: it needs single answers, on one
    scale."""
    return tuple(
        id
        for id, instrument in content.imported.items()
        if any(is_counted(instrument, q) or has_other_scale(content, instrument, q)
               for q in questions)
    )  # fmt: skip


def wording(content: Content, questions: Sequence[str]) -> dict[str, str]:
    """Return {instrument: major versions of these questions, joined by dots}."""
    return {
        id: ".".join(instrument.questions[question].major for question in questions)
        for id, instrument in content.instruments.items()
        if all(question in instrument.questions for question in questions)
    }


def cut_questions(content: Content) -> list[Question]:
    """Return the questions that group tables."""
    return [question for question in content.current.questions.values() if question.cut]


def cuts_of(content: Content) -> list[str]:
    """Return the ids of the groupings a table may have."""
    others = [LANGUAGE, CARD] if content.carded else [LANGUAGE]
    return [question.id for question in cut_questions(content)] + others


def measured_items(content: Content, kinds: Sequence[str]) -> list[Item]:
    """Return every item that figures are made of, for these kinds of agency."""
    return [
        Item(question, kind)
        for question in content.current.questions.values()
        if question.is_measured
        for kind in about(content, question, kinds)
    ]


def words_of(content: Content, measures: Sequence[Measure]) -> Iterator[tuple[str, str, str]]:
    """Yield (measure, wording, name of its words in the language files)."""
    indexes = {index.questions: index.id for index in content.current.indexes}
    for measure in measures:
        if measure.questions in indexes:
            names = dict.fromkeys(measure.wording, f"index.{indexes[measure.questions]}")
        else:
            names = dict(question_names(content, measure))
        for instrument, version in measure.wording.items():
            yield measure.id, version, names[instrument]


def question_names(content: Content, measure: Measure) -> Iterator[tuple[str, str]]:
    """Yield (instrument, name of the words of the measure's question in it)."""
    id = asked_in(content, measure)
    for instrument in measure.wording:
        question = content.instruments[instrument].questions[id]
        yield instrument, f"question.{question.words or question.id}"


def asked_in(content: Content, measure: Measure) -> str:
    """Return the id of the question that a measure's answers were given to."""
    parts = measure.questions[0].split(".")
    return next(part for part in parts if part in content.current.questions)
