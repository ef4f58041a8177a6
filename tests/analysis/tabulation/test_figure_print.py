"""What is printed of a figure, held against METHODS 7.4 by hand and against what the audit assumes.

The oracle below is written from the text of the method in fractions and shares no code with it.
"""

from fractions import Fraction
from itertools import product
from math import floor, isnan, nan

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.disclosure.limits import banded
from analysis.measures import WHOLE
from analysis.release.figures import publish
from analysis.tabulation import figure_print
from analysis.tabulation.figure_print import Counts, exact_table, shares
from analysis.tabulation.tables import Exact

COLUMNS = ("n", "band", "value", "value_low", "value_high", "dont_know", "top", "middle", "bottom")
CLASSES = ((300, 1, True), (150, 2, True), (60, 5, True), (30, 10, False), (11, 0, False))
SIXTEENTH = WHOLE // 16  # one code more in one of an index's four questions
FINER = {
    "n": 80, "top": 51, "bottom": 12, "dont_know": 3,
    "score": False, "splits": True, "coarse": 1, "least": 11,
}  # fmt: skip


@st.composite
def figures(draw):
    """Exact counts of one figure, near the edges of its class as often as not."""
    n = draw(st.one_of(st.integers(11, 400), st.sampled_from([29, 30, 59, 60, 149, 150, 299, 300])))
    score = draw(st.booleans())
    top = draw(st.integers(0, n))
    bottom = 0 if score else draw(st.integers(0, n - top))
    parts = draw(st.integers(0, 15)) * SIXTEENTH if score and top < n else 0
    return {
        "n": n,
        "top": top * WHOLE + parts if score else top,
        "bottom": bottom,
        "dont_know": -1 if score else draw(st.integers(0, n)),
        "score": score,
        "splits": not score and draw(st.integers(0, 3)) > 0,
        "coarse": draw(st.integers(0, 1)),
        "least": draw(st.sampled_from([11, 30])) if n >= 30 else 11,
    }


def row(figure):
    f = figure
    return Exact(
        *(2026, "OH", "alpha-county", "police", "total", "", "", "", ""),
        measure="trust", agency="police", unit="score" if f["score"] else "share", wording="1",
        events=1, per_event=9, splits=f["splits"], n=f["n"],
        total=f["top"] if f["score"] else f["top"] * WHOLE, dont_know=f["dont_know"],
        bottom=f["bottom"], top=0 if f["score"] else f["top"],
        coarse=f["coarse"], least=f["least"], mark="",
    )  # fmt: skip


def printed(some):
    table = publish(exact_table([row(figure) for figure in some]))
    return list(table[list(COLUMNS)].itertuples(index=False, name=None))


def by_hand(f):
    """The columns of one figure, as METHODS 7.4 says."""
    n, score = f["n"], f["score"]
    at = next(i for i, (least, *_) in enumerate(CLASSES) if n >= least) + f["coarse"]
    _, step, may_split = CLASSES[min(at, len(CLASSES) - 1)]
    wide = 5 * (1 + f["coarse"])
    shown_n = "11–29" if n < 30 else str(n - n % wide)
    value, low, high = share_by_hand(Fraction(f["top"], n * (WHOLE if score else 1)), step)
    scale = 100 if score else 1
    dont_know = nan
    if f["dont_know"] >= 0:
        dont_know = share_by_hand(Fraction(f["dont_know"], n + f["dont_know"]), step)[0]
    parts = [f["top"], n - f["top"] - f["bottom"], f["bottom"]]
    split = [nan] * 3
    if f["splits"] and may_split and min(parts) >= f["least"]:
        split = [share_by_hand(Fraction(part, n), step)[0] for part in parts]
    return (shown_n, str(step or "thirds"), value * scale, low * scale, high * scale,
            dont_know, *split)  # fmt: skip


def share_by_hand(share, step):
    """Shown value, least and greatest; step in points, 0: thirds."""
    if not step:
        edges = (0, 0.3334) if share < Fraction(1, 3) else (0.3333, 0.6667)
        return (nan, *(edges if share <= Fraction(2, 3) else (0.6666, 1)))
    points, tail = 100 * share, Fraction(3 * step, 2)
    if points <= tail:
        low, high = Fraction(0), tail
    elif points >= 100 - tail:
        low, high = 100 - tail, Fraction(100)
    else:
        middle = floor(points / step + Fraction(1, 2)) * step
        low, high = middle - Fraction(step, 2), middle + Fraction(step, 2)
    return tuple(float(x / 100) for x in ((low + high) / 2, low, high))


def alike(one, other):
    pairs = list(zip(one, other, strict=True))
    return pairs[:2] == [(x, x) for x, _ in pairs[:2]] and all(
        (isnan(x) and isnan(y)) or x == pytest.approx(y, abs=1e-9) for x, y in pairs[2:]
    )


def told_apart(figure):
    """Changes of the counts that the audit takes to be printed alike, and that are not."""
    n, top, bottom = (figure[name] for name in ("n", "top", "bottom"))
    unit = SIXTEENTH if figure["score"] else 1
    whole = WHOLE if figure["score"] else 1
    moves = product(range(-6, 7), range(-6, 7), (0,) if figure["score"] else range(-6, 7))
    moved = [
        figure | {"n": n + dn, "top": top + dt * unit, "bottom": bottom + db}
        for dn, dt, db in moves
        if n + dn >= figure["least"] and bottom + db >= 0
        and 0 <= top + dt * unit <= (n + dn - bottom - db) * whole
    ]  # fmt: skip
    counts = Counts(*(np.array([figure[name]]) for name in Counts._fields))
    limits = banded(counts)
    change = np.array([[m[k] - figure[k] for k in ("n", "top", "bottom")] for m in moved])
    allowed = (limits.coef[0] @ change.T <= limits.rest[0][:, None]).all(axis=0)
    same = [m for m, yes in zip(moved, allowed, strict=True) if yes]
    (true,), others = printed([figure]), printed(same)
    return [m for m, other in zip(same, others, strict=True) if not alike(true, other)]


@given(figures())
@settings(max_examples=200)
@example(FINER)
@example(FINER | {"n": 79, "top": 11, "bottom": 12, "coarse": 0})
def test_every_printed_column_is_that_of_the_method(figure):
    (shown,) = printed([figure])
    assert alike(shown, by_hand(figure)), (shown, by_hand(figure))


@given(figures())
@settings(max_examples=60)
@example(FINER)
def test_counts_that_the_audit_takes_to_be_printed_alike_are_printed_alike(figure):
    assert told_apart(figure) == []


def test_a_split_in_a_finer_band_than_the_audit_assumes_is_found(monkeypatch: pytest.MonkeyPatch):
    """The planted fault: a table one band coarser prints its split as if it were not."""

    def finer(counts):
        fine = shares(counts._replace(coarse=0 * counts.coarse))
        return {**shares(counts), **{name: fine[name] for name in figure_print.SPLIT}}

    figure = FINER | {"n": 160, "top": 101, "bottom": 25}
    assert told_apart(figure) == []
    monkeypatch.setattr(figure_print, "shares", finer)
    assert told_apart(figure)
    (shown,) = printed([figure])
    assert not alike(shown, by_hand(figure))
