"""Passkeys (WebAuthn): signing in with a finger, a face or a device's PIN instead of a password.

The private key stays on the device and signs for this site's name alone, so there is nothing to
type on a page that only looks like ours. What an authenticator answers is checked by the library
webauthn; here is what is kept of it. A challenge is answered once: its moment is kept with the
passkey, and no earlier one is taken afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.desk.sessions import device_of
from survey.storage.desk_tables import Account, Passkey
from survey.storage.events import Refused

if TYPE_CHECKING:  # loaded when somebody uses one: no process that collects needs it
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor
    from webauthn.registration.verify_registration_response import VerifiedRegistration

ANSWERED_WITHIN = timedelta(minutes=10)  # a phone is looked for, a finger is wiped
CHALLENGE_BYTES = 32
MOST = 10  # passkeys of one account
LONGEST_ID = 1023  # bytes of a credential's id (WebAuthn, 6.1)


@dataclass(frozen=True)
class Site:
    """The site for which a passkey signs: its name, and the origin its pages have."""

    name: str  # a domain; WebAuthn knows no addresses in numbers
    origin: str


def creation_options(session: Session, site: Site, account: Account, challenge: bytes) -> str:
    """Return as JSON what a browser is asked to make: a key that is found without a name."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    return options_to_json(
        generate_registration_options(
            rp_id=site.name,
            rp_name="Porchlight",
            user_name=account.name,
            user_id=handle(account),
            challenge=challenge,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=known(session, account),
        )
    )


def request_options(site: Site, challenge: bytes) -> str:
    """Return as JSON what a browser is asked to sign; which account it is for, the passkey says."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    return options_to_json(
        generate_authentication_options(
            rp_id=site.name,
            challenge=challenge,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def add(
    session: Session,
    account: Account,
    made: VerifiedRegistration,
    agent: str,
    moment: datetime,
) -> None:
    """Keep a passkey of an account. Raises Refused where somebody has it, or there are many."""
    if len(made.credential_id) > LONGEST_ID or of_credential(session, made.credential_id):
        raise not_taken()
    if len(of_account(session, account)) >= MOST:
        raise Refused(f"An account has {MOST} passkeys at most.", "passkeys_many", most=MOST)
    session.add(
        Passkey(
            id=uuid4(),
            account_id=account.id,
            credential=made.credential_id,
            public_key=made.credential_public_key,
            signed=made.sign_count,
            device=device_of(agent),
            made_at=moment,
            used_at=moment,
        )
    )
    session.flush()


def account_of(session: Session, answer: str) -> Account:
    """Return whose passkey a browser says that it used; nothing is checked yet. Raises Refused."""
    passkey = of_credential(session, credential_of(answer))
    if passkey is None or passkey.account.ended:
        raise not_taken()
    return passkey.account


def use(session: Session, site: Site, answer: str, challenge: bytes, handed: datetime) -> None:
    """Check what a passkey signed: a challenge that was handed out at a moment.

    Raises Refused: a signature that does not hold, nobody's finger or PIN, or a challenge that is
    no newer than the last one it answered.
    """
    passkey = of_credential(session, credential_of(answer))
    if passkey is None or handed <= passkey.used_at:
        raise not_taken()
    passkey.signed = checked_signature(site, passkey, answer, challenge)
    passkey.used_at = handed
    session.flush()


def checked_creation(site: Site, answer: str, challenge: bytes) -> VerifiedRegistration:
    """Return what an authenticator made. Raises Refused."""
    from webauthn import verify_registration_response

    with refusing():
        return verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )


def checked_signature(site: Site, passkey: Passkey, answer: str, challenge: bytes) -> int:
    """Return how often an authenticator says that it has signed. Raises Refused."""
    from webauthn import verify_authentication_response

    with refusing():
        return verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.signed,
            require_user_verification=True,
        ).new_sign_count


def credential_of(answer: str) -> bytes:
    """Return which passkey a browser says that it used. Raises Refused."""
    from webauthn.helpers import parse_authentication_credential_json

    with refusing():
        return parse_authentication_credential_json(answer).raw_id


@contextmanager
def refusing() -> Iterator[None]:
    """Refuse whatever the library raises: it reads a stranger's bytes (JSON, CBOR, keys), and each
    of its parts has errors of its own."""
    try:
        yield
    except Exception as error:
        raise not_taken() from error


def not_taken() -> Refused:
    return Refused("That passkey does not open this desk.", "passkey", "passkey")


def of_credential(session: Session, credential: bytes) -> Passkey | None:
    return session.scalar(select(Passkey).where(Passkey.credential == credential))


def of_account(session: Session, account: Account) -> list[Passkey]:
    """Return an account's passkeys, the oldest first."""
    query = select(Passkey).where(Passkey.account_id == account.id)
    return list(session.scalars(query.order_by(Passkey.made_at, Passkey.id)))


def remove(session: Session, account: Account, id: UUID) -> bool:
    """Remove one passkey of an account; return whether it was there."""
    ours = Passkey.id == id, Passkey.account_id == account.id
    return bool(session.execute(delete(Passkey).where(*ours).returning(Passkey.id)).all())


def known(session: Session, account: Account) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    held = of_account(session, account)
    return [PublicKeyCredentialDescriptor(id=one.credential) for one in held]


def handle(account: Account) -> bytes:
    """Return what stands for an account on a device: it tells nobody's name."""
    return json.dumps([account.id, account.made_at.isoformat()]).encode()
