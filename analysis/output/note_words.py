"""A release's notes in words: what was put together, shown coarser or left out, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SAYS = {
    ("pooled", "under_least"): "Shown together only: each had fewer than 11 answers.",
    ("dropped", "under_least"): "Not shown: fewer answers than a figure may rest on.",
    ("dropped", "one_part"): "Not shown: there were not two groups of 11 or more people.",
    ("dropped", "few_answers"): "Not shown, nor is the county's total: fewer than 11 answers.",
    ("dropped", "audit"): "Not shown: what few people answered could be worked out from it.",
    ("coarsened", "audit"): "Shown one band coarser: a group could be worked out otherwise.",
    ("waits", "changed_by_few"): "Stands as before: too few people answered since.",
    ("waits", "regrouped"): "Stands as before: who is shown with whom may not change by so few.",
    ("waits", "total_waits"): "Stands as before, as its total does.",
    ("waits", "no_answers"): "Stands as before: its answers are not there any more.",
    ("waits", "audit"): "Stands as before: a newer table could be worked out.",
    ("icc", "estimated"): "Correlation of answers at one event within places, as estimated.",
    ("icc", "unsettled"): "Too few events to estimate the correlation of answers at one event.",
    ("spread", "estimated"): "Standard deviation of the score over the whole programme.",
    ("index", "few"): "Too few answers to judge whether the index holds together.",
    ("index", "holds"): "The index holds together and is shown.",
    ("imported", "responses"): "Answers read from a file of another tool: see imports.csv.",
    ("imported", "counts"): "Known as counts alone, from a file: see imports.csv. No groups, no "
    "index, and a change is told among the people who came, never of the place.",
    ("held", "waiting"): "Answers that wait for two people to decide, rounded up to fives.",
    ("held", "left_out"): "Answers that two people left out, rounded up to fives.",
    ("verified", "settled"): "Answers with a card say the same, within 5 points.",
    ("verified", "not_settled"): "Answers with a card differ by more than 5 points.",
    ("index", "withheld"): "The index does not hold together and is not shown.",
}  # fmt: skip
OF_KIND = {
    "alpha": "Cronbach's alpha of the index.",
    "omega": "McDonald's omega of the index.",
    "held_low": "Least value over all answers, those that count, those with a card.",
    "held_high": "Greatest value over all answers, those that count, those with a card.",
    "waits": "Stands as in the release before.",
}


def note_says(note: Mapping[str, Any]) -> str:
    """The note in a sentence; its kind and reason where a release knows others than we do."""
    known = SAYS.get((note["kind"], note["reason"])) or OF_KIND.get(note["kind"])
    return known or f"{note['kind']}: {note['reason']}"
