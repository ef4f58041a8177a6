"""A poster's address and its QR code."""

from __future__ import annotations

import io

import segno

PAPERS = ("letter", "a4")


def address(base: str, code: str) -> str:
    """Return the address in the QR code; `base` is the site's address, with or without a slash."""
    return f"{base.rstrip('/')}/s/{code}"


def card_address(base: str, code: str, card: str) -> str:
    """Return the address in the QR code of a card with a code of its own."""
    return f"{address(base, code)}-{card}"


def short_address(base: str, code: str) -> str:
    """Return what a person types: without the scheme."""
    return address(base, code).split("://", 1)[-1]


def qr_svg(text: str) -> str:
    """Return the QR code of `text` as an SVG that scales and prints crisp.

    Error level M survives a tear or a raindrop; the quiet zone of four modules is part of it.
    """
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(
        out,
        kind="svg",
        border=4,
        xmldecl=False,
        svgns=True,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        dark="#000",
        light="#fff",
    )
    return out.getvalue().decode()
