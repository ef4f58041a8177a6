"""Released rows in words: the same sentence on a page, in a chart's title and for a screen reader.

Sentences are made of the language files' words and of what the row allows; where a row allows
words only ("over two thirds"), no number is made up for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import ceil, floor

from survey.questionnaire.words import Language
from survey.read.kept_words import once
from survey.read.verdicts import Verdicts
from survey.storage.release_notes import is_unsettled
from survey.storage.release_store import Asked, Current, Place, Row, Subject

THIRDS = ("low", "middle", "high")
MOST_NAMED = 8  # places named in one sentence
TAIL = (
    1.5  # steps of a band: what is less is written "or less"; as analysis.tabulation.rounding.TAIL
)


@dataclass(frozen=True)
class Cell:
    """One figure in a table: what is read first, and what stands under it."""

    value: str
    range: str
    n: str
    together: bool  # shown with its neighbours


@dataclass(frozen=True, eq=False)
class Teller:
    """Tells the rows of one release in one language."""

    now: Current
    language: Language
    worded: dict[tuple[object, ...], str] = field(default_factory=dict, repr=False)

    def say(self, key: str, **values: object) -> str:
        return self.language.say(f"results.{key}", **values)

    @once
    def title(self, subject: Subject, wording: str = "") -> str:
        """Return "Trust: police", and whose answers it is about where that is not the usual."""
        title = self.about_agency(self.measure(subject.measure, wording), subject.agency)
        sample = self.now.asked(subject.measure).sample
        if sample == self.now.asked(self.now.headline.measure).sample:
            return title
        return self.say("sample.titled", title=title, sample=self.sample(sample))

    def about_agency(self, title: str, kind: str) -> str:
        return self.say("of_agency", title=title, agency=self.agency(kind)) if kind else title

    @once
    def measure(self, measure: str, wording: str = "") -> str:
        """Return what is measured, without whom it is about or whose answers they are."""
        asked = self.now.asked(measure)
        title = self.language.say(f"{self.now.words(measure, wording)}.title")
        if option := self.option(asked):
            title = self.say("of_agency", title=title, agency=option)
        return self.say(f"pair.{asked.pair}", title=title) if asked.pair else title

    @once
    def option(self, asked: Asked) -> str:
        """Return the words of the option that a measure is the share of; "" for other measures."""
        key = f"option.{asked.question}"
        return self.language.say(key) if self.language.has(key) else ""

    def sample(self, sample: str) -> str:
        """Return whose answers a measure counts, as a heading: "Adults on their way out"."""
        return self.say(f"sample.{sample}")

    def who(self, asked: Asked) -> str:
        """Return whose answers a measure counts, in a sentence: "those who answered"."""
        who = self.say(f"who.{asked.sample}")
        return self.say("pair.then_who", who=who) if asked.pair == "then" else who

    def agency(self, kind: str) -> str:
        return self.language.say(f"agency.{kind}.label") if kind else self.say("the_event")

    def cut(self, cut: str) -> str:
        if self.language.has(f"question.{cut}.title"):
            return self.language.say(f"question.{cut}.title")
        return self.language.say(f"cut.{cut}")

    @once
    def group(self, cut: str, group: str) -> str:
        """Return a group's name: an option's words, a language's own name, or the pool's."""
        key = f"group.{group}"  # a release of an earlier version may hold a group of no name
        known = dict(self.groups(cut)).get(group)
        return known or self.language.say(key if self.language.has(key) else "group.unsaid")

    def place(self, place: Place, row: Row | None = None) -> str:
        """Return a community's name, or what its row stands for: a pool or the whole county."""
        if row is None or row["community"] == place.slug:
            return place.name
        return self.area(place, "whole" if row["community"] == "" else "pool")

    def told_apart(self, places: Sequence[Place]) -> list[Place]:
        """Return places with their county and state behind a name that several of them have."""
        names = Counter(place.name for place in places)
        return [
            replace(place, name=f"{place.name} ({self.area(place)}, {place.state})")
            if names[place.name] > 1
            else place
            for place in places
        ]

    def area(self, place: Place, form: str = "name") -> str:
        """Return the area a community lies in, by its own word: a county, a parish, a borough."""
        return self.language.say(f"area.{place.area}.{form}", name=place.area_name)

    def number(self, value: float, row: Row) -> str:
        """Return a share as per cent, or a score as it is."""
        return self.points(value * 100 if self.is_share(row) else value, self.is_share(row))

    @once
    def points(self, points: float, is_share: bool) -> str:
        shown = f"{points:.1f}".removesuffix(".0")
        return self.language.say("format.percent", number=shown) if is_share else shown

    def is_share(self, row: Row) -> bool:
        return row["measure"] not in self.now.scores

    def value(self, row: Row) -> str:
        """Return the figure: "62%", "15% or less", or a third in words."""
        low, high = row["value_low"], row["value_high"]
        most = 1 if self.is_share(row) else 100
        if row["value"] is None:
            return self.say(f"third.{THIRDS[round((low + high) / 2 / most * 3 - 0.5)]}")
        if low == 0:
            return self.say("or_less", number=self.number(high, row))
        if high == most:
            return self.say("or_more", number=self.number(low, row))
        return self.number(row["value"], row)

    def range(self, row: Row) -> str:
        """Return "52% to 71%"; nothing where a row allows words only."""
        if row["range_low"] is None or row["value"] is None:
            return ""
        most = 100 if self.is_share(row) else 1  # rounded outward: never narrower than it is
        low, high = floor(row["range_low"] * most + 1e-6), ceil(row["range_high"] * most - 1e-6)
        return self.between(low, high, self.is_share(row))

    @once
    def between(self, low: int, high: int, is_share: bool) -> str:
        return self.say("from_to", low=self.points(low, is_share), high=self.points(high, is_share))

    def dont_know(self, row: Row) -> str:
        """Return the share who said that they do not know; nothing where words stand for all."""
        share = row["dont_know"]
        if share is None:
            return ""
        tail = TAIL * float(row["band"]) / 100
        if share < tail:
            return self.say("or_less", number=self.number(tail, row))
        if share > 1 - tail:
            return self.say("or_more", number=self.number(1 - tail, row))
        return self.number(share, row)

    def shown_n(self, row: Row) -> str:
        return str(row["n"])

    def n(self, row: Row) -> str:
        return self.say("answers", n=self.shown_n(row))

    def hover(self, row: Row) -> str:
        """Return what a mark of a chart says of its row: just what the table says."""
        unsettled = self.say("held.chip") if self.is_unsettled(row) else ""
        return "<br>".join(filter(None, (self.value(row), self.range(row), self.n(row), unsettled)))

    def in_order(self, cut: str, rows: Iterable[Row]) -> list[Row]:
        """Return rows of groups in the order of the questionnaire, the pool last."""
        order = {group: place for place, (group, _) in enumerate(self.groups(cut))}
        return sorted(
            rows,
            key=lambda row: (row["group"] == "other", order.get(row["group"], len(order)),
                             row["group"]),
        )  # fmt: skip

    def came(self, row: Row) -> str:
        """Return how many answers there are, and of how many people who came if that is known."""
        if not row["head_count"]:
            return self.n(row)
        came = self.language.number(row["head_count"])
        return self.say("answers_of", n=self.shown_n(row), came=came)

    def took_part(self, row: Row) -> str:
        """Return the share of the people who came who answered; "" where nobody counted them."""
        share = row.get("participation")
        return self.language.say("format.percent", number=round(share * 100)) if share else ""

    def cell(self, place: Place, row: Row) -> Cell:
        together = row["community"] != place.slug
        return Cell(self.value(row), self.range(row), self.n(row), together)

    def note(self) -> str:
        """Return the note under every range, and that the answers are made up where they are."""
        made_up = self.now.release.about["made_up"]
        return " ".join([self.say("note"), *([self.say("made_up")] if made_up else [])])

    def source(self) -> str:
        release = self.now.release
        return self.say("source", release=release.id, day=self.language.day(release.made_at.date()))

    def groups(self, cut: str) -> tuple[tuple[str, str], ...]:
        """Return (group, name) of every group that a cut may have, in the questionnaire's order."""
        return group_names(self.language, cut)

    def finding(self, row: Row) -> str:
        return self.found(row["measure"], row["wording"], row["agency"])

    @once
    def found(self, measure: str, wording: str, agency: str) -> str:
        asked = self.now.asked(measure)
        words = self.now.words(measure, wording)
        if asked.pair in ("more", "less"):
            title = self.about_agency(self.language.say(f"{words}.title"), agency)
            return self.say(f"pair.{asked.pair}_finding", title=title)
        option, own = self.option(asked), f"{words}.otherwise"
        key = own if option and self.language.has(own) else f"{words}.finding"
        return self.language.about(key, agency, option=option)

    def sentence(self, place: Place, row: Row) -> str:
        """Return the plain sentence about one figure."""
        kind = "share" if self.is_share(row) else "score"
        if kind == "share" and row["value"] is None:
            kind = "share_words"  # Spanish: "El 76 %", but "Menos de un tercio"
        sentence = self.say(
            f"sentence.{kind}",
            season=row["season"],
            value=self.value(row),
            place=self.place(place, row),
            who=self.who(self.now.asked(row["measure"])),
            finding=self.finding(row),
        )
        sentence = sentence[0].upper() + sentence[1:]
        detail = (self.range(row) and self.say("range", range=self.range(row)), self.came(row))
        spoken = f"{sentence} ({'; '.join(filter(None, detail))})."
        return f"{spoken} {self.say('held.not_settled')}" if self.is_unsettled(row) else spoken

    def is_unsettled(self, row: Row) -> bool:
        """Whether answers that wait for two people could move the figure by more than 5 points."""
        return is_unsettled(self.now.held, row)

    def beside_figure(self, row: Row) -> str:
        """Return what stands beside a large figure, without it: "of those who answered ..."."""
        kind = "share" if self.is_share(row) else "score"
        who = self.who(self.now.asked(row["measure"]))
        finding = self.finding(row)
        return self.say(f"view.beside_{kind}", who=who, season=row["season"], finding=finding)

    def as_figure(self, row: Row) -> Row:
        """Return the row of the programme or a state as a place's: rounded as every figure is."""
        share = self.is_share(row)
        value = round(row["value"], 2 if share else 0)
        n = self.language.number(row["n"])
        ends = {"value_low": value, "value_high": value, "n_low": row["n"]}
        return {**row, "value": value, "n": n, "wording": row["asked"], "head_count": 0, **ends}

    @property
    def changes(self) -> Verdicts:
        return Verdicts(self)

    def some(self, names: Sequence[str]) -> str:
        """Return "A, B and C", or the first and how many more there are."""
        more = len(names) - MOST_NAMED
        named = list(names[:MOST_NAMED])
        return self.list([*named, self.say("more_names", number=more)] if more > 0 else named)

    def list(self, names: Iterable[str]) -> str:
        """Return "A, B and C"."""
        return self.language.listed(names, self.language.say("format.list_and"))


@cache
def group_names(language: Language, cut: str) -> tuple[tuple[str, str], ...]:
    """Return (group, name) of every group that a cut may have: all of a language's words are
    looked through once."""
    groups = (f"cut_group.{cut}.", f"option.{cut}.", "group.")
    prefixes = ("language_name.",) if cut == "language" else groups
    return tuple(
        (key.removeprefix(prefix), words)
        for prefix in prefixes
        for key, words in language.words.items()
        if key.startswith(prefix)
    )
