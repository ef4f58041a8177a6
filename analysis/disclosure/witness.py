"""Other worlds: could somebody's answer be another, and the print the same?

A group's answers are safe when there is another world, other counts of people, from which the very
same release would have been printed and in which that group answered otherwise. One such world is
a proof; a wide interval is none, because intervals contain counts that no whole table has.

Here the worlds next door are tried: one person more, one less, or one who answered otherwise, in
one place and one group of each cut. Nearly every group is proven safe by one of them, for the
price of a few array operations; for what is left two people are tried (trades.py).

Cuts are published one at a time, so counts of two cuts belong to one population whenever they
agree on each place and answer: any such tables have a common one (the classical transport
problem). Measures meet in a score alone. Codes of one kind print alike (4 and 5 are favourable),
so a score's sum has a span of its own; a world in which answers to its questions change is
accepted only if the band still meets what is left of that span.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal, NamedTuple

import numpy as np

from analysis.disclosure.limits import Limits
from analysis.measures import LEAST, WHOLE, BoolArray, IntArray
from analysis.tabulation.rounding import FloatArray

PEOPLE, TOP, BOTTOM = range(3)  # of the last axis: n, favourable (or a score's sum), unfavourable

# One person more, one less, one who answered otherwise: changes of (n, favourable, unfavourable).
MORE = ((1, 1, 0), (1, 0, 0), (1, 0, 1))
LESS = ((-1, -1, 0), (-1, 0, 0), (-1, 0, -1))
OTHERWISE = ((0, -1, 0), (0, -1, 1), (0, 1, 0), (0, 0, 1), (0, 1, -1), (0, 0, -1))
# favourable -> between, unfavourable; between -> favourable, unfavourable; unfavourable -> ...
MOVES = np.array(MORE + LESS + OTHERWISE, dtype=np.int64)
SCORE_MOVES = np.array([(0, 1, 0), (0, -1, 0)], dtype=np.int64)  # in steps of one code
EVERY = np.concatenate((MOVES, SCORE_MOVES))
TOUCHES = np.arange(len(MOVES)) >= len(MORE)  # an answer that is there is changed

MANY = 10**6

Goal = Literal["size", "favourable", "other"]
Change = tuple[int, int, int]  # of n, favourable, unfavourable


@dataclass(frozen=True)
class World:
    """True counts of one panel in one county and season; R places, G groups, M measures."""

    counts: Mapping[str, IntArray]  # cut -> shape (R, G, M, 3); total has one group
    ends: Mapping[str, IntArray]  # cut -> shape (R, G, M, 2): where a score's sum may lie
    hangs: Mapping[str, IntArray]  # cut -> shape (R, G, M): whose score hangs on every answer
    asked: Mapping[str, BoolArray]  # cut -> shape (R, G, M): only there answers can be
    room: IntArray  # shape (R,): people that public counts of events would not show
    kinds: BoolArray  # shape (M, 3): can an answer be favourable, in between, unfavourable
    score: BoolArray  # shape (M,): a score, not a share
    joins: Mapping[str, BoolArray]  # cut -> shape (R, G): one person more from the same pool, and
    leaves: Mapping[str, BoolArray]  # one less, would be grouped alike
    place_joins: BoolArray  # shape (R,): the same of whole places
    place_leaves: BoolArray
    step: IntArray  # shape (M,): what one code more is to a score, in millionths
    index: IntArray  # shape (M,): the shown score that this question is part of, -1 if none
    least: int = 2  # how many questions a score needs
    few: int = LEAST  # a group of fewer people is small


@dataclass(frozen=True)
class Shown:
    """A part of a cut: what is printed of it keeps its counts within limits."""

    cut: str
    places: tuple[int, ...]
    groups: tuple[int, ...]
    measures: IntArray  # shape (F,): positions of the measures printed
    limits: Limits  # F figures
    room: IntArray | None = None  # shape (F,): of scores, see limits.score_room
    printed: bool = True  # False: nothing is, but the partition says something


class Doubt(NamedTuple):
    """A group without a witness: the search reached no neighbouring world."""

    cut: str
    place: int
    group: int
    measure: int
    goal: Goal  # size: its count and answers might be pinned; else: somebody who answers so


@dataclass(frozen=True)
class Grid:
    """What is shown under one cut, as arrays: P parts over the cells of R places and G groups."""

    holds: BoolArray  # shape (P, R, G): the cells that a part holds
    printed: BoolArray  # shape (P,): False where nothing is, but the partition says something
    stands: BoolArray  # shape (P, M, moves): a move inside a part keeps its print
    room: IntArray  # shape (P, M): answers to a question that may change before its score does
    moves: BoolArray  # shape (R, G, M, moves): for which there is somebody, and that keep the print


def grids_of(world: World, shown: Sequence[Shown]) -> dict[str, Grid]:
    """Everything that is shown, by cut."""
    return {
        cut: grid_of(world, cut, [part for part in shown if part.cut == cut])
        for cut in world.counts
    }


def grid_of(world: World, cut: str, parts: Sequence[Shown]) -> Grid:
    """What is shown under one cut. The same for every world with the same counts and measures."""
    holds = np.zeros((len(parts), *world.counts[cut].shape[:2]), dtype=bool)
    for held, part in zip(holds, parts, strict=True):
        for place in part.places:
            held[place, list(part.groups)] = True
    printed = np.array([part.printed for part in parts], dtype=bool)
    stands, room = standing(world, parts), touch_rooms(world, parts)
    touches = np.concatenate((TOUCHES | (world.least < 2), np.zeros(len(SCORE_MOVES), dtype=bool)))
    firm = stands & ~(touches & (room <= 0)[:, :, None])
    may = possible(world, cut, world.room > 0)
    moves = may & (broken(holds, ~firm) == 0).reshape(may.shape)
    return Grid(holds, printed, stands, room, moves)


def doubts(
    world: World, shown: Sequence[Shown], grids: Mapping[str, Grid] | None = None
) -> list[Doubt]:
    """Groups that no world next door proves safe, in order of cut, place, group and measure."""
    stands = next_door(world, shown, grids)
    anywhere: dict[str, BoolArray] = {k: np.asarray(v.any(axis=1)) for k, v in stands.items()}
    doubtful: list[Doubt] = []
    for cut in {part.cut: 0 for part in shown if part.printed}:
        reached: BoolArray = stands[cut]
        for other, moves in anywhere.items():
            if other != cut:  # that person is in some group of every other cut
                reached = np.logical_and(reached, moves[:, None])
        doubtful += _unproven(world, cut, reached)
    return doubtful


def next_door(
    world: World, shown: Sequence[Shown], grids: Mapping[str, Grid] | None = None
) -> dict[str, BoolArray]:
    """Per cut: the moves that keep the print of this cut; shape (R, G, M, moves)."""
    return {cut: grid.moves for cut, grid in (grids or grids_of(world, shown)).items()}


def broken(holds: BoolArray, what: BoolArray) -> FloatArray:
    """In how many of the parts that hold a cell it is so; (P, ...), (P, ...) -> (cells, rest).

    Whole numbers far below 2**24, which single precision adds up exactly, and fast.
    """
    cells, rest = (x.reshape(len(x), prod(x.shape[1:])).astype(np.float32) for x in (holds, what))
    counts: FloatArray = (cells.T @ rest).astype(np.float64)
    return counts


def touch_rooms(world: World, shown: Sequence[Shown]) -> IntArray:
    """How many answers to a question may change before its score does; shape (parts, M).

    MANY for what is no part of a score, or not shown in the part.
    """
    count = len(world.score)
    rows: dict[tuple[object, ...], IntArray] = {}
    for part in shown:
        if part.room is not None:
            row = rows.setdefault((part.cut, part.places, part.groups), np.full(count, MANY))
            row[part.measures] = np.where(world.score[part.measures], part.room, MANY)
    free = np.full(count, MANY)
    rooms = np.full((len(shown), count), MANY)
    items = world.index >= 0
    for held, part in zip(rooms, shown, strict=True):
        of_score = rows.get((part.cut, part.places, part.groups), free)
        mine = part.measures[items[part.measures]]
        held[mine] = of_score[world.index[mine]] if world.least > 1 else 0
    return rooms


def possible(world: World, cut: str, more: BoolArray) -> BoolArray:
    """Moves for which there is somebody; shape (R, G, M, moves).

    more: shape (R,), places where somebody more could have answered.
    """
    n, top, bottom = np.moveaxis(world.counts[cut], -1, 0)
    between = n - top - bottom
    room = more[:, None, None] & world.asked[cut]
    may = np.moveaxis(world.kinds, -1, 0)
    has = (top > 0, between > 0, bottom > 0)
    spare = [count > hanging(world, cut) for count in (top, between, bottom)]
    shares = [room & kind for kind in may] + spare
    shares += [has[0] & may[1], has[0] & may[2], has[1] & may[0], has[1] & may[2]]
    shares += [has[2] & may[0], has[2] & may[1]]
    up, down = top < world.ends[cut][..., 1], top > world.ends[cut][..., 0]
    score = world.score[:, None]
    moves = np.stack(shares + [np.zeros_like(up)] * 2, axis=-1)
    steps = np.stack([np.zeros_like(up)] * len(shares) + [up, down], axis=-1)
    result: BoolArray = np.where(score, steps, moves)
    return result


def hanging(world: World, cut: str) -> IntArray:
    """People in each cell whose score would go with one answer to this question; (R, G, M)."""
    of_score = world.hangs[cut][..., world.index]
    return np.where(world.index >= 0, of_score, 0)


def standing(world: World, shown: Sequence[Shown]) -> BoolArray:
    """Which moves inside each part keep its print, shares' moves first; (parts, M, moves)."""
    stands = np.ones((len(shown), len(world.score), len(MOVES) + len(SCORE_MOVES)), dtype=bool)
    alike: dict[int, list[int]] = {}  # rows of limits per figure -> parts
    for i, part in enumerate(shown):
        alike.setdefault(part.limits.rest.shape[1], []).append(i)
    for parts in alike.values():
        coef = np.concatenate([shown[i].limits.coef for i in parts])
        rest = np.concatenate([shown[i].limits.rest for i in parts])[..., None]
        measures = np.concatenate([shown[i].measures for i in parts])
        shares = (coef @ MOVES.T <= rest).all(axis=1)
        step = world.step[measures][:, None, None]
        scores = (coef @ SCORE_MOVES.T * step <= rest).all(axis=1)
        of = np.repeat(parts, [len(shown[i].measures) for i in parts])
        stands[of, measures] = np.concatenate((shares, scores), axis=1)
    return stands


