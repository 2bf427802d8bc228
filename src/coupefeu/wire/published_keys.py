"""The whole ML-DSA-44 keys that a party publishes: body of KEYS_PUBLISHED, and a file of the node's folder (A15).

    {0 key of the log, 1 key of the cosigner}, 1,312 bytes each; one may be absent

Nothing here is signed: a key counts where agreement or key statement name its SHA-256.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.wire.card import ML_DSA_PUBLIC_BYTES
from coupefeu.wire.cbor import decode, encode

_PLACES: Final = frozenset({0, 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKeys:
    """The keys under which a log and its party's co-signatures are signed once more; empty: not published here."""

    log: bytes = field(default=b"", repr=False)
    cosigner: bytes = field(default=b"", repr=False)

    @property
    def by_sha256(self) -> dict[bytes, bytes]:
        """Give each key by what names it."""
        return {sha256(key).digest(): key for key in (self.log, self.cosigner) if key}


def encode_published_keys(keys: PublishedKeys) -> bytes:
    """Write the bytes; `parse_published_keys` is the inverse."""
    return encode({place: key for place, key in enumerate((keys.log, keys.cosigner)) if key})


def parse_published_keys(octets: bytes) -> PublishedKeys:
    """Read them.

    Raises:
        PeerError: `wire.published_keys.bad_field`, `wire.cbor.*`.
    """
    values = decode(octets)
    if not isinstance(values, dict) or not values or not values.keys() <= _PLACES:
        raise _fault("these are not one or two keys")
    for key in values.values():
        if not isinstance(key, bytes) or len(key) != ML_DSA_PUBLIC_BYTES:
            raise _fault(f"a key is not {ML_DSA_PUBLIC_BYTES:,} bytes")
    return PublishedKeys(log=values.get(0, b""), cosigner=values.get(1, b""))


def join_published(every: Iterable[PublishedKeys]) -> dict[bytes, bytes]:
    """Give all of them by what names each."""
    return {name: key for keys in every for name, key in keys.by_sha256.items()}


def _fault(says: str) -> PeerError:
    return PeerError(
        f"published keys are refused: {says}",
        code="wire.published_keys.bad_field",
        hint="It is kept, without effect; the party publishes its keys again.",
    )
