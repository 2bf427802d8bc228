"""ChaCha20-Poly1305: seal and open (RFC 8439). The caller never uses a nonce twice under one key."""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from coupefeu.errors import VerificationError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


class Cipher:
    """One key made ready once."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes = b"") -> bytes:
        """Ciphertext and its 16-byte tag; `nonce` has 12 bytes."""
        return self._cipher.encrypt(nonce, plaintext, associated)

    def open(self, nonce: bytes, ciphertext: bytes, associated: bytes = b"") -> bytes:
        """Return the plaintext.

        Raises:
            VerificationError: key, nonce, associated data or ciphertext do not belong together.
        """
        try:
            return self._cipher.decrypt(nonce, ciphertext, associated)
        except (InvalidTag, ValueError) as error:
            raise VerificationError(
                "a sealed message does not open",
                code="keys.aead.tag",
                hint="It was damaged, replayed from another session, or sealed for someone else.",
            ) from error


def seal(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes = b"") -> bytes:
    """`Cipher.seal` for a key that is used once."""
    return Cipher(key).seal(nonce, plaintext, associated)


def open_sealed(key: bytes, nonce: bytes, ciphertext: bytes, associated: bytes = b"") -> bytes:
    """`Cipher.open` for a key that is used once.

    Raises:
        VerificationError: it does not open.
    """
    return Cipher(key).open(nonce, ciphertext, associated)
