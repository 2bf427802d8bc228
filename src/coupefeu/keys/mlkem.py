"""ML-KEM-768 (FIPS 203): a secret for two that a quantum computer does not find in what travelled."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey

from coupefeu.errors import PeerError, UsageError

SEED_BYTES: Final = 64
PUBLIC_BYTES: Final = 1_184
CIPHERTEXT_BYTES: Final = 1_088
SECRET_BYTES: Final = 32


def generate() -> bytes:
    """Return a fresh private seed, 64 bytes."""
    return MLKEM768PrivateKey.generate().private_bytes_raw()


def public(seed: bytes) -> bytes:
    """Return the 1,184-byte public key of `seed`."""
    return _private(seed).public_key().public_bytes_raw()


def encapsulate(public_key: bytes) -> tuple[bytes, bytes]:
    """Return a fresh secret (32 bytes) and the ciphertext (1,088) from which the key's holder gets it.

    Raises:
        PeerError: the key has another length, or numbers beyond the modulus (FIPS 203, 7.2).
    """
    try:
        return MLKEM768PublicKey.from_public_bytes(public_key).encapsulate()
    except ValueError as error:
        raise PeerError(
            f"an ML-KEM-768 public key of {len(public_key):,} bytes is refused",
            code="keys.mlkem.public-key",
            hint=f"It has {PUBLIC_BYTES:,} bytes, and every number in it is below 3,329.",
        ) from error


def decapsulate(seed: bytes, ciphertext: bytes) -> bytes:
    """Return the 32-byte secret. A false ciphertext gives another one and no error: a MAC under it must tell.

    Raises:
        PeerError: the ciphertext has another length.
    """
    if len(ciphertext) != CIPHERTEXT_BYTES:
        raise PeerError(
            f"an ML-KEM-768 ciphertext of {len(ciphertext):,} bytes is refused",
            code="keys.mlkem.ciphertext",
            hint=f"It has {CIPHERTEXT_BYTES:,} bytes.",
        )
    return _private(seed).decapsulate(ciphertext)


def _private(seed: bytes) -> MLKEM768PrivateKey:
    if len(seed) != SEED_BYTES:
        raise UsageError(
            f"a seed of {len(seed)} bytes", code="keys.mlkem.seed-length", hint="It has 64 bytes."
        )
    return MLKEM768PrivateKey.from_seed_bytes(seed)
