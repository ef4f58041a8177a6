"""A map of states as equal squares, by which a reader finds one. It has no colors for scores, and
a large state is no larger than a small one. The list beside it has the same links."""

from __future__ import annotations

from collections.abc import Container, Iterable

from survey.questionnaire.states import State, Tile

LEAST_STATES = 8  # fewer are found in the list at a glance


def tiles(states: Iterable[State], known: Container[str]) -> list[tuple[Tile, str]]:
    """Return (square, the state's name if it has results, else "") of every state; none where few
    have results."""
    known_tiles = [(state.tile, state.name if state.name in known else "") for state in states
             if state.tile]  # fmt: skip
    return known_tiles if sum(bool(name) for _, name in known_tiles) >= LEAST_STATES else []
