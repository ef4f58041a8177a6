"""What the tables of a release hold beside its frozen rows: names, places, imports, titles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from analysis import Measure
from analysis.output.columns import WIDE_NAME as WIDE
from analysis.output.columns import Table
from analysis.output.published import Cells, Names
from survey.questionnaire.areas import area_name
from survey.questionnaire.content_files import as_tuples
from survey.questionnaire.instrument import Content
from survey.questionnaire.words import REFERENCE
from survey.read.captions import Teller
from survey.read.imported_notes import COUNTS
from survey.storage import release_store
from survey.storage.models import Release
from survey.storage.release_store import TOTAL

DIGITS = 12  # of a file's checksum


def of_state(table: Table, rows: Iterable[Cells], state: str) -> Iterator[Cells]:
    """The rows of one state, and those of no state in particular; "": all."""
    if not state or "state" not in table.names:
        return iter(rows)
    place = table.names.index("state")
    return (row for row in totals(table, rows) if row[place] in ("", state))


def totals(table: Table, rows: Iterable[Cells]) -> Iterator[Cells]:
    """Of the wide table everybody's rows: with those of groups it fits into no memory."""
    if table.name != WIDE:
        return iter(rows)
    cut = table.names.index("cut")
    return (row for row in rows if row[cut] == TOTAL)


def remembered(read: Callable[[str], Iterator[Cells]]) -> Callable[[str], Iterator[Cells]]:
    """How to read all rows again: from memory, where they were read before."""
    kept: list[Cells] = []

    def again(state: str) -> Iterator[Cells]:
        if not kept:
            kept.extend(read(state))
        return iter(kept)

    return again


def measures_of(release: Release) -> list[Measure]:
    """The measures as they were when the release was made."""
    return [Measure(**as_tuples(row)) for row in release.about["measures"]]


def names_of(content: Content, release: Release) -> Names:
    """What the places of a release are called, in English."""
    places = release.about["places"]
    return Names(
        {place["slug"]: place["name"] for place in places},
        {(place["state"], place["county"]): area_of(content, place) for place in places},
    )


def area_of(content: Content, place: dict[str, Any]) -> str:
    """The area that a place lies in, as it is written: "Mahoning County"."""
    kind = place.get("area", "county")
    return area_name(place.get("area_name", place["county"]), kind, content.areas)


def communities(content: Content, release: Release) -> Iterator[Cells]:
    """The cells of COMMUNITIES_TABLE."""
    for place in release.about["places"]:
        yield [
            place["slug"],
            place["name"],
            place["state"],
            place["county"],
            place.get("area", "county"),
            area_of(content, place),
            state.fips if (state := content.states.get(place["state"])) else "",
            place.get("fips", ""),
            place.get("gnis", ""),
        ]


def imports(content: Content, release: Release) -> Iterator[Cells]:
    """The cells of IMPORTS_TABLE: a row for each file, then one for each question it worded."""
    places = {place["slug"]: place for place in release.about["places"]}
    say = content.languages[REFERENCE].say
    for one in release.about.get("imported", ()):
        place = places[one["community"]]
        is_counts = one["kind"] == COUNTS
        head = [
            one["season"],
            place["slug"],
            place["name"],
            place["state"],
            one["sha256"][:DIGITS],
            "counts" if is_counts else "answers",
            say(f"results.imported_tool.{one['tool']}"),
        ]
        left = one.get("left_out") or {"rows": {}, "columns": None}
        rows = left["rows"]
        why = "; ".join(f"{reason}: {count}" for reason, count in rows.items())
        responses = None if is_counts else one.get("responses")
        known = sum(rows.values()) if left["columns"] is not None else None
        yield [*head, *[""] * 6, responses, known, why, left["columns"]]
        for question, version in one["asked"].items():
            yield [*head, question, *worded(version), None, None, "", None]


def worded(version: Mapping[str, Any]) -> list[str]:
    """Wording, words, answers, own scale and crosswalk of a question in an imported file."""
    return [
        version["version"],
        "|".join(version["asked"]),
        "; ".join(f"{text} = {code}" for text, code in version["labels"].items()),
        "|".join(map(str, version["scale"])),
        "; ".join(f"{theirs} = {ours}" for theirs, ours in sorted(version["crosswalk"].items())),
    ]


def import_notes(release: Release) -> Iterator[dict[str, Any]]:
    """A row of NOTES_TABLE for each imported file: its season is known by other means."""
    places = {place["slug"]: place for place in release.about["places"]}
    nothing = dict.fromkeys(("panel", "cut", "measure", "agency", "members"), "")
    for one in release.about.get("imported", ()):
        place = places[one["community"]]
        at = {"season": one["season"], "state": place["state"], "county": place["county"]}
        about = {"kind": "imported", "reason": one["kind"], "community": place["slug"]}
        yield nothing | at | about | {"value": None}


def measure_titles(content: Content, release: Release) -> list[tuple[str, str]]:
    """What each measure is called on English and on Spanish pages."""
    now = release_store.as_current(release)
    tellers = [Teller(now, content.languages[code]) for code in (REFERENCE, "es")]
    titles = []
    for measure in release.about["measures"]:
        subject = release_store.Subject(measure["id"], measure["agency"])
        is_shown = subject in now.subjects  # what has no figure has no page and no name
        english, spanish = (tell.title(subject) if is_shown else "" for tell in tellers)
        titles.append((english, spanish))
    return titles
