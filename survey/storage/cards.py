"""Cards with a one-time code each: made of the server's secret, kept as a fingerprint, used once.

A code says that one answer is one person's, and nothing else of it. It is stored nowhere: the desk
works it out anew from the secret to print it, and the database has a keyed fingerprint of it and
whether it was used. Of the answer one bit is kept. Both change in one transaction, so the files of
a running database hold them beside each other; without the secret the fingerprint names no card,
and once the event is closed both tables are written anew in the order of their keys (row_order.py).
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from sqlalchemy import Connection, CursorResult, update

from survey.storage.desk_tables import Card
from survey.storage.events import CODE_LENGTH, CODE_SIGNS, tidy_code
from survey.storage.models import Response

LENGTH = 8  # signs: one code of 5,000 is guessed in 16 million tries, each of them an answer


def code_of(secret: str, event_id: int, number: int) -> str:
    """Return the code of an event's card; the same for the same secret, and no other follows."""
    drawn = int.from_bytes(mac(secret, f"code\n{event_id}\n{number}"))
    signs = []
    for _ in range(LENGTH):
        drawn, at = divmod(drawn, len(CODE_SIGNS))
        signs.append(CODE_SIGNS[at])
    return "".join(signs)


def key_of(secret: str, event_id: int, code: str) -> str:
    """Return what the database keeps of a code."""
    return mac(secret, f"key\n{event_id}\n{code}").hex()


def mac(secret: str, text: str) -> bytes:
    key = hashlib.sha256(b"porchlight.card\n" + secret.encode()).digest()
    return hmac.digest(key, text.encode(), "sha256")


def tidy_card(text: str) -> str:
    """Return a card's code as it was typed or sent, in its own form; "" for what is none."""
    code = tidy_code(text[:40])
    return code if len(code) == LENGTH and set(code) <= set(CODE_SIGNS) else ""


def apart(typed: str) -> tuple[str, str]:
    """Return (a poster's code, a card's): a card has both, the poster's first; "" for no card."""
    code = tidy_code(typed[:40])
    card = tidy_card(code[CODE_LENGTH:])
    return (code[:CODE_LENGTH], card) if card else (typed, "")


def use(connection: Connection, event_id: int, submission: UUID, key: str) -> None:
    """Mark a card as used and its answer, stored just now, as verified; the commit is the caller's.

    A card that is not there, or was used by another answer, changes nothing: the answer counts as
    any other does.
    """
    card = Card.event_id == event_id, Card.key == key, Card.used.is_(False)
    used = connection.execute(update(Card).where(*card).values(used=True))
    assert isinstance(used, CursorResult)
    if used.rowcount:
        mine = Response.event_id == event_id, Response.submission == submission
        connection.execute(update(Response).where(*mine).values(verified=True))
