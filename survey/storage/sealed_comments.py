"""Comments on their way from the answers they came with to the table that people read.

A comment must be durable when its sender is thanked, so it is written together with the answers.
Beside them it would say whose it is; so it is written sealed, each as long as any other, with a key
that is not in the database. Once eleven of an event have gathered, or the event is over, they are
opened, shuffled and moved in a transaction of their own, and what was sealed is overwritten.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, func, insert, select

from survey.storage.models import Comment, Event, SealedComment

GATHERED = 11  # comments of one event that are moved together: the rule of 11
BYTES_A_CHARACTER, AROUND = 4, 64  # UTF-8, or JSON's backslash; the language and JSON's brackets
WAITING = "waiting"  # for a person who reads it before anybody else does


class Seal:
    """Seals and opens comments with a key made from the server's secret."""

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=b"porchlight.comment").derive(secret.encode())
        self.cipher = ChaCha20Poly1305(key)

    def close(self, event_id: int, language: str, text: str, most: int) -> bytes:
        """Return a comment sealed. The length tells only `most`, the longest that may be typed."""
        plain = json.dumps([language, text], ensure_ascii=False).encode()
        size = BYTES_A_CHARACTER * most + AROUND
        padded = len(plain).to_bytes(4, "big") + plain.ljust(size, b"\0")
        nonce = secrets.token_bytes(12)
        return nonce + self.cipher.encrypt(nonce, padded, str(event_id).encode())

    def open(self, event_id: int, sealed: bytes) -> tuple[str, str]:
        """Return (language, text). Raises InvalidTag: it was sealed with another secret."""
        padded = self.cipher.decrypt(sealed[:12], sealed[12:], str(event_id).encode())
        language, text = json.loads(padded[4 : 4 + int.from_bytes(padded[:4], "big")])
        return language, text


@dataclass(frozen=True)
class Moved:
    """How many comments of an event were moved, and how many another secret keeps closed."""

    opened: int = 0
    closed: int = 0


def move(connection: Connection, seal: Seal, event_id: int, least: int = GATHERED) -> Moved:
    """Move an event's sealed comments to `comment` once there are `least`; commit is the caller's.

    Two that move at once: one waits for the other (the event's row; SQLite has one writer).
    """
    ours = SealedComment.event_id == event_id
    connection.execute(select(Event.id).where(Event.id == event_id).with_for_update(key_share=True))
    many = select(func.count()).select_from(SealedComment).where(ours).scalar_subquery()
    taken = connection.execute(
        delete(SealedComment)
        .where(ours, many >= least)
        .returning(SealedComment.id, SealedComment.sealed)
    ).all()
    comments, closed = opened(seal, event_id, [(row[0], row[1]) for row in taken])
    if comments:
        connection.execute(insert(Comment), comments)
    if closed:
        connection.execute(insert(SealedComment), closed)
    return Moved(len(comments), len(closed))


def opened(
    seal: Seal, event_id: int, taken: Sequence[tuple[UUID, bytes]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return (comments in the order of new random ids, what could not be opened as it was)."""
    comments, closed = [], []
    for id, sealed in taken:
        try:
            language, text = seal.open(event_id, sealed)
        except InvalidTag:
            closed.append({"event_id": event_id, "id": id, "sealed": sealed})
        else:
            row = {"event_id": event_id, "id": uuid4(), "language": language, "text": text}
            comments.append({**row, "state": WAITING})
    return sorted(comments, key=lambda row: str(row["id"])), closed
