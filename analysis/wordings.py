"""The wording of a series: figures are compared within one version of a question (METHODS 5)."""

from __future__ import annotations

MIXED = "+"  # in a wording: people of one place and season were asked in different words


COUNTED = "-counted"  # at the end of a wording: known as counts alone, of no single answer


def comparable(wording_from: str, wording_to: str) -> bool:
    """Whether two figures may be subtracted: asked in the same words, and in one wording each.

    Counts alone compare with single answers: among the people who came. Nothing more may be said
    of them (`figures.with_ranges` gives them no range of the place, and no line goes through them).
    """
    same = wording_from.removesuffix(COUNTED) == wording_to.removesuffix(COUNTED)
    return same and MIXED not in wording_from + wording_to
