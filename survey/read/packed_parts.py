"""A gzip file in parts: whole it is one stream, and some of its parts are one as well.

Each part is compressed by itself and ends on a byte (RFC 1951, section 3.2.4), so that parts are
put together without being compressed again. Beside `name.gz` stands `name.parts`: what each part is
of, where it begins and how long it is. A browser reads one gzip stream and nothing behind it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # RFC 1952: no name, no time
END = b"\x03\x00"  # an empty last block
PARTS = ".parts"
CHUNK = 65_536

Key = tuple[int, str]  # season, state


def packed(text: bytes) -> bytes:
    """Return a text compressed, up to a byte's edge and not ended."""
    press = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return press.compress(text) + press.flush(zlib.Z_FULL_FLUSH)


def unpacked(part: bytes) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(part)


@dataclass(frozen=True)
class Part:
    key: Key
    offset: int
    length: int


@dataclass
class Scratch:
    """Parts as they come, in a file that is thrown away."""

    path: Path
    parts: list[Part] = field(default_factory=list)
    size: int = 0

    def add(self, key: Key, text: bytes) -> None:
        data = packed(text)
        with self.path.open("ab") as file:
            file.write(data)
        self.parts.append(Part(key, self.size, len(data)))
        self.size += len(data)

    def put_in_order(self, head: bytes, path: Path) -> None:
        """Write the file, `head` first and the parts in order of their keys, and its list."""
        placed: list[Part] = []
        with self.path.open("rb") as source, path.open("wb") as out:
            out.write(HEAD)
            stream = Stream()
            out.write(stream.taken(packed(head)))
            for part in sorted(self.parts, key=lambda part: part.key):
                placed.append(Part(part.key, out.tell(), part.length))
                out.write(stream.taken(piece(source, part)))
            out.write(stream.end())
        first = placed[0].offset if placed else path.stat().st_size - len(stream.end())
        listed = [[*part.key, part.offset, part.length] for part in placed]
        written = json.dumps({"first": first, "parts": listed}, separators=(",", ":"))
        path.with_suffix(PARTS).write_text(written)
        self.path.unlink()


@dataclass
class Stream:
    """What ends a gzip stream: the checksum and the length of everything in it."""

    checksum: int = 0
    length: int = 0

    def taken(self, part: bytes) -> bytes:
        text = unpacked(part)
        self.checksum = zlib.crc32(text, self.checksum)
        self.length += len(text)
        return part

    def end(self) -> bytes:
        length = self.length & 0xFFFFFFFF
        return END + self.checksum.to_bytes(4, "little") + length.to_bytes(4, "little")


def piece(file: IO[bytes], part: Part) -> bytes:
    file.seek(part.offset)
    return file.read(part.length)


def has_parts(path: Path) -> bool:
    return path.with_suffix(PARTS).is_file()


def some(path: Path, wanted: Callable[[Key], bool], *, plain: bool = False) -> Iterator[bytes]:
    """Yield the head and the parts whose key is wanted, as one gzip stream or as plain text."""
    index = json.loads(path.with_suffix(PARTS).read_text())
    parts = [Part((season, state), *place) for season, state, *place in index["parts"]]
    head = Part((0, ""), len(HEAD), index["first"] - len(HEAD))
    with path.open("rb") as file:
        chosen = (piece(file, part) for part in (head, *(p for p in parts if wanted(p.key))))
        yield from map(unpacked, chosen) if plain else streamed(chosen)


def streamed(parts: Iterable[bytes]) -> Iterator[bytes]:
    stream = Stream()
    yield HEAD
    for part in parts:
        yield stream.taken(part)
    yield stream.end()
