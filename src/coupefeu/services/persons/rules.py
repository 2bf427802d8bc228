"""Who may enrol, end and sign: a post of ours, with a key of its own; what would have no effect is refused."""

from typing import NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.keys.passkeys import verify_assertion
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Draft, Rows
from coupefeu.services.persons.facts import (
    Ended,
    EndKey,
    EndReason,
    EnrolKey,
    Enrolled,
    MakeStatement,
    PersonFact,
    ShowPresence,
    Stated,
    encode_ended,
    encode_enrolled,
    encode_statement,
    enrolment_challenge,
    person_defect,
    statement_challenge,
)
from coupefeu.services.persons.judging import judge_key
from coupefeu.services.persons.views import read_known_key


def enrol(command: EnrolKey, context: Context) -> Draft:
    """Draft an enrolment, whose own assertion holds.

    Raises: PolicyError: `services.persons.foreign_post`; UsageError: `services.persons.*`; as `verify_assertion`.
    """
    fact = Enrolled(
        key=command.key,
        assertion=command.assertion,
        admitted_by=command.admitted_by,
        officer=command.officer,
    )
    _insist_written(fact)
    _insist_ours(command.from_post, context)
    challenge = enrolment_challenge(
        line_id=context.agreement.line_id,
        post=command.from_post,
        key=command.key,
        admitted_by=command.admitted_by,
        officer=command.officer,
    )
    verify_assertion(command.assertion, command.key, challenge)
    return _draft(Kind.PERSONAL_KEY_ENROLLED, command.from_post, encode_enrolled(fact), (), context)


def end(command: EndKey, keys: Rows, endings: Rows, context: Context) -> Draft:
    """Draft the end of a key of ours that counts.

    Raises: PolicyError: `services.persons.foreign_post`, `no_key`, `ended_key`; UsageError: `services.persons.*`.
    """
    _insist_ours(command.from_post, context)
    key = read_known_key(keys[0]) if keys else None
    if key is None or not context.is_ours(command.key[0]):
        _refuse("no_key", "that entry enrols no key of ours.", "`coupefeu passkey list` names them.")
    if any(not row["effect"] for row in endings):
        _refuse("ended_key", "that key has ended already.", "`coupefeu passkey list` says when.")
    if (command.reason is EndReason.REPLACED) != (command.replaced_by is not None):
        raise UsageError(
            "a key is replaced by another one, or it is not replaced",
            code="services.persons.replaced_by",
            hint="Name the new enrolment with the reason `replaced`, and with no other.",
        )
    fact = Ended(
        reason=command.reason, since_ms=command.since_ms, words=command.words, officer=command.officer
    )
    _insist_written(fact)
    named = (command.key, *(() if command.replaced_by is None else (command.replaced_by,)))
    return _draft(Kind.PERSONAL_KEY_ENDED, command.from_post, encode_ended(fact), named, context)


def state(command: MakeStatement, keys: Rows, endings: Rows, same: Rows, context: Context) -> Draft:
    """Draft a statement whose assertion holds, by a key of this post that counts.

    Raises: PolicyError: `services.persons.` with the reason for which it would have no effect; UsageError:
    `services.persons.*`; as `verify_assertion`.
    """
    _insist_ours(command.from_post, context)
    kind = Kind.PRESENCE_SHOWN if isinstance(command, ShowPresence) else Kind.STATEMENT
    if kind is Kind.PRESENCE_SHOWN and context.is_ours(command.about[0]):
        _refuse("own_question", "we asked that ourselves.", "The post that is asked answers.")
    key = read_known_key(keys[0]) if keys else None
    if key is None or not context.is_ours(command.key[0]):
        _refuse("unknown_key", "that entry enrols no key of ours.", "`coupefeu passkey list` names them.")
    ended = [(row["log"], row["idx"]) for row in endings if not row["effect"]]
    first = (same[0]["log"], same[0]["idx"]) if same else None
    defect = judge_key(_NEWEST, command.from_post, key.key, key, ended, first)
    if defect:
        _refuse(defect, f"this statement would have no effect: {defect.replace('_', ' ')}.", _SIGN_ANEW)
    challenge = statement_challenge(
        line_id=context.agreement.line_id,
        post=command.from_post,
        about=command.about,
        leaf_hash=command.leaf_hash,
        text=command.text,
        language=command.language,
        kind=kind,
    )
    fact = Stated(
        public_key=key.key.public_key,
        origin=key.key.origin,
        rp_id=key.key.rp_id,
        assertion=command.assertion,
        language=command.language,
        text=command.text,
        officer=command.officer,
    )
    _insist_written(fact)
    verify_assertion(command.assertion, key.key, challenge)
    named = (command.about, command.key)
    return _draft(kind, command.from_post, encode_statement(fact), named, context)


_NEWEST: MessageId = (1 << 62, 1 << 62)
"""Behind every entry that there is."""
_SIGN_ANEW = "Sign with a key of this post that counts; `coupefeu passkey list` names them."


def _draft(
    kind: Kind, from_post: str, body: bytes, references: tuple[MessageId, ...], context: Context
) -> Draft:
    agreement = context.agreement
    ours = agreement.party(context.us)
    return Draft(
        kind=kind,
        from_post=from_post,
        to_posts=tuple(party.duty_desk for party in agreement.parties if party.id != ours.id),
        precedence=Precedence.ROUTINE,
        language=ours.language,
        body=body,
        references=references,
    )


def _insist_ours(post: str, context: Context) -> None:
    if context.agreement.post(post).party != context.us:
        _refuse("foreign_post", f"{post} is not a post of ours.", "Name a post of your own party.")


def _insist_written(fact: PersonFact) -> None:
    if defect := person_defect(fact):
        raise UsageError(
            f"it cannot be put on record so: {defect.replace('_', ' ')}",
            code=f"services.persons.{defect}",
            hint="Say who admitted it; labels have at most 80 characters, words 280, a text to be signed 4,096 bytes.",
        )


def _refuse(reason: str, sentence: str, hint: str) -> NoReturn:
    raise PolicyError(sentence, code=f"services.persons.{reason}", hint=hint)
