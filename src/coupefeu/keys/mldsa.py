"""ML-DSA-44 (FIPS 204): signatures that a quantum computer does not forge."""

from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from coupefeu.errors import PeerError, UsageError, VerificationError
from coupefeu.wire.card import ML_DSA_PUBLIC_BYTES

SEED_BYTES: Final = 32


class SigningKey:
    """A private key made ready once."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        self._key = _private(seed)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the 2,420-byte signature of `message`, with an empty context."""
        return self._key.sign(message)


def generate() -> bytes:
    """Return a fresh private seed, 32 bytes."""
    return MLDSA44PrivateKey.generate().private_bytes_raw()


def public(seed: bytes) -> bytes:
    """Return the 1,312-byte public key of `seed`."""
    return _private(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the 2,420-byte signature of `message`, with an empty context."""
    return _private(seed).sign(message)


def public_sha256(seed: bytes) -> bytes:
    """Return what cards, agreement and key statements hold of the public key of `seed`: its SHA-256."""
    return sha256(public(seed)).digest()


def check_public(public_key: bytes) -> None:
    """Return if `public_key` can be one.

    Raises:
        PeerError: it cannot.
    """
    _public(public_key)


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Return if `signature` is `public_key`'s on `message`.

    Raises:
        PeerError: the key has another length.
        VerificationError: the signature does not hold.
    """
    try:
        _public(public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise VerificationError(
            "an ML-DSA-44 signature does not hold",
            code="keys.mldsa.signature",
            hint="The bytes were changed, or another key signed them.",
        ) from error


def _private(seed: bytes) -> MLDSA44PrivateKey:
    if len(seed) != SEED_BYTES:
        raise UsageError(
            f"a seed of {len(seed)} bytes", code="keys.mldsa.seed-length", hint="It has 32 bytes."
        )
    return MLDSA44PrivateKey.from_seed_bytes(seed)


def _public(public_key: bytes) -> MLDSA44PublicKey:
    try:
        return MLDSA44PublicKey.from_public_bytes(public_key)
    except ValueError as error:
        raise PeerError(
            f"an ML-DSA-44 public key of {len(public_key)} bytes is refused",
            code="keys.mldsa.public-key",
            hint=f"It has {ML_DSA_PUBLIC_BYTES} bytes.",
        ) from error
