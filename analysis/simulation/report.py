"""The proof as Markdown: docs/proof.md, written anew each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis.simulation.goals import CLAIMS, goals_of, of
from analysis.simulation.run import SEED, Proof

HEAD = """# Proof by simulation

Written by `python3 dev.py flask prove`; do not edit. Seasons whose truth is known are printed,
ranged and judged by the release's own code, and each claim is judged by its own truth. Towns'
shares lie between 35 and 75 %, no two alike. An evening's own share is drawn from a beta
distribution around its town's, so that two people of one event agree with exactly the correlation
that is named (ICC). People come in parties of one to four, the mean person with one other, and two
of one party agree by .4. Same seed, same tables. Beside what the rules give stands what those of
the first release gave on the same answers ("before").

What it does not prove: who chose to come or to answer is in no table. Where parties agree by much
more than .4, or are much larger, the ranges of the people who came are too narrow. A correlation
within places over .20 is more than is allowed for.
"""


def write(path: Path, proof: Proof) -> None:
    """Write the page; the same proof leaves the same file."""
    path.write_text(f"{HEAD}\n{tables(proof)}\n", "utf-8")


def tables(proof: Proof) -> str:
    parts = (goals, cases, composition, raked, small)
    return "\n\n".join("\n".join(part(proof)) for part in parts)


def goals(proof: Proof) -> Iterator[str]:
    yield "## The goals"
    yield ""
    yield (
        f"Seed {SEED}; per cent, ± one standard error of the simulation itself. Of each claim the "
        "worst case stands here. A goal counts as met where it is not missed by more than twice "
        "that error, and by .4 points at most."
    )
    yield ""
    yield from table("claim", "truth", "goal", "measured", "before", "worst case", "met")
    for goal in goals_of(proof):
        met = "yes" if goal.met else "**no**"
        old = "" if goal.old is None else f"{goal.old}"
        yield line(
            goal.claim.what, goal.claim.truth, goal.claim.goal, f"{goal.rate}", old, goal.case, met
        )


def cases(proof: Proof) -> Iterator[str]:
    yield "## Every case"
    yield ""
    yield (
        "Ranges: per number of answers the worst over 1, 3, 10 and 30 events, ICC of 0 to .10 and "
        "shares of 35, 55 and 75 %; that case was then simulated anew, so that it is not the worst "
        "by bad luck. Rows without a goal show what else can be expected."
    )
    for claim in CLAIMS:
        yield ""
        yield f"**{claim.what[0].upper()}{claim.what[1:]}** (goal: {claim.goal})"
        yield ""
        yield from table("case", "measured", "before", "goal for it")
        for one in of(proof.findings, claim.id):
            goal = "" if one.goal is None else f"{100 * one.goal:g} %"
            yield line(one.case, f"{one.rate}", "" if one.old is None else f"{one.old}", goal)
        if claim.id == "slope":
            yield ""
            yield "How often the slope is reported at all:"
            yield ""
            yield from table("case", "measured")
            for one in of(proof.findings, "trend"):
                yield line(one.case, f"{one.rate}")


def composition(proof: Proof) -> Iterator[str]:
    yield (
        "**Other people, same minds.** Half of the people are of the youngest group in one season "
        "and a quarter in the next; within each of three groups nobody's mind changes. Per cent of "
        "95 % ranges that hold 0."
    )
    yield ""
    yield from table("events, people each", "ICC", "communities", "adjusted change", "raw change")
    for one in proof.mix:
        who = "the same" if one.returning else "others"
        sizes = f"{one.events}, {one.each}"
        yield line(sizes, f"{one.icc:.2f}", who, f"{one.adjusted}", f"{one.raw}")


def raked(proof: Proof) -> Iterator[str]:
    yield (
        "**Raking** to the population's known ages and races, where these alone decide who "
        "answers. Per cent of 95 % ranges that hold the population's share; mean widths in points."
    )
    yield ""
    yield from table(
        "events, people each", "ICC", "raked", "weights taken as fixed", "unweighted", "widths"
    )
    for one in proof.raked:
        rates = (f"{one.raked}", f"{one.fixed}", f"{one.unweighted}")
        ends = f"{100 * one.width:.1f}, fixed {100 * one.fixed_width:.1f}"
        yield line(f"{one.events}, {one.each}", f"{one.icc:.2f}", *rates, ends)


def small(proof: Proof) -> Iterator[str]:
    yield (
        "**Counties of small towns** (3 to 250 people, one event each, true shares 8 points "
        "apart), pooled and rounded. Steadied marks are judged against each town's own truth; "
        "their errors and those of the shown value are mean distances from it in points. The "
        "standard error of a steadied mark forgets that the spread between towns is itself a "
        "guess, so no range is drawn around one."
    )
    yield ""
    yield from table(
        "ICC", "ranges hold", "shown in words", "fewest people", "steadied ± 1.96 SE holds",
        "error shown", "error steadied",
    )  # fmt: skip
    for one in proof.small:
        yield line(
            f"{one.icc:.2f}", f"{one.ranges}", f"{100 * one.words:.0f} %", f"{one.least}",
            f"{one.steadied}", f"{one.raw_error:.1f}", f"{one.steadied_error:.1f}",
        )  # fmt: skip


def table(*names: str) -> Iterable[str]:
    return (line(*names), line(*("---" for _ in names)))


def line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
