"""What becomes of held answers: one person proposes, another one of another role agrees.

The answers themselves are shown to neither, so that nobody decides by what they like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from survey.quality.marks import COUNTED, LEFT_OUT, WAITING
from survey.storage.desk_tables import HeldAnswer, HeldGroup
from survey.storage.events import Refused
from survey.storage.models import Event

VERDICTS = (COUNTED, LEFT_OUT)
MOST_WHY = 200  # characters
AGREE, DISAGREE = "agree", "disagree"


@dataclass(frozen=True)
class Somebody:
    """Who decides: an account with its role, or the command line, which is the operator's."""

    account_id: int | None
    role: str


def groups(session: Session, event: Event) -> Sequence[HeldGroup]:
    """Return an event's groups, those that wait first."""
    rows = session.scalars(select(HeldGroup).where(HeldGroup.event_id == event.id)).all()
    return sorted(rows, key=lambda one: (one.state != WAITING, one.number))


def is_waiting(session: Session, event: Event) -> bool:
    """Whether two people have not decided about some of an event's answers."""
    waits = HeldGroup.event_id == event.id, HeldGroup.state == WAITING
    return bool(session.scalar(select(exists().where(*waits))))


def sizes(session: Session, event: Event) -> dict[int, int]:
    """Return how many answers each group has."""
    query = select(HeldAnswer.number, func.count()).where(HeldAnswer.event_id == event.id)
    rows = session.execute(query.group_by(HeldAnswer.number)).all()
    return {row[0]: row[1] for row in rows}


def find(session: Session, event_id: int, number: int) -> HeldGroup:
    """Return one group. Raises Refused where there is none of that number."""
    group = session.get(HeldGroup, (event_id, number))
    if group is None:
        raise Refused(f"There is no group {number} of held answers.", "held_gone")
    return group


def propose(group: HeldGroup, verdict: str, why: str, by: Somebody) -> None:
    """Propose what becomes of a group. Raises Refused where that cannot be."""
    why = " ".join(why.split())
    if verdict not in VERDICTS:
        raise Refused("Say whether they count or are left out.", "held_verdict", "verdict")
    if not why:
        raise Refused("Say why, in one line.", "held_why", "why")
    if len(why) > MOST_WHY:
        raise Refused(f"{MOST_WHY} characters at most.", "too_long", "why", most=MOST_WHY)
    if group.state != WAITING:
        raise Refused("Two people have decided about these already.", "held_decided")
    if group.proposal:
        raise Refused("Somebody has proposed something already.", "held_proposed")
    group.proposal, group.why = verdict, why
    group.proposed_by, group.proposed_as = by.account_id, by.role


def answer(group: HeldGroup, verdict: str, by: Somebody) -> None:
    """Agree with a proposal, or not: then they wait on. Raises Refused where that cannot be."""
    if group.state != WAITING or not group.proposal:
        raise Refused("Nothing is proposed about these.", "held_nothing")
    if verdict not in (AGREE, DISAGREE):
        raise Refused("Say whether you agree.", "held_answer", "answer")
    if not may_answer(group, by):
        raise Refused(
            "Two people of different roles decide: this one needs another than who proposed it.",
            "held_same_role",
        )
    if verdict == AGREE:
        group.state, group.decided_by = group.proposal, by.account_id
    else:
        group.proposal, group.why, group.proposed_by, group.proposed_as = "", "", None, ""


def may_answer(group: HeldGroup, by: Somebody) -> bool:
    """Whether somebody may be the second: another person, of another role."""
    same = by.account_id is not None and by.account_id == group.proposed_by
    return not same and by.role != group.proposed_as
