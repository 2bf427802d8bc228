"""Ed25519 keys and signatures; a public key is checked before it is trusted.

`cryptography` accepts a key of small order, under which one signature fits any message: such keys, and every
encoding that is not the canonical one, are refused here (protocol A10).
"""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from coupefeu.errors import PeerError, UsageError, VerificationError

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_SQRT_M1: Final = pow(2, (_P - 1) // 4, _P)


class SigningKey:
    """A private key made ready once; signing takes about 60 microseconds."""

    __slots__ = ("_key", "public")

    def __init__(self, private: bytes) -> None:
        if len(private) != KEY_BYTES:
            raise UsageError(
                f"a private key of {len(private)} bytes",
                code="keys.ed25519.private-length",
                hint="It has 32 bytes.",
            )
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`."""
        return self._key.sign(message)


def generate() -> bytes:
    """Return a fresh private key, 32 bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public(private: bytes) -> bytes:
    """Return the public key of `private`, 32 bytes each."""
    return SigningKey(private).public


def sign(private: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature of `message`; keep a `SigningKey` where many are made."""
    return SigningKey(private).sign(message)


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Return if `signature` is `public_key`'s on `message`.

    Raises:
        PeerError: the key itself is refused.
        VerificationError: the signature does not hold.
    """
    try:
        _verifier(public_key).verify(signature, message)
    except InvalidSignature as error:
        raise VerificationError(
            "an Ed25519 signature does not hold",
            code="keys.ed25519.signature",
            hint="The bytes were changed, or another key signed them.",
        ) from error


@lru_cache(maxsize=1_024)
def _verifier(public_key: bytes) -> Ed25519PublicKey:
    check_public(public_key)
    return Ed25519PublicKey.from_public_bytes(public_key)


def check_public(public_key: bytes) -> None:
    """Return if `public_key` is the canonical encoding of a point of large order on the curve.

    Raises:
        PeerError: it is not; the card that holds it is refused. Source: RFC 8032 section 5.1.3.
    """
    if len(public_key) != KEY_BYTES:
        raise _refused("length")
    number = int.from_bytes(public_key, "little")
    y, sign_bit = number & (1 << 255) - 1, number >> 255
    if y >= _P:
        raise _refused("not-canonical")
    x = _recover_x(y)
    if x is None:
        raise _refused("not-on-curve")
    if x == 0 and sign_bit:
        raise _refused("not-canonical")
    for _ in range(3):
        x, y = _double(x, y)
    if (x, y) == (0, 1):
        raise _refused("small-order")


def _recover_x(y: int) -> int | None:
    """One of the two x of a point with this y, or None when there is none."""
    numerator, denominator = (y * y - 1) % _P, (_D * y * y + 1) % _P
    root = numerator * pow(denominator, 3, _P) % _P
    root = root * pow(numerator * pow(denominator, 7, _P) % _P, (_P - 5) // 8, _P) % _P
    square = denominator * root * root % _P
    if square == numerator:
        return root
    return root * _SQRT_M1 % _P if square == -numerator % _P else None


def _double(x: int, y: int) -> tuple[int, int]:
    """Twice the point on -x^2 + y^2 = 1 + d x^2 y^2; the addition law is complete, so no case is special."""
    product = _D * x * x * y * y % _P
    return (
        2 * x * y * pow(1 + product, -1, _P) % _P,
        (y * y + x * x) * pow(1 - product, -1, _P) % _P,
    )


def _refused(defect: str) -> PeerError:
    return PeerError(
        f"an Ed25519 public key is refused: {defect}",
        code=f"keys.ed25519.{defect}",
        hint="Do not pair with this card; ask the other side for a new one and how this key was made.",
    )
