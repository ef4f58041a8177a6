"""What a setting may be: each parsed, or refused with a sentence that says what would do.

Surrounding space goes first: files written on Windows end their lines with a carriage return.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

LEAST_SECRET = 32  # characters
LEAST_LEFT = 20  # characters, when what is known is taken out
LEAST_TOKEN = 20  # characters
LEAST_SIGNS = 9  # different ones among these: of 200,000 random hexadecimal keys none had fewer
KNOWN_WORDS = re.compile(  # what stands in examples of settings, and is then left there
    r"change[-_ ]?(?:me|this|it)|passw(?:or)?d|secret|porchlight|qwert[yz]|asdfgh|[yz]xcvb|letmein|"
    r"admin|default|example|insecure|develop(?:ment)?|production|your|django|flask|super|please|"
    r"test|dummy|placeholder|replace|welcome|key"
)
HOST = re.compile(r"[a-z0-9.-]{1,253}|[0-9a-f:.]+")  # without a port
SOURCE = re.compile(r"https?://(?:\*\.)?[a-z0-9.-]{1,253}(?::[0-9]{1,5})?")  # of frames
ROLES = ("all", "collect", "read")
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")  # one part of a host's name


class SettingError(Exception):
    """A setting cannot be used; the sentence says which and what would do."""


def parse_secret(text: str) -> str:
    """Return the secret. Raises SettingError where somebody could guess it and sign tickets.

    What counts is what is left when the words that people put in such places, runs ("abc", "123",
    "aaa") and repetitions are taken out.
    """
    if len(text) < LEAST_SECRET:
        raise SettingError(f"SECRET_KEY must have at least {LEAST_SECRET} characters.")
    left = unguessable(text.lower())
    if len(left) < LEAST_LEFT or len(set(left)) < LEAST_SIGNS:
        raise SettingError(
            "SECRET_KEY can be guessed. Leave it out, or take what this prints: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return text


def unguessable(text: str) -> str:
    """Return the characters of `text` that no well-known word, run or repetition gives away."""
    text = KNOWN_WORDS.sub("", text)
    kept = ""
    for i, sign in enumerate(text):
        steps = {ord(b) - ord(a) for a, b in pairwise(text[max(0, i - 2) : i + 1])}
        is_run = i >= 2 and len(steps) == 1 and steps <= {-1, 0, 1}
        if not is_run and text[max(0, i - 3) : i + 1] not in text[:i]:
            kept += sign
    return kept


def parse_database(text: str) -> str:
    text = text.strip()
    scheme = text.split(":", 1)[0]
    if scheme not in DATABASES:
        raise SettingError(
            f"DATABASE_URL starts with {scheme!r}; it must start with "
            "sqlite:/// (a file) or postgresql:// (a server)."
        )
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise SettingError("DATABASE_URL cannot be read as an address of a database.") from error
    if not url.database or url.database == ":memory:" or not text.isprintable():
        raise SettingError("DATABASE_URL must name a database, e.g. sqlite:////srv/survey.sqlite.")
    return text


def parse_contact(text: str) -> str:
    text = text.strip()
    if text and not re.fullmatch(r"[^\s@?&,<>]{1,64}@[^\s@?&,<>]{1,190}", text):
        raise SettingError("CONTACT must be an e-mail address, e.g. help@survey.example.")
    return text


def parse_public_url(text: str) -> str:
    """Return the address that posters print: scheme and host in small letters, a port where it
    is not the scheme's own, and nothing else."""
    text = text.strip()
    if not text:
        return ""
    if not text.isascii() or not text.isprintable() or " " in text or re.search(r"[@?#\\]", text):
        raise bad_url(text, "it may hold no space, ?, #, @ or letter with an accent")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise bad_url(text, "its port or host cannot be right") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_url(text, "it starts with https:// or http:// and a host")
    if parts.path not in ("", "/"):
        raise bad_url(text, "it is an address without a path")
    if port == 0:
        raise bad_url(text, "its port or host cannot be right")
    shown = f":{port}" if port and port != {"http": 80, "https": 443}[parts.scheme] else ""
    return f"{parts.scheme}://{parse_host(text, parts.hostname)}{shown}"


def parse_host(text: str, host: str) -> str:
    """Return a host as it stands in an address. Raises SettingError."""
    host = host.lower().rstrip(".")
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        if len(host) > 253 or not all(map(LABEL.fullmatch, labels)) or labels[-1].isdigit():
            raise bad_url(text, "its port or host cannot be right") from None
        return host
    if number.is_unspecified or number.is_multicast:
        raise bad_url(text, "that is no host that a phone can open")
    return f"[{number}]" if number.version == 6 else str(number)


def bad_url(text: str, why: str) -> SettingError:
    return SettingError(
        f"PUBLIC_URL must be an address like https://survey.example; {text!r} is none: {why}."
    )


def parse_listening_host(text: str) -> str:
    text = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", text):
        raise SettingError(f"HOST must be a host's name or address, not {text!r}.")
    return text


def parse_role(text: str) -> str:
    if text not in ROLES:
        raise SettingError(f"ROLE must be one of {', '.join(ROLES)}, not {text!r}.")
    return text


def parse_metrics_token(text: str) -> str:
    text = text.strip()
    if text and (len(text) < LEAST_TOKEN or not text.isascii() or not text.isprintable()):
        raise SettingError(f"METRICS_TOKEN must have at least {LEAST_TOKEN} plain characters.")
    return text


def parse_trusted_hosts(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the hosts of a list with commas, as they stand in an address, without a port."""
    names = text.split(",") if isinstance(text, str) else text
    hosts = tuple(name for one in names if (name := one.strip(" []").lower()))
    if wrong := [host for host in hosts if not HOST.fullmatch(host)]:
        raise SettingError(f"TRUSTED_HOSTS must be names with commas between, not {wrong[0]!r}.")
    return hosts


def parse_embedders(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the sources of a list with commas, as frame-ancestors takes them; "none" is nobody."""
    names = text.split(",") if isinstance(text, str) else text
    sources = tuple(name for one in names if (name := one.strip().lower()))
    if sources in (("none",), ()):
        return ()
    if wrong := [one for one in sources if one != "*" and not SOURCE.fullmatch(one)]:
        raise SettingError(
            "EMBEDDERS must be addresses such as https://city.example with commas between, "
            f"* or none, not {wrong[0]!r}."
        )
    return sources


def whole_number(name: str, most: int) -> Callable[[int | str], int]:
    """Return a parser of a whole number from 1 to `most`."""

    def parse(text: int | str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", str(text).strip()) or not 1 <= int(text) <= most:
            raise SettingError(f"{name} must be a number from 1 to {most}, not {text!r}.")
        return int(text)

    return parse


PARSERS: dict[str, Callable[..., object]] = {
    "secret_key": parse_secret,
    "database_url": parse_database,
    "public_url": parse_public_url,
    "contact": parse_contact,
    "host": parse_listening_host,
    "port": whole_number("PORT", 65535),
    "role": parse_role,
    "workers": whole_number("WORKERS", 256),
    "readers": whole_number("READERS", 64),
    "metrics_token": parse_metrics_token,
    "trusted_hosts": parse_trusted_hosts,
    "embedders": parse_embedders,
}
