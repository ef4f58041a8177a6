"""What a first visit weighs in every language: no more than ten packets.

Brotli is spoken wherever the address is https; gzip is for networks that have none.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from survey.pages.form_page import fresh_page
from survey.pages.storing import find
from survey.questionnaire.content_files import read_content

CONTENT = read_content()
LANGUAGES = sorted(one.code for one in CONTENT.offered(CONTENT.languages))
MOST_BYTES = 14_600  # as tests/browser/test_budget.py measures it for English and Spanish
HEADERS = 765  # 760, as benchmarks.first_visit reads them off the wire
VISITS = [("br", language) for language in LANGUAGES] + [("gzip", "en"), ("gzip", "es")]


@pytest.mark.parametrize(("encoding", "language"), VISITS)
def test_a_first_visit_fits_beside_english_and_spanish(shown: Flask, encoding: str, language: str):
    headers = {"Accept-Encoding": encoding}
    with shown.test_request_context("/s/TRYME4", headers=headers):
        place = find("TRYME4")
        assert place is not None
        offered = tuple(dict.fromkeys(("en", "es", language)))
        words = shown.extensions["content"].languages[language]
        reply = fresh_page(replace(place, languages=offered), words)
    assert reply.headers["Content-Encoding"] == encoding
    assert len(reply.get_data()) + HEADERS <= MOST_BYTES
