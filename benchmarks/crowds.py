"""Evenings whose truth is known: honest crowds, and those who stuff answers among them.

It shares no code with survey/quality, which is judged by it: people are drawn with an opinion of
their own, come in parties, and answer the questions of the form; what is returned is what would be
stored of them (poster, hour, mode, answers), and scans. Who is honest is known here alone.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

HOURS = ["2026-08-04T17", "2026-08-04T18", "2026-08-04T19", "2026-08-04T20"]
BUSY = [0.2, 0.35, 0.3, 0.15]
LATER = ["2026-08-04T21", "2026-08-04T22", "2026-08-05T09", "2026-08-05T12", "2026-08-05T18"]
POSTERS = {"ENTRNC": 0.4, "FOODTA": 0.3, "POLICE": 0.2, "PARKNG": 0.1}
STEPS = (-1.7, -1.0, -0.2, 0.9)  # where an opinion passes from one answer to the next
POLICE = ("trust.police", "fair.police", "listen.police", "approach.police", "pre_trust.police")
AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
RACES = ("white", "black", "hispanic", "asian", "native", "mena", "pacific")


@dataclass
class Row:
    """One stored response, and whether a guest gave it."""

    key: int
    poster: str
    hour: str
    mode: str
    audience: str
    household: bool
    answers: dict[str, Any]
    honest: bool


@dataclass
class Night:
    """An evening: what is stored of it, and what is true."""

    chance: random.Random
    rows: list[Row] = field(default_factory=list)
    scans: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(
        self,
        answers: dict[str, Any],
        poster: str,
        hour: str,
        *,
        honest: bool = True,
        mode: str = "own phone",
        audience: str = "adult",
        household: bool = False,
        opened: bool = True,
    ) -> None:
        row = Row(len(self.rows), poster, hour, mode, audience, household, dict(answers), honest)
        self.rows.append(row)
        if mode == "own phone" and not household and opened:
            self.scans[poster, hour] += 1

    def poster(self) -> str:
        return self.chance.choices(list(POSTERS), list(POSTERS.values()))[0]

    def hour(self) -> str:
        return self.chance.choices(HOURS, BUSY)[0]


def answers_of(
    chance: random.Random, opinion: float, party: dict[str, Any], audience: str = "adult"
) -> dict[str, Any]:
    """Return the answers of somebody: police items follow the opinion, the others themselves."""
    given: dict[str, Any] = {"met": chance.choice((["police"], ["police", "fire"], ["nobody"]))}
    for name in POLICE:
        given[name] = step(chance, opinion)
    if "fire" in given["met"]:
        given["trust.fire"] = step(chance, opinion / 2 + 1.0)
    given["again"] = chance.choices((3, 2, 1), (8, 3, 1))[0]
    given["name"] = chance.choices(("no", "met", "before"), (5, 3, 2))[0]
    if audience == "adult":
        given["age"] = chance.choice(party.get("ages", AGES))
        given["race"] = [party["race"]] if chance.random() < 0.9 else -1
    given["live"] = party["live"] if chance.random() < 0.95 else -1
    given["first"] = party["first"]
    return given


def step(chance: random.Random, opinion: float) -> int:
    if chance.random() < 0.05:
        return -3 if chance.random() < 0.5 else -1
    seen = opinion + chance.gauss(0, 0.6)
    return 1 + sum(seen > one for one in STEPS)


def party_of(chance: random.Random) -> dict[str, Any]:
    return {
        "opinion": chance.gauss(0, 0.63),  # two of one party agree by .4
        "race": chance.choices(RACES, (50, 20, 15, 6, 3, 3, 3))[0],
        "live": chance.choices(("yes", "near", "no"), (7, 2, 1))[0],
        "first": chance.choices(("yes", "no", "unsure"), (5, 4, 1))[0],
    }


def guests(night: Night, many: int, lean: float = 0.0, shy: float = 0.0) -> None:
    """Parties of one to four; a few on one phone, some later from home, some never send.

    lean: how far the whole town's opinion lies from the middle. shy: share who tap straight down
    """
    chance = night.chance
    left = many
    while left > 0:
        party, poster, hour = party_of(chance), night.poster(), night.hour()
        if chance.random() < 0.11:
            hour = chance.choice(LATER)
        size = min(left, chance.choices((1, 2, 3, 4), (4, 4, 2, 1))[0])
        shares = size > 1 and chance.random() < 0.3
        for nth in range(size):
            opinion = lean + party["opinion"] + chance.gauss(0, 0.77)
            given = answers_of(chance, opinion, party)
            if chance.random() < 0.15:  # one in seven gives every police question the same step
                same = step(chance, opinion)
                given |= dict.fromkeys(POLICE, same if same > 0 else 4)
            night.add(
                given, poster, hour, household=shares and nth > 0, opened=chance.random() > 0.03
            )
        left -= size
    for _ in range(many // 2):  # opened it, and never sent
        night.scans[night.poster(), night.hour()] += 1


# Honest crowds: nobody of them should wait.


def families(night: Night) -> None:
    """Grandparents, parents and children on one phone, who see it much alike."""
    chance = night.chance
    for _ in range(25):
        party, poster, hour = party_of(chance), night.poster(), night.hour()
        for nth in range(chance.randint(3, 6)):
            opinion = party["opinion"] + chance.gauss(0, 0.4)
            night.add(answers_of(chance, opinion, party), poster, hour, household=nth > 0)


def bus(night: Night) -> None:
    """A senior center's bus: fifty at once at one poster, of one age, rather content."""
    chance = night.chance
    for _ in range(50):
        party = party_of(chance) | {"ages": ("65-74", "75+"), "live": "yes"}
        night.add(answers_of(chance, 0.5 + party["opinion"], party), "ENTRNC", HOURS[1])


