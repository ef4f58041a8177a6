"""Every setting once, with its default and its meaning. A bad value stops the start."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
FEWEST_DIFFERENT = 9  # of 200,000 random hexadecimal keys none had fewer different characters
KNOWN_WORDS = re.compile(
    r"change[-_ ]?(?:me|this)|passw(?:or)?d|secret|porchlight|qwert[yz]|asdfgh|[yz]xcvb|letmein|"
    r"admin|default|example|insecure|develop(?:ment)?|production|your|django|flask|super|please|"
    r"test|dummy|placeholder|replace|welcome|key"
)
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


class SettingError(Exception):
    """A setting cannot be used; the sentence says which and what would do."""


@dataclass(frozen=True)
class Settings:
    """What the program is told from outside: environment variables of the same, capital names."""

    secret_key: str  # signs the form's tickets; made on first start and kept in instance/
    database_url: str = f"sqlite:///{ROOT / 'instance' / 'porchlight.sqlite'}"
    public_url: str = ""  # what posters print, e.g. https://survey.example; "" = as requested
    contact: str = ""  # whom a visitor may write to, e.g. help@survey.example; "" = the organiser
    content: Path = ROOT / "survey" / "content"

    MAX_BODY: int = 64 * 1024  # bytes; the longest honest answer is under 4 KiB
    QUEUE_DAYS: int = 14  # a phone may find its signal again after a holiday
    RESULTS_DAYS: int = 21  # after the event: by then the last phone was heard and figures are out
    PLACE_KEPT: float = 2.0  # seconds a worker goes by what it read of a poster and its event
    DISK_PATIENCE: float = 5.0  # seconds to wait for SQLite's one writer before a polite refusal


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this machine. Raises SettingError."""
    settings = Settings(
        secret_key=environment.get("SECRET_KEY") or kept_secret(ROOT / "instance"),
        database_url=environment.get("DATABASE_URL") or Settings.database_url,
        public_url=environment.get("PUBLIC_URL") or Settings.public_url,
        contact=environment.get("CONTACT") or Settings.contact,
    )
    check_settings(settings)
    return settings


def check_settings(settings: Settings) -> None:
    """Raise SettingError where a value cannot work."""
    scheme = settings.database_url.split(":", 1)[0]
    if scheme not in DATABASES:
        raise SettingError(
            f"DATABASE_URL starts with {scheme!r}; it must start with "
            "sqlite:/// (a file) or postgresql:// (a server)."
        )
    check_secret(settings.secret_key)
    if settings.contact and not re.fullmatch(r"[^\s@?&]+@[^\s@?&]+", settings.contact):
        raise SettingError("CONTACT must be an e-mail address, e.g. help@survey.example.")
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
            raise SettingError(
                "PUBLIC_URL must be an address without a path, e.g. https://survey.example."
            )


def check_secret(secret: str) -> None:
    """Raise SettingError where somebody could guess the secret and sign tickets themselves.

    What counts is what is left when the words that people put in such places, runs ("abc", "123",
    "aaa") and repetitions are taken out: at least 20 characters, some of them different.
    """
    if len(secret) < 32:
        raise SettingError("SECRET_KEY must have at least 32 characters.")
    left = unguessable(secret.lower())
    if len(left) < 20 or len(set(left)) < FEWEST_DIFFERENT:
        raise SettingError(
            "SECRET_KEY can be guessed: it repeats itself or is made of well-known words. Make one "
            "with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )


def unguessable(text: str) -> str:
    """Return the characters of `text` that no well-known word, run or repetition gives away."""
    text = KNOWN_WORDS.sub("", text)
    kept = ""
    for i, sign in enumerate(text):
        steps = {ord(b) - ord(a) for a, b in pairwise(text[max(0, i - 2) : i + 1])}
        is_run = i >= 2 and len(steps) == 1 and steps <= {-1, 0, 1}
        if not is_run and text[max(0, i - 3) : i + 1] not in text[: max(0, i)]:
            kept += sign
    return kept


def kept_secret(instance: Path) -> str:
    """Return the secret in instance/secret_key; make it on first use, readable by us alone."""
    path = instance / "secret_key"
    try:
        instance.mkdir(exist_ok=True)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return path.read_text("ascii").strip()
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret := secrets.token_urlsafe(48))
        return secret
    except OSError as error:
        raise SettingError(
            f"{path} cannot be written ({error.strerror}): set SECRET_KEY, "
            "or let this user write to instance/."
        ) from error
