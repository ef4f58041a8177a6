"""Who is shown together, so that no part has fewer than 11 people (METHODS 7.3).

An atom is a community of a county or a group of a cut; a part is one atom by itself or the one
pool of several. Groups form a full partition of a published total: the pool pulls in the next
smallest group until it is large enough. Communities do not pay for a small neighbour: the total of
their county is given up instead, so that there is nothing to subtract from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.measures import LEAST, BoolArray, IntArray
from analysis.tabulation.counts import ASKED, N

ANY = 10**9  # more people than any atom has

Part = tuple[str, ...]  # sorted ids of its atoms; more than one: it is the pool


class Standing(NamedTuple):
    """How the communities of a county are shown."""

    parts: tuple[Part, ...]  # the pool, if there is one, last
    total: bool  # the county's total is shown, too
    few: Part = ()  # communities that are in no part: they had too few answers


def communities(
    atoms: Sequence[str],
    counts: IntArray,
    *,
    countywide: bool = False,
    before: Standing | None = None,
    least: int = LEAST,
) -> Standing | None:
    """Which communities stand alone or in the pool, and whether their county's total is shown.

    atoms:      ids; counts: shape (atoms, measures, STATS) of exact counts
    countywide: what is asked about serves the whole county: its total comes first, and communities
                are shown only where each of them stands alone
    before:     how an earlier release showed them. What was shown together stays so, and a total
                that was shown is shown: else one release could be subtracted from the other.

    A community stands alone with `least` people on every measure that was asked there. The small
    ones form the pool if they are two or more and large enough together. The total is shown only
    where every community is in a part. None where the earlier way no longer holds.
    """
    n = {atom: counts[i] for i, atom in enumerate(atoms) if counts[i, :, ASKED].any()}
    apart = [part[0] for part in before.parts if len(part) == 1] if before else []
    pooled = [atom for part in before.parts if len(part) > 1 for atom in part] if before else []
    if {*apart, *pooled} - n.keys():
        return None
    new = sorted(n.keys() - {*apart, *pooled})
    small = [atom for atom in new if smallest_n(n[atom]) < least]
    apart += [atom for atom in new if atom not in small]
    if pooled or (len(small) > 1 and not countywide and _pool_n(n, small) >= least):
        pooled, small = [*pooled, *small], []
    if countywide and small:
        if before and before.parts:
            return None  # the total minus those that were shown would be the small one
        apart = []
    sizes = [smallest_n(n[atom]) for atom in apart] + ([_pool_n(n, pooled)] if pooled else [])
    whole = smallest_n(counts.sum(axis=0)) >= least
    total = whole and (countywide or not small)
    if (sizes and min(sizes) < least) or (before and before.total and not total):
        return None
    parts = _parts(apart, pooled) if len(sizes) > 1 or len(n) == 1 or not total else ()
    return Standing(parts, total, () if total else tuple(small))


def partition(
    atoms: Sequence[str],
    counts: IntArray,
    *,
    before: Sequence[Part] | None = None,
    least: int = LEAST,
) -> tuple[Part, ...] | None:
    """Parts of at least `least` people on every measure that was asked in them, the pool last.

    atoms:  ids; counts: shape (atoms, measures, STATS) of exact counts
    before: parts already published. Their members stay as they were grouped: a regrouping would
            let a reader subtract the old release from the new one.

    Atoms where nothing was asked do not take part. An only atom is a partition by itself. None
    when fewer than two parts would be left (or the earlier grouping no longer holds).
    """
    sizes = smallest_of(counts).tolist()
    if before is None:
        return divided(atoms, counts, sizes, least)
    there = {atom: counts[i] for i, atom in enumerate(atoms) if sizes[i] < ANY}
    return _regrouped(there, before, least)


def divided(
    atoms: Sequence[str], counts: IntArray, sizes: Sequence[int], least: int
) -> tuple[Part, ...] | None:
    """partition() of what was never published; sizes: smallest_of() these counts."""
    size = {atom: n for atom, n in zip(atoms, sizes, strict=True) if n < ANY}
    by_size = sorted(size, key=lambda atom: (size[atom], atom))
    pooled = [atom for atom in by_size if size[atom] < least]
    apart = by_size[len(pooled) :]
    if len(size) == 1:
        return None if pooled else ((by_size[0],),)
    n = {atom: counts[i] for i, atom in enumerate(atoms)} if pooled else {}
    while pooled and apart and (len(pooled) < 2 or _pool_n(n, pooled) < least):
        pooled.append(apart.pop(0))
    if len(apart) + bool(pooled) < 2:
        return None
    return _parts(apart, pooled)


def leeway(counts: IntArray, pooled: BoolArray, least: int = LEAST) -> tuple[IntArray, IntArray]:
    """The least and the greatest n of each atom and measure that give the same partition.

    counts: shape (..., atoms, measures, STATS); pooled: which atoms are the pool's, (..., atoms).
    Shapes of the results: (..., atoms, measures). Never too wide; narrower than the truth where
    atoms were pulled in.
    """
    n, asked = counts[..., N], counts[..., ASKED] > 0
    smallest, there = smallest_of(counts), asked.any(axis=-1)
    small = there & (smallest < least)
    apart = there & ~small
    low = np.where(apart[..., None] & asked, least, 0)
    short = (n < least) & asked
    alone = short.sum(axis=-1) == 1  # one measure alone makes the atom small
    high = np.where((small & alone)[..., None] & short, least - 1, ANY)
    pulled = pooled & apart
    if not pulled.any():
        return low, high
    # Those that were pulled in must stay smaller than the others, whatever all of them do at once.
    apart &= ~pulled
    some = pulled.any(axis=-1, keepdims=True)
    last = np.where(pulled, smallest, -1).max(axis=-1)[..., None, None]
    low = np.where((some & apart)[..., None], np.maximum(low, np.minimum(n, last + 1)), low)
    many = some & pooled & (pooled.sum(axis=-1, keepdims=True) > 2)
    two = pulled & ~many & apart.any(axis=-1, keepdims=True)
    high = np.where(two[..., None] & (n == smallest[..., None]), n, high)
    return np.where(many[..., None], n, low), np.where(many[..., None], n, high)


def kept_apart(counts: IntArray, least: int = LEAST) -> tuple[BoolArray, IntArray]:
    """Why groups have fewer than two parts: all but one of them, and a measure on which these have
    under `least` people together.

    counts: shape (..., atoms, measures, STATS). Returns the atoms, shape (..., atoms), and the
    measure, shape (...). While that holds each of them is small, and so is their pool until it has
    pulled in the last one: nothing is shown, whatever else the counts are. Of several such reasons
    the one with the most room; no atoms where there is none so simple.
    """
    n, asked = counts[..., N], counts[..., ASKED] > 0
    there = np.asarray(asked.any(axis=-1))
    others = there.sum(axis=-1)[..., None] - 1
    together = n.sum(axis=-2, keepdims=True) - n  # without one of them: the last
    every = asked.sum(axis=-2, keepdims=True) - asked == others[..., None]
    reason = there[..., None] & every & (together < least) & (others[..., None] > 0)
    flat = np.where(reason, together, ANY).reshape(*there.shape[:-1], -1)
    last, measure = np.divmod(flat.argmin(axis=-1), n.shape[-1])
    found = np.asarray(reason.any(axis=(-2, -1)))[..., None]
    return found & there & (np.arange(there.shape[-1]) != last[..., None]), measure


def may_join(counts: IntArray, pooled: BoolArray, least: int = LEAST) -> BoolArray:
    """Which of the pool's atoms could have one person more, taken from another of them.

    counts: shape (..., atoms, measures, STATS); pooled: which atoms are the pool's, (..., atoms),
    the shape of the result, too. Whatever that person answered, the same atoms would be pooled.
    """
    smallest = smallest_of(counts)
    joins: BoolArray = smallest < least - 1
    pulled = pooled & (smallest >= least)
    some = pulled.any(axis=-1, keepdims=True)
    if not some.any():
        return joins
    last = np.where(pulled, smallest, -1).argmax(axis=-1)[..., None]
    is_last = some & (np.arange(smallest.shape[-1]) == last)
    others = (counts * (pooled & ~is_last)[..., None, None]).sum(axis=-3)
    large = (smallest_of(others) >= least - 1) & (others[..., ASKED] > 0).any(axis=-1)
    several = pulled.sum(axis=-1) > 1
    several |= (pooled.sum(axis=-1) > 2) & large
    apart = ~pooled & (counts[..., ASKED] > 0).any(axis=-1)
    next_one = np.where(apart, smallest, ANY + 1).min(axis=-1, keepdims=True)
    joins = np.where(is_last, smallest + 1 < next_one, joins)
    return np.asarray(joins & ~(some & several[..., None]))


def smallest_of(counts: IntArray) -> IntArray:
    """The least n over the measures that were asked, ANY where none was; without the last axes."""
    smallest: IntArray = np.where(counts[..., ASKED] > 0, counts[..., N], ANY).min(axis=-1)
    return smallest


def smallest_n(counts: IntArray) -> int:
    """The least n over the measures that were asked; counts has shape (measures, STATS)."""
    asked = counts[:, ASKED] > 0
    return int(counts[asked, N].min()) if asked.any() else 0


def _pool_n(n: dict[str, IntArray], pooled: Sequence[str]) -> int:
    total: IntArray = sum((n[atom] for atom in pooled[1:]), start=n[pooled[0]])
    return smallest_n(total)


def _parts(apart: Sequence[str], pooled: Sequence[str]) -> tuple[Part, ...]:
    alone = tuple((atom,) for atom in sorted(apart))
    return (*alone, tuple(sorted(pooled))) if pooled else alone


def _regrouped(
    n: dict[str, IntArray], before: Sequence[Part], least: int
) -> tuple[Part, ...] | None:
    """The earlier parts, joined by atoms that are new; None if a part is then under `least`."""
    known = {atom for part in before for atom in part}
    pooled = [atom for part in before if len(part) > 1 for atom in part]
    new = sorted(set(n) - known)
    small = [atom for atom in new if smallest_n(n[atom]) < least]
    if known - set(n) or (small and not pooled):
        return None
    alone = [part[0] for part in before if len(part) == 1]
    apart = [*alone, *(atom for atom in new if atom not in small)]
    pooled = [*pooled, *small]
    sizes = [smallest_n(n[atom]) for atom in apart] + ([_pool_n(n, pooled)] if pooled else [])
    return _parts(apart, pooled) if min(sizes) >= least else None
