"""Keys from secrets: HKDF-SHA256 (RFC 5869), HMAC-SHA256, and the chain of Noise."""

import hmac
from typing import Final

from coupefeu.errors import UsageError

HASH_BYTES: Final = 32


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes."""
    return hmac.digest(key, message, "sha256")


def is_equal(ours: bytes, theirs: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(ours, theirs)


def hkdf(secret: bytes, *, salt: bytes = b"", info: bytes = b"", length: int = HASH_BYTES) -> bytes:
    """`length` bytes derived from `secret` (RFC 5869).

    Raises:
        UsageError: more than 255 blocks are asked for.
    """
    if not 0 < length <= 255 * HASH_BYTES:
        raise UsageError(
            f"{length} bytes from HKDF", code="keys.kdf.length", hint="Ask for 1 to 8,160 bytes."
        )
    key = hmac_sha256(salt or bytes(HASH_BYTES), secret)
    output = block = b""
    for number in range(1, -(-length // HASH_BYTES) + 1):
        block = hmac_sha256(key, block + info + bytes((number,)))
        output += block
    return output[:length]


def noise_hkdf(chaining_key: bytes, material: bytes, count: int) -> tuple[bytes, ...]:
    """Return the two or three 32-byte outputs of Noise's HKDF (revision 34, section 4.3)."""
    output = hkdf(material, salt=chaining_key, length=count * HASH_BYTES)
    return tuple(output[at : at + HASH_BYTES] for at in range(0, len(output), HASH_BYTES))
