"""What a release pooled, coarsened and left out, as sentences for whoever makes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.disclosure.between_releases import AUDIT
from analysis.tabulation.tables import FEW_ANSWERS
from survey.questionnaire.areas import area_name, parse_area
from survey.questionnaire.instrument import Content


def in_full(content: Content, county: str) -> str:
    """Return an area's id as it is written in English: "Mahoning" -> "Mahoning County"."""
    return area_name(*parse_area(county, "", content.areas), content.areas)


def sentences_of(content: Content, notes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a sentence for each thing that was pooled, left out or waits, and why."""
    for note in notes:
        if note["cut"] == "total" and note["kind"] in TOLD:
            sentence = BECAUSE.get(note["reason"], TOLD[note["kind"]])
            if note["reason"] == AUDIT and note["measure"]:
                sentence = CHART_LEFT_OUT
            members = note["members"].replace("|", ", ") or "-"
            county = in_full(content, note["county"])
            place = note["community"] or "the whole county"
            yield sentence.format(
                **{**note, "county": county, "members": members, "community": place}
            )
    few = [note for note in notes if note["kind"] == "dropped" and note["reason"] != AUDIT]
    cuts = sum(1 for note in few if note["cut"] != "total")
    for kind, reason, sentence in AUDITED:
        left_out = [note for note in notes if note["cut"] != "total" or kind != "dropped"]
        count = sum(1 for note in left_out if (note["kind"], note["reason"]) == (kind, reason))
        if count:
            yield sentence.format(count)
    if cuts:
        yield f"{cuts} tables of groups are left out: fewer than two groups of 11 or more."


TOLD = {
    "pooled": "{season} {county}, {panel}: {members} are shown together.",
    "dropped": "{season} {county}, {panel}: {members} cannot stand apart ({reason}).",
    "waits": "{season} {county}, {panel}: changes wait for the next release ({reason}).",
}
CHART_LEFT_OUT = (
    "{season} {county}, {panel}: {measure} of {community} is not shown, because what few people "
    "answered could be worked out from it."
)
BECAUSE = {
    AUDIT: "{season} {county}, {panel}: not shown, because what few people answered could be "
    "worked out from it.",
    FEW_ANSWERS: "{season} {county}, {panel}: {members} had fewer than 11 answers to some question "
    "and is not shown; nor is the county's total.",
}
AUDITED = (
    ("coarsened", AUDIT, "The audit made {} tables one band coarser: a group could be worked out."),
    ("dropped", AUDIT, "The audit left {} charts of groups out: a group could be worked out."),
)
