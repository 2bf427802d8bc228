"""Identity signatures, Ed25519 and ML-DSA-44 together: on agreements, and on key statements.

    coupefeu/agreement/v1
    LINE ID, hexadecimal
    VERSION
    base64 SHA-256 of the agreement's bytes

Both signatures are over these bytes, and both must hold. Source: protocol A10, A11.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from coupefeu.errors import PeerError, VerificationError
from coupefeu.keys import ed25519, mldsa, x25519
from coupefeu.keys.ring import IdentityKey
from coupefeu.model.agreement import Agreement, PartyKeys
from coupefeu.model.entry import MAX_AGREEMENT_BODY_BYTES
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.card import Signatures, pack_signatures, parse_signatures
from coupefeu.wire.cbor import decode, encode
from coupefeu.wire.key_statement import KeyRole, KeyStatement, SignedKeyStatement

HEADER: Final = "coupefeu/agreement/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAgreement:
    """Exact bytes, what they say, and the signatures that were verified on them (all parties, or some)."""

    octets: bytes = field(repr=False)
    agreement: Agreement
    signatures: tuple[Signatures, ...]

    @property
    def signers(self) -> frozenset[str]:
        """The parties whose signatures were verified."""
        return frozenset(signatures.party for signatures in self.signatures)


def agreement_note(line_id: bytes, version: int, digest: bytes) -> bytes:
    """Give the text that identity keys sign; `digest` is the SHA-256 of the agreement's bytes."""
    return f"{HEADER}\n{line_id.hex()}\n{version}\n{b64encode(digest).decode('ascii')}\n".encode("ascii")


def sign_agreement(identity: IdentityKey, party: str, octets: bytes) -> Signatures:
    """Sign an agreement, keys included, as `party`."""
    agreement = parse_agreement(octets)
    return sign_text(identity, party, _note(agreement, octets))


def sign_text(identity: IdentityKey, party: str, text: bytes) -> Signatures:
    """Put both identity signatures under `text`."""
    return Signatures(
        party=party,
        ml_dsa_public=identity.ml_dsa_public,
        ed25519=ed25519.sign(identity.ed25519_private, text),
        ml_dsa=mldsa.sign(identity.ml_dsa_seed, text),
    )


def verify_text(keys: PartyKeys, text: bytes, signatures: Signatures) -> None:
    """Verify both identity signatures of one party under `text`.

    Raises:
        VerificationError: `keys.agreement.other_party`, `.other_key`, or of the signature that fails.
    """
    if signatures.party != keys.party:
        raise VerificationError(
            f"signed as {signatures.party!r}, not as {keys.party!r}",
            code="keys.agreement.other_party",
            hint="have the party itself sign",
        )
    if sha256(signatures.ml_dsa_public).digest() != keys.identity_ml_dsa_sha256:
        raise VerificationError(
            f"the ML-DSA-44 key of {keys.party!r} is not the one named on its card",
            code="keys.agreement.other_key",
            hint="pair again from fresh cards; if it happens again, somebody stands between",
        )
    ed25519.verify(keys.identity, text, signatures.ed25519)
    mldsa.verify(signatures.ml_dsa_public, text, signatures.ml_dsa)


def verify_signatures(
    octets: bytes, signatures: Sequence[Signatures], identities: Agreement
) -> SignedAgreement:
    """Verify that each of `signatures`, by different parties, is by that party's identity in `identities`.

    Raises:
        PeerError: the bytes are no agreement. VerificationError: a signature fails, or a party signed twice.
    """
    agreement = parse_agreement(octets)
    note = _note(agreement, octets)
    signers = [signed.party for signed in signatures]
    if len(set(signers)) != len(signers) or not set(signers) <= set(identities.party_ids):
        raise VerificationError(
            f"signatures by {', '.join(signers) or 'nobody'}, not one each by parties of the line",
            code="keys.agreement.signers",
            hint="each party of the line signs the text once, with its own identity key",
        )
    for signed in signatures:
        verify_text(identities.keys_of(signed.party), note, signed)
    return SignedAgreement(octets=octets, agreement=agreement, signatures=tuple(signatures))


