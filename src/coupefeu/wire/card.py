"""The two things that pass between parties at pairing: the card, and the answer to the others' cards.

    card    {0 format, 1 party, 2 identity, 3 SHA-256 of its ML-DSA-44 key, 4 log, 5 cosigner, 6 session, 7 nonce 16,
             8 share of the PSK 32, 9 address, 10, 11 SHA-256 of the ML-DSA-44 keys of log and cosigner}
             about 350 bytes
    answer  {0 format, 1 party, 2 identity's ML-DSA-44 key, 3 agreement, 4 [identity signatures],
             5 [[party, proofs]...], 6 [[ML-DSA-44 key, proof] of log, of cosigner]}

A card holds a secret (the share): it travels in person. Source: protocol A10-A12.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from coupefeu.errors import PeerError
from coupefeu.wire.cbor import decode, encode

FORMAT: Final = 2
NONCE_BYTES: Final = 16
SHARE_BYTES: Final = 32
ML_DSA_PUBLIC_BYTES: Final = 1_312
ML_DSA_SIGNATURE_BYTES: Final = 2_420
MAX_ADDRESS_CHARACTERS: Final = 255
MAX_PROOFS: Final = 15
MAX_AGREEMENT_BYTES: Final = 24_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one party gives every other before there is a line; `share` is secret and is never printed."""

    party: str
    identity: bytes
    identity_ml_dsa_sha256: bytes
    log: bytes
    cosigner: bytes
    session: bytes
    nonce: bytes
    share: bytes = field(repr=False)
    address: str
    log_ml_dsa_sha256: bytes
    cosigner_ml_dsa_sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """One identity under one text: Ed25519 (64 bytes) and ML-DSA-44 (2,420), and the ML-DSA-44 key itself."""

    party: str
    ml_dsa_public: bytes = field(repr=False)
    ed25519: bytes = field(repr=False)
    ml_dsa: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Possession:
    """Every key of a card, at work on the card of `peer`; `in_person`: that card came by hand."""

    peer: str
    in_person: bool
    identity: bytes
    identity_ml_dsa: bytes = field(repr=False)
    log: bytes
    cosigner: bytes
    session: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """A whole ML-DSA-44 key that card and agreement name by its hash, and its proof: it signs card and agreement."""

    public: bytes = field(repr=False)
    proof: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a party returns once it has seen all cards: the agreement, signed, and the proofs."""

    agreement: bytes = field(repr=False)
    signatures: Signatures
    possessions: tuple[Possession, ...]
    log_ml_dsa: ShownKey
    cosigner_ml_dsa: ShownKey

    @property
    def party(self) -> str:
        """Who answers."""
        return self.signatures.party


def encode_card(card: Card) -> bytes:
    """Write the card's bytes: what the words cover and the proofs sign."""
    keys = (card.identity, card.identity_ml_dsa_sha256, card.log, card.cosigner, card.session)
    post_quantum = (card.log_ml_dsa_sha256, card.cosigner_ml_dsa_sha256)
    values = (FORMAT, card.party, *keys, card.nonce, card.share, card.address, *post_quantum)
    return encode(dict(enumerate(values)))


def parse_card(octets: bytes) -> Card:
    """Read a card; its keys are still to be checked (`keys.pairing.check_card`).

    Raises:
        PeerError: `wire.card.*`, `wire.cbor.*`.
    """
    values = _fields(octets, "card", 12)
    return Card(
        party=_text(values, 1, "party", 16),
        identity=_octets(values, 2, "identity", 32),
        identity_ml_dsa_sha256=_octets(values, 3, "identity_ml_dsa_sha256", 32),
        log=_octets(values, 4, "log", 32),
        cosigner=_octets(values, 5, "cosigner", 32),
        session=_octets(values, 6, "session", 32),
        nonce=_octets(values, 7, "nonce", NONCE_BYTES),
        share=_octets(values, 8, "share", SHARE_BYTES),
        address=_text(values, 9, "address", MAX_ADDRESS_CHARACTERS),
        log_ml_dsa_sha256=_octets(values, 10, "log_ml_dsa_sha256", 32),
        cosigner_ml_dsa_sha256=_octets(values, 11, "cosigner_ml_dsa_sha256", 32),
    )


def encode_answer(answer: Answer) -> bytes:
    """Write the answer's bytes; `parse_answer` is the inverse."""
    signatures = answer.signatures
    return encode(
        {
            0: FORMAT,
            1: signatures.party,
            2: signatures.ml_dsa_public,
            3: answer.agreement,
            4: [signatures.ed25519, signatures.ml_dsa],
            5: [_pack_possession(proof) for proof in answer.possessions],
            6: [[shown.public, shown.proof] for shown in (answer.log_ml_dsa, answer.cosigner_ml_dsa)],
        }
    )