def goals(world: World, doubt: Doubt) -> list[list[Change]]:
    """Changes g with g . (n, favourable, unfavourable) >= 1: one of each list must be reached."""
    if doubt.goal == "favourable":
        return [[(0, 1, 0)]]
    if doubt.goal == "other":
        return [[(0, -1, 0)]] if world.score[doubt.measure] else [[(1, -1, 0)]]
    size: list[Change] = [] if world.score[doubt.measure] else [(1, 0, 0), (-1, 0, 0)]
    top: list[Change] = [*size, (0, 1, 0), (0, -1, 0)]
    bottom: list[Change] = [*size, (0, 0, 1), (0, 0, -1)]
    return [top, bottom] if world.kinds[doubt.measure, 2] else [top]


def reaches(changes: IntArray, either: Sequence[Change]) -> BoolArray:
    """Whether each of these changes (..., 3) reaches one of a list of goals."""
    return np.asarray((changes @ np.array(either).T >= 1).any(axis=-1))


def _unproven(world: World, cut: str, moves: BoolArray) -> list[Doubt]:
    """moves: those that stand everywhere, shape (R, G, M, moves)."""
    n, top, _ = np.moveaxis(world.counts[cut], -1, 0)
    grows = EVERY[:, PEOPLE] != 0
    moved = (moves & grows).any(axis=-1)
    both = (moves & (EVERY[:, TOP] != 0)).any(axis=-1)
    both &= (moves & (EVERY[:, BOTTOM] != 0)).any(axis=-1) | ~world.kinds[:, BOTTOM]
    whole = np.where(world.score, n * WHOLE, n)
    to_top = (moves & (EVERY[:, TOP] > 0)).any(axis=-1)
    other = EVERY[:, PEOPLE] - EVERY[:, TOP]
    to_other = (moves & (other > 0)).any(axis=-1)
    unproven: dict[Goal, BoolArray] = {
        "size": (n >= 1) & (n < world.few) & ~moved & ~both,
        "favourable": (n > 0) & (top == 0) & ~to_top,
        "other": (n > 0) & (top == whole) & ~to_other,
    }
    return [
        Doubt(cut, place, group, measure, goal)
        for goal, cells in unproven.items()
        for place, group, measure in np.argwhere(cells).tolist()
    ]
