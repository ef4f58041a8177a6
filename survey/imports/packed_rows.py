"""Rows that take long to read, kept packed in memory for the next reading.

A file is read several times: what stands in its columns, then whose answers its rows are. To parse
a workbook's XML takes ten times as long as to unpack its texts, and packed they are a tenth of it.
"""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Callable, Iterator

from survey.imports.sheets import Numbered

BATCH = 2000  # rows packed together
MOST_PACKED = 100_000_000  # bytes; of what is larger the file itself is read again
FAST = 1  # zlib's level


def packed_rows(rows: Callable[[], Iterator[Numbered]]) -> Callable[[], Iterator[Numbered]]:
    """Return the same rows, read from the file once where somebody reads all of them."""
    whole: list[bytes] = []
    is_whole = False

    def again() -> Iterator[Numbered]:
        nonlocal is_whole
        if is_whole:
            for batch in whole:
                yield from marshal.loads(zlib.decompress(batch))
            return
        packs: list[bytes] = []
        some: list[Numbered] = []
        size = 0
        for row in rows():
            yield row
            if size > MOST_PACKED:
                continue
            some.append(row)
            if len(some) == BATCH:
                packs.append(pack(some))
                size += len(packs[-1])
                some = []
        if size <= MOST_PACKED:
            whole[:] = [*packs, pack(some)]
            is_whole = True

    return again


def pack(rows: list[Numbered]) -> bytes:
    return zlib.compress(marshal.dumps(rows), FAST)