def parse_answer(octets: bytes) -> Answer:
    """Read an answer; nothing in it is verified yet (`keys.pairing.verify_answer`).

    Raises:
        PeerError: `wire.card.*`, `wire.cbor.*`.
    """
    values = _fields(octets, "answer", 7)
    agreement = _octets(values, 3, "agreement", None)
    if len(agreement) > MAX_AGREEMENT_BYTES:
        raise _fault("agreement", f"has {len(agreement)} bytes, more than {MAX_AGREEMENT_BYTES}")
    log_ml_dsa, cosigner_ml_dsa = (_parse_shown(row) for row in _items(values[6], "ML-DSA-44 keys", 2))
    return Answer(
        agreement=agreement,
        signatures=parse_signatures([values[1], values[2], *_items(values[4], "signatures", 2)]),
        possessions=tuple(_parse_possession(row) for row in _rows(values[5])),
        log_ml_dsa=log_ml_dsa,
        cosigner_ml_dsa=cosigner_ml_dsa,
    )


def pack_signatures(signatures: Signatures) -> list[Any]:
    """Give one party's signatures as a CBOR array of four."""
    return [signatures.party, signatures.ml_dsa_public, signatures.ed25519, signatures.ml_dsa]


def parse_signatures(row: Any) -> Signatures:
    """Read the array of four; raises PeerError `wire.card.bad_field`."""
    values = dict(enumerate(_items(row, "signatures", 4)))
    return Signatures(
        party=_text(values, 0, "signatures.party", 16),
        ml_dsa_public=_octets(values, 1, "signatures.ml_dsa_public", ML_DSA_PUBLIC_BYTES),
        ed25519=_octets(values, 2, "signatures.ed25519", 64),
        ml_dsa=_octets(values, 3, "signatures.ml_dsa", ML_DSA_SIGNATURE_BYTES),
    )


def _parse_shown(row: Any) -> ShownKey:
    values = dict(enumerate(_items(row, "ML-DSA-44 key", 2)))
    return ShownKey(
        public=_octets(values, 0, "ML-DSA-44 key", ML_DSA_PUBLIC_BYTES),
        proof=_octets(values, 1, "proof of an ML-DSA-44 key", ML_DSA_SIGNATURE_BYTES),
    )


def _pack_possession(proof: Possession) -> list[Any]:
    keys = (proof.identity, proof.identity_ml_dsa, proof.log, proof.cosigner, proof.session)
    return [proof.peer, proof.in_person, *keys]


def _parse_possession(row: Any) -> Possession:
    values = dict(enumerate(_items(row, "possession", 7)))
    if not isinstance(values[1], bool):
        raise _fault("in_person", "is not true or false")
    return Possession(
        peer=_text(values, 0, "possession.peer", 16),
        in_person=values[1],
        identity=_octets(values, 2, "possession.identity", 64),
        identity_ml_dsa=_octets(values, 3, "possession.identity_ml_dsa", ML_DSA_SIGNATURE_BYTES),
        log=_octets(values, 4, "possession.log", 64),
        cosigner=_octets(values, 5, "possession.cosigner", 64),
        session=_octets(values, 6, "possession.session", 32),
    )


def _fields(octets: bytes, what: str, count: int) -> Mapping[int, Any]:
    values = decode(octets)
    if (
        not isinstance(values, dict)
        or set(values) != set(range(count))
        or type(values[0]) is not int
        or values[0] != FORMAT
    ):
        raise PeerError(
            f"this is not a {what} of format {FORMAT}",
            code="wire.card.bad_field",
            hint="ask for the file again; have both sides use the same version of coupefeu",
        )
    return values


def _rows(value: Any) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_PROOFS:
        raise _fault("possessions", f"are not 1 to {MAX_PROOFS} rows")
    return value


def _items(value: Any, name: str, count: int) -> list[Any]:
    if not isinstance(value, list) or len(value) != count:
        raise _fault(name, f"is not an array of {count}")
    return value


def _octets(values: Mapping[int, Any], key: int, name: str, length: int | None) -> bytes:
    value = values[key]
    if not isinstance(value, bytes) or (length is not None and len(value) != length):
        raise _fault(name, f"is not {length} bytes" if length else "is not bytes")
    return value


def _text(values: Mapping[int, Any], key: int, name: str, most: int) -> str:
    value = values[key]
    if (
        not isinstance(value, str)
        or not 1 <= len(value) <= most
        or not value.isascii()
        or not value.isprintable()
    ):
        raise _fault(name, f"is not 1 to {most} printable ASCII characters")
    return value


def _fault(name: str, says: str) -> PeerError:
    return PeerError(f"field {name} {says}", code="wire.card.bad_field", hint="ask for the file again")
