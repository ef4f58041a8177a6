"""What a release would show how, by community, in codes that pages put into words; no figure.

Everybody meets the figures when all do, so that nobody chooses by them whether to publish. What
is told here are the release's own notes, which are published with it, and who stands alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from analysis.disclosure.between_releases import AUDIT
from analysis.measures import ADULT, EVENT, TOTAL
from survey.questionnaire.instrument import Content
from survey.release.build import Prepared
from survey.release.measure_catalogue import LANGUAGE, cut_questions

ALONE, TOGETHER, COUNTY, FEW, UNSAFE, WAITS = (
    "alone", "together", "county", "few", "unsafe", "waits",
)  # fmt: skip
GROUPS = "groups_"  # how the sorts begin that name cuts, not panels
HAS_FIGURES = (ALONE, TOGETHER, COUNTY)
GROUPS_WIDER, GROUPS_FEW, GROUPS_UNSAFE = "groups_wider", "groups_few", "groups_unsafe"
OF_TOTALS = {"dropped": FEW, "waits": WAITS}
OF_GROUPS = {"coarsened": GROUPS_WIDER, "dropped": GROUPS_FEW}


class About(NamedTuple):
    """Of what a preview says something: one community's season, shown in one way."""

    slug: str
    season: int
    sort: str
    members: str = ""  # with whom, joined by bars


def look_ahead(content: Content, prepared: Prepared) -> dict[str, Any]:
    """Return what a preview keeps: how many seasons and communities a release would hold, and
    {slug: [[season, sort, members, names of panels or cuts], ...]}, the newest season first.

    Of the panels those are told that everybody is asked: one kind of agency, or the evening.
    """
    names_of: dict[About, dict[str, None]] = defaultdict(dict)
    counties: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place in prepared.about["places"]:
        counties[place["state"], place["county"]].append(place["slug"])
    plain = [*content.agencies, EVENT]
    by = [q.id for q in cut_questions(content) if ADULT in q.audiences] + [LANGUAGE, TOTAL]
    for county in prepared.built.counties:
        for about, name in shown(county.figures(), plain):
            names_of[about][name] = None
    for note in prepared.about["notes"]:
        if note["panel"] in plain and note["cut"] in by:
            here = counties[note["state"], note["county"]]
            for about, name in of_note(note, here):
                names_of[about][name] = None
    here_then = {about[:2] for about in names_of if not about.sort.startswith(GROUPS)}
    places: dict[str, list[list[Any]]] = defaultdict(list)
    for about, names in sorted(names_of.items(), key=lambda one: -one[0].season):
        if about[:2] not in here_then:
            continue  # of a table of the whole county, in a year without an event here
        listed = [one for one in (*plain, *by) if one in names]
        places[about.slug].append([*about[1:3], about.members.split("|"), listed])
    return {
        "seasons": prepared.about["seasons"],
        "communities": len({about.slug for about in names_of if about.sort in HAS_FIGURES}),
        "places": places,
    }


def shown(totals: pd.DataFrame, plain: Collection[str]) -> Iterator[tuple[About, str]]:
    """Yield who stands alone, who in a pool, and who in the whole county only."""
    totals = totals[totals["panel"].isin(plain)]
    rows = totals[["season", "community", "members", "panel"]].drop_duplicates()
    for season, community, members, panel in rows.itertuples(index=False, name=None):
        if not members:
            if community:
                yield About(community, int(season), ALONE), panel
            continue
        for slug in members.split("|"):
            yield About(slug, int(season), TOGETHER if community else COUNTY, members), panel


def of_note(note: Mapping[str, Any], here: Collection[str]) -> Iterator[tuple[About, str]]:
    """Yield what a note says of the communities that it is about; here: those of its county."""
    total = note["cut"] == TOTAL
    sort = (OF_TOTALS if total else OF_GROUPS).get(note["kind"])
    if sort is None or (total and note["measure"]):
        return
    if note["reason"] == AUDIT and note["kind"] == "dropped":
        sort = UNSAFE if total else GROUPS_UNSAFE
    named = [slug for slug in (note["community"], *note["members"].split("|")) if slug in here]
    for slug in named or here:
        yield About(slug, note["season"], sort), note["panel"] if total else note["cut"]
