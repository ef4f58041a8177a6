"""Changes within one season: who arrives and who leaves, and the same people twice (METHODS 5).

Which released rows are set beside each other; changes.py works the change out. Neither is about
the place: a verdict goes no further than the people who came (rung 1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from analysis.measures import EVENT, FOLLOW_UP, LEAVING, Measure

Rows = tuple[pd.DataFrame, pd.DataFrame]  # earlier and later, one pair per row
SAME = ["state", "county", "community", "members", "agency", "season", "events"]


def evening_rows(total: pd.DataFrame, measures: Sequence[Measure]) -> Rows:
    """Those who arrive and those who leave: two samples of the same evenings.

    How evenings differ cancels, so only where every event of the place had both posters.
    total: released rows of the cut total.
    """

    def arrives(later: Measure, other: Measure) -> bool:
        same = (other.agency, other.questions, other.unit, other.audience)
        return other.wave == EVENT and same == (
            later.agency, later.questions, later.unit, later.audience
        )  # fmt: skip

    return _beside(total, measures, [m for m in measures if m.wave == LEAVING], arrives)


def moved_rows(total: pd.DataFrame, measures: Sequence[Measure]) -> Rows:
    """Of those who answered twice: the share that moved down, and beside it the share that moved
    up. One question reported twice, for its lowest code and for its highest.

    total: released rows of the cut total.
    """
    up = [m for m in measures if m.wave == FOLLOW_UP and m.favourable == (max(m.valid),)]

    def went_down(later: Measure, other: Measure) -> bool:
        same = (other.sample, other.agency, other.questions, other.valid)
        return other.favourable == (min(other.valid),) and same == (
            later.sample, later.agency, later.questions, later.valid
        )  # fmt: skip

    return _beside(total, measures, up, went_down)


def _beside(
    total: pd.DataFrame,
    measures: Sequence[Measure],
    later: Sequence[Measure],
    is_twin: Callable[[Measure, Measure], bool],
) -> Rows:
    """Rows of each later measure's twin, and its own, where both are shown of the same place."""
    twins = {m.key: next((o.id for o in measures if is_twin(m, o)), "") for m in later}
    keys = zip(total["measure"], total["agency"], strict=True)
    twin = pd.Series([twins.get(key, "") for key in keys], index=total.index, dtype=object)
    wanted = total.loc[twin != "", SAME].assign(
        measure=twin[twin != ""], at=total.index[twin != ""]
    )
    pairs = total.reset_index().merge(wanted, on=[*SAME, "measure"])
    old, new = total.loc[pairs["index"]], total.loc[pairs["at"]]
    return old.reset_index(drop=True), new.reset_index(drop=True)
