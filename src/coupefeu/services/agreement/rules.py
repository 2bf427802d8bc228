"""The rules of agreements: what a command may write, and what no amendment can change."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import unified_diff
from hashlib import sha256
from typing import Final

from coupefeu.errors import PolicyError, UsageError
from coupefeu.keys.agreement_signatures import (
    parse_agreement_body,
    verify_agreement,
    verify_agreement_body,
    verify_key_statement,
    verify_signatures,
)
from coupefeu.keys.incarnations import parse_opening_body, verify_incarnation
from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Kind
from coupefeu.model.logs import incarnation_of, log_number
from coupefeu.model.precedence import Precedence
from coupefeu.services.agreement.facts import (
    KEY_STATEMENT,
    OPENINGS,
    AcceptAmendment,
    Acceptance,
    AgreementFact,
    OpenLog,
    ProposeAmendment,
    PublishKeys,
    RecordKeyStatement,
    TakeIncarnation,
    encode_acceptance,
)
from coupefeu.services.agreement.in_force import (
    find_keys,
    first_signatures,
    list_incarnations,
    list_statements,
)
from coupefeu.services.base import Command, Context, Draft
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.incarnation import SignedIncarnation
from coupefeu.wire.key_statement import (
    KeyStatement,
    parse_key_statement,
)
from coupefeu.wire.published_keys import parse_published_keys

_FIXED: Final = ("name", "status", "line_id", "party_ids", "clock_shifts_ms", "keys", "dictionary_sha256")
"""An amendment never touches these: REAL stays REAL, keys change by key statement only, and a clock never jumps."""


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
        case PublishKeys():
            return _decide_publish(command, facts, context)
        case TakeIncarnation():
            return _decide_take(command, facts, context)
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


def check_first(party: str, version: int, digest: bytes, facts: Sequence[AgreementFact]) -> None:
    """Refuse a second signature of a party under one version: it signs at most one text of each.

    Raises:
        PolicyError: `services.agreement.signed_before`.
    """
    if earlier := first_signatures(facts).get((party, version)):
        says = "this text" if earlier.digest == digest else f"another text as version {version}"
        raise PolicyError(
            f"we have signed {says}", code="services.agreement.signed_before", hint="propose a higher version"
        )


def describe_difference(old: bytes, new: bytes) -> list[str]:
    """Show an amendment line by line: `-` what falls, `+` what comes, with the lines around."""
    before, after = (text.decode("utf-8", "backslashreplace").splitlines() for text in (old, new))
    return list(unified_diff(before, after, "in force", "proposed", lineterm=""))


def _decide_open(command: OpenLog, facts: Sequence[AgreementFact], context: Context) -> tuple[Draft, ...]:
    if any(fact.kind in OPENINGS and fact.log == context.our_log and not fact.index for fact in facts):
        raise PolicyError("our log is open already", code="services.agreement.opened")
    is_first = incarnation_of(context.our_log, len(context.parties)) == 1
    opening = None if is_first else parse_opening_body(command.body)
    signed = (
        verify_agreement_body(command.body)
        if opening is None
        else verify_agreement(opening.octets, opening.signatures)
    )
    if signed.agreement.keys != context.agreement.keys:
        raise PolicyError(
            "the agreement is of another line",
            code="services.agreement.other_line",
            hint="give the agreement that this node was paired with",
        )
    if opening is None:
        return (_draft(Kind.AGREEMENT, command.body, context),)
    check_opening(opening.signed, context.our_log, context)
    return (_draft(Kind.INCARNATION_OPENED, command.body, context, Precedence.FLASH),)


def check_opening(signed: SignedIncarnation, log: int, context: Context) -> None:
    """Refuse a statement that does not open this log.

    Raises: PeerError, VerificationError: its signatures do not hold; PolicyError `services.agreement.other_log`.
    """
    statement = verify_incarnation(signed, context.agreement)
    position = context.parties.index(statement.party)
    if log_number(position, statement.incarnation, len(context.parties)) != log:
        raise PolicyError(
            f"the statement opens log {statement.incarnation} of {statement.party.upper()}, and stands in another",
            code="services.agreement.other_log",
            hint="It has no effect here.",
        )


def _decide_take(
    command: TakeIncarnation, facts: Sequence[AgreementFact], context: Context
) -> tuple[Draft, ...]:
    """Record what came by a file; a second statement of one number is recorded too, for it is evidence."""
    signed = parse_opening_body(command.body).signed
    statement = verify_incarnation(signed, context.agreement)
    if statement.party == context.us:
        raise PolicyError(
            "this incarnation is our own",
            code="services.agreement.own_incarnation",
            hint="Open it where the node is: coupefeu incarnation open --identity FILE",
        )
    known = [fact for fact in facts if fact.incarnation is not None and not fact.effect]
    if any(fact.incarnation.statement == statement for fact in known if fact.incarnation is not None):
        raise PolicyError(
            "this incarnation is on the record",
            code="services.agreement.known_incarnation",
            hint="Nothing to do: its log is taken up.",
        )
    standing = [each.statement for each in list_incarnations(facts, context.agreement)]
    newest = max((each.incarnation for each in standing if each.party == statement.party), default=1)
    if statement.incarnation > newest + 1:
        raise PolicyError(
            f"incarnation {statement.incarnation} of {statement.party.upper()} does not follow on {newest}",
            code="services.agreement.skipped_incarnation",
            hint="Take the statements before it first.",
        )
    return (_draft(Kind.INCARNATION_OPENED, command.body, context),)


def _decide_propose(
    command: ProposeAmendment, facts: Sequence[AgreementFact], context: Context
) -> tuple[Draft, ...]:
    octets, signatures = parse_agreement_body(command.body)
    signed = verify_signatures(octets, signatures, context.agreement)
    _insist_ours(signed.signers, context)
    check_amendment(context.agreement, signed.agreement)
    check_first(context.us, signed.agreement.version, sha256(octets).digest(), facts)
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
    check_first(context.us, command.version, command.digest, facts)
    acceptance = Acceptance(version=command.version, digest=command.digest, signatures=command.signatures)
    draft = _draft(Kind.AMENDMENT_ACCEPTED, encode_acceptance(acceptance), context)
    return (replace(draft, references=((command.log, command.index),)),)


def _decide_statement(
    command: RecordKeyStatement, facts: Sequence[AgreementFact], context: Context
) -> tuple[Draft, ...]:
    """Send it as FLASH, for what waits behind it may be signed by the key that it brings; it sounds nowhere."""
    signed = parse_key_statement(command.body)
    statement = verify_key_statement(signed, context.agreement)
    if any(_says(fact, statement) and context.is_ours(fact.log) for fact in facts):
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
    return (_draft(KEY_STATEMENT, command.body, context, Precedence.FLASH),)


def _decide_publish(
    command: PublishKeys, facts: Sequence[AgreementFact], context: Context
) -> tuple[Draft, ...]:
    keys = parse_published_keys(command.body)
    if any(fact.log == context.our_log and fact.published == keys for fact in facts):
        raise PolicyError("these keys are on our record", code="services.agreement.known_keys")
    opened = [signed.statement for signed in list_incarnations(facts, context.agreement)]
    statements = list_statements(facts, context.agreement)
    named = find_keys(statements, context.agreement.keys_of(context.us), opened)
    if not keys.by_sha256.keys() <= {named.log_ml_dsa_sha256, named.cosigner_ml_dsa_sha256}:
        raise PolicyError(
            "a key is published that neither agreement nor key statement names",
            code="services.agreement.unnamed_key",
            hint="record the key statement first",
        )
    return (_draft(Kind.KEYS_PUBLISHED, command.body, context),)


def _says(fact: AgreementFact, statement: KeyStatement) -> bool:
    return fact.signed is not None and fact.signed.statement == statement


def _insist_ours(signers: frozenset[str], context: Context) -> None:
    ours = context.us
    if signers != {ours}:
        raise PolicyError(
            f"signed by {', '.join(sorted(signers))}, not by {ours}",
            code="services.agreement.not_ours",
            hint="sign with our own identity key",
        )


def _draft(kind: int, body: bytes, context: Context, precedence: Precedence = Precedence.ROUTINE) -> Draft:
    ours = context.us
    others = (party for party in context.parties if party != ours)
    return Draft(
        kind=int(kind),
        from_post=context.agreement.desk(ours).id,
        to_posts=tuple(context.agreement.desk(party).id for party in others),
        precedence=precedence,
        language=context.agreement.party(ours).language,
        body=body,
    )
