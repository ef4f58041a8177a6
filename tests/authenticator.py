"""A device with passkeys, as the standard describes it (WebAuthn 3, sections 6.1, 6.5 and 7)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40  # flags of authenticator data


@dataclass
class Authenticator:
    """Makes one key and signs with it: on the page `origin`, after looking at a finger or not."""

    origin: str = "http://localhost"
    site: str = "localhost"
    verifies: bool = True
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def makes(self, options: str) -> str:
        """Return what navigator.credentials.create() answers to these options."""
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        data = self.data(ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        told = self.client_data("webauthn.create", json.loads(options)["challenge"])
        return self.answer({"clientDataJSON": told, "attestationObject": made})

    def signs(self, options: str) -> str:
        """Return what navigator.credentials.get() answers to these options."""
        data = self.data(0)
        told = self.client_data("webauthn.get", json.loads(options)["challenge"])
        signature = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(SHA256()))
        return self.answer(
            {"clientDataJSON": told, "authenticatorData": data, "signature": signature}
        )

    def data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + bytes(4)

    def client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(said).encode()

    def answer(self, response: dict[str, bytes]) -> str:
        told: dict[str, Any] = {name: url64(value) for name, value in response.items()}
        return json.dumps(
            {"id": url64(self.id), "rawId": url64(self.id), "type": "public-key", "response": told}
        )


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
