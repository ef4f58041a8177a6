"""The signed ticket a form carries: what was handed out, and in which hour.

It names the poster, the door it was opened through, the questionnaire and the agencies on it. It
is bound to no session, cookie or person and is the same for everybody in that hour, so it is no
secret on a phone. A phone that finds its signal days later, when the server may ask other
questions, is still read against the form it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from itsdangerous import BadSignature, Signer

LONGEST = 500  # characters of a ticket; with every kind of agency it has some 150


@dataclass(frozen=True)
class Ticket:
    """What the server signed."""

    poster: str
    door: str  # "", or how else the form was opened: "kiosk", "paper", "later"
    opened: datetime  # the start of the hour
    instrument: str
    agencies: tuple[str, ...]  # kinds, the local law enforcement first


def make_ticket(
    secret: str, poster: str, door: str, instrument: str, agencies: Sequence[str], now: datetime
) -> str:
    """Return the ticket for a form handed out now; the same for everybody in that hour."""
    hour = int(now.timestamp()) // 3600
    return signed(secret, ".".join((poster, door, str(hour), instrument, *agencies)))


@lru_cache(maxsize=1024)
def signed(secret: str, text: str) -> str:
    return signer(secret).sign(text).decode()


def read_ticket(secret: str, text: str) -> Ticket | None:
    """Return what the server signed; None if it did not."""
    return checked(secret, text) if len(text) <= LONGEST else None


@lru_cache(maxsize=1024)  # everybody of an hour has the same
def checked(secret: str, text: str) -> Ticket | None:
    try:
        plain = signer(secret).unsign(text).decode()
    except (BadSignature, UnicodeError, ValueError):
        return None
    poster, door, hour, instrument, *agencies = plain.split(".")
    opened = datetime.fromtimestamp(int(hour) * 3600, UTC)
    return Ticket(poster, door, opened, instrument, tuple(agencies))


def signer(secret: str) -> Signer:
    return Signer(secret, salt="porchlight.ticket", sep="~", key_derivation="hmac")
