"""Paper forms keyed twice: which first keying a second one belongs to, and where the two differ.

A sheet has no number, so that nothing joins paper to a stored response. A second keying belongs to
the first one of the same audience that differs in the fewest answers, where that is only one; to
none where too many differ, or two first ones are as near.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.questionnaire.answer_codes import ORDER
from survey.questionnaire.instrument import NOT_SHOWN, SKIPPED
from survey.storage.desk_tables import SecondKeying
from survey.storage.events import Refused
from survey.storage.models import Event, Response

MOST_DIFFERENT = 4  # answers of a sheet: more, and it is likelier another sheet
FIRST, SECOND, BLANK = CHOICES = ("first", "second", "blank")

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A sheet whose two keyings differ: (item, first, second) of each answer that does."""

    id: UUID  # of the second keying
    submission: UUID  # of the first
    items: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True)
class Report:
    """What was found of the sheets that were keyed twice."""

    sheets: int
    agree: int
    differing: tuple[Difference, ...]
    unmatched: int  # sheets whose first keying was not found
    settled: int  # sheets that differed and were looked up
    answers: int  # answers that were compared, of the sheets whose first keying was found
    differed: int  # of those, answers that differed, the settled ones among them

    @property
    def rate(self) -> float:
        """Return the share of answers that differed, 0..1; 0 where none was compared."""
        return self.differed / self.answers if self.answers else 0.0


def report(session: Session, event: Event) -> Report:
    """Compare an event's second keyings with its paper answers, as both are stored now."""
    seconds = session.scalars(
        select(SecondKeying).where(SecondKeying.event_id == event.id).order_by(SecondKeying.id)
    ).all()
    firsts = {row.submission: row for row in session.scalars(of_paper(event.id))}
    same: dict[UUID, UUID] = {}  # second -> first
    for second in seconds:
        twins = [id for id in near(second, firsts, same) if not differences(firsts[id], second)]
        if twins:
            same[second.id] = twins[0]
    pairs = dict(same)
    for second in seconds:
        if second.id not in pairs and (first := nearest(second, firsts, pairs)):
            pairs[second.id] = first
    by_id = {one.id: one for one in seconds}
    differing = tuple(
        Difference(id, first, differences(firsts[first], by_id[id]))
        for id, first in sorted(pairs.items())
        if id not in same
    )
    paired = [one for one in seconds if one.id in pairs]  # not: its first keying was taken back
    looked_up = sum(one.differed or 0 for one in paired)
    return Report(
        sheets=len(seconds),
        agree=sum(by_id[id].differed is None for id in same),
        differing=differing,
        unmatched=len(seconds) - len(pairs),
        settled=sum(one.differed is not None for one in paired),
        answers=sum(len(compared(firsts[first].answers)) for first in pairs.values()),
        differed=sum(len(one.items) for one in differing) + looked_up,
    )


def of_paper(event_id: int) -> Any:
    return (
        select(Response)
        .where(Response.event_id == event_id, Response.mode == "paper")
        .order_by(Response.submission)
    )


def near(
    second: SecondKeying, firsts: Mapping[UUID, Response], taken: Mapping[UUID, UUID]
) -> Sequence[UUID]:
    """Return the first keyings that are no other sheet's, of the same audience."""
    used = set(taken.values())
    return [id for id, row in firsts.items() if id not in used and row.audience == second.audience]


def nearest(
    second: SecondKeying, firsts: Mapping[UUID, Response], taken: Mapping[UUID, UUID]
) -> UUID | None:
    """Return the one first keying that differs least; None where there is none, or two."""
    far = sorted((len(differences(firsts[id], second)), id) for id in near(second, firsts, taken))
    if not far or far[0][0] > MOST_DIFFERENT or (len(far) > 1 and far[1][0] == far[0][0]):
        return None
    return far[0][1]


def compared(answers: Answers) -> list[str]:
    """Return the items that stood on a sheet."""
    return sorted(name for name, value in answers.items() if name != ORDER and value != NOT_SHOWN)


def differences(first: Response, second: SecondKeying) -> tuple[tuple[str, Any, Any], ...]:
    """Return (item, first, second) of each answer that differs; one that is not there is blank."""
    names = sorted({*compared(first.answers), *compared(second.answers)})
    pairs = ((name, given(first.answers, name), given(second.answers, name)) for name in names)
    return tuple(one for one in pairs if one[1] != one[2])


def given(answers: Answers, name: str) -> Any:
    value = answers.get(name, SKIPPED)
    return SKIPPED if value == NOT_SHOWN else value


def settle(session: Session, event: Event, id: UUID, chosen: Mapping[str, str]) -> int:
    """Correct a sheet's answers as the paper says, and return how many were changed.

    chosen: item -> first, second or blank. Raises Refused for a sheet that does not differ any
    more, or where an answer is not chosen.
    """
    differing = next((one for one in report(session, event).differing if one.id == id), None)
    if differing is None:
        raise Refused("The two agree by now.", "keyed_same")
    if any(chosen.get(name) not in CHOICES for name, *_ in differing.items):
        raise Refused("Choose what the paper says, for every answer.", "keyed_choose")
    first = session.get_one(Response, (event.id, differing.submission))
    second = session.get_one(SecondKeying, (event.id, id))
    ours, theirs = dict(first.answers), dict(second.answers)
    changed = 0
    for name, here, there in differing.items:
        value = {FIRST: here, SECOND: there, BLANK: SKIPPED}[chosen[name]]
        changed += value != here
        if value != here:
            ours[name] = value
        theirs[name] = ours.get(name, SKIPPED)
    first.answers, second.answers = ours, theirs
    second.differed = len(differing.items)
    return changed
