"""The second step after a password: six digits of an app (TOTP, RFC 6238), or a recovery code.

The app's secret has to be read again at each sign-in, so it is kept sealed with a key that is not
in the database. A code works once: the half minute of the last one is kept, and none from it or
before is taken. A recovery code is random, so its hash is enough; it is deleted when it is used.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey.desk.tokens import token_hash
from survey.storage.desk_tables import Account, RecoveryCode
from survey.storage.events import CODE_SIGNS, Refused, tidy_code

if TYPE_CHECKING:
    from pyotp import TOTP

NONCE = 12  # bytes
AROUND = (0, -1, 1)  # half minutes: a phone's clock, and a person who types slowly
CODES = 8  # recovery codes of an account
GROUPS, GROUP = 3, 5  # signs of a recovery code: 67 bits


class CodeApps:
    """Seals and opens the secrets of apps that show codes, with a key made from the server's."""

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=b"porchlight.code_app").derive(secret.encode())
        self.cipher = ChaCha20Poly1305(key)

    def seal(self, account_id: int, secret: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self.cipher.encrypt(nonce, secret.encode(), str(account_id).encode())

    def open(self, account: Account) -> str:
        """Return an app's secret; "" where there is none, or the server has another key now."""
        sealed = account.code_app
        if sealed is None:
            return ""
        try:
            about = str(account.id).encode()
            return self.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], about).decode()
        except InvalidTag:
            return ""

    def turn_on(self, account: Account, secret: str, code: str, moment: datetime) -> None:
        """Ask for codes from now on. Raises Refused where `code` is not one of this secret."""
        step = step_of(secret, code, moment)
        if step is None:
            raise wrong()
        account.code_app, account.code_step = self.seal(account.id, secret), step

    def pass_(self, session: Session, account: Account, code: str, moment: datetime) -> bool:
        """Use up an app's code or a recovery code; return whether it was a recovery code.

        Raises Refused for any other, and for a code that was used before.
        """
        secret = self.open(account)
        step = step_of(secret, code, moment) if secret else None
        if step is not None and step > account.code_step:
            account.code_step = step
            session.flush()
            return False
        if use_recovery_code(session, account, code):
            return True
        raise wrong()


def wrong() -> Refused:
    return Refused("That code does not fit, or was used before.", "code", "code")


def new_secret() -> str:
    import pyotp

    return pyotp.random_base32()


def app_address(secret: str, account: Account, site: str) -> str:
    """Return what an app reads from a QR code: secret, account and site."""
    return str(app(secret).provisioning_uri(name=account.name, issuer_name=f"Porchlight {site}"))


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """Return the half minute, counted from 1970, whose code this is; None where it is none of now.

    moment: without a zone it is UTC.
    """
    typed = "".join(code.split())
    if not typed.isascii() or not typed.isdigit():
        return None
    shown = app(secret)
    now = shown.timecode(moment.replace(tzinfo=moment.tzinfo or UTC))
    fits = (
        now + by for by in AROUND if secrets.compare_digest(shown.generate_otp(now + by), typed)
    )
    return next(fits, None)


def app(secret: str) -> TOTP:
    import pyotp

    return pyotp.TOTP(secret)


def new_recovery_codes(session: Session, account: Account) -> list[str]:
    """Return new recovery codes, in groups to be read aloud; those from before are void."""
    forget_recovery_codes(session, account)
    codes = ["-".join(group() for _ in range(GROUPS)) for _ in range(CODES)]
    for code in codes:
        session.add(RecoveryCode(code_hash=token_hash(tidy_code(code)), account_id=account.id))
    session.flush()
    return codes


def group() -> str:
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(GROUP))


def use_recovery_code(session: Session, account: Account, code: str) -> bool:
    """Delete a recovery code of an account; return whether it was one."""
    ours = RecoveryCode.code_hash == token_hash(tidy_code(code))
    mine = RecoveryCode.account_id == account.id
    used = delete(RecoveryCode).where(ours, mine).returning(RecoveryCode.code_hash)
    return bool(session.execute(used).all())


def recovery_codes_left(session: Session, account: Account) -> int:
    query = select(func.count()).where(RecoveryCode.account_id == account.id)
    return session.scalar(query) or 0


def turn_off(session: Session, account: Account) -> None:
    """Ask for a password alone from now on; recovery codes have nothing left to stand in for."""
    account.code_app, account.code_step = None, 0
    forget_recovery_codes(session, account)


def forget_recovery_codes(session: Session, account: Account) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
