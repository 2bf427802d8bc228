"""What stands: which text is in force, and which keys, as every side computes it alike from the entries.

A party signs at most one text per version; a version is accepted when all parties have signed the same text,
by proposing or accepting it, and is in force from the instant in its text, at the earliest when every other
party has co-signed each of those entries. A higher version replaces a lower one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from coupefeu.keys.agreement_signatures import SignedAgreement, verify_agreement
from coupefeu.model.agreement import Agreement, PartyKeys
from coupefeu.model.entry import Kind
from coupefeu.services.agreement.facts import AgreementFact
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.card import Signatures
from coupefeu.wire.key_statement import KeyRole, KeyStatement, SignedKeyStatement

Cosigned = Callable[[int, int], int | None]
"""(log, index) -> UTC milliseconds at which every other party had co-signed that entry; None: not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A proposed text, who has signed it, and from when it is in force (None: not all have co-signed yet)."""

    version: int
    digest: bytes
    octets: bytes = field(repr=False)
    log: int
    index: int
    proposed_by: str
    signatures: tuple[Signatures, ...]
    missing: tuple[str, ...]
    in_force_ms: int | None


def list_amendments(
    facts: Sequence[AgreementFact], agreement: Agreement, cosigned: Cosigned
) -> list[Amendment]:
    """Give every proposed text that could take effect, in the order of arrival."""
    signed = first_signatures(facts)
    amendments: dict[bytes, Amendment] = {}
    for fact in facts:
        if fact.kind != Kind.AMENDMENT_PROPOSED or signed.get((fact.party, fact.version)) is not fact:
            continue
        support = [
            other
            for party in agreement.party_ids
            if (other := signed.get((party, fact.version))) and other.digest == fact.digest
        ]
        if fact.digest in amendments:
            continue
        missing = tuple(set(agreement.party_ids) - {other.party for other in support})
        amendments[fact.digest] = Amendment(
            version=fact.version,
            digest=fact.digest,
            octets=fact.octets,
            log=fact.log,
            index=fact.index,
            proposed_by=fact.party,
            signatures=tuple(other.signatures for other in support if other.signatures),
            missing=tuple(sorted(missing)),
            in_force_ms=None if missing else _in_force_ms(fact, support, cosigned),
        )
    return list(amendments.values())


def find_in_force(amendments: Sequence[Amendment], now_ms: int) -> Amendment | None:
    """Give the amendment in force at `now_ms`; None: the agreement as paired."""
    due = [each for each in amendments if each.in_force_ms is not None and each.in_force_ms <= now_ms]
    return max(due, key=lambda each: each.version, default=None)


def verify_amendment(amendment: Amendment) -> SignedAgreement:
    """Give the amended agreement, signed by all, as `node.folder.save_agreement` keeps it.

    Raises:
        VerificationError: a party has not signed.
    """
    return verify_agreement(amendment.octets, amendment.signatures)


def list_statements(facts: Sequence[AgreementFact], agreement: Agreement) -> list[KeyStatement]:
    """Give the key statements that stand, by party and number: each names the key that stood before it."""
    return [signed.statement for signed in list_signed_statements(facts, agreement)]


def list_signed_statements(facts: Sequence[AgreementFact], agreement: Agreement) -> list[SignedKeyStatement]:
    """Give the same with the signatures under them, as `node.folder_files.save_key_statement` keeps them."""
    standing: list[SignedKeyStatement] = []
    used = {key for keys in agreement.keys for key in keys.every}
    for party in agreement.party_ids:
        keys = agreement.keys_of(party)
        sizes = dict.fromkeys(KeyRole, 0)
        for signed in _by_number(facts, party):
            statement = signed.statement
            role = statement.role
            is_next = role.key_of(keys) == statement.old_key and statement.size >= sizes[role]
            if is_next and statement.new_key not in used:
                keys = _succeed(keys, statement)
                sizes[role] = statement.size
                used.add(statement.new_key or b"")
                standing.append(signed)
    return standing


def find_keys(statements: Sequence[KeyStatement], keys: PartyKeys) -> PartyKeys:
    """Give the keys that stand after these statements; a revoked key without a successor is empty."""
    for statement in statements:
        if statement.party == keys.party:
            keys = _succeed(keys, statement)
    return keys


def first_signatures(facts: Sequence[AgreementFact]) -> dict[tuple[str, int], AgreementFact]:
    """By party and version: the first text of it that the party signed; a later one has no effect."""
    first: dict[tuple[str, int], AgreementFact] = {}
    for fact in sorted(facts, key=lambda fact: (fact.log, fact.index)):
        if fact.signatures is not None and not fact.effect and fact.kind != Kind.AGREEMENT:
            first.setdefault((fact.party, fact.version), fact)
    return first


def _in_force_ms(proposal: AgreementFact, support: Sequence[AgreementFact], cosigned: Cosigned) -> int | None:
    moments = [cosigned(fact.log, fact.index) for fact in support]
    held = [moment for moment in moments if moment is not None]
    if len(held) < len(moments):
        return None
    return max(parse_agreement(proposal.octets).in_force_ms, *held)


def _by_number(facts: Sequence[AgreementFact], party: str) -> list[SignedKeyStatement]:
    """Keep the statement of each number that came first, wherever it stands; a second one is void (docs/adr/0012).

    By any other order a party that signed two could void afterwards what was taken under the first.
    """
    by_number: dict[int, SignedKeyStatement] = {}
    for fact in facts:
        if fact.signed is not None and fact.signed.statement.party == party and not fact.effect:
            by_number.setdefault(fact.signed.statement.number, fact.signed)
    return [by_number[number] for number in sorted(by_number)]


def _succeed(keys: PartyKeys, statement: KeyStatement) -> PartyKeys:
    return statement.role.with_key(keys, statement.new_key or b"")
