"""Odd addresses are answered alike by both databases: never a failure of ours."""

from __future__ import annotations

import pytest
from flask import Flask

BIG = "9" * 21
ADDRESSES = [
    f"/data/{BIG}",
    f"/data/{BIG}/figures.csv",
    f"/data/{2**31}/figures.csv",
    f"/data/{2**63}/porchlight.zip",
    "/data/-1/figures.csv",
    "/data/٣/figures.csv",
    "/data/1/%00",
    "/poster/%00",
    "/poster/A%00AAAA/form",
    f"/poster/{'A' * 5000}",
    "/poster/%ED%A0%80",
    "/s/%00",
    "/s/AAA%00AA/thanks",
    "/s/%F0%9F%8E%86%F0%9F%8E%86",
    "/results/%00",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_odd_address_is_not_found(app: Flask, address: str):
    for method in ("get", "head"):
        reply = getattr(app.test_client(), method)(address, follow_redirects=True)
        assert reply.status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        f"/results?page={BIG}",
        f"/results?page={'9' * 5000}",
        "/results?page=-3&state=%00&measure=%00&agency=%ED%A0%80",
        "/results/compare?c=%00&c=x",
        "/?lang=%00",
        "/how-to-read?lang=%ED%A0%80",
    ],
)
def test_an_odd_choice_is_no_choice(app: Flask, address: str):
    assert app.test_client().get(address, follow_redirects=True).status_code == 200


@pytest.mark.parametrize("address", ["/s", "/s/", "/s?code=", "/s?code=%2D"])
def test_no_code_is_told_and_leads_nowhere_else(app: Flask, address: str):
    reply = app.test_client().get(address, follow_redirects=True)
    assert reply.status_code == 404
    assert 'name="code"' in reply.text
