"""A page that many guests share, ended for each: the same page however it is compressed."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as some

from survey.web.compression import HIDDEN, IN_USE, Packed, brotli_end, brotli_head

PAGE = f"<body>¿Cómo fue?<form>{'trust ' * 500}</form><script>go()</script>{HIDDEN}</body>"
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=1, br;q=0.1", "gzip"),
        ("GZIP;q=0.5, BR", "br"),
        ("*", ""),
        ("gzip;q=0", ""),
        ("deflate", ""),
        ("", ""),
    ],
)
def test_every_visit_gets_the_page_with_its_own_end(accepts, encoding):
    packed, sizes = Packed.of(PAGE), []
    with Flask("test").test_request_context(headers={"Accept-Encoding": accepts}):
        for visit in range(IN_USE + 2):
            reply = packed.response(f"<i>{visit}</i>")
            assert reply.headers.get("Content-Encoding", "") == encoding
            page = UNPACK[encoding](reply.get_data()).decode()
            assert page == PAGE.replace(HIDDEN, f"<i>{visit}</i>")
            sizes.append(len(reply.get_data()))
    assert sizes[-1] <= sizes[0]
    assert sizes[0] < 400 or not encoding


def test_a_page_without_fields_of_its_own_is_whole():
    with Flask("test").test_request_context(headers={"Accept-Encoding": "br"}):
        reply = Packed.of("<body>Thank you</body>").response()
    assert brotli.decompress(reply.get_data()) == b"<body>Thank you</body>"


@given(some.binary(max_size=300), some.binary(max_size=300), some.sampled_from((9, 11)))
@example(b"", b"", 9)
@example(b"a", b"b" * 65_536, 9)
@example(b"a", b"b" * 65_537, 9)
def test_any_end_follows_any_head(head, end, quality):
    assert brotli.decompress(brotli_head(head, quality) + brotli_end(end)) == head + end