def speech(night: Night) -> None:
    """The chief asks everybody to answer, and two hundred do, moved by the speech."""
    chance = night.chance
    for _ in range(200):
        party = party_of(chance)
        opinion = 0.35 + party["opinion"] + chance.gauss(0, 0.77)
        night.add(answers_of(chance, opinion, party), "POLICE", HOURS[2])


def school_class(night: Night) -> None:
    """Twenty-eight teenagers with their teacher; every third answers as the neighbor does."""
    chance = night.chance
    for _ in range(40):  # other teenagers of the evening
        party = party_of(chance)
        opinion = party["opinion"] + chance.gauss(0, 0.77)
        given = answers_of(chance, opinion, party, "teen")
        night.add(given, night.poster(), night.hour(), audience="teen")
    before: dict[str, Any] = {}
    for _ in range(28):
        party = party_of(chance) | {"live": "yes", "first": "yes"}
        given = answers_of(chance, 0.4 + party["opinion"], party, "teen")
        if before and chance.random() < 0.33:
            given = dict(before)
        night.add(given, "FOODTA", HOURS[0], audience="teen")
        before = given


def shared_tablet(night: Night) -> None:
    """Sixty people without a phone of their own, older, at a table with a tablet."""
    chance = night.chance
    for _ in range(60):
        party = party_of(chance) | {"ages": ("55-64", "65-74", "75+")}
        opinion = 0.4 + party["opinion"] + chance.gauss(0, 0.6)
        night.add(answers_of(chance, opinion, party), "FOODTA", night.hour(), mode="kiosk")


def paper(night: Night) -> None:
    """Forty sheets of paper from the tables, keyed in on the day after."""
    chance = night.chance
    for _ in range(40):
        party = party_of(chance) | {"ages": ("55-64", "65-74", "75+")}
        opinion = -0.3 + party["opinion"] + chance.gauss(0, 0.77)
        night.add(answers_of(chance, opinion, party), "ENTRNC", HOURS[3], mode="paper")


# Those who stuff.


