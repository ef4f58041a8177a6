"""What of an address is kept by the links of a page of results."""

from __future__ import annotations

from flask import g, request

SUBJECT = ("measure", "agency", "release", "lang")


def kept(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what the page understood of its address, or was asked for, under these names."""
    pairs = g.get("understood", request.args.items(multi=True))
    return [(name, value) for name, value in pairs if name in names]
