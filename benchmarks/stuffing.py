"""Do stuffed answers wait, and do honest ones count? Evenings whose truth is known.

    .venv/bin/python -m benchmarks.stuffing
    .venv/bin/python -m benchmarks.stuffing --seeds 40 --people 400

Each scenario is drawn anew for every seed (benchmarks/crowds.py, which shares no code with
survey/quality). Prints, with the goal beside it: recall (stuffed answers that wait), honest answers
that wait, and the bias that is left in the share who trust the police. Of a patient stuffer, whom
no sign shows, it prints how often the 95 % range that is shown holds the honest crowd's share.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from analysis.estimators.basic import wilson
from analysis.estimators.crowd import crowd_n
from benchmarks.best_rule import best_recall, least_held
from benchmarks.crowds import (
    ATTACKS,
    HONEST,
    HOURS,
    PATIENT,
    POLICE,
    SCRIPT,
    Night,
    Part,
    evening,
    informed_script,
    patient,
    script,
    share,
)
from survey.quality.answer import answer_of
from survey.quality.signs import Evening, signs

RECALL, HONEST_HELD, BIAS, COVERED = 0.99, 0.005, 0.02, 0.95
SCALES = dict.fromkeys(POLICE, (1, 2, 3, 4, 5))


@dataclass
class Found:
    """What became of one evening."""

    recall: float  # of stuffed answers
    honest: float  # share of the honest ones that wait
    bias: float  # |share counted - share of honest people|
    raw: float  # the same with all answers counted
    covered: bool


def judge(night: Night) -> Found:
    held = held_of(night)
    rows = night.rows
    stuffed = [row for row in rows if not row.honest]
    honest = [row for row in rows if row.honest]
    counted = [row for row in rows if row.key not in held]
    truth, shown = share(iter(honest)), share(iter(counted))
    said = sum(row.answers["trust.police"] > 0 for row in counted)
    low, high = wilson(shown, float(crowd_n(said)))
    return Found(
        recall=fmean(row.key in held for row in stuffed) if stuffed else 1.0,
        honest=fmean(row.key in held for row in honest),
        bias=abs(shown - truth),
        raw=abs(share(iter(rows)) - truth),
        covered=bool(low <= truth <= high),
    )


def held_of(night: Night) -> dict[object, str]:
    answers = [
        answer_of(
            row.key,
            row.answers,
            SCALES,
            poster=row.poster,
            hour=row.hour,
            mode=row.mode,
            sample=(row.audience, "event"),
            household=row.household,
        )
        for row in night.rows
    ]
    return {one.key: one.reason for one in signs(Evening(answers, night.scans, HOURS))}


def scenario(seeds: Sequence[int], people: int, *parts: Part) -> list[Found]:
    return [judge(evening(seed, *parts, people=people)) for seed in seeds]


def line(name: str, found: Sequence[Found], attacked: bool) -> str:
    recall = f"{fmean(one.recall for one in found):7.1%}" if attacked else "      -"
    worst = max(one.honest for one in found)
    return (
        f"{name:28} {recall} {fmean(one.honest for one in found):8.2%} {worst:8.2%} "
        f"{fmean(one.raw for one in found):8.3f} {fmean(one.bias for one in found):8.3f}"
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seeds", type=int, default=20)
    options.add_argument("--people", type=int, default=400)
    asked = options.parse_args()
    seeds = range(asked.seeds)
    print(f"{'':28} {'recall':>7} {'honest':>8} {'worst':>8} {'bias':>8} {'bias':>8}")
    print(f"{'':28} {'':>7} {'held':>8} {'evening':>8} {'before':>8} {'left':>8}")
    print(f"{'goal':28} {RECALL:7.1%} {HONEST_HELD:8.2%} {'':8} {'':8} {BIAS:8.3f}")
    print(line("nobody stuffs", scenario(seeds, asked.people), False))
    for name, part in HONEST.items():
        print(line(name, scenario(seeds, asked.people, part), False))
    everybody = scenario(seeds, asked.people, *HONEST.values())
    print(line("all of these at once", everybody, False))
    for name, part in ATTACKS.items():
        print(line(name, scenario(seeds, asked.people, part), True))
    print(
        line("a script that knows the town", scenario(seeds, asked.people, informed_script), True)
    )
    slow = scenario(seeds, asked.people, patient)
    print(line(PATIENT, slow, True))
    print(
        f"{PATIENT}: the shown range holds the truth in {fmean(one.covered for one in slow):.0%} "
        f"(goal {COVERED:.0%})"
    )
    scripted = [evening(seed, script, people=asked.people) for seed in seeds]
    print(
        f"{SCRIPT}: the best rule there can be finds {best_recall(scripted, HONEST_HELD):.1%} "
        f"where {HONEST_HELD:.1%} of the honest ones wait, and lets "
        f"{least_held(scripted, RECALL):.1%} of them wait to find {RECALL:.0%}"
    )


if __name__ == "__main__":
    main()
