"""Who answered, and when: the samples whose figures stand side by side and are never added up.

A sample is an audience in a wave. Adults at the event are the one that most figures are about, so
their measures have the question's own id; those of the others carry the sample before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analysis.measures import ADULT, EVENT, FOLLOW_UP, LEAVING
from survey.questionnaire.instrument import Content, Question

AFTER, THEN, MORE, LESS = "after", "then", "more", "less"  # of those who answered twice
PREFIX = {EVENT: "", LEAVING: LEAVING, FOLLOW_UP: AFTER}


class Sample(NamedTuple):
    audience: str
    wave: str

    def id(self, question: Question) -> str:
        """Return a measure's id: "trust"; "teen.trust" and "leaving.trust" beside it."""
        wave = PREFIX[self.wave] if EVENT in question.waves else ""
        audience = self.audience if ADULT in question.audiences else ADULT
        return dotted(wave, "" if audience == ADULT else audience, question.id)

    def name(self, what: str) -> str:
        """Return the id of something that all samples have, such as an index or a panel."""
        return dotted(PREFIX[self.wave], "" if self.audience == ADULT else self.audience, what)


def dotted(*parts: str) -> str:
    return ".".join(filter(None, parts))


def samples(content: Content) -> Iterator[Sample]:
    """Yield every sample that the newest instrument asks, adults at the event first."""
    for wave in PREFIX:
        for audience in content.current.audiences_in(wave):
            yield Sample(audience, wave)


def asked(content: Content, sample: Sample) -> Iterator[Question]:
    """Yield what figures of one sample are made of."""
    return (q for q in content.current.asked(*sample) if q.is_measured)


def is_paired(question: Question, sample: Sample) -> bool:
    """Whether the same people gave this answer at the event too, so that the two are compared."""
    return sample.wave == FOLLOW_UP and EVENT in question.waves and question.scale is not None