def verify_agreement(octets: bytes, signatures: Sequence[Signatures]) -> SignedAgreement:
    """Verify an agreement that all its parties have signed under the keys in its own text.

    Raises:
        PeerError, VerificationError: as `verify_signatures`; `keys.agreement.unsigned` names who is missing.
    """
    agreement = parse_agreement(octets)
    check_keys(agreement)
    signed = verify_signatures(octets, signatures, agreement)
    if missing := set(agreement.party_ids) - signed.signers:
        raise VerificationError(
            f"not signed by {', '.join(sorted(missing))}", code="keys.agreement.unsigned", hint="pair again"
        )
    return signed


def check_keys(agreement: Agreement) -> None:
    """Refuse an agreement that holds a key under which anything verifies (protocol A10).

    Raises:
        PeerError: `keys.ed25519.*`, `keys.x25519.*`.
    """
    for keys in agreement.keys:
        check_party_keys(keys.identity, keys.log, keys.cosigner, session=keys.session)


def check_party_keys(*signing: bytes, session: bytes) -> None:
    """Refuse an Ed25519 key that is not canonical or of small order, an X25519 key that gives zero."""
    for key in signing:
        ed25519.check_public(key)
    x25519.exchange(x25519.generate(), session)


def build_agreement_body(signed: SignedAgreement) -> bytes:
    """Give the body of entry 0, the same in every log: the agreement and all signatures, by log order.

    A proposal has the same form with the proposer's signatures alone.
    """
    order = signed.agreement.party_ids
    rows = sorted(signed.signatures, key=lambda signatures: order.index(signatures.party))
    body = encode({0: signed.octets, 1: [pack_signatures(row) for row in rows]})
    if len(body) > MAX_AGREEMENT_BODY_BYTES:
        raise PeerError(
            f"agreement and signatures have {len(body)} bytes, more than {MAX_AGREEMENT_BODY_BYTES}",
            code="keys.agreement.too_long",
            hint="shorten the text of the agreement",
        )
    return body


def parse_agreement_body(body: bytes) -> tuple[bytes, tuple[Signatures, ...]]:
    """Read what `build_agreement_body` wrote; nothing is verified yet.

    Raises:
        PeerError: `keys.agreement.bad_body`, `wire.*`.
    """
    values = decode(body)
    if not isinstance(values, dict) or set(values) != {0, 1}:
        raise _bad_body()
    octets, rows = values[0], values[1]
    if not isinstance(octets, bytes) or not isinstance(rows, list):
        raise _bad_body()
    return octets, tuple(parse_signatures(row) for row in rows)


def verify_agreement_body(body: bytes) -> SignedAgreement:
    """Verify the body of an entry 0 by itself; whether these are the parties one knows is for the caller.

    Raises:
        PeerError, VerificationError: as `parse_agreement_body` and `verify_agreement`.
    """
    return verify_agreement(*parse_agreement_body(body))


def sign_key_statement(
    identity: IdentityKey, statement: KeyStatement, new_private: bytes | None
) -> SignedKeyStatement:
    """Sign a statement; a new Ed25519 key signs it too, as proof that it is held."""
    text = statement.text().encode("ascii")
    proves = new_private is not None and statement.role.signs_for_evidence
    return SignedKeyStatement(
        statement=statement,
        signatures=sign_text(identity, statement.party, text),
        possession=ed25519.sign(new_private, text) if proves and new_private is not None else b"",
    )


def verify_key_statement(signed: SignedKeyStatement, agreement: Agreement) -> KeyStatement:
    """Verify signatures and the proof of a new key; whether it takes effect is for the rules.

    Raises:
        UsageError: no such party. PeerError: a bad key. VerificationError: another line, or a false signature.
    """
    statement = signed.statement
    text = statement.text().encode("ascii")
    if statement.line_id != agreement.line_id:
        raise VerificationError(
            "the statement is of another line",
            code="keys.statement.other_line",
            hint="ask for the statement of this line",
        )
    verify_text(agreement.keys_of(statement.party), text, signed.signatures)
    if statement.new_key is None:
        return statement
    if statement.role is KeyRole.SESSION:
        x25519.exchange(x25519.generate(), statement.new_key)
    elif statement.role.signs_for_evidence:
        ed25519.verify(statement.new_key, text, signed.possession)
    return statement


def _note(agreement: Agreement, octets: bytes) -> bytes:
    return agreement_note(agreement.line_id, agreement.version, sha256(octets).digest())


def _bad_body() -> PeerError:
    return PeerError(
        "not an agreement with signatures", code="keys.agreement.bad_body", hint="it is kept, without effect"
    )
