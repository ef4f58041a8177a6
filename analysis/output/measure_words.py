"""A measure in one line of English, made of its codes: for codebooks and labels."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.measures import Measure


def measure_says(measure: Measure) -> str:
    """A measure's definition in one line, from its codes."""
    about = f" about {measure.agency}" if measure.agency else ""
    asked = " + ".join(measure.questions)
    if measure.unit == "share":
        codes, among = _list(measure.favourable), _list(measure.valid)
        return f"share of codes {codes} among {among} in {asked}{about}"
    least = f", at least {measure.least} answered" if len(measure.questions) > 1 else ""
    ends = f"0 at code {min(measure.valid)}, 100 at {max(measure.valid)}"
    return f"mean of {asked}{about}, {ends}{least}"


def formula(measure: Measure) -> str:
    """How the figure is computed from a person's code y."""
    if measure.unit == "share":
        return (
            f"count(y in {{{_list(measure.favourable)}}}) / count(y in {{{_list(measure.valid)}}})"
        )
    low, high = min(measure.valid), max(measure.valid)
    of = (
        f"the person's mean of {len(measure.questions)} questions, {measure.least} or more answered"
    )
    return f"mean over people of 100 (y - {low}) / {high - low}; y: {of}"


def _list(codes: Sequence[int]) -> str:
    return ", ".join(map(str, codes))
