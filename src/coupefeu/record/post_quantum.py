"""A checkpoint that Ed25519 has signed, signed once more with ML-DSA-44: by its log's key, and by a holder (A15).

Time 0 says nothing of whether the signer held a larger tree; source: c2sp.org/tlog-cosignature.
"""

from dataclasses import dataclass, field

from coupefeu.keys.notes import MlDsaSigner
from coupefeu.wire.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class MlDsaStatement:
    """A signature of type 0x06, 2,420 bytes, that was made here or verified; `time_s` is UTC seconds."""

    checkpoint: Checkpoint
    time_s: int
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MlDsaSigners:
    """Our own two keys: of our log, and of what we hold of others."""

    log: MlDsaSigner
    cosigner: MlDsaSigner


def sign_ml_dsa(signer: MlDsaSigner, checkpoint: Checkpoint, time_s: int) -> MlDsaStatement:
    """Sign a checkpoint that is committed and co-signed; it takes about a millisecond, so not where anybody waits."""
    return MlDsaStatement(
        checkpoint=checkpoint, time_s=time_s, signature=signer.cosign_raw(checkpoint, time_s)
    )
