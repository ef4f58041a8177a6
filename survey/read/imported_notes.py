"""Sentences on figures from imported files: where from, in which words, how much is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from survey.read.captions import Teller
from survey.storage.release_store import Current, Subject

COUNTS = "counts"  # the kind of an import that held no single answers
MOST_WORDINGS = 2


def imported_notes(
    now: Current, tell: Teller, subject: Subject, shown: Mapping[int, Collection[str]]
) -> Iterator[str]:
    """Yield a sentence for each import among the communities that a page shows.

    shown: season -> slugs of the communities whose answers its figure is made of.
    """
    question = now.asked(subject.measure).question.partition(".")[0]
    said: dict[str, None] = {}
    for one in now.release.about.get("imported", ()):
        if one["community"] in shown.get(one["season"], ()):
            whom = tell.agency(subject.agency) if subject.agency else ""
            said.update(dict.fromkeys(sentences(now, tell, question, whom, one)))
    yield from said


def sentences(
    now: Current, tell: Teller, question: str, whom: str, one: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what is to be known of one import, as far as it is about this question.

    whom: the agency's name; a file may have worded the question by itself for each of them.
    """
    place = now.places.get(one["community"])
    about = {"season": one["season"], "place": place.name if place else one["community"]}
    tool = tell.say(f"imported_tool.{one['tool']}")
    kind = "imported_counts" if one["kind"] == COUNTS else "imported_file"
    yield tell.say(kind, tool=tool, **about)
    version = one["asked"].get(question)
    if not version or not version["asked"]:
        return
    words = [text.removesuffix("[]").strip() for text in version["asked"]]
    named = [text for text in words if whom and whom.casefold() in text.casefold()]
    words = (named or words)[:MOST_WORDINGS]
    answers = [text for text, code in version["labels"].items() if is_answer(code)]
    asked = {"question": " / ".join(words), "answers": tell.list(answers)}
    yield tell.say("imported_words", **asked, **about)
    if version["scale"]:
        yield tell.say("imported_scale", **about)
    if version["crosswalk"]:
        moved = (f"{theirs} → {ours}" for theirs, ours in sorted(version["crosswalk"].items()))
        yield tell.say("imported_crosswalk", codes=tell.list(moved), **about)


def is_answer(code: object) -> bool:
    return not str(code).startswith("-")
