"""Lines of a table that is a chart as well: a name, its figure and range, its change, its mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from survey.read.captions import Teller
from survey.read.marks import Mark, change_mark, figure_mark
from survey.read.verdicts import BEFORE, TREND
from survey.storage.release_store import Place, Row, Subject

STRONGEST = ("rise", "fall", "higher", "lower", "rising", "falling")
CHIPS = {
    "rise": "clear", "fall": "clear", "higher": "came", "lower": "came", "rising": "years",
    "falling": "years", "unclear": "none", "few": "few", "wording": "few",
}  # fmt: skip


class Chip(NamedTuple):
    """A verdict in words, and the look that goes with it."""

    verdict: str
    look: str  # clear, came, years, none or few
    words: str


@dataclass(frozen=True)
class Line:
    """One line: what is read first, and what stands beside it."""

    name: str
    value: str
    range: str
    n: str
    mark: Mark | None
    place: Place | None = None
    subject: Subject | None = None
    before: Mark | None = None
    before_told: str = ""  # "2025: 64%"
    amount: str = ""
    moved: Mark | None = None
    chip: Chip | None = None
    together: bool = False
    unsettled: str = ""  # that held answers could move the figure
    note: str = ""


@dataclass(frozen=True)
class Lines:
    """Makes lines of rows in one language."""

    tell: Teller

    def chip(self, changes: Sequence[Row]) -> Chip | None:
        """Return the strongest verdict: of the place, of those who came, over the years."""
        change = strongest(changes)
        if change is None:
            return None
        verdict = change["verdict"]
        words = self.tell.say(f"chip.{verdict}", season=change["season_from"])
        return Chip(verdict, CHIPS[verdict], words)

    def of(
        self,
        name: str,
        row: Row | None,
        *,
        place: Place,
        changes: Sequence[Row] = (),
        before: Row | None = None,
        subject: Subject | None = None,
        linked: bool = False,
        note: str = "",
        amount: str = "",
    ) -> Line:
        """Return the line of one figure; `row` None: there is no figure, `note` says why.

        amount: of a change that is none of one place
        """
        to = place if linked else None
        if row is None:
            return Line(name, "", "", "", None, place=to, subject=subject, note=note)
        tell, together = self.tell, row["community"] != place.slug
        change = strongest(changes)
        shown = change if change and change["change"] is not None else None
        return Line(
            name,
            tell.value(row),
            tell.range(row),
            tell.shown_n(row),
            figure_mark(row, shared=together),
            place=to,
            subject=subject,
            before=figure_mark(before, shared=True) if before and before["value"] else None,
            before_told=f"{before['season']}: {tell.value(before)}" if before else "",
            amount=tell.changes.amount(shown) if shown else amount,
            moved=self.moved(shown) if shown and shown["basis"] == BEFORE else None,
            chip=self.chip(changes),
            together=together,
            unsettled=tell.say("held.chip") if tell.is_unsettled(row) else "",
            note=note,
        )

    def moved(self, change: Row) -> Mark:
        verdicts = self.tell.changes
        low, high = verdicts.ends(change)
        return change_mark(low, high, verdicts.points(change["change"], change))


def strongest(changes: Sequence[Row]) -> Row | None:
    """Return the change that says most; of those that say nothing the one since the last year."""
    candidates = [change for change in changes if change["basis"] in (BEFORE, TREND)]
    candidates = [change for change in candidates if change["basis"] == BEFORE or change["rung"]]
    rank = {verdict: at for at, verdict in enumerate(STRONGEST)}
    return min(candidates, key=lambda change: rank.get(change["verdict"], len(rank)), default=None)
