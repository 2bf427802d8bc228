"""What a witness answered, verified: its co-signatures of the checkpoint that was sent to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from coupefeu.errors import VerificationError
from coupefeu.keys.notes import is_from, verify_cosignature_raw, verify_ml_dsa_raw
from coupefeu.wire import cosignature
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import ML_DSA_44, NoteSignature, VerifierKey
from coupefeu.wire.witness import parse_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessLine:
    """One verified co-signature of a witness, and the time that it gives, UTC seconds."""

    key: VerifierKey
    time_s: int
    signature: bytes


def verify_answer(
    keys: Sequence[VerifierKey], checkpoint: Checkpoint, body: bytes
) -> tuple[WitnessLine, ...]:
    """Give the lines of an answer that are by these keys; lines of others are passed over.

    Raises:
        PeerError: the answer is none.
        VerificationError: a line names one of the keys and does not hold, it gives no time, or there is none.
    """
    lines = parse_lines(body)
    found = {key: line for key in keys for line in reversed(lines) if is_from(key, line)}
    if not found:
        raise VerificationError(
            f"the answer holds no line by {', '.join(f'{key.name} ({key.key_id.hex()})' for key in keys)}",
            code="record.witnessed.no_line",
            hint="Compare the witness's verifier key with the one that is given for it.",
        )
    return tuple(_verify(key, checkpoint, line) for key, line in found.items())


def verify_line(key: VerifierKey, checkpoint: Checkpoint, time_s: int, signature: bytes) -> None:
    """Return if a bare co-signature of a witness holds, by the algorithm of its key. Raises: VerificationError."""
    if key.algorithm == ML_DSA_44:
        verify_ml_dsa_raw(key, checkpoint, time_s, signature)
    else:
        verify_cosignature_raw(key, checkpoint.text(), time_s, signature)


def _verify(key: VerifierKey, checkpoint: Checkpoint, line: NoteSignature) -> WitnessLine:
    length = cosignature.ML_DSA_SIGNATURE_BYTES if key.algorithm == ML_DSA_44 else 64
    time_s, signature = cosignature.unpack(line.blob, length)
    if not time_s:
        raise VerificationError(
            f"the line of {key.name} gives no time",
            code="record.witnessed.no_time",
            hint="A witness says when it knew of no larger tree.",
        )
    verify_line(key, checkpoint, time_s, signature)
    return WitnessLine(key=key, time_s=time_s, signature=signature)
