"""A page that is the same for many guests but for its end: compressed once, ended for each."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Any

import brotli
from flask import Response, request

# Style, words and script differ so much that a code table for each saves 250 bytes and more.
PARTS = re.compile("(?=<body>|<form|<script>)")
HIDDEN = "<!--hidden-->"  # where a visit's own fields go: near the end, so little is left to do
IN_USE = 4  # visits, after which a page is worth 70 ms: a country's posters are mostly asked once


@dataclass
class Packed:
    """A rendered page, compressed up to where a visit's own fields go."""

    head: bytes
    tail: bytes
    gzipped: bytes
    gzip: Any  # a zlib compressor that has swallowed `head`
    brotli: bytes
    visits: int = 0

    @classmethod
    def of(cls, page: str) -> Packed:
        page = page.replace(">\n\n", ">\n").replace(">\n<", "><")
        start, _, end = page.partition(HIDDEN)  # a page without HIDDEN is all head
        head, tail = start.encode(), end.encode()
        compressor = zlib.compressobj(9, zlib.DEFLATED, 31)  # 31: the gzip format
        gzipped = b""
        for part in PARTS.split(start):
            gzipped += compressor.compress(part.encode()) + compressor.flush(zlib.Z_BLOCK)
        return cls(head, tail, gzipped, compressor, brotli_head(head, quality=9))

    def response(self, hidden: str = "") -> Response:
        """Return the page with `hidden` in it, compressed as the browser likes it best."""
        end = hidden.encode() + self.tail
        accepted = request.accept_encodings
        if accepted["br"]:
            self.visits += 1
            if self.visits == IN_USE:
                self.brotli = brotli_head(self.head, quality=11)
            return encoded("br", self.brotli + brotli_end(end))
        if accepted["gzip"]:
            rest = self.gzip.copy()
            return encoded("gzip", self.gzipped + rest.compress(end) + rest.flush())
        return Response(self.head + end, mimetype="text/html")


def encoded(how: str, body: bytes) -> Response:
    response = Response(body, mimetype="text/html")
    response.headers["Content-Encoding"] = how
    return response


def brotli_head(text: bytes, quality: int) -> bytes:
    """Return a Brotli stream of `text` that is not ended, up to a byte's edge."""
    # a window of 64 KiB: as good here as a larger one, and at quality 9 ten times faster
    stream = brotli.Compressor(mode=brotli.MODE_TEXT, quality=quality, lgwin=16)
    squeezed: bytes = stream.process(text) + stream.flush()
    return squeezed


def brotli_end(text: bytes) -> bytes:
    """Return what ends such a stream with up to 65,536 bytes of `text`, as they are.

    RFC 7932, section 9.2: a meta-block that is neither the last nor compressed, its length in
    four nibbles, then one that is last and empty. A ticket is random: little would be gained.
    """
    if not text:
        return b"\x03"
    length = (len(text) - 1) << 3 | 1 << 19
    return length.to_bytes(3, "little") + text + b"\x03"
