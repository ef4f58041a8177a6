"""Passwords: what will do, and how they are kept (argon2id)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from survey.setting_values import unguessable
from survey.storage.events import Refused
from survey.threads import outside

if TYPE_CHECKING:  # loaded when somebody signs in: no process that collects needs it
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 200  # characters
LEAST_LEFT = 6  # of them, without well-known words, runs and repetitions
PASSES, KIB, LANES = 2, 19_456, 1  # OWASP's least for argon2id: 19 MiB, some 50 ms


def check(password: str, name: str) -> None:
    """Raise Refused where somebody could guess a password. No rule asks for signs or capitals."""
    if len(password) < SHORTEST:
        short = f"A password has {SHORTEST} characters or more."
        raise Refused(short, "password_short", "password", least=SHORTEST)
    if len(password) > LONGEST:
        long = f"A password has {LONGEST} characters at most."
        raise Refused(long, "password_long", "password", most=LONGEST)
    if len(unguessable(password.lower().replace(name.lower(), ""))) < LEAST_LEFT:
        raise Refused("That password can be guessed.", "password_guessed", "password")


def hashed(password: str) -> str:
    return outside(lambda: hasher().hash(password))


def matches(kept: str, password: str) -> bool:
    """Whether a password is the one that was kept. Against none ("") it takes as long to say no,
    so that nobody learns which names there are."""
    from argon2.exceptions import InvalidHashError, VerificationError

    def verify() -> bool:
        try:
            return hasher().verify(kept or nobodys(), password[:LONGEST]) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False

    return outside(verify)


@cache
def hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(PASSES, KIB, LANES)


@cache
def nobodys() -> str:
    return hasher().hash("the password of nobody")
