"""Once it is known under which name we are reached, nobody is answered under another."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import make_app


def app_of(url: str, **settings: object) -> Flask:
    return make_app(url, **settings)


@pytest.mark.parametrize(
    ("public", "host", "answered"),
    [
        ("https://survey.example", "survey.example", True),
        ("https://survey.example", "SURVEY.example:443", True),
        ("https://survey.example", "127.0.0.1:8000", True),
        ("https://survey.example", "localhost", True),
        ("https://survey.example", "[::1]:8000", True),
        ("https://survey.example", "health.internal", True),
        ("https://survey.example", "10.0.0.7:8000", True),
        ("https://survey.example", "elsewhere.example", False),
        ("https://survey.example", "survey.example.elsewhere.example", False),
        ("https://survey.example", "xsurvey.example", False),
        ("https://survey.example", "survey.example@elsewhere.example", False),
        ("https://survey.example", "survey.example:99999", False),
        ("https://survey.example", "", False),
        ("http://[2001:db8::1]:8000", "[2001:db8::1]:8000", True),
        ("http://[2001:db8::1]:8000", "[2001:db8::2]:8000", False),
        ("", "elsewhere.example", True),
    ],
)
@pytest.mark.parametrize("path", ["/", "/s/TRYME4", "/results", "/health"])
def test_only_our_own_names_are_answered(sqlite_url: str, public, host, answered, path: str):
    trusted = "health.internal, 10.0.0.7"
    client = app_of(sqlite_url, public_url=public, trusted_hosts=trusted).test_client()
    reply = client.get(path, headers={"Host": host, "Accept-Language": "es"})
    assert (reply.status_code != 421) == answered
    if not answered:
        assert "No pudimos leer eso" in reply.text
        assert f'href="{public}"' in reply.text
        assert host not in reply.text or not host


def test_nothing_is_stored_that_was_sent_to_another_name(sqlite_url: str):
    client = app_of(sqlite_url, public_url="https://survey.example").test_client()
    reply = client.post("/s/TRYME4", headers={"Host": "elsewhere.example"}, data={"who": "adult"})
    assert reply.status_code == 421
