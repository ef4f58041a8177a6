"""A page that is the same for many guests but for its end: compressed once, ended for each."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache

import brotli
from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from survey.threads import outside

# Style, words and script differ so much that a code table for each saves 250 bytes and more.
PARTS = re.compile("(?=<body>|<form|<script>)")
HIDDEN = "<!--hidden-->"  # where a visit's own fields go: near the end, so little is left to do
WINDOW = 2_048  # bytes before the end that it may repeat
LONGEST = 200  # characters that are read of a header
IN_USE = 4  # visits, after which a page is worth 70 ms: a country's posters are mostly asked once


@dataclass
class Packed:
    """A rendered page, compressed up to where a visit's own fields go."""

    head: bytes
    tail: bytes
    gzipped: bytes
    checksum: int  # CRC-32 of `head`
    brotli: bytes
    quality: int = 9
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
        gzipped += compressor.flush(zlib.Z_SYNC_FLUSH)  # up to a byte's edge
        return cls(head, tail, gzipped, zlib.crc32(head), brotli_head(head, cls.quality))

    def response(self, hidden: str = "") -> Response:
        """Return the page with `hidden` in it, compressed as the browser likes it best."""
        how = asked_encoding()
        response = Response(self.body(how, hidden), mimetype="text/html")
        if how:
            response.headers["Content-Encoding"] = how
        return response

    def body(self, how: str, hidden: str = "") -> bytes:
        """Return the page with `hidden` in it, as "br", as "gzip" or, with "", as it is."""
        end = hidden.encode() + self.tail
        if how == "br":
            self.visits += 1
            if self.visits >= IN_USE and self.quality < 11:
                self.quality = 11  # said first: who comes meanwhile gets what there is
                self.brotli = outside(lambda: brotli_head(self.head, 11))
            return self.brotli + brotli_end(end)
        return self.gzipped + self.gzip_end(end) if how == "gzip" else self.head + end

    def gzip_end(self, text: bytes) -> bytes:
        """Return what ends the gzip stream with `text`, which may repeat what stands just before.

        A compressor that waits for each visit would hold a quarter of a megabyte for every page.
        RFC 1952, section 2.3.1: the checksum and the length of the whole.
        """
        stream = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=self.head[-WINDOW:])
        checksum = zlib.crc32(text, self.checksum)
        length = len(self.head) + len(text) & 0xFFFFFFFF
        sums = checksum.to_bytes(4, "little") + length.to_bytes(4, "little")
        return stream.compress(text) + stream.flush() + sums


def asked_encoding() -> str:
    """Return "br", "gzip" or "" for what this request accepts."""
    return best_encoding(request.headers.get("Accept-Encoding", "")[:LONGEST])


@lru_cache(maxsize=512)  # browsers send a handful
def best_encoding(accepted: str) -> str:
    """Return "br", "gzip" or "" for what an Accept-Encoding header names."""
    named = {name.lower(): quality for name, quality in parse_accept_header(accepted, Accept)}
    if named.get("br", 0) and named["br"] >= named.get("gzip", 0):
        return "br"
    return "gzip" if named.get("gzip", 0) else ""


def brotli_head(text: bytes, quality: int) -> bytes:
    """Return a Brotli stream of `text` that is not ended, up to a byte's edge."""
    # a window of 64 KiB: as good here as a larger one, and at quality 9 ten times faster
    stream = brotli.Compressor(mode=brotli.MODE_TEXT, quality=quality, lgwin=16)
    squeezed: bytes = stream.process(text) + stream.flush()
    return squeezed


def brotli_end(text: bytes) -> bytes:
    """Return what ends such a stream with `text`, as it is.

    RFC 7932, section 9.2: meta-blocks that are neither the last nor compressed, the length in four
    nibbles, then one that is last and empty. A ticket is random: little would be gained.
    """
    blocks = b""
    for i in range(0, len(text), 65_536):
        block = text[i : i + 65_536]
        blocks += ((len(block) - 1) << 3 | 1 << 19).to_bytes(3, "little") + block
    return blocks + b"\x03"