def script(night: Night) -> None:
    """One opened form, sent two hundred times by a program, all content, all else at random."""
    chance = night.chance
    for nth in range(200):
        party = {"race": chance.choice(RACES), "live": chance.choice(("yes", "near", "no"))}
        party["first"] = chance.choice(("yes", "no", "unsure"))
        given = answers_of(chance, 2.2, party) | {"name": chance.choice(("no", "met", "before"))}
        given["again"] = chance.choice((1, 2, 3))
        night.add(given, "ENTRNC", HOURS[1], honest=False, opened=nth == 0)


def informed_script(night: Night) -> None:
    """The same by somebody who knows the town: all else is answered as people here would."""
    chance = night.chance
    for nth in range(200):
        given = answers_of(chance, 2.2, party_of(chance))
        night.add(given, "ENTRNC", HOURS[1], honest=False, opened=nth == 0)


def copies(night: Night) -> None:
    """One person sends the same unhappy form forty times, all evening long, at every poster."""
    chance = night.chance
    given = answers_of(chance, -1.2, party_of(chance))
    for _ in range(40):
        night.add(given, night.poster(), night.hour(), honest=False)


def brigade(night: Night) -> None:
    """A photo of the poster goes round: a hundred and fifty strangers, from home, against."""
    chance = night.chance
    for _ in range(150):
        party = party_of(chance) | {"live": chance.choice(("no", "near")), "first": "yes"}
        given = answers_of(chance, chance.gauss(-2.0, 0.4), party)
        night.add(given, "FOODTA", chance.choice(LATER), honest=False)


def staff_booth(night: Night) -> None:
    """The department fills in eighty forms on its own tablet."""
    chance = night.chance
    for _ in range(80):
        given = answers_of(chance, chance.gauss(2.2, 0.3), party_of(chance))
        night.add(given, "POLICE", night.hour(), honest=False, mode="kiosk")


def after_the_end(night: Night) -> None:
    """Sixty forms that nobody wrote are keyed in as paper after the event."""
    chance = night.chance
    paper(night)
    for _ in range(60):
        given = answers_of(chance, chance.gauss(2.3, 0.3), party_of(chance))
        night.add(given, "POLICE", HOURS[3], honest=False, mode="paper")


def teenager(night: Night) -> None:
    """Twenty-five forms on one phone, straight down: always the first answer."""
    worst = dict.fromkeys(POLICE, 1) | {"met": ["nobody"], "again": 1, "name": "before"}
    given = worst | {"age": "18-24", "race": ["native"], "live": "yes", "first": "yes"}
    for nth in range(25):
        night.add(given, "PARKNG", HOURS[2], honest=False, household=nth > 0)


def patient(night: Night) -> None:
    """Eight forms an hour, at several posters, content and each with a life of its own: nothing
    in them is a sign."""
    chance = night.chance
    for hour in HOURS:
        for _ in range(8):
            given = answers_of(chance, chance.gauss(1.0, 0.6), party_of(chance))
            night.add(given, night.poster(), hour, honest=False)


Part = Callable[[Night], None]
HONEST: dict[str, Part] = {
    "families on one phone": families,
    "a bus arrives": bus,
    "a speech sends 200": speech,
    "a school class": school_class,
    "a shared tablet": shared_tablet,
    "paper from the tables": paper,
}
SCRIPT = "a script, one opened form"
ATTACKS: dict[str, Part] = {
    SCRIPT: script,
    "the same form 40 times": copies,
    "a photo of the poster": brigade,
    "the staff's tablet": staff_booth,
    "paper that nobody wrote": after_the_end,
    "a bored teenager": teenager,
}
PATIENT = "a patient stuffer"


def evening(seed: int, *what: Part, people: int = 400, lean: float = 0.2) -> Night:
    """Return an evening of so many guests and of whatever else comes; the same for a seed."""
    night = Night(random.Random(seed))
    guests(night, people, lean)
    for part in what:
        part(night)
    return night


def share(rows: Iterator[Row]) -> float:
    """Return the share of those who trust the police, of those who said."""
    given: list[int] = [
        row.answers["trust.police"] for row in rows if row.answers["trust.police"] > 0
    ]
    return sum(one >= 4 for one in given) / len(given)
