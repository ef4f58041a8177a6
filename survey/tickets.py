"""The signed ticket a form carries: which poster, opened in which hour.

It is bound to no session, cookie or person, so it refuses nobody who is late; it says only that
the form was handed out by this server while the event was open.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from itsdangerous import BadSignature, Signer


def make_ticket(secret: str, poster: str, now: datetime) -> str:
    """Return the ticket for a form handed out now; the same for everybody in that hour."""
    return ticket_of_hour(secret, poster, int(now.timestamp()) // 3600)


@lru_cache(maxsize=1024)
def ticket_of_hour(secret: str, poster: str, hour: int) -> str:
    return signer(secret).sign(f"{poster}.{hour}").decode()


def read_ticket(secret: str, ticket: str, poster: str) -> datetime | None:
    """Return the start of the hour in which the ticket was made; None if it is not ours."""
    try:
        signed = signer(secret).unsign(ticket).decode()
    except (BadSignature, UnicodeError, ValueError):
        return None
    code, _, hour = signed.rpartition(".")
    return datetime.fromtimestamp(int(hour) * 3600, UTC) if code == poster else None


def signer(secret: str) -> Signer:
    return Signer(secret, salt="porchlight.ticket", sep="~", key_derivation="hmac")
