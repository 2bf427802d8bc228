"""Timestamped co-signatures (c2sp.org/tlog-cosignature): Ed25519 of type 0x04, ML-DSA-44 of type 0x06.

type  signed
0x04  "cosignature/v1" newline "time " SECONDS newline, then the checkpoint's text
0x06  "subtree/v1" newline 00 | n:1 cosigner's name | time:8 | n:1 origin | start:8 | end:8 | hash:32

blob: time in seconds, 8 bytes big-endian | signature, 64 or 2,420 bytes

Under 0x06 a time of 0 says nothing of whether the signer held a larger tree.
"""

from typing import Final

from coupefeu.errors import PeerError, UsageError

BLOB_BYTES: Final = 72
ML_DSA_SIGNATURE_BYTES: Final = 2_420
_TIME_BYTES: Final = 8
_SUBTREE: Final = b"subtree/v1\n\x00"
_MAX_NAME_BYTES: Final = 255


def cosigned_message(checkpoint_text: str, time_s: int) -> bytes:
    """Return what a cosigner signs; `time_s` is UTC seconds."""
    return f"cosignature/v1\ntime {time_s}\n{checkpoint_text}".encode()


def subtree_message(cosigner: str, origin: str, size: int, root: bytes, time_s: int) -> bytes:
    """Return what an ML-DSA-44 cosigner signs of the whole log `origin`: leaves [0, size) under `root`.

    Raises:
        PeerError: a name of more than 255 bytes, a root of another length, a size or time out of range.
    """
    names = [name.encode() for name in (cosigner, origin)]
    if (
        not all(1 <= len(name) <= _MAX_NAME_BYTES for name in names)
        or len(root) != 32
        or not 0 <= size < 1 << 63
        or not 0 <= time_s < 1 << 63
    ):
        raise PeerError(
            "a co-signed message out of range",
            code="wire.cosignature.message",
            hint="Names have 1 to 255 bytes, a root 32; size and time are below 2^63.",
        )
    signer, log = (bytes((len(name),)) + name for name in names)
    return b"".join((_SUBTREE, signer, time_s.to_bytes(8), log, bytes(8), size.to_bytes(8), root))


def pack(time_s: int, signature: bytes) -> bytes:
    """Return the blob of a note's signature line: 72 bytes of type 0x04, 2,428 of type 0x06."""
    if len(signature) not in {64, ML_DSA_SIGNATURE_BYTES} or not 0 <= time_s < 1 << 63:
        raise UsageError(
            "a co-signature out of range",
            code="wire.cosignature.range",
            hint="64 bytes, of ML-DSA-44 2,420; time >= 0.",
        )
    return time_s.to_bytes(8) + signature


def unpack(blob: bytes, signature_bytes: int = 64) -> tuple[int, bytes]:
    """Return the time in seconds and the signature, of `signature_bytes`.

    Raises:
        PeerError: another length, or a time of 2^63 and more.
    """
    if len(blob) != _TIME_BYTES + signature_bytes or blob[0] > 127:
        raise PeerError(
            f"a co-signature of {len(blob)} bytes",
            code="wire.cosignature.length",
            hint=f"It has {_TIME_BYTES + signature_bytes:,} bytes: time and signature.",
        )
    return int.from_bytes(blob[:8]), blob[8:]
