"""Checkpoints signed once more with ML-DSA-44, and the answer; `packet.py` has the picture of their bytes (A15).

Root and names are not on air: each side has them from its own record, so that any disagreement breaks the signature.
"""

from dataclasses import dataclass

from coupefeu.errors import UsageError
from coupefeu.wire.batch import take
from coupefeu.wire.cosignature import ML_DSA_SIGNATURE_BYTES
from coupefeu.wire.varint import read_varint, varint


@dataclass(frozen=True, slots=True)
class MlDsaCheckpoint:
    """The author's own line of type 0x06 on the checkpoint of `size` in its log; time 0: its log was larger."""

    log: int
    size: int
    time_s: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class MlDsaCosignature:
    """The holder's line of type 0x06 on the same checkpoint; time 0: it held a larger tree."""

    log: int
    size: int
    time_s: int
    signature: bytes


def encode_ml_dsa(item: MlDsaCheckpoint | MlDsaCosignature) -> bytes:
    """Return the fields of either. Raises: UsageError: the signature has another length."""
    if len(item.signature) != ML_DSA_SIGNATURE_BYTES:
        raise UsageError(
            f"an ML-DSA-44 signature of {len(item.signature):,} bytes",
            code="wire.packet.ml-dsa-signature",
            hint=f"It has {ML_DSA_SIGNATURE_BYTES:,}.",
        )
    return varint(item.log) + varint(item.size) + varint(item.time_s) + item.signature


def decode_ml_dsa_checkpoint(data: bytes, position: int) -> tuple[MlDsaCheckpoint, int]:
    """Return the item at `position`, and the position after it. Raises: PeerError: it is malformed."""
    fields, position = _decode(data, position)
    return MlDsaCheckpoint(*fields), position


def decode_ml_dsa_cosignature(data: bytes, position: int) -> tuple[MlDsaCosignature, int]:
    """Return the item at `position`, and the position after it. Raises: PeerError: it is malformed."""
    fields, position = _decode(data, position)
    return MlDsaCosignature(*fields), position


def _decode(data: bytes, position: int) -> tuple[tuple[int, int, int, bytes], int]:
    log, position = read_varint(data, position)
    size, position = read_varint(data, position)
    time_s, position = read_varint(data, position)
    signature, position = take(data, position, ML_DSA_SIGNATURE_BYTES)
    return (log, size, time_s, signature), position
