"""The identity's signature under a new incarnation, and the body of the entry that opens its log.

Both new keys sign too, as proof that they are held. Source: protocol A10, A13.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from coupefeu.errors import PeerError, VerificationError
from coupefeu.keys import ed25519
from coupefeu.keys.agreement_signatures import (
    SignedAgreement,
    build_agreement_body,
    parse_agreement_body,
    sign_text,
    verify_agreement,
    verify_agreement_body,
    verify_text,
)
from coupefeu.keys.ring import IdentityKey
from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import MAX_OPENING_BODY_BYTES
from coupefeu.wire.card import Signatures, pack_signatures
from coupefeu.wire.cbor import decode, encode
from coupefeu.wire.incarnation import (
    Incarnation,
    SignedIncarnation,
    pack_incarnation,
    unpack_incarnation,
)

_STATEMENT: Final = 2
"""Key of the body under which the statement stands; before it, the agreement as in every entry 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a body of INCARNATION_OPENED says; `octets` is empty where somebody else took the statement up."""

    signed: SignedIncarnation
    octets: bytes = field(default=b"", repr=False)
    signatures: tuple[Signatures, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedOpening:
    """What entry 0 of a log holds, verified by itself; `opened` is None in the first log of a party."""

    agreement: SignedAgreement
    opened: Incarnation | None = None


def verify_first_body(body: bytes) -> VerifiedOpening:
    """Verify the body of an entry 0 by itself, of whichever incarnation; whose it is is for the caller.

    Raises:
        PeerError, VerificationError: it is none, or a signature does not hold.
    """
    values = decode(body)
    if not isinstance(values, dict) or _STATEMENT not in values:
        return VerifiedOpening(agreement=verify_agreement_body(body))
    opening = parse_opening_body(body)
    agreement = verify_agreement(opening.octets, opening.signatures)
    opened = verify_incarnation(opening.signed, agreement.agreement)
    return VerifiedOpening(agreement=agreement, opened=opened)


def sign_incarnation(
    identity: IdentityKey, statement: Incarnation, log: bytes, cosigner: bytes, fork: bytes = b""
) -> SignedIncarnation:
    """Sign a statement by the identity and by both new private keys."""
    text = statement.text().encode("ascii")
    return SignedIncarnation(
        statement=statement,
        signatures=sign_text(identity, statement.party, text),
        possession=(ed25519.sign(log, text), ed25519.sign(cosigner, text)),
        fork=fork,
    )


def verify_incarnation(signed: SignedIncarnation, agreement: Agreement) -> Incarnation:
    """Verify all its signatures; whether it follows from what stands is for the rules.

    Raises:
        UsageError: no such party. PeerError: a bad key. VerificationError: another line, another fork than the one
        cited, or a false signature.
    """
    statement = signed.statement
    if statement.line_id != agreement.line_id:
        raise VerificationError(
            "the statement is of another line",
            code="keys.incarnation.other_line",
            hint="Ask for the statement of this line.",
        )
    if statement.fork_sha256 != (sha256(signed.fork).digest() if signed.fork else b""):
        raise VerificationError(
            "the proof that comes with the statement is not the one that it cites",
            code="keys.incarnation.other_fork",
            hint="Ask for the statement again.",
        )
    text = statement.text().encode("ascii")
    verify_text(agreement.keys_of(statement.party), text, signed.signatures)
    for key, signature in zip((statement.log_key, statement.cosigner_key), signed.possession, strict=True):
        ed25519.check_public(key)
        ed25519.verify(key, text, signature)
    return statement


def build_opening_body(agreement: SignedAgreement, signed: SignedIncarnation) -> bytes:
    """Give the body of entry 0 of the new log: what entry 0 always holds, and the statement.

    Raises: PeerError: `keys.incarnation.too_long`.
    """
    octets, signatures = parse_agreement_body(build_agreement_body(agreement))
    rows = [pack_signatures(each) for each in signatures]
    body = encode({0: octets, 1: rows, _STATEMENT: pack_incarnation(signed)})
    if len(body) > MAX_OPENING_BODY_BYTES:
        raise PeerError(
            f"agreement and statement have {len(body):,} bytes, more than {MAX_OPENING_BODY_BYTES:,}",
            code="keys.incarnation.too_long",
            hint="Open it without the proof of the fork.",
        )
    return body


def build_taken_body(signed: SignedIncarnation) -> bytes:
    """Give the body of the entry by which another party takes a statement up."""
    return encode({_STATEMENT: pack_incarnation(signed)})


def parse_opening_body(body: bytes) -> Opening:
    """Read either body; nothing is verified yet.

    Raises:
        PeerError: `keys.incarnation.bad_body`, `wire.*`, `keys.agreement.bad_body`.
    """
    values = decode(body)
    if not isinstance(values, dict) or set(values) not in ({_STATEMENT}, {0, 1, _STATEMENT}):
        raise PeerError(
            "not the opening of an incarnation",
            code="keys.incarnation.bad_body",
            hint="It is kept, without effect.",
        )
    signed = unpack_incarnation(values.pop(_STATEMENT))
    if not values:
        return Opening(signed=signed)
    octets, signatures = parse_agreement_body(encode(values))
    return Opening(signed=signed, octets=octets, signatures=signatures)
