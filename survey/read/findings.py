"""The finding of a chart as its title: only what the ranges carry, never an order of places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from survey.read.area import AreaReading
from survey.read.results_query import Reading
from survey.read.verdicts import BEFORE, TREND
from survey.storage.release_store import Place, Row, Subject

UP, DOWN = ("rise", "higher"), ("fall", "lower")


@dataclass(frozen=True)
class Findings:
    """Titles and subtitles of the charts of one reading, in its language."""

    reading: Reading

    def say(self, key: str, **values: object) -> str:
        return self.reading.tell.say(f"found.{key}", **values)

    def title(self, chart: str, rows: Sequence[Row]) -> str:
        return TITLES[chart](self, rows)

    def subtitle(self, chart: str, rows: Sequence[Row]) -> str:
        """Return measure, place and unit: what the title leaves out."""
        tell, places = self.reading.tell, self.reading.places
        subject = self.reading.subject
        every = tell.measure(subject.measure)
        parts = [every if chart == "agencies" else tell.title(subject)]
        if len(places) == 1:
            parts.append(places[0].name)
        if chart == "agencies":
            parts.append(str(self.newest(rows)))
        if chart == "groups":
            parts += [str(self.newest(rows)), tell.cut(self.reading.cut)]
        if isinstance(self.reading, AreaReading):
            parts = [tell.title(subject), self.reading.name_in, str(self.newest(rows))]
            return self.say("against_answers", what=", ".join(parts))
        share = not rows or tell.is_share(rows[0])
        return self.say("share" if share else "score", what=", ".join(parts))

    def newest(self, rows: Sequence[Row]) -> int:
        return max((int(row["season"]) for row in rows), default=0)

    def trend(self, rows: Sequence[Row]) -> str:
        """Return what may be said of the newest season of a community."""
        place, season = self.reading.places[0], self.newest(rows)
        before = self.reading.changes_of(place, BEFORE).get(season)
        years = self.reading.changes_of(place, TREND).get(season)
        since = self.since(before, season)
        if years and years["rung"]:
            return self.say("both", since=since, years=self.say(years["verdict"]))
        return since

    def since(self, change: Row | None, season: int) -> str:
        if change is None:
            return self.say("first", season=season)
        return self.say(change["verdict"], season=change["season_from"], to=season)

    def overview(self, rows: Sequence[Row]) -> str:
        """Return how many of the places moved, whose change is their own."""
        if len(self.reading.places) == 1:
            return self.trend(rows)
        newest = self.reading.now.seasons[-1]
        moves = (self.moved(place, newest) for place in self.reading.places)
        counts = Counter(kind for kind in moves if kind)
        if not counts:
            return self.say("uncompared", of=len(self.reading.places))
        parts = [
            self.say(f"places_{kind}", number=counts[kind])
            for kind in ("up", "down", "unclear")
            if counts[kind]
        ]
        told_all = self.say("places", parts=", ".join(parts), of=sum(counts.values()))
        return told_all[0].upper() + told_all[1:]

    def moved(self, place: Place, season: int) -> str:
        """Return up, down, unclear, or "" where the newest season tells no change."""
        change = self.reading.changes_of(place, BEFORE).get(season)
        if change is None or change["community"] != place.slug or change["change"] is None:
            return ""
        return (
            "up" if change["verdict"] in UP else "down" if change["verdict"] in DOWN else "unclear"
        )

    def groups(self, rows: Sequence[Row]) -> str:
        """Return whether the newest season's ranges tell the groups apart."""
        newest = self.newest(rows)
        ranges = [
            (row["range_low"], row["range_high"])
            for row in rows
            if row["season"] == newest and row["value"] is not None
        ]
        if len(ranges) < 2:
            return self.say("groups_few", season=newest)
        apart = any(one[1] < two[0] or two[1] < one[0] for one, two in combinations(ranges, 2))
        return self.say("groups_apart" if apart else "groups_alike", season=newest)

    def agencies(self, rows: Sequence[Row]) -> str:
        """Return the agencies whose figure moved since the season before."""
        place, season, tell = self.reading.places[0], self.newest(rows), self.reading.tell
        names: dict[str, list[str]] = {"up": [], "down": [], "unclear": [], "": []}
        for kind in dict.fromkeys(row["agency"] for row in rows):
            about = replace(self.reading, subject=Subject(self.reading.subject.measure, kind))
            names[Findings(about).moved(place, season)].append(tell.agency(kind))
        parts = [
            self.say(f"agencies_{kind}", agencies=tell.list(names[kind]))
            for kind in ("up", "down")
            if names[kind]
        ]
        rest = "agencies_none" if names["unclear"] else "agencies_few"
        listed = "; ".join(parts) or self.say(rest)
        return self.say("agencies", season=season, parts=listed)


def funnel(findings: Findings, rows: Sequence[Row]) -> str:
    """Return how many communities of an area lie within the outer curves."""
    reading = findings.reading
    assert isinstance(reading, AreaReading)
    lies = Counter(reading.lies.values())
    of = sum(lies.values())
    key = "funnel" if lies["outside"] else "funnel_all"
    number = reading.tell.language.number
    return findings.say(key, number=number(of - lies["outside"]), of=number(of), area=reading.name)


TITLES: Mapping[str, Callable[[Findings, Sequence[Row]], str]] = {
    "trend": Findings.trend,
    "overview": Findings.overview,
    "groups": Findings.groups,
    "agencies": Findings.agencies,
    "funnel": funnel,
}
