"""The proof as Markdown, written between two marks of docs/methods.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis.simulation.changes import FalseChanges
from analysis.simulation.goals import goals_of, powers
from analysis.simulation.rates import Rate
from analysis.simulation.run import SEED, Proof

OTHERS = ("before rounding", "events ignored")
START, END = "<!-- proof: written by `flask prove` -->", "<!-- end of proof -->"


def write(path: Path, proof: Proof) -> None:
    """Put the tables between the marks; the same proof leaves the same file.

    Raises ValueError when the marks are not there.
    """
    text = path.read_text("utf-8")
    if text.count(START) != 1 or text.count(END) != 1:
        raise ValueError(f"{path.name} needs the lines {START} and {END}, once each.")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    path.write_text(f"{before}{START}\n{tables(proof)}\n{END}{after}", "utf-8")


def tables(proof: Proof) -> str:
    parts = (goals, coverage, widths, changes, power, composition, raked, small)
    return "\n\n".join("\n".join(part(proof)) for part in parts)


def goals(proof: Proof) -> Iterator[str]:
    yield (
        f"Seed {SEED}; ± is one standard error of the simulation itself, in points. A goal counts "
        "as met where it is not missed by more than twice that error."
    )
    yield ""
    yield from table("what", "goal", "found", "met")
    for goal in goals_of(proof):
        yield line(goal.what, goal.wanted, goal.found, "yes" if goal.met else "**no**")


def coverage(proof: Proof) -> Iterator[str]:
    yield (
        "**Ranges**, in per cent of seasons in which they held the truth: for each size and each "
        "correlation within events the worst over 1, 3, 10 and 30 events, true shares of 50, 80 "
        "and 95 %, a programme of one such place and one of 30 events or more; that worst case "
        "was then simulated anew, so that it is not the worst by bad luck. Under 30 answers words "
        "are shown and no range; those rows are of what can be worked out from the words. Then "
        "the worst case before rounding (Wilson with n* on exact numbers), and had events been "
        "ignored, as a plain poll would; these two are not simulated anew."
    )
    yield ""
    iccs = sorted({one.case.icc for one in proof.hardest})
    yield from table("answers", *(f"ICC {icc:.2f}" for icc in iccs), *OTHERS)
    for n in sorted({one.case.n for one in proof.hardest}):
        mine = [one for one in proof.hardest if one.case.n == n]
        name = f"{n}, words only" if mine[0].words else f"{n}"
        others = [(one.exact, one.unclustered) for one in proof.survey if one.case.n == n]
        worst = [min(rates, key=Rate.order) for rates in zip(*others, strict=True)]
        yield line(name, *(f"{one.released}" for one in mine), *map(str, worst))


def widths(proof: Proof) -> Iterator[str]:
    yield (
        "**What rounding costs**: mean width of the range in points, released and before rounding; "
        "correlation .02, three events, 30 events or more in the programme."
    )
    yield ""
    shares = sorted({one.share for one in proof.survey})
    yield from table("answers", *(f"true share {100 * share:.0f} %" for share in shares))
    for n in sorted({one.case.n for one in proof.survey}):
        cells = [
            f"{100 * one.width:.0f} / {100 * one.exact_width:.0f}"
            for one in proof.survey
            if (one.case.n, one.case.events, one.case.icc) == (n, 3, 0.02)
            and not one.case.alone
            and not one.words
        ]
        if cells:
            yield line(f"{n}", *cells)


def changes(proof: Proof) -> Iterator[str]:
    yield (
        "**Clear changes.** Nothing moves, or every fifth town rises by 30 points. young: 4 towns; "
        "mixed: 40 of 12 to 600 people at 1 to 3 events; large: 10 of 600 at 6. Per cent of all "
        "verdicts that are false, of programmes with a false one, of clear changes that are false; "
        "the worst over correlations of 0, .02, .05 and .10."
    )
    yield ""
    yield from table("towns", "moved", "of verdicts", "of programmes", "of clear changes")
    for kind, by in dict.fromkeys((kind, by) for kind, _, by, _ in proof.false):
        mine = [one for k, _, b, one in proof.false if (k, b) == (kind, by)]
        worst = [max(rates, key=Rate.order) for rates in zip(*map(_false_rates, mine), strict=True)]
        yield line(kind, f"{100 * by:.0f} points", *map(str, worst))


def power(proof: Proof) -> Iterator[str]:
    yield (
        "**Power** at the smallest change that is printed, of 20 towns one or all moving by it; "
        "mean over true shares of 50, 60, 80 and 90 %, then the least and the most of the four. "
        "The correlation is .05, as the ranges take it; where it is less, more is found."
    )
    yield ""
    yield from table("town", "who moves", "printed, in points", "found in per cent", "one share")
    for (n, events, moved), found in powers(proof):
        mine = [
            one
            for one in proof.power
            if (one.town.n, one.town.events, one.moved) == (n, events, moved)
        ]
        printed = _span(one.printed for one in mine)
        cells = (printed, f"{found}", _span(one.found.part for one in mine))
        yield line(f"{n} people, {events} events", moved, *cells)


def _span(parts: Iterable[float]) -> str:
    points = [100 * part for part in parts]
    return f"{min(points):.0f} to {max(points):.0f}"


def _false_rates(one: FalseChanges) -> tuple[Rate, Rate, Rate]:
    return one.shown, one.any, one.among_clear


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
        "ICC", "ranges hold", "told in words", "fewest people", "steadied ± 1.96 SE holds",
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
