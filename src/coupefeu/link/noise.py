"""Noise revision 34, `KKpsk0_25519_ChaChaPoly_SHA256`: two messages, then one key for each direction.

    -> psk, e, es, ss      (message 1: 32 bytes of e, sealed payload)
    <- e, ee, se           (message 2: the same)

Both sides know each other's static key and a common secret before the first byte (protocol B1).
Source: noiseprotocol.org/noise.html, sections 5, 7 and 9.
"""

import hashlib
import struct
from dataclasses import dataclass

from coupefeu.keys import aead, x25519
from coupefeu.keys.kdf import noise_hkdf

PROTOCOL_NAME = b"Noise_KKpsk0_25519_ChaChaPoly_SHA256"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """What both sides know before the first byte; `ours` and `theirs` are X25519 keys of 32 bytes."""

    prologue: bytes
    our_private: bytes
    our_public: bytes
    their_public: bytes
    psk: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionKeys:
    """What a finished handshake leaves: 32 bytes to seal with, 32 to open with, and its name (32)."""

    send: bytes
    receive: bytes
    handshake_hash: bytes


def nonce_of(number: int) -> bytes:
    """Noise's ChaChaPoly nonce: four zero bytes, then the number, little end first (section 12.3)."""
    return struct.pack("<4xQ", number)


class _Symmetric:
    """SymmetricState of section 5.2; psk0 sets a key before anything is sealed, so there is always one."""

    __slots__ = ("chaining_key", "hash", "key", "nonce")

    def __init__(self, prologue: bytes, initiator_public: bytes, responder_public: bytes, psk: bytes) -> None:
        self.hash = self.chaining_key = hashlib.sha256(PROTOCOL_NAME).digest()
        self.mix_hash(prologue)
        self.mix_hash(initiator_public)
        self.mix_hash(responder_public)
        self.chaining_key, mixed, self.key = noise_hkdf(self.chaining_key, psk, 3)
        self.nonce = 0
        self.mix_hash(mixed)

    def mix_hash(self, data: bytes) -> None:
        self.hash = hashlib.sha256(self.hash + data).digest()

    def mix_key(self, material: bytes) -> None:
        self.chaining_key, self.key = noise_hkdf(self.chaining_key, material, 2)
        self.nonce = 0

    def mix_ephemeral(self, public: bytes) -> None:
        """`e` of a PSK handshake goes into the hash and into the key (section 9.2)."""
        self.mix_hash(public)
        self.mix_key(public)

    def seal(self, plaintext: bytes) -> bytes:
        sealed = aead.seal(self.key, nonce_of(self.nonce), plaintext, self.hash)
        self.nonce += 1
        self.mix_hash(sealed)
        return sealed

    def open(self, sealed: bytes) -> bytes:
        plaintext = aead.open_sealed(self.key, nonce_of(self.nonce), sealed, self.hash)
        self.nonce += 1
        self.mix_hash(sealed)
        return plaintext

    def split(self) -> tuple[bytes, bytes]:
        first, second = noise_hkdf(self.chaining_key, b"", 2)
        return first, second

    def copy(self) -> "_Symmetric":
        twin = object.__new__(_Symmetric)
        twin.hash, twin.chaining_key, twin.key, twin.nonce = (
            self.hash,
            self.chaining_key,
            self.key,
            self.nonce,
        )
        return twin


class Initiator:
    """Writes message 1 once, then reads message 2; a false message 2 leaves it as it was."""

    __slots__ = ("_ephemeral", "_symmetric", "_with")

    def __init__(self, acquaintance: Acquaintance, ephemeral_private: bytes) -> None:
        self._with = acquaintance
        self._ephemeral = ephemeral_private
        self._symmetric = _Symmetric(
            acquaintance.prologue, acquaintance.our_public, acquaintance.their_public, acquaintance.psk
        )

    def write_message_1(self, payload: bytes) -> bytes:
        """Return 32 bytes of ephemeral key and the sealed payload (16 bytes longer)."""
        public = x25519.public(self._ephemeral)
        self._symmetric.mix_ephemeral(public)
        self._symmetric.mix_key(x25519.exchange(self._ephemeral, self._with.their_public))
        self._symmetric.mix_key(x25519.exchange(self._with.our_private, self._with.their_public))
        return public + self._symmetric.seal(payload)

    def read_message_2(self, message: bytes) -> tuple[bytes, SessionKeys]:
        """Return the payload and the keys.

        Raises: PeerError or VerificationError when the message is not the answer to our message 1.
        """
        symmetric = self._symmetric.copy()
        public = message[:KEY_BYTES]
        symmetric.mix_ephemeral(public)
        symmetric.mix_key(x25519.exchange(self._ephemeral, public))
        symmetric.mix_key(x25519.exchange(self._with.our_private, public))
        payload = symmetric.open(message[KEY_BYTES:])
        send, receive = symmetric.split()
        return payload, SessionKeys(send=send, receive=receive, handshake_hash=symmetric.hash)


class Responder:
    """Reads message 1 once (to be thrown away if that fails), then writes message 2."""

    __slots__ = ("_symmetric", "_theirs", "_with")

    def __init__(self, acquaintance: Acquaintance) -> None:
        self._with = acquaintance
        self._theirs = b""
        self._symmetric = _Symmetric(
            acquaintance.prologue, acquaintance.their_public, acquaintance.our_public, acquaintance.psk
        )

    def read_message_1(self, message: bytes) -> bytes:
        """Return the payload.

        Raises: PeerError or VerificationError when it was not sealed for us by the other side.
        """
        self._theirs = message[:KEY_BYTES]
        self._symmetric.mix_ephemeral(self._theirs)
        self._symmetric.mix_key(x25519.exchange(self._with.our_private, self._theirs))
        self._symmetric.mix_key(x25519.exchange(self._with.our_private, self._with.their_public))
        return self._symmetric.open(message[KEY_BYTES:])

    def write_message_2(self, ephemeral_private: bytes, payload: bytes) -> tuple[bytes, SessionKeys]:
        """Return the message (32 bytes of ephemeral key, sealed payload) and the keys."""
        public = x25519.public(ephemeral_private)
        self._symmetric.mix_ephemeral(public)
        self._symmetric.mix_key(x25519.exchange(ephemeral_private, self._theirs))
        self._symmetric.mix_key(x25519.exchange(ephemeral_private, self._with.their_public))
        message = public + self._symmetric.seal(payload)
        receive, send = self._symmetric.split()
        return message, SessionKeys(send=send, receive=receive, handshake_hash=self._symmetric.hash)
