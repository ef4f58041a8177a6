"""Addresses as people type them and chats paste them lead where they were meant to."""

from __future__ import annotations

import pytest
from flask import Flask

STRAYS = ("/", ".", ",", ")", "]", "%20", "/.", "%E3%80%82", "%E2%80%9D", "!", ").", "*", "_")
PAGES = ("/results", "/data", "/how-to-read", "/privacy", "/accessibility", "/results/buffalo",
         "/results/compare", "/results.csv", "/data/1/codebook.csv", "/poster/TRYME4",
         "/poster/TRYME4/form", "/s/TRYME4", "/s/TRYME4/kiosk", "/s/TRYME4/thanks")  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_stray_end_leads_to_the_page(shown: Flask, page: str):
    client = shown.test_client()
    assert client.get(page).status_code == 200
    for stray in STRAYS:
        reply = client.get(f"{page}{stray}?lang=es")
        is_spaced_code = stray == "%20" and reply.status_code == 200  # codes may hold spaces
        assert is_spaced_code or reply.headers["Location"] == f"{page}?lang=es", stray
    assert client.head(f"{page}/").headers["Location"] == page


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/Results", "/results"),
        ("/RESULTS/Buffalo.", "/results/buffalo"),
        ("/S/TRYME4", "/s/TRYME4"),
        ("/S/tryme4/", "/s/tryme4"),
        ("/s/TRYME4/Kiosk", "/s/tryme4/kiosk"),
        ("/Poster/TRYME4", "/poster/TRYME4"),
        ("/Data/1/release.json/", "/data/1/release.json"),
        ("/How-To-Read/", "/how-to-read"),
        ("/Privacy.", "/privacy"),
        ("/.", "/"),
        ("/results?measure=trust&agency=fire.", "/results?measure=trust&agency=fire"),
        ("/results/compare?c=buffalo&c=liberty).", "/results/compare?c=buffalo&c=liberty"),
        ("/s/TRYME4?lang=es%29", "/s/TRYME4?lang=es"),
    ],
)
def test_what_was_typed_leads_to_what_was_meant(shown: Flask, typed: str, meant: str):
    reply = shown.test_client().get(typed)
    assert (reply.status_code, reply.headers.get("Location")) == (302, meant)
    assert shown.test_client().get(meant).status_code == 200


@pytest.mark.parametrize("address", ["/nowhere", "/results/atlantis", "/s/AAAAAA", "/static/x.css"])
def test_what_is_nowhere_stays_nowhere(shown: Flask, address: str):
    client = shown.test_client()
    assert client.get(address).status_code == 404
    followed = client.get(f"{address}.", follow_redirects=True)
    assert followed.status_code == 404
    assert len(followed.history) <= 1
    assert client.post(f"{address}/").status_code in (404, 405)


def test_no_stray_end_leads_to_another_site(shown: Flask):
    for address in ("//elsewhere.example/.", "/%5Celsewhere.example/", "/s//elsewhere.example."):
        location = shown.test_client().get(address).headers.get("Location", "/")
        assert location.startswith(("/", "http://localhost/"))
        assert not location.startswith("//")
