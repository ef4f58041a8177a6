"""Which questions a page offers: those that have figures where it looks, and no others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from survey.read.captions import Teller
from survey.storage.release_store import Subject


@dataclass(frozen=True)
class Group:
    """Questions about one agency, or of one kind of people."""

    title: str
    choices: list[tuple[Subject, str]]


def offered(tell: Teller, subjects: Iterable[Subject]) -> list[Group]:
    """Return the questions in the questionnaire's order: of the usual people by agency, then those
    of others, each under whose answers they are."""
    usual = tell.now.asked(tell.now.headline.measure).sample
    groups: dict[str, list[tuple[Subject, str]]] = {}
    wanted = set(subjects)
    for subject in tell.now.subjects:
        if subject not in wanted:
            continue
        sample, title = tell.now.asked(subject.measure).sample, tell.measure(subject.measure)
        if sample == usual:
            groups.setdefault(tell.agency(subject.agency), []).append((subject, title))
        else:
            named = tell.about_agency(title, subject.agency)
            groups.setdefault(tell.sample(sample), []).append((subject, named))
    return [Group(title, choices) for title, choices in groups.items()]
