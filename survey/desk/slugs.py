"""Names in web addresses: short, in the letters a to z, each given once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from anyascii import anyascii

RESERVED = frozenset({"compare", "funnel", "other"})  # pages of results; the pool in released rows
MOST = 48  # characters; an event adds its year and number to it


def slug_of(name: str) -> str:
    """Return a name in the letters of web addresses: other scripts by their sound, "" for none."""
    return re.sub(r"[^a-z0-9]+", "-", anyascii(name).lower()).strip("-")[:MOST].strip("-")


def free_slug(names: Iterable[str], taken: Collection[str]) -> str:
    """Return the first name's slug that is free; where none is, the first with -2, -3 ..."""
    slugs = [slug for name in names if (slug := slug_of(name))] or ["community"]
    used = RESERVED | set(taken)
    for slug in slugs:
        if slug not in used:
            return slug
    return numbered(slugs[0], used)


def numbered(slug: str, taken: Collection[str]) -> str:
    """Return `slug`, or with -2, -3 ... the first that is free."""
    number, free = 1, slug
    while free in taken:
        number += 1
        free = f"{slug}-{number}"
    return free
