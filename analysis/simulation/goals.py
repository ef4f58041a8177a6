"""What was promised, and whether the simulation found it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.simulation.ranges import Coverage
from analysis.simulation.rates import Rate
from analysis.simulation.run import Proof

COVERED = 0.95  # of the released ranges hold the truth
FALSE = 0.05  # at most, of what is told as a clear change
COMPOSITION = 0.93  # of the adjusted ranges hold 0 where nobody changed their mind
POWER, NEAR = 0.80, 0.03  # at the printed smallest change


@dataclass(frozen=True)
class Goal:
    """met: not missed by more than twice the simulation's own error."""

    what: str
    wanted: str
    found: str
    met: bool


def goals_of(proof: Proof) -> Iterator[Goal]:
    yield _coverage(proof)
    for what, attribute in (
        ("false clear changes among all verdicts shown", "shown"),
        ("false ones among the clear changes of a season", "among_clear"),
    ):
        worst = max((getattr(one, attribute) for *_, one in proof.false), key=Rate.order)
        fine = worst.part - 2 * worst.error <= FALSE
        yield Goal(what, "5 % at most", f"{worst}", fine)
    least = min((one.adjusted for one in proof.mix), key=Rate.order)
    what = "other people, same minds: the adjusted range holds 0"
    yield Goal(what, "93 % or more", f"{least}", reaches(least, COMPOSITION))
    means = [found for _, found in powers(proof)]
    near = all(abs(found.part - POWER) <= NEAR + 2 * found.error for found in means)
    ends = f"{min(means, key=Rate.order)} to {max(means, key=Rate.order)}"
    what = "a change of the printed smallest size is found"
    yield Goal(what, "80 % within 3 points", ends, near)


def _coverage(proof: Proof) -> Goal:
    worst = min(proof.hardest, key=lambda one: one.released.part)
    under = [one for one in proof.hardest if not reaches(one.released, COVERED)]
    what = f"released ranges hold the truth: hardest of {len(proof.survey)} cases"
    said = f"{len(under)} of the {len(proof.hardest)} worst cases below miss the goal"
    return Goal(what, "95 % or more", f"{worst.released} ({_case(worst)}); {said}", not under)


def _case(one: Coverage) -> str:
    place = "alone" if one.case.alone else "among others"
    events = f"{one.case.events} event{'s' if one.case.events > 1 else ''}"
    share = f"{100 * one.share:.0f} %"
    return f"{one.case.n} answers, {events}, ICC {one.case.icc:.2f}, {share}, {place}"


def powers(proof: Proof) -> Iterator[tuple[tuple[int, int, str], Rate]]:
    """((people, events, who moves), mean over the true shares)."""
    keys = dict.fromkeys((one.town.n, one.town.events, one.moved) for one in proof.power)
    for key in keys:
        mine = [one.found for one in proof.power if (one.town.n, one.town.events, one.moved) == key]
        error = np.sqrt(sum(rate.error**2 for rate in mine)) / len(mine)
        mean = sum(rate.part for rate in mine) / len(mine)
        yield key, Rate(mean, float(error), sum(rate.of for rate in mine))


def reaches(rate: Rate, goal: float) -> bool:
    """Not under the goal by more than twice the simulation's own error."""
    return rate.part + 2 * rate.error >= goal


def missed(proof: Proof) -> list[str]:
    """The goals that were not met, in words."""
    return [goal.what for goal in goals_of(proof) if not goal.met]
