"""The rules of agreements: what a command may write, which text is in force, which keys stand.

A party signs at most one text per version; a version is accepted when all parties have signed the same text,
by proposing or accepting it, and is in force from the instant in its text, at the earliest when every other
party has co-signed each of those entries. A higher version replaces a lower one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from hashlib import sha256
from typing import Any, Final

from coupefeu.errors import PolicyError, UsageError
from coupefeu.keys.agreement_signatures import (
    SignedAgreement,
    parse_agreement_body,
    verify_agreement,
    verify_agreement_body,
    verify_key_statement,
    verify_signatures,
)
from coupefeu.model.agreement import Agreement, PartyKeys
from coupefeu.model.entry import Kind
from coupefeu.model.precedence import Precedence
from coupefeu.services.agreement.facts import (
    KEY_STATEMENT,
    AcceptAmendment,
    Acceptance,
    OpenLog,
    ProposeAmendment,
    RecordKeyStatement,
    encode_acceptance,
)
from coupefeu.services.base import Command, Context, Draft
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.card import Signatures
from coupefeu.wire.key_statement import (
    KeyRole,
    KeyStatement,
    SignedKeyStatement,
    parse_key_statement,
)

Cosigned = Callable[[int, int], int | None]
"""(log, index) -> UTC milliseconds at which every other party had co-signed that entry; None: not yet."""

_FIXED: Final = ("name", "status", "line_id", "party_ids", "clock_shifts_ms", "keys", "dictionary_sha256")
"""An amendment never touches these: REAL stays REAL, keys change by key statement only, and a clock never jumps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFact:
    """One entry of this service, its own signatures verified; `effect` is empty, or why it has none."""

    log: int
    index: int
    arrival: int
    kind: int
    party: str
    version: int = 0
    digest: bytes = b""
    octets: bytes = field(default=b"", repr=False)
    signatures: Signatures | None = None
    signed: SignedKeyStatement | None = None
    """Of a key statement."""
    effect: str = ""


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


def decide(command: Command, facts: Sequence[AgreementFact], context: Context) -> tuple[Draft, ...]:
    """Judge a command of this service against the entries so far.

    Raises:
        PolicyError, UsageError: `services.agreement.*`. PeerError, VerificationError: what was given is not sound.
    """
    match command:
        case OpenLog():
            return _decide_open(command, facts, context)
        case ProposeAmendment():
            return _decide_propose(command, facts, context)
        case AcceptAmendment():
            return _decide_accept(command, facts, context)
        case RecordKeyStatement():
            return _decide_statement(command, facts, context)
        case _:
            raise UsageError(
                f"{type(command).__name__} is not ours", code="services.agreement.unknown_command"
            )


def check_amendment(current: Agreement, new: Agreement) -> None:
    """Refuse a text that amends what no amendment can.

    Raises:
        PolicyError: `services.agreement.fixed`, `.version`.
    """
    check_fixed(current, new)
    if new.version <= current.version:
        raise PolicyError(
            f"the amendment is version {new.version}; {current.version} is in force",
            code="services.agreement.version",
            hint=f"write version = {current.version + 1}",
        )


def check_fixed(current: Agreement, new: Agreement) -> None:
    """Refuse a text of another line, status, set of parties or keys; raises PolicyError as above."""
    for name in _FIXED:
        if getattr(current, name) != getattr(new, name):
            raise PolicyError(
                f"the amendment changes {name}",
                code="services.agreement.fixed",
                hint="an amendment keeps name, status, line, parties, clocks, dictionary and keys; "
                "keys change by key statement",
            )


