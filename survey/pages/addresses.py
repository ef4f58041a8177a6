"""What of an address is kept by the links of a page of results."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlencode

from flask import g, request

SUBJECT = ("measure", "agency", "release", "lang")


def kept(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what the page understood of its address, or was asked for, under these names."""
    pairs = g.get("understood", request.args.items(multi=True))
    return [(name, value) for name, value in pairs if name in names]


def encoded(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and values as they stand in an address. A page has dozens of addresses, which
    have most of their pairs in common."""
    return "&".join(map(encoded_pair, pairs))


@lru_cache(maxsize=2048)
def encoded_pair(pair: tuple[str, str]) -> str:
    return urlencode([pair])
