"""Every setting is parsed once: what it holds is what is used, and a bad one stops the start."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from survey.config import ROOT, Settings, is_only_here, read_settings
from survey.setting_values import SettingError
from tests.conftest import SECRET


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://survey.example", "https://survey.example"),
        ("https://survey.example/\r", "https://survey.example"),  # a file written on Windows
        ("  HTTPS://Survey.Example.  \n", "https://survey.example"),
        ("https://survey.example:443", "https://survey.example"),
        ("http://survey.example:8080/", "http://survey.example:8080"),
        ("http://192.168.1.20:8000", "http://192.168.1.20:8000"),
        ("https://[2001:DB8::0001]:8443", "https://[2001:db8::1]:8443"),
        ("https://xn--nde-hoa.example", "https://xn--nde-hoa.example"),
        ("", ""),
        (" \r\n", ""),
    ],
)
def test_a_public_address_is_kept_in_the_one_form_that_is_printed(given: str, used: str):
    assert Settings(SECRET, public_url=given).public_url == used
    read = read_settings({"SECRET_KEY": f"{SECRET}\r", "PUBLIC_URL": given})
    assert (read.public_url, read.secret_key) == (used, SECRET)


@pytest.mark.parametrize(
    "given",
    [
        "survey.example",
        "ftp://survey.example",
        "https://",
        "https:///s",
        "https://survey.example/path",
        "https://survey.example?x=1",
        "https://survey.example/?",
        "https://survey.example#top",
        "https://user:pw@survey.example",
        "https://survey.example:99999",
        "https://survey.example:0",
        "https://survey.example:-1",
        "https://survey.example:8o",
        "https://survey example",
        "https://survey\r\n.example",
        "https://survey.\texample",
        "https://survey\\.example",
        "https://survey..example",
        "https://-survey.example",
        "https://survey_.example",
        "https://1.2.3",
        "https://999.1.1.1",
        "https://0.0.0.0",
        "https://[::]:80",
        "https://[nonsense]",
        "https://señal.example",
        "https://" + "a" * 64 + ".example",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_would_not_open_from_a_poster_is_refused(given: str):
    with pytest.raises(SettingError, match=r"^PUBLIC_URL must be an address like https://survey"):
        Settings(SECRET, public_url=given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"database_url": "mysql://x"}, "DATABASE_URL starts with 'mysql'"),
        ({"database_url": "sqlite://"}, "DATABASE_URL must name a database"),
        ({"database_url": "sqlite:///a\nb"}, "DATABASE_URL must name a database"),
        ({"database_url": "postgresql://host:port/name"}, "DATABASE_URL cannot be read"),
        ({"secret_key": "short"}, "SECRET_KEY must have at least 32"),
        ({"secret_key": "x" * 64}, "SECRET_KEY can be guessed."),
        ({"secret_key": "0123456789ab" * 4 + "-change-me"}, "SECRET_KEY can be guessed."),
        ({"contact": "survey.example"}, "CONTACT must be an e-mail address"),
        ({"contact": "a@b.example, c@d.example"}, "CONTACT must be an e-mail address"),
        ({"host": "127.0.0.1 "}, ""),
        ({"host": "a b"}, "HOST must be a host's name"),
        ({"port": "99999"}, "PORT must be a number from 1 to 65535, not '99999'."),
        ({"port": "８０"}, "PORT must be a number"),
        ({"port": "0"}, "PORT must be a number"),
        ({"workers": "two"}, "WORKERS must be a number from 1 to 256"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence(given: dict[str, str], sentence: str):
    if not sentence:
        Settings(**{"secret_key": SECRET, **given})  # type: ignore[arg-type]
        return
    with pytest.raises(SettingError, match=re.escape(sentence)):
        Settings(**{"secret_key": SECRET, **given})  # type: ignore[arg-type]


def test_the_sentence_is_all_that_is_told():
    ran = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "community", "list"],
        cwd=ROOT,
        env=os.environ | {"SECRET_KEY": SECRET, "PUBLIC_URL": "https://survey.example?x=1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("Porchlight cannot start: PUBLIC_URL must be")
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://survey.localhost:80", True),
        ("http://[::1]:8000", True),
        ("http://127.1.2.3", True),
        ("http://192.168.1.20", False),
        ("https://localhost.example", False),
    ],
)
def test_an_address_of_this_computer_alone_is_known(address: str, here: bool):
    assert is_only_here(address) is here


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"port": "9000", "host": "0.0.0.0"}, "http://127.0.0.1:9000"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"public_url": "https://survey.example", "port": 9000}, "https://survey.example"),
    ],
)
def test_the_address_is_where_the_pages_open(given: dict[str, str], address: str):
    assert Settings(SECRET, **given).address == address  # type: ignore[arg-type]
