"""Timestamped co-signatures, type 0x04 (c2sp.org/tlog-cosignature).

signed: "cosignature/v1" newline "time " SECONDS newline, then the checkpoint's text
blob:   time in seconds, 8 bytes big-endian | Ed25519 signature, 64 bytes
"""

from typing import Final

from coupefeu.errors import PeerError, UsageError

BLOB_BYTES: Final = 72


def cosigned_message(checkpoint_text: str, time_s: int) -> bytes:
    """Return what a cosigner signs; `time_s` is UTC seconds."""
    return f"cosignature/v1\ntime {time_s}\n{checkpoint_text}".encode()


def pack(time_s: int, signature: bytes) -> bytes:
    """Return the 72-byte blob of a note's signature line."""
    if len(signature) != 64 or not 0 <= time_s < 1 << 63:
        raise UsageError(
            "a co-signature out of range", code="wire.cosignature.range", hint="64 bytes, time >= 0."
        )
    return time_s.to_bytes(8) + signature


def unpack(blob: bytes) -> tuple[int, bytes]:
    """Return the time in seconds and the signature.

    Raises:
        PeerError: not 72 bytes, or a time of 2^63 and more.
    """
    if len(blob) != BLOB_BYTES or blob[0] > 127:
        raise PeerError(
            f"a co-signature of {len(blob)} bytes",
            code="wire.cosignature.length",
            hint="A type 0x04 signature has 72 bytes: time and Ed25519 signature.",
        )
    return int.from_bytes(blob[:8]), blob[8:]
