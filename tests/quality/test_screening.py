"""A look at the columns lets no event pass in which signs() finds something, and lets most pass.

signs() looks at every answer by itself, knows nothing of the screening, and is judged by
test_signs.py.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from benchmarks.crowds import ATTACKS, HONEST, HOURS, POLICE, Night, evening
from benchmarks.stuffing import SCALES
from survey.quality import marks, screening
from survey.quality.answer import answer_of
from survey.quality.signs import FEWEST_ALIKE, Evening, signs
from survey.questionnaire.instrument import Content
from survey.storage.desk_tables import HeldAnswer, HeldGroup
from survey.storage.events import now
from survey.storage.models import IMPORTED, Event, Poster
from tests.builders import add_event, add_poster
from tests.quality.nights import copies, store


def may_hold(night: Night, texts: Sequence[str] | None = None, **instead: Any) -> bool:
    """Screen an evening, its rows as a database returns them."""
    texts = texts or [json.dumps(row.answers) for row in night.rows]
    rows: Any = [
        (
            1, instead.get("key", uuid5(NAMESPACE_OID, str(row.key)).hex), text, row.poster,
            row.hour, row.mode, "2026", row.audience, "event", row.household,
        )
        for row, text in zip(night.rows, texts, strict=True)
    ]  # fmt: skip
    return screening.may_hold(rows, HOURS, lambda *_: {**SCALES})


def held_of(night: Night) -> int:
    answers = [
        answer_of(
            row.key, row.answers, SCALES, poster=row.poster, hour=row.hour, mode=row.mode,
            sample=(row.audience, "event"), household=row.household,
        )
        for row in night.rows
    ]  # fmt: skip
    return len(signs(Evening(answers, night.scans, HOURS)))


def small(seed: int) -> Night:
    """An evening near the limits: few people, few ways, a part that leans by about a step, copies
    in about the number that is a sign, ticked in any order."""
    chance = random.Random(seed)
    night = Night(chance)
    lean = chance.choice((0, 0, 1, 1, 2, 3))
    same = chance.choice((0, 0, FEWEST_ALIKE - 1, FEWEST_ALIKE, FEWEST_ALIKE + 1))
    hours = [*HOURS[:2], "2026-08-05T09"]
    for _ in range(chance.randint(20, 60)):
        mode = chance.choices(("own phone", "kiosk", "paper"), (6, 2, 1))[0]
        hour = chance.choices(hours, (5, 4, 2))[0]
        leans = lean if mode == "kiosk" or hour != hours[0] else 0
        given: dict[str, Any] = {name: min(5, chance.randint(1, 3) + leans) for name in POLICE}
        given |= {name: -1 for name in POLICE if chance.random() < 0.1}
        given |= {"age": chance.choice(("18-24", "75+")), "a": chance.randint(1, 9)}
        night.add(given, "ENTRNC", hour, mode=mode, opened=chance.random() < 0.5)
    base = dict.fromkeys(POLICE[1:], chance.choice((1, 4))) | {"age": "75+", "race": ["pacific"]}
    for _ in range(same):
        order = chance.sample(list(base), len(base))
        extra = chance.choice(({}, {"order": ["fire", "ems"]}, {POLICE[0]: -4}, {"order": ["ems"]}))
        copy = {**extra, **{name: base[name] for name in order}}
        night.add(copy, "ENTRNC", chance.choice(hours))
    return night


def test_no_event_with_a_sign_passes_and_most_others_do():
    found = [(held_of(night) > 0, may_hold(night)) for night in map(small, range(250))]
    assert (True, False) not in found
    assert found.count((True, True)) > 50
    assert found.count((False, False)) > 2 * found.count((False, True)) > 0


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_is_stuffed_is_looked_at(attack: str):
    night = evening(200, ATTACKS[attack], people=120)
    assert held_of(night)
    assert may_hold(night)


def test_honest_evenings_pass():
    crowds = [evening(seed, *HONEST.values(), people=200) for seed in range(300, 306)]
    crowds += [evening(seed, people=people) for seed, people in enumerate((5, 30, 60, 150, 400))]
    assert sum(map(may_hold, crowds)) <= 1


def ordinary() -> Night:
    return evening(5, people=30)


@pytest.mark.parametrize(
    "text",
    ["[]", "{", "null", "", '{"a": 1}, {"b": 2}', '{"trust.police": 1.0}', '{"age": NaN}',
     '{"trust.police": [1]}', '{"trust.police": {}}', '{"a":' * 100_000],
)  # fmt: skip
def test_a_value_that_is_not_stored_today_is_looked_at(text: str):
    night = ordinary()
    texts = [json.dumps(row.answers) for row in night.rows]
    assert not may_hold(night, texts)
    assert may_hold(night, [text, *texts[1:]])


def test_an_id_that_is_none_is_looked_at():
    night = ordinary()
    assert not may_hold(night, key=str(UUID(int=7)))
    assert may_hold(night, key="7")


def test_several_instruments_are_looked_at():
    night = ordinary()
    rows: Any = [
        (1, UUID(int=row.key).hex, json.dumps(row.answers), row.poster, row.hour, row.mode,
         "2025" if row.key == 9 else "2026", row.audience, "event", row.household)
        for row in night.rows
    ]  # fmt: skip
    assert screening.may_hold(rows, HOURS, lambda *_: {**SCALES})


def add_group(session: Session, event: Event, **about: str) -> None:
    poster = session.scalar(select(Poster.code).where(Poster.event_id == event.id))
    nothing = {"hour": "", "state": "waiting", "proposal": "", "why": "", "proposed_as": ""}
    row = {"event_id": event.id, "number": 4, "reason": "alike", "poster": poster}
    session.execute(insert(HeldGroup), {**row, **nothing, **about})


def kept(session: Session) -> list[Any]:
    """Return all groups and held answers."""
    groups = select(*HeldGroup.__table__.c).order_by(HeldGroup.event_id, HeldGroup.number)
    answers = select(*HeldAnswer.__table__.c)
    return [*map(tuple, session.execute(groups)), *sorted(map(tuple, session.execute(answers)))]


def test_what_is_kept_is_what_each_event_by_itself_comes_to(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """In several queries; with an event whose copies were taken back, one without answers that two
    people decided about, and one whose copies came from a file."""
    content = app.extensions["content"]
    honest = store(app, session, evening(31, people=40), "Elm Grove")
    copied = store(app, session, evening(32, copies, people=60), "Maple Falls")
    bored = store(app, session, evening(33, ATTACKS["a bored teenager"], people=60), "Oak Hill")
    back = store(app, session, evening(36, people=40), "Elk Lake")
    empty = add_event(app, session, name="Pine Bay", kinds=("police",), open_now=False)
    filed = store(app, session, evening(34, copies, people=60), "Birch Run")
    add_poster(session, empty, "only")
    add_group(session, back)
    add_group(session, empty, state="counted", proposal="counted", why="A chorus.")
    for poster in session.scalars(select(Poster).where(Poster.event_id == filed.id)):
        poster.channel = IMPORTED
    session.commit()
    looked: list[str] = []

    def mark(session: Session, content: Content, event: Event) -> None:
        looked.append(event.slug)
        by_itself(session, content, event)

    by_itself = marks.mark
    monkeypatch.setattr(marks, "mark", mark)
    monkeypatch.setattr(marks, "AT_ONCE", 2)
    marks.mark_closed(session, content, now())
    session.expire_all()
    found = kept(session)
    assert looked == [one.slug for one in (copied, bored, back, empty)]
    assert {one[0] for one in found} == {one.id for one in (copied, bored, empty)}
    session.execute(delete(HeldAnswer))
    session.execute(delete(HeldGroup).where(HeldGroup.proposal == ""))
    add_group(session, back)
    for event in (honest, copied, bored, back, empty, filed):
        by_itself(session, content, event)
    assert kept(session) == found
