"""X25519 key agreement that refuses a result without a secret (RFC 7748 section 6.1, protocol A10)."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from coupefeu.errors import PeerError, UsageError

KEY_BYTES: Final = 32


def generate() -> bytes:
    """Return a fresh private key, 32 bytes."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public(private: bytes) -> bytes:
    """Return the public key of `private`, 32 bytes each."""
    return _private(private).public_key().public_bytes_raw()


def exchange(private: bytes, public_key: bytes) -> bytes:
    """Return the 32-byte shared secret.

    Raises:
        PeerError: the key has not 32 bytes, or the secret would be zero whatever our key is.
    """
    if len(public_key) != KEY_BYTES:
        raise _refused("length")
    try:
        return _private(private).exchange(X25519PublicKey.from_public_bytes(public_key))
    except ValueError as error:
        raise _refused("zero-output") from error


def _private(private: bytes) -> X25519PrivateKey:
    if len(private) != KEY_BYTES:
        raise UsageError(
            f"a private key of {len(private)} bytes",
            code="keys.x25519.private-length",
            hint="It has 32 bytes.",
        )
    return X25519PrivateKey.from_private_bytes(private)


def _refused(defect: str) -> PeerError:
    return PeerError(
        f"an X25519 public key is refused: {defect}",
        code=f"keys.x25519.{defect}",
        hint="Do not pair with this card; a handshake that shows this is dropped.",
    )
