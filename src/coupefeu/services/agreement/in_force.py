"""What stands: which text is in force, and which keys, as every side computes it alike from the entries.

A party signs at most one text per version; a version is accepted when all parties have signed the same text,
by proposing or accepting it, and is in force from the instant in its text, at the earliest when every other
party has co-signed each of those entries. A higher version replaces a lower one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from coupefeu.keys.agreement_signatures import SignedAgreement, verify_agreement
from coupefeu.model.agreement import Agreement, PartyKeys
from coupefeu.model.entry import Kind
from coupefeu.services.agreement.facts import OPENINGS, AgreementFact
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.card import Signatures
from coupefeu.wire.incarnation import Incarnation, SignedIncarnation
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
    opened = [signed.statement for signed in list_incarnations(facts, agreement)]
    used = _agreed_keys(agreement).union(*(each.keys for each in opened))
    for party in agreement.party_ids:
        chains = _key_chains(agreement.keys_of(party), opened)
        sizes = dict.fromkeys(product(range(-1, len(chains)), KeyRole), 0)
        for signed in _by_number(facts, party):
            statement = signed.statement
            role = statement.role
            number = _find_chain(chains, statement)
            if statement.size >= sizes[number, role] and statement.new_key not in used and number >= 0:
                chains[number] = _succeed(chains[number], statement)
                sizes[number, role] = statement.size
                used.add(statement.new_key or b"")
                standing.append(signed)
    return standing


def list_incarnations(facts: Sequence[AgreementFact], agreement: Agreement) -> list[SignedIncarnation]:
    """Give the incarnations that stand, by party and number: of two of one number the first that came.

    Each follows on the one before it, and brings keys that were never used on this line.
    """
    standing: list[SignedIncarnation] = []
    used = _agreed_keys(agreement)
    for party in agreement.party_ids:
        following = 2
        for signed in _by_incarnation(facts, party):
            keys = signed.statement.keys
            if signed.statement.incarnation != following or keys & used or len(keys) % 2:
                break
            standing.append(signed)
            used |= keys
            following += 1
    return standing


def find_other_incarnation(
    facts: Sequence[AgreementFact], standing: SignedIncarnation
) -> SignedIncarnation | None:
    """Give a second statement of the same incarnation that the identity signed, if one has come."""
    ours = standing.statement
    signed = (fact.incarnation for fact in facts if fact.incarnation is not None and not fact.effect)
    same = (
        each
        for each in signed
        if (each.statement.party, each.statement.incarnation) == (ours.party, ours.incarnation)
    )
    return next((each for each in same if each.statement != ours), None)


def _find_chain(chains: Sequence[PartyKeys], statement: KeyStatement) -> int:
    """Find the newest incarnation whose key a statement replaces; -1: none."""
    found = (number for number, keys in enumerate(chains) if statement.role.key_of(keys) == statement.old_key)
    return max(found, default=-1)


def _key_chains(keys: PartyKeys, opened: Sequence[Incarnation]) -> list[PartyKeys]:
    """Give what each incarnation of a party begins with, the first at the front; it alone has the session key."""
    later = (each for each in opened if each.party == keys.party)
    return [keys, *(replace(_opened(keys, each), session=b"") for each in later)]


def _opened(keys: PartyKeys, opened: Incarnation) -> PartyKeys:
    return replace(
        keys,
        log=opened.log_key,
        cosigner=opened.cosigner_key,
        log_ml_dsa_sha256=opened.log_ml_dsa_sha256,
        cosigner_ml_dsa_sha256=opened.cosigner_ml_dsa_sha256,
    )


def _agreed_keys(agreement: Agreement) -> set[bytes]:
    return {key for keys in agreement.keys for key in keys.every}


def _by_incarnation(facts: Sequence[AgreementFact], party: str) -> list[SignedIncarnation]:
    """Keep of each number the statement that came first, wherever it stands, as `_by_number` does."""
    by_number: dict[int, SignedIncarnation] = {}
    for fact in facts:
        if fact.incarnation is not None and fact.incarnation.statement.party == party and not fact.effect:
            by_number.setdefault(fact.incarnation.statement.incarnation, fact.incarnation)
    return [by_number[number] for number in sorted(by_number)]


def find_keys(
    statements: Sequence[KeyStatement], keys: PartyKeys, incarnations: Sequence[Incarnation] = ()
) -> PartyKeys:
    """Give the keys that stand after these statements; a revoked key without a successor is empty.

    Log and cosigner keys are those of the newest incarnation.
    """
    ours = [each for each in incarnations if each.party == keys.party]
    if ours:
        keys = _opened(keys, ours[-1])
    for statement in statements:
        if statement.party == keys.party and (not ours or statement.role.key_of(keys) == statement.old_key):
            keys = _succeed(keys, statement)
    return keys


def first_signatures(facts: Sequence[AgreementFact]) -> dict[tuple[str, int], AgreementFact]:
    """By party and version: the first text of it that the party signed; a later one has no effect."""
    first: dict[tuple[str, int], AgreementFact] = {}
    for fact in sorted(facts, key=lambda fact: (fact.log, fact.index)):
        if fact.signatures is not None and not fact.effect and fact.kind not in OPENINGS:
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
