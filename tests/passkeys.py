"""A device with passkeys for tests: it registers and asserts as an authenticator does, in memory, without a browser."""

import json
from hashlib import sha256
from itertools import count

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from coupefeu.keys.passkeys import EDDSA, ES256, Assertion, PersonalKey, encode_base64url

ORIGIN = "http://us.localhost:7430"
RP_ID = "us.localhost"
PRESENT, VERIFIED = 0x01, 0x04
_NUMBERS = count(1)


class Passkey:
    """One key pair of a device. `answer` signs a challenge; every field of what is signed may be made otherwise."""

    def __init__(self, algorithm=ES256, *, origin=ORIGIN, rp_id=RP_ID, seed=None):
        self.algorithm, self.origin, self.rp_id = algorithm, origin, rp_id
        seed = seed or sha256(f"passkey {next(_NUMBERS)}".encode()).digest()
        self.credential_id = sha256(b"id" + seed).digest()
        self.counter = 0
        if algorithm == EDDSA:
            self._private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        else:
            self._private = ec.derive_private_key(int.from_bytes(seed, "big") >> 1, ec.SECP256R1())

    @property
    def public_key(self):
        public = self._private.public_key()
        if self.algorithm == EDDSA:
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return bytes.fromhex("a4010103272006215820") + raw
        numbers = public.public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (numbers.x, numbers.y))
        return bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y

    @property
    def key(self):
        return PersonalKey(
            credential_id=self.credential_id,
            public_key=self.public_key,
            origin=self.origin,
            rp_id=self.rp_id,
        )

    def answer(self, challenge, *, flags=PRESENT | VERIFIED, rp_id=None, trailing=b"", **client):
        self.counter += 1
        data = self._authenticator_data(flags, rp_id) + trailing
        told = client_data("webauthn.get", challenge, client.pop("origin", self.origin), **client)
        return Assertion(
            authenticator_data=data,
            client_data=told,
            signature=self.sign(data + sha256(told).digest()),
        )

    def sign(self, message):
        if self.algorithm == EDDSA:
            return self._private.sign(message)
        return self._private.sign(message, ec.ECDSA(hashes.SHA256()))

    def register(self, challenge, *, flags=PRESENT | VERIFIED, fmt="none", statement=None, **client):
        """Give (attestationObject, clientDataJSON)."""
        data = self._authenticator_data(flags | 0x40) + bytes(16)
        data += len(self.credential_id).to_bytes(2, "big") + self.credential_id + self.public_key
        told = client_data("webauthn.create", challenge, client.pop("origin", self.origin), **client)
        return cbor2.dumps({"fmt": fmt, "attStmt": statement or {}, "authData": data}), told

    def _authenticator_data(self, flags, rp_id=None):
        name = sha256((rp_id or self.rp_id).encode()).digest()
        return name + bytes([flags]) + self.counter.to_bytes(4, "big")


def client_data(kind, challenge, origin, **more):
    fields = {"type": kind, "challenge": encode_base64url(challenge), "origin": origin, "crossOrigin": False}
    return json.dumps(fields | more, separators=(",", ":")).encode()
