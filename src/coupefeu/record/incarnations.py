"""A proof that a party's identity key opened one incarnation twice: two logs, where there can be one (protocol A13).

    {3: statement, 4: statement}     statement: as wire/incarnation.py packs it, without the proof of a fork

A stranger needs the agreement, whose identity keys signed both.
"""

from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import CoupefeuError, PeerError, VerificationError
from coupefeu.keys.incarnations import verify_incarnation
from coupefeu.model.agreement import Agreement
from coupefeu.wire import cbor
from coupefeu.wire.incarnation import Incarnation, SignedIncarnation, pack_incarnation, unpack_incarnation

_FORM: Final = frozenset({3, 4})
_BEGINNING: Final = b"\xa2\x03"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpening:
    """A proof that holds; `proved` and `not_proved` say it in words."""

    origin: str
    first: Incarnation
    second: Incarnation
    proved: str
    not_proved: str = "Why: by intent, by mistake, or by a stolen identity key. Which of the two came first."
    index: int = 0


def is_of_two_incarnations(proof: bytes) -> bool:
    """Tell such a proof from one of two statements of a log."""
    return proof.startswith(_BEGINNING)


def encode_two_incarnations(first: SignedIncarnation, second: SignedIncarnation) -> bytes:
    """Return the bytes that are kept and handed on."""
    return cbor.encode({3: pack_incarnation(first), 4: pack_incarnation(second)})


def verify_two_incarnations(proof: bytes, agreement: Agreement) -> SecondOpening:
    """Return what a kept proof shows.

    Raises:
        PeerError: the bytes are no such proof.
        VerificationError: a signature does not hold, or both say the same.
    """
    first, second = (verify_incarnation(each, agreement) for each in _parse(proof))
    if first == second or (first.party, first.incarnation) != (second.party, second.incarnation):
        raise VerificationError(
            "both statements are the same, or open different logs",
            code="record.incarnations.no_contradiction",
            hint="They can both be true; this proves nothing.",
        )
    origin = agreement.origin_of(first.party, first.incarnation)
    proved = (
        f"The identity key of {first.party.upper()} opened {origin} twice, under different keys or on different "
        f"entries: with a log key {first.log_key.hex()[:16]}, and with {second.log_key.hex()[:16]}."
    )
    return SecondOpening(origin=origin, first=first, second=second, proved=proved)


def _parse(proof: bytes) -> tuple[SignedIncarnation, SignedIncarnation]:
    value: Any = None
    try:
        value = cbor.decode(proof)
        if isinstance(value, dict) and set(value) == _FORM:
            return unpack_incarnation(value[3]), unpack_incarnation(value[4])
    except CoupefeuError as error:
        raise _no_proof() from error
    raise _no_proof()


def _no_proof() -> PeerError:
    return PeerError(
        "the bytes are no proof of two openings",
        code="record.incarnations.form",
        hint="Ask for the proof again; see docs/spec/record.md, Equivocation.",
    )
