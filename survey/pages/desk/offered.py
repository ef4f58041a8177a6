"""What is offered to somebody who plans an event: hours, places for posters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time

from survey.questionnaire.instrument import EVENT, LEAVING
from survey.questionnaire.words import Language

PLACES = ("entrance", "food", "police", "fire", "children", "exit")  # words of [desk.hangs]
USUAL_PLACES = ("entrance", "exit")
START_TIMES = [time(half // 2, half % 2 * 30) for half in range(16, 48)]
# until half past eleven, and two hours into the next day
END_TIMES = [time(half // 2, half % 2 * 30) for half in [*range(18, 48), *range(5)]]


@dataclass(frozen=True)
class Hanging:
    """A place for a poster that is offered."""

    value: str  # wave:channel
    channel: str
    leaving: bool
    ticked: bool


def hangings(words: Language, chosen: Sequence[str] | None) -> Iterator[Hanging]:
    """Yield the places that are offered, those of an earlier event or of another page too.

    chosen: what is ticked; None where nobody was asked yet
    """
    known = []
    for id in PLACES:
        leaving = id == "exit"
        channel = words.say(f"desk.hangs.{id}")
        value = f"{LEAVING if leaving else EVENT}:{channel}"
        known.append(value)
        ticked = id in USUAL_PLACES if chosen is None else value in chosen
        yield Hanging(value, channel, leaving, ticked)
    for value in dict.fromkeys(chosen or ()):
        wave, _, channel = value.partition(":")
        if value not in known and channel:
            yield Hanging(value, channel, wave == LEAVING, True)


def hours_told(words: Language, starts: time, ends: time, zone: str) -> str:
    """Return from when to when an evening is, as a sentence's part."""
    key = f"desk.zone.{zone}"
    return words.say(
        "desk.hours_next" if ends <= starts else "desk.hours",
        starts=words.clock(starts),
        ends=words.clock(ends),
        zone=words.say(key) if words.has(key) else zone,
    )