def list_amendments(
    facts: Sequence[AgreementFact], agreement: Agreement, cosigned: Cosigned
) -> list[Amendment]:
    """Give every proposed text that could take effect, in the order of arrival."""
    signed = _standing_signatures(facts)
    amendments: list[Amendment] = []
    for fact in facts:
        if fact.kind != Kind.AMENDMENT_PROPOSED or signed.get((fact.party, fact.version)) is not fact:
            continue
        support = [
            other
            for party in agreement.party_ids
            if (other := signed.get((party, fact.version))) and other.digest == fact.digest
        ]
        if any(known.digest == fact.digest for known in amendments):
            continue
        missing = tuple(set(agreement.party_ids) - {other.party for other in support})
        amendments.append(
            Amendment(
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
        )
    return amendments


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
    used = {key for keys in agreement.keys for key in (keys.identity, keys.log, keys.cosigner, keys.session)}
    for party in agreement.party_ids:
        keys = agreement.keys_of(party)
        sizes = dict.fromkeys(KeyRole, 0)
        for signed in _by_number(facts, party):
            statement = signed.statement
            role = statement.role
            is_next = getattr(keys, role) == statement.old_key and statement.size >= sizes[role]
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


def describe_difference(old: bytes, new: bytes) -> list[str]:
    """Show an amendment line by line: `-` what falls, `+` what comes, with the lines around."""
    before, after = (text.decode("utf-8", "backslashreplace").splitlines() for text in (old, new))
    return list(unified_diff(before, after, "in force", "proposed", lineterm=""))


def _decide_open(command: OpenLog, facts: Sequence[AgreementFact], context: Context) -> tuple[Draft, ...]:
    if any(fact.kind == Kind.AGREEMENT and fact.log == context.our_log for fact in facts):
        raise PolicyError("our log is open already", code="services.agreement.opened")
    if verify_agreement_body(command.body).agreement.keys != context.agreement.keys:
        raise PolicyError(
            "the agreement is of another line",
            code="services.agreement.other_line",
            hint="give the agreement that this node was paired with",
        )
    return (_draft(Kind.AGREEMENT, command.body, context),)


def _decide_propose(
    command: ProposeAmendment, facts: Sequence[AgreementFact], context: Context
) -> tuple[Draft, ...]:
    octets, signatures = parse_agreement_body(command.body)
    signed = verify_signatures(octets, signatures, context.agreement)
    _insist_ours(signed.signers, context)
    check_amendment(context.agreement, signed.agreement)
    _insist_first(signed.agreement.version, sha256(octets).digest(), facts, context)
    return (_draft(Kind.AMENDMENT_PROPOSED, command.body, context),)


def _decide_accept(
    command: AcceptAmendment, facts: Sequence[AgreementFact], context: Context
) -> tuple[Draft, ...]:
    proposal = next((fact for fact in facts if (fact.log, fact.index) == (command.log, command.index)), None)
    if proposal is None or proposal.kind != Kind.AMENDMENT_PROPOSED or proposal.effect:
        raise PolicyError(
            "there is no sound proposal at that place",
            code="services.agreement.no_proposal",
            hint="see `coupefeu agreement show` for the proposals",
        )
    if (command.version, command.digest) != (proposal.version, proposal.digest):
        raise PolicyError(
            "another text was signed than was proposed",
            code="services.agreement.other_text",
            hint="read the proposal again and sign its text",
        )
    check_amendment(context.agreement, parse_agreement(proposal.octets))
    verify_signatures(proposal.octets, (command.signatures,), context.agreement)
    _insist_ours(frozenset({command.signatures.party}), context)
    _insist_first(command.version, command.digest, facts, context)
    acceptance = Acceptance(version=command.version, digest=command.digest, signatures=command.signatures)
    draft = _draft(Kind.AMENDMENT_ACCEPTED, encode_acceptance(acceptance), context)
    return (replace(draft, references=((command.log, command.index),)),)


def _decide_statement(
    command: RecordKeyStatement, facts: Sequence[AgreementFact], context: Context
) -> tuple[Draft, ...]:
    """Send it as FLASH, for what waits behind it may be signed by the key that it brings; it sounds nowhere."""
    signed = parse_key_statement(command.body)
    statement = verify_key_statement(signed, context.agreement)
    if any(_says(fact, statement) and fact.log == context.our_log for fact in facts):
        raise PolicyError("this statement is on our record", code="services.agreement.known_statement")
    fact = AgreementFact(
        log=context.our_log,
        index=-1,
        arrival=-1,
        kind=KEY_STATEMENT,
        party=statement.party,
        signed=signed,
    )
    if statement not in list_statements([*facts, fact], context.agreement):
        raise PolicyError(
            f"the statement does not follow from the {statement.role} key that stands",
            code="services.agreement.no_succession",
            hint="record earlier statements first; numbers rise by party, sizes never fall, no key comes twice",
        )
    return (replace(_draft(KEY_STATEMENT, command.body, context), precedence=Precedence.FLASH),)


def _says(fact: AgreementFact, statement: KeyStatement) -> bool:
    return fact.signed is not None and fact.signed.statement == statement


def _insist_ours(signers: frozenset[str], context: Context) -> None:
    ours = context.parties[context.our_log]
    if signers != {ours}:
        raise PolicyError(
            f"signed by {', '.join(sorted(signers))}, not by {ours}",
            code="services.agreement.not_ours",
            hint="sign with our own identity key",
        )


def _insist_first(version: int, digest: bytes, facts: Sequence[AgreementFact], context: Context) -> None:
    ours = context.parties[context.our_log]
    if earlier := _standing_signatures(facts).get((ours, version)):
        says = "this text" if earlier.digest == digest else f"another text as version {version}"
        raise PolicyError(
            f"we have signed {says}", code="services.agreement.signed_before", hint="propose a higher version"
        )


def _standing_signatures(facts: Sequence[AgreementFact]) -> dict[tuple[str, int], AgreementFact]:
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
    """Keep the first statement of each number; a second one under the same number is void."""
    by_number: dict[int, SignedKeyStatement] = {}
    for fact in facts:
        if fact.signed is not None and fact.signed.statement.party == party and not fact.effect:
            by_number.setdefault(fact.signed.statement.number, fact.signed)
    return [by_number[number] for number in sorted(by_number)]


def _succeed(keys: PartyKeys, statement: KeyStatement) -> PartyKeys:
    key: dict[str, Any] = {statement.role.value: statement.new_key or b""}
    return replace(keys, **key)


def _draft(kind: int, body: bytes, context: Context) -> Draft:
    ours = context.parties[context.our_log]
    others = (party for party in context.parties if party != ours)
    return Draft(
        kind=int(kind),
        from_post=context.agreement.desk(ours).id,
        to_posts=tuple(context.agreement.desk(party).id for party in others),
        precedence=Precedence.ROUTINE,
        language=context.agreement.party(ours).language,
        body=body,
    )
