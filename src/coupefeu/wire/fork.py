"""Asking a party whose log has two branches to open a new incarnation, with the proof (A13); its bytes: `packet.py`."""

from dataclasses import dataclass
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.wire.batch import malformed, take
from coupefeu.wire.incarnation import MAX_FORK_BYTES
from coupefeu.wire.varint import read_varint, varint

MAX_PROOF_BYTES: Final = MAX_FORK_BYTES


@dataclass(frozen=True, slots=True)
class IncarnationAsk:
    """The receiver's `log` has two branches; `proof` shows both statements (docs/spec/record.md, 10)."""

    log: int
    proof: bytes


def encode_incarnation_ask(ask: IncarnationAsk) -> bytes:
    """Return the fields of an ask. Raises: UsageError: the proof is too long."""
    if len(ask.proof) > MAX_PROOF_BYTES:
        raise UsageError(
            f"a proof of {len(ask.proof):,} bytes",
            code="wire.packet.proof-too-long",
            hint=f"At most {MAX_PROOF_BYTES:,} bytes; give it by a file: coupefeu export equivocation.",
        )
    return varint(ask.log) + varint(len(ask.proof)) + ask.proof


def decode_incarnation_ask(data: bytes, position: int) -> tuple[IncarnationAsk, int]:
    """Return the ask at `position`, and the position after it. Raises: PeerError: it is malformed."""
    log, position = read_varint(data, position)
    length, position = read_varint(data, position)
    if length > MAX_PROOF_BYTES:
        raise malformed("proof-too-long")
    proof, position = take(data, position, length)
    return IncarnationAsk(log, proof), position
