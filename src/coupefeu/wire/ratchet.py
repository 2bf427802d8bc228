"""The three steps by which a new shared secret is made (protocol B10); `packet.py` has the picture of their bytes."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.wire.batch import take
from coupefeu.wire.varint import read_varint, varint

KEY_BYTES: Final = 1_184
CIPHERTEXT_BYTES: Final = 1_088
MAC_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class RatchetOffer:
    """R1: a fresh ML-KEM-768 public key; the new secret's number is at least `number`."""

    number: int
    key: bytes


@dataclass(frozen=True, slots=True)
class RatchetAnswer:
    """R2: the ciphertext for that key, the new secret's number, and the MAC that shows it held, durably."""

    number: int
    ciphertext: bytes
    mac: bytes


@dataclass(frozen=True, slots=True)
class RatchetProof:
    """R3: the MAC back: the beginner holds the secret `number` too, durably."""

    number: int
    mac: bytes


def transcript(offer: RatchetOffer, ciphertext: bytes) -> bytes:
    """Return SHA-256 over R1 and the ciphertext, which the new secret is bound to."""
    return sha256(offer.number.to_bytes(8, "big") + offer.key + ciphertext).digest()


def encode_offer(item: RatchetOffer) -> bytes:
    """Return the fields of R1. Raises: UsageError: another length."""
    return varint(item.number) + _sized(item.key, KEY_BYTES)


def decode_offer(data: bytes, position: int) -> tuple[RatchetOffer, int]:
    """Return R1 at `position`, and the position after it. Raises: PeerError: it is cut short."""
    number, position = read_varint(data, position)
    key, position = take(data, position, KEY_BYTES)
    return RatchetOffer(number, key), position


def encode_answer(item: RatchetAnswer) -> bytes:
    """Return the fields of R2. Raises: UsageError: another length."""
    return varint(item.number) + _sized(item.ciphertext, CIPHERTEXT_BYTES) + _sized(item.mac, MAC_BYTES)


def decode_answer(data: bytes, position: int) -> tuple[RatchetAnswer, int]:
    """Return R2 at `position`, and the position after it. Raises: PeerError: it is cut short."""
    number, position = read_varint(data, position)
    ciphertext, position = take(data, position, CIPHERTEXT_BYTES)
    mac, position = take(data, position, MAC_BYTES)
    return RatchetAnswer(number, ciphertext, mac), position


def encode_proof(item: RatchetProof) -> bytes:
    """Return the fields of R3. Raises: UsageError: another length."""
    return varint(item.number) + _sized(item.mac, MAC_BYTES)


def decode_proof(data: bytes, position: int) -> tuple[RatchetProof, int]:
    """Return R3 at `position`, and the position after it. Raises: PeerError: it is cut short."""
    number, position = read_varint(data, position)
    mac, position = take(data, position, MAC_BYTES)
    return RatchetProof(number, mac), position


def _sized(octets: bytes, size: int) -> bytes:
    if len(octets) != size:
        raise UsageError(
            f"{len(octets):,} bytes in a step of the ratchet",
            code="wire.ratchet.length",
            hint=f"There are {size:,}.",
        )
    return octets
