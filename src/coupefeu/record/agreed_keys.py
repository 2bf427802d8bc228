"""Which keys the agreement names: those in its versions, and those that a party's identity key put in their place."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from coupefeu.errors import CoupefeuError, VerificationError
from coupefeu.keys.agreement_signatures import (
    SignedAgreement,
    parse_agreement_body,
    verify_key_statement,
    verify_signatures,
)
from coupefeu.keys.incarnations import parse_opening_body, verify_first_body, verify_incarnation
from coupefeu.model.agreement import Agreement, NeutralWitness, format_cosigner_name
from coupefeu.model.entry import Head, Kind
from coupefeu.wire.incarnation import Incarnation
from coupefeu.wire.key_statement import KeyRole, KeyStatement, parse_key_statement
from coupefeu.wire.note import ML_DSA_44, VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedKeys:
    """Names and keys, as verifier keys have them; of an ML-DSA-44 key its SHA-256, as the agreement has it."""

    known: frozenset[tuple[str, bytes]]

    def names(self, key: VerifierKey) -> bool:
        """Whether the agreement names this key under this name."""
        return _named(key) in self.known


def verify_versions(opening: bytes, amendments: Sequence[bytes]) -> tuple[SignedAgreement, ...]:
    """Verify the agreement in entry 0, and its amendments: each signed by all under the identities of the first.

    Raises:
        PeerError: bytes that are no agreement. VerificationError: a signature is missing or does not hold, or a version
        is not of this line, or not above the one before.
    """
    versions = [verify_first_body(opening).agreement]
    first = versions[0].agreement
    for body in amendments:
        octets, signatures = parse_agreement_body(body)
        signed = verify_signatures(octets, signatures, first)
        agreement, last = signed.agreement, versions[-1].agreement
        is_next = agreement.version > last.version and agreement.status is first.status
        same = (agreement.line_id, agreement.party_ids) == (first.line_id, first.party_ids)
        if not is_next or not same or signed.signers != set(first.party_ids):
            raise VerificationError(
                f"version {agreement.version} of the agreement does not follow from version {last.version}",
                code="record.agreed_keys.version",
                hint="All parties sign each version of one line, and the versions count upwards.",
            )
        versions.append(signed)
    return tuple(versions)


def agreed_keys(
    versions: Sequence[Agreement], entries: Iterable[tuple[Head | None, bytes | None]]
) -> AgreedKeys:
    """Collect the keys that the versions name, those of new incarnations, and successors by key statements."""
    entries = list(entries)
    known = {
        (name(agreement, keys.party), role.key_of(keys))
        for agreement in versions
        for keys in agreement.keys
        for role, name in _NAMES.items()
    }
    known |= {
        key for agreement in versions for witness in agreement.witnesses for key in _witness_keys(witness)
    }
    first = versions[0]
    names = {
        (role, keys.party): [name(first, keys.party)] for keys in first.keys for role, name in _NAMES.items()
    }
    for opened in _incarnations(first, entries):
        for role, name, key in _opened_keys(first, opened):
            names[role, opened.party].append(name)
            known.add((name, key))
    for statement in _statements(first, entries):
        for name in names[statement.role, statement.party]:
            if (name, statement.old_key) in known and statement.new_key is not None:
                known.add((name, statement.new_key))
    return AgreedKeys(known=frozenset(known))


def _opened_keys(agreement: Agreement, opened: Incarnation) -> tuple[tuple[KeyRole, str, bytes], ...]:
    origin = agreement.origin_of(opened.party, opened.incarnation)
    cosigner = format_cosigner_name(origin)
    return (
        (KeyRole.LOG, origin, opened.log_key),
        (KeyRole.COSIGNER, cosigner, opened.cosigner_key),
        (KeyRole.LOG_ML_DSA, origin, opened.log_ml_dsa_sha256),
        (KeyRole.COSIGNER_ML_DSA, cosigner, opened.cosigner_ml_dsa_sha256),
    )


def _incarnations(
    agreement: Agreement, entries: Iterable[tuple[Head | None, bytes | None]]
) -> list[Incarnation]:
    """Give the incarnations of the line that the identity keys signed, the first of each number."""
    found: dict[tuple[str, int], Incarnation] = {}
    for head, body in entries:
        if head is None or body is None or head.kind != Kind.INCARNATION_OPENED:
            continue
        with suppress(CoupefeuError):
            opened = verify_incarnation(parse_opening_body(body).signed, agreement)
            found.setdefault((opened.party, opened.incarnation), opened)
    return list(found.values())


_NAMES: Final[dict[KeyRole, Callable[[Agreement, str], str]]] = {
    KeyRole.LOG: Agreement.origin,
    KeyRole.COSIGNER: Agreement.cosigner_name,
    KeyRole.LOG_ML_DSA: Agreement.origin,
    KeyRole.COSIGNER_ML_DSA: Agreement.cosigner_name,
}
"""Under which name each key signs; a party without an ML-DSA key has an empty one, which a first one follows."""


def _witness_keys(witness: NeutralWitness) -> list[tuple[str, bytes]]:
    return [_named(VerifierKey.parse(text)) for text in (witness.key, witness.ml_dsa) if text]


def _named(key: VerifierKey) -> tuple[str, bytes]:
    return key.name, sha256(key.key).digest() if key.algorithm == ML_DSA_44 else key.key


def _statements(
    agreement: Agreement, entries: Iterable[tuple[Head | None, bytes | None]]
) -> list[KeyStatement]:
    found = []
    for head, body in entries:
        if head is None or body is None or head.kind != Kind.KEY_STATEMENT:
            continue
        try:
            statement = verify_key_statement(parse_key_statement(body), agreement)
        except CoupefeuError:
            continue  # an entry like any other: what it says has no effect, and names no key
        if statement.role in _NAMES:
            found.append(statement)
    return sorted(found, key=lambda each: each.number)
