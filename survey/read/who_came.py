"""Who came and answered: what part of those who came, who was there first, in which language.

All of it is released counts, put beside the released count of everybody. A share of the answers is
a count and no estimate, so it has no range of chance; a group that a release tells as "11-29"
answers is told as from and to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey.read.captions import Teller
from survey.storage.release_store import TOTAL, Place, Row

CUTS = ("first", "language")  # what they said of themselves, and what they answered in
LEAST_GROUPS = 2


@dataclass(frozen=True)
class Share:
    """One group of those who answered: its part of all answers, in per cent."""

    name: str
    value: str  # "26%", "3% to 8%"
    low: int
    high: int
    before: str  # "2025: 30%"; "" where there is nothing to set beside it
    n: str


@dataclass(frozen=True)
class WhoCame:
    """Who answered one question in a place, in the newest season and the one before.

    rows: the place's figures of that question in these seasons, with its groups
    """

    tell: Teller
    place: Place
    rows: Sequence[Row]
    season: int
    before: int

    def total(self, season: int) -> Row | None:
        """Return everybody's row of a season, if it is the place's own and has a number."""
        return next(
            (row for row in self.rows
             if (row["season"], row["cut"], row["community"]) == (season, TOTAL, self.place.slug)
             and row["value"] is not None),
            None,
        )  # fmt: skip

    def took_part(self) -> list[str]:
        """Return how many of those who came answered, this season and the one before."""
        now, before, say = self.total(self.season), self.total(self.before), self.tell.say
        if now is None:
            return []
        if not (share := self.tell.took_part(now)):
            return [say("view.who_uncounted")]
        came = self.tell.language.number(now["head_count"])
        sentences = [say("view.who_took", n=self.tell.shown_n(now), came=came, share=share)]
        if before is not None and before is not now and (was := self.tell.took_part(before)):
            sentences.append(say("view.who_before", season=before["season"], share=was))
        return sentences

    def parts(self) -> Iterator[tuple[str, list[Share]]]:
        """Yield (cut, the share of each group) where a release tells groups of the place alone."""
        for cut in CUTS:
            groups = self.groups(cut, self.season)
            if self.total(self.season) is not None and len(groups) >= LEAST_GROUPS:
                earlier = {key(row): row for row in self.groups(cut, self.before)}
                ordered = self.tell.in_order(cut, groups)
                yield cut, [self.share(row, earlier.get(key(row))) for row in ordered]

    def groups(self, cut: str, season: int) -> list[Row]:
        return [
            row
            for row in self.rows
            if (row["season"], row["cut"], row["community"]) == (season, cut, self.place.slug)
        ]

    def share(self, row: Row, before: Row | None) -> Share:
        (low, high), was = self.per_cent(row), ""
        if before is not None and before is not row and self.total(before["season"]) is not None:
            was = f"{before['season']}: {self.worded(*self.per_cent(before))}"
        name = self.tell.group(row["cut"], row["group"])
        return Share(name, self.worded(low, high), low, high, was, self.tell.shown_n(row))

    def per_cent(self, row: Row) -> tuple[int, int]:
        """Return between which whole per cents of everybody's answers a group's lie."""
        from analysis.tabulation.rounding import greatest_n  # with numpy: only for a page

        total = self.total(row["season"])
        assert total is not None
        is_band = row["value"] is None
        most = greatest_n(row["n_low"], row["band"]) if is_band else row["n_low"]
        ends = (round(100 * n / total["n_low"]) for n in (row["n_low"], most))
        low, high = (min(end, 100) for end in ends)
        return low, high

    def worded(self, low: int, high: int) -> str:
        if low == high:
            return self.tell.points(low, is_share=True)
        return self.tell.between(low, high, is_share=True)


def key(row: Row) -> tuple[str, str]:
    return row["group"], row["groups"]
