"""What was promised, claim by claim, and whether the simulation bears it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.simulation.claims import Finding, worst
from analysis.simulation.rates import Rate
from analysis.simulation.run import Proof

COMPOSITION = 0.93  # of the adjusted ranges hold 0 where nobody changed their mind


@dataclass(frozen=True)
class Claim:
    """what: as a reader would put it; truth: what it is judged by; goal: what was promised."""

    id: str
    what: str
    truth: str
    goal: str


CLAIMS = (
    Claim("crowd", "a shown range holds the truth", "share among people like those who came",
          "95 % or more"),
    Claim("false", "rung 1: reported, though the crowds did not differ",
          "difference of the crowds, under 1 point", "5 % at most"),
    Claim("direction", "rung 1: reported the wrong way round, of all", "difference of the crowds",
          "0.5 % at most"),
    Claim("chance", "what chance alone would give, as printed, is off by", "the simulated number",
          "10 % at most"),
    Claim("power", "rung 1: the smallest change is detected", "difference of the crowds",
          "80 % or more"),
    Claim("one event", "rung 1: 15 points, 200 answers, one event a year", "difference of the "
          "crowds", "60 % or more"),
    Claim("fdr", "rung 2: false ones among those reported", "difference of the places",
          "5 % at most"),
    Claim("clear", "rung 2: 20 points, 300 answers, four events, ICC .01", "difference of the "
          "places", "70 % or more"),
    Claim("slope", "rung 3: the range of the slope holds it", "slope of the places",
          "93 % or more"),
    Claim("mean held", "programme: the range of the mean change holds it", "mean of the places' "
          "changes", "95 % or more"),
    Claim("mean", "programme: +5 points over 48 places of 200 is detected", "mean of the places' "
          "changes", "80 % or more"),
)  # fmt: skip


@dataclass(frozen=True)
class Goal:
    claim: Claim
    case: str
    rate: Rate
    old: Rate | None
    met: bool


def of(findings: Sequence[Finding], claim: str) -> list[Finding]:
    return [one for one in findings if one.claim == claim]


def goals_of(proof: Proof) -> Iterator[Goal]:
    """The worst case of every claim."""
    for claim in CLAIMS:
        one = worst(of(proof.findings, claim.id))
        yield Goal(claim, one.case, one.rate, one.old, one.room >= 0)
    least = min((one.adjusted for one in proof.mix), key=Rate.order)
    what = Claim("mix", "other people, same minds: the adjusted range holds 0", "no change of mind",
                 "93 % or more")  # fmt: skip
    yield Goal(what, "the worst of all", least, None, reaches(least, COMPOSITION))


def reaches(rate: Rate, goal: float) -> bool:
    """Not under the goal by more than twice the simulation's own error."""
    return rate.part + 2 * rate.error >= goal


def missed(proof: Proof) -> list[str]:
    """The goals that were not met, in words."""
    return [
        f"{goal.claim.what} ({goal.case}: {goal.rate})" for goal in goals_of(proof) if not goal.met
    ]
