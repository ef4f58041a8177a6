"""One printed page about a community: the finding, two charts, five measures, how to read them.

The words and figures are those of the page; `templates/brief.typ` lays them out. A brief is a
tagged PDF: read aloud in order, with its language, its headings and a text for each picture.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import segno

from analysis.output.drawing import Drawing, read
from analysis.output.picture import key_picture, plain
from survey.config import ROOT
from survey.read.charts import agencies_figure, figure
from survey.read.place_page import PlacePage
from survey.read.results_query import Reading
from survey.read.sharing import LICENCE
from survey.read.typeset import in_our_letters, pdf
from survey.storage import replies
from survey.storage.release_store import TOTAL, Place, Subject

TEMPLATE = ROOT / "templates" / "brief.typ"
MEASURES = 5  # rows of the table
REPLIES = 2  # answers of the department: of the longest there is room for no more
DRAWING, LOWER = (430, 250), (430, 205)  # px of one chart; above what people asked for
DIGITS = 12  # of the checksum, in print


def as_pdf(reading: Reading, place: Place, paper: str, origin: str) -> bytes:
    """Return the brief of a community on "letter" or "a4". Raises CannotTypeset."""
    said = in_our_letters(json.dumps(content(reading, place, paper, origin), ensure_ascii=False))
    made_at = int(reading.now.release.made_at.timestamp())
    return pdf(TEMPLATE, {"said": said}, made_at)


def file_name(reading: Reading, place: Place, paper: str) -> str:
    language = reading.tell.language.code
    return f"{place.slug}-release-{reading.now.release.id}-{language}-{paper}.pdf"


def content(reading: Reading, place: Place, paper: str, origin: str) -> dict[str, Any]:
    """Return what stands on the page, in order."""
    tell, release = reading.tell, reading.now.release
    reading = replace(reading, cut=TOTAL)
    last = reading.seasons(place)[-1]
    live = f"{origin}/results/{place.slug}?release={release.id}&lang={tell.language.code}"
    drawings, wished = list(charts(reading, place)), wishes(reading, place)
    return {
        "paper": paper,
        "language": tell.language.code,
        "site": tell.language.say("site.name"),
        "title": say(reading, "title", place=place.name, season=last["season"]),
        "where": f"{place.name}, {tell.area(place)}, {place.state}",
        "season": str(last["season"]),
        "made_up": tell.say("made_up") if release.about["made_up"] else "",
        "heading": f"{place.name}: {lowered(drawings[0].title)}",
        "figure": tell.value(last),
        "sentence": tell.sentence(place, last),
        "changes": [tell.changes.sentence(change) for change in reading.told_now(place)[:2]],
        "charts": [
            drawn(one, title, tell.sentence(place, last), LOWER if wished else DRAWING)
            for one, title in zip(drawings, (tell.title(reading.subject), ""), strict=False)
        ],
        "table": say(reading, "table"),
        "columns": [say(reading, f"columns.{name}", season=last["season"]) for name in COLUMNS],
        "rows": list(rows(reading, place)),
        "wishes_title": tell.say("view.wishes"),
        "wishes_about": tell.say("view.wishes_about"),
        "wishes": wished,
        "replies_title": tell.language.say("reply.title"),
        "replies": list(replied(reading, place, last["season"])),
        "how_title": tell.language.say("reading_guide.title"),
        "how": [tell.say("note"), tell.say("moved.rungs"), say(reading, "marks")],
        "live_title": say(reading, "live"),
        "live": live,
        "address": f"{origin}/results/{place.slug}".partition("://")[2],
        "qr": code(live),
        "qr_alt": say(reading, "qr", place=place.name),
        **footer(reading),
    }


def footer(reading: Reading) -> dict[str, str]:
    """Return where the figures come from, under which checksum and licence."""
    checksum = f"SHA-256 {reading.now.release.sha256[:DIGITS]}…"
    return {"source": reading.tell.source(), "checksum": checksum, "licence": LICENCE}


def replied(reading: Reading, place: Place, season: int) -> Iterator[dict[str, str]]:
    """Yield what the department answered in the page's season, as much as there is room for."""
    words = reading.tell.language
    given = [one.newest for one in replies.shown(reading.session, place.slug)]
    for one in [one for one in given if one.season == season][:REPLIES]:
        said = words.say("reply.said", theme=words.theme(one.theme))
        day = words.day(one.written_at.date())
        yield {
            "said": f"{said}. {words.say(f'reply.stands.{one.stands}')}:",
            "text": one.text,
            "language": one.language,
            "by": words.say("reply.by", agency=one.agency, day=day),
        }


COLUMNS = ("measure", "figure", "range", "answers", "change")


def say(reading: Reading, key: str, **values: object) -> str:
    return reading.tell.say(f"brief.{key}", **values)


def lowered(title: str) -> str:
    return title[0].lower() + title[1:]


def charts(reading: Reading, place: Place) -> Iterator[Drawing]:
    """Yield the years of the headline, and every agency where more than one was asked about."""
    yield read(figure(reading, "trend"))
    if (agencies := agencies_figure(reading, place)) is not None:
        yield read(agencies)


def drawn(one: Drawing, title: str, sentence: str, size: tuple[int, int]) -> dict[str, Any]:
    """Return a chart; the finding of the first one is the page's own heading."""
    return {
        "title": title or one.title,
        "subtitle": one.subtitle,
        "svg": plain(one, *size),
        "alt": f"{one.title}. {one.subtitle}. {sentence}",
        "key": [(key_picture(sort), said) for sort, said in one.key.items()],
    }


def rows(reading: Reading, place: Place) -> Iterator[list[str]]:
    """Yield the newest figure of the headline's agency in each question, in their order."""
    now, tell = reading.now, reading.tell
    asked = now.asked(now.headline.measure)
    written = 0
    for subject in sorted(now.subjects, key=lambda one: one.measure != now.headline.measure):
        if subject.agency != now.headline.agency or not alike(reading, subject, asked.sample):
            continue
        its = replace(reading, subject=subject)
        seasons = its.seasons(place)
        if not seasons or written == MEASURES:
            continue
        written += 1
        row, changes = seasons[-1], its.told_now(place)[:1]
        changed = [f"{tell.changes.short(one)} {tell.changes.amount(one)}" for one in changes]
        if tell.is_unsettled(row):
            changed = [tell.say("held.chip"), *changed]
        title = tell.measure(subject.measure, row["wording"])
        yield [
            title,
            tell.value(row),
            tell.range(row),
            tell.shown_n(row),
            ". ".join(changed) or "–",
        ]


def wishes(reading: Reading, place: Place) -> list[list[str]]:
    """Return [what was asked for, its share, its range], in the questionnaire's order."""
    return [
        [line.name, line.value, line.range] for line in PlacePage(reading, place).wishes().lines
    ]


def alike(reading: Reading, subject: Subject, sample: str) -> bool:
    """Whether a measure is a question that the same people answered."""
    asked = reading.now.asked(subject.measure)
    is_score = subject.measure in reading.now.release.about["scores"]
    return asked.sample == sample and not asked.pair and not is_score


def code(address: str) -> str:
    """Return the QR code of an address as SVG."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, border=4, xmldecl=False)
    return out.getvalue().decode()
