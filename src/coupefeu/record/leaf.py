"""A leaf commits to head and body apart, each under its own salt (protocol A2).

    leaf = CBOR [1, H, B], 70 bytes
    H    = SHA-256("coupefeu/head/v1" 00 | len(origin) | origin | s_h | head)
    B    = SHA-256("coupefeu/body/v1" 00 | len(origin) | origin | s_b | body)
    s_x  = first 16 bytes of HMAC-SHA256(seed, "head" | "body")

The origin inside stops a party from logging another's leaf as its own; the salts guard what can be guessed.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Final

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.agreement import MAX_ORIGIN_BYTES

LEAF_BYTES: Final = 70
SEED_BYTES: Final = 16
SALT_BYTES: Final = 16

_BLOCK_BYTES: Final = 64
_INNER, _OUTER = (bytes([byte ^ pad for byte in range(256)]) for pad in (0x36, 0x5C))
_START, _MIDDLE = b"\x83\x01\x58\x20", b"\x58\x20"


def make_leaf(origin: str, seed: bytes, head: bytes, body: bytes) -> bytes:
    """Return what stands in the log; `seed` is 16 fresh random bytes (zero for a line test, B9)."""
    before_head, before_body = _prefixes(origin)
    head_salt, body_salt = salts(seed)
    return b"".join(
        (
            _START,
            sha256(before_head + head_salt + head).digest(),
            _MIDDLE,
            sha256(before_body + body_salt + body).digest(),
        )
    )


def salts(seed: bytes) -> tuple[bytes, bytes]:
    """Return the salts of head and body, 16 bytes each; disclose these, never the seed.

    HMAC is written out (RFC 2104), for two short texts under one short key: half of what `hmac` takes for them.
    """
    key = seed.ljust(_BLOCK_BYTES, b"\x00")
    inner, outer = key.translate(_INNER), key.translate(_OUTER)
    head = sha256(outer + sha256(inner + b"head").digest()).digest()
    body = sha256(outer + sha256(inner + b"body").digest()).digest()
    return head[:SALT_BYTES], body[:SALT_BYTES]


def head_matches(leaf: bytes, origin: str, head_salt: bytes, head: bytes) -> bool:
    """Whether `leaf` commits to `head`, when only head and s_h are disclosed."""
    return leaf[4:36] == sha256(_prefixes(origin)[0] + head_salt + head).digest() and is_leaf(leaf)


def body_matches(leaf: bytes, origin: str, body_salt: bytes, body: bytes) -> bool:
    """Whether `leaf` commits to `body`, when s_b is disclosed."""
    return leaf[38:] == sha256(_prefixes(origin)[1] + body_salt + body).digest() and is_leaf(leaf)


def is_leaf(data: bytes) -> bool:
    """Whether `data` has the form of a leaf."""
    return len(data) == LEAF_BYTES and data[:4] == _START and data[36:38] == _MIDDLE


def check_leaf(data: bytes) -> None:
    """Return if `data` has the form of a leaf.

    Raises:
        PeerError: it has not.
    """
    if not is_leaf(data):
        raise PeerError(
            f"{len(data)} bytes are not a leaf",
            code="record.leaf.form",
            hint="A leaf is the 70-byte CBOR array [1, H, B]; the log was not written by this protocol.",
        )


def leaf_hash(leaf: bytes) -> bytes:
    """Return the leaf's hash in the tree (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + leaf).digest()


@lru_cache(maxsize=256)
def _prefixes(origin: str) -> tuple[bytes, bytes]:
    """Return what stands before the salts; one pair per log, kept."""
    tail = origin_prefix(origin)
    return b"coupefeu/head/v1" + tail, b"coupefeu/body/v1" + tail


def origin_prefix(origin: str) -> bytes:
    """Return what names the log in a commitment: 00, the length of the origin, the origin."""
    name = origin.encode()
    if not 0 < len(name) <= MAX_ORIGIN_BYTES:
        raise UsageError(
            f"an origin of {len(name)} bytes",
            code="record.leaf.origin",
            hint=f"1 to {MAX_ORIGIN_BYTES} bytes.",
        )
    return b"\x00" + bytes((len(name),)) + name
