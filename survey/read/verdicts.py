"""A released change in words: what it is, its range, and how far it may be taken.

Every sentence shows the range of the change. Points are those that the table's figures differ by;
ranges are rounded outward to whole points, and an end that does not reach 0 is never printed as 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

from survey.storage.release_store import Row

if TYPE_CHECKING:
    from survey.read.captions import Teller

BEFORE, FIRST, TREND = (
    "before",
    "first",
    "trend",
)  # basis of a change, as in analysis.release.verdict
LOWERED = ("lower", "fall", "falling")
TOLD = ("higher", "lower", "rise", "fall", "rising", "falling")
EVENING = "evening"  # basis: from those who arrive to those who leave
PAIRS = "pairs"  # basis: of those who answered twice, who moved up less who moved down
WITHIN = {TREND: "per_year", EVENING: "same_evening", PAIRS: "twice"}  # how an amount is worded
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Verdicts:
    """Tells the changes of one release in one language."""

    tell: Teller

    def say(self, key: str, **values: object) -> str:
        return self.tell.say(f"moved.{key}", **values)

    def sentence(self, change: Row) -> str:
        """Return what may be said of a change, read out as it stands."""
        return self.say(f"{change['basis']}.{change['verdict']}", **self.parts(change))

    def short(self, change: Row) -> str:
        """Return the verdict for a table's cell: "clear rise"."""
        return self.say(f"short.{change['verdict']}", season=change["season_from"])

    def amount(self, change: Row) -> str:
        """Return "+12 since 2025 (+4 to +21)"; nothing where nothing can be said."""
        if change["change"] is None:
            return ""
        low, high = self.ends(change)
        ends = self.tell.say("from_to", low=self.signed(low), high=self.signed(high))
        points = self.signed(self.points(change["change"], change))
        key = WITHIN.get(change["basis"], "since")
        return self.say(key, points=points, season=change["season_from"], range=ends)

    def mean_amount(self, row: Row) -> str:
        """Return "mean change +2.1 since 2025 (+0.6 to +3.6)" of several places; "" where they
        were too few."""
        if not row["compared"] or row["change"] is None:
            return ""
        change = {**row, "basis": BEFORE, "rung": 0}
        return self.say("mean", amount=self.amount(change))

    def parts(self, change: Row) -> Mapping[str, object]:
        """Return what a sentence is filled with. A fall is worded by how much it fell."""
        years = {"season": change["season_from"], "to": change["season_to"]}
        if change["change"] is None:
            return years
        low, high = self.ends(change)
        points = self.points(change["change"], change)
        if change["verdict"] in LOWERED:
            low, high = -high, -low
        signed = change["verdict"] not in TOLD
        show = self.signed if signed else self.plain
        ends = self.tell.say("from_to", low=show(low), high=show(high))
        smallest = change["smallest"]
        return years | {
            "points": self.plain(abs(points)),
            "range": ends,
            "smallest": "" if smallest is None else ceil(self.points(smallest, change)),
        }

    def ends(self, change: Row) -> tuple[float, float]:
        """Return the range in points that belongs to the verdict: rung 2 is about the place."""
        place = change["rung"] == 2
        low, high = ("place_low", "place_high") if place else ("low", "high")
        yearly = change["basis"] == TREND
        return (
            outward(self.points(change[low], change), down=True, fine=yearly),
            outward(self.points(change[high], change), down=False, fine=yearly),
        )

    def points(self, value: float, change: Row) -> float:
        return value * 100 if self.tell.is_share(change) else value

    def plain(self, points: float) -> str:
        """Return points as the tables have them: at most one decimal, more only next to 0."""
        shown = f"{points + 0.0:.1f}".removesuffix(".0")
        shown = shown if float(shown) or not points else f"{points:.1g}"
        return shown.replace("-", MINUS)

    def signed(self, points: float) -> str:
        return self.plain(points) if points <= 0 else f"+{self.plain(points)}"

    def left_out(self, change: Row, why: Mapping[int, str]) -> str:
        """Return why seasons between were not compared with: "2025: too few answers."."""
        reasons: dict[str, list[str]] = {}
        for season, reason in sorted(why.items()):
            if change["season_from"] < season < change["season_to"]:
                reasons.setdefault(reason, []).append(str(season))
        sentences = (
            self.say(f"left_out.{reason}", seasons=self.tell.list(seasons))
            for reason, seasons in reasons.items()
        )
        return " ".join(sentences)

    def together(self, row: Row) -> list[str]:
        """Return what is said of all places, or a state's, together: their figure, and their mean
        change."""
        kind = "share" if self.tell.is_share(row) else "score"
        n = self.tell.language.number(row["n"])
        number = self.tell.language.number
        numbers = {"n": n, "of": number(row["communities"]), "range": self.tell.range(row)}
        whole = round(row["value"], 2 if kind == "share" else 0)  # as every other figure
        figure = {"season": row["season"], "value": self.tell.number(whole, row)}
        finding = self.tell.finding({**row, "wording": row["asked"]})
        everywhere = self.tell.say("overall.everywhere")
        where = self.tell.say("view.together", place=row["state"]) if row["state"] else everywhere
        said = [self.tell.say(f"overall.{kind}", where=where, finding=finding, **numbers, **figure)]
        if row["compared"] and row["verdict"] != "few":
            parts = self.parts({**row, "basis": BEFORE, "rung": 0, "season_to": row["season"],
                               "smallest": None})  # fmt: skip
            said.append(
                self.tell.say(f"overall.{row['verdict']}", of=number(row["compared"]), **parts)
            )
        return said

    def counted(self, row: Row, left_out: Sequence[str]) -> Iterator[str]:
        """Yield why there is no mean change, and who is left out of the figure."""
        number = self.tell.language.number
        if row["compared"] and row["verdict"] == "few":
            yield self.tell.say("overall.few", of=number(row["compared"]))
        if row["left_out"] > len(left_out):  # a release names the first of them alone
            yield self.tell.say("overall.left_out_many", number=number(row["left_out"]))
        elif left_out:
            yield self.tell.say("overall.left_out", places=self.tell.some(left_out))

    def chance(self, expected: float, of: int) -> str:
        """Return how many places chance alone would put at the first rung."""
        if expected < 1:
            return self.say("chance_few", of=self.tell.language.number(of))
        number = self.tell.language.number
        return self.say("chance", number=number(round(expected)), of=number(of))


def outward(points: float, *, down: bool, fine: bool = False) -> float:
    """Round an end of a range away from the middle, to whole points (fine: to tenths).

    An end between 0 and the next step keeps its own digits: it must not be printed as 0.
    """
    step = 10 if fine else 1
    whole = (floor(points * step + 1e-6) if down else ceil(points * step - 1e-6)) / step
    return points if whole == 0 and abs(points) > 1e-6 and (points > 0) == down else whole
