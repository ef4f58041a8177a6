"""Secrets that are random: how they are made, and the only form in which they are kept."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 24


def token_hash(token: str) -> str:
    """Return the only form in which a token is kept: it is random, so one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)
