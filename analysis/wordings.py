"""The wording of a series: figures are compared within one version of a question (METHODS 5)."""

from __future__ import annotations

MIXED = "+"  # in a wording: people of one place and season were asked in different words


def comparable(wording_from: str, wording_to: str) -> bool:
    """Whether two figures may be subtracted: asked in the same words, and in one wording each."""
    return wording_from == wording_to and MIXED not in wording_from
