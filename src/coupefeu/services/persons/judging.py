"""Whether an entry about a personal key holds by itself, whoever looks: the other side, a reader of an export, we.

What takes other entries to tell (whether the key was enrolled, has ended, or signed the same before) is judged by
`judge_key`, once those are at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from coupefeu.errors import CoupefeuError, PeerError
from coupefeu.keys.passkeys import PersonalKey, verify_assertion
from coupefeu.model.entry import Head, Kind
from coupefeu.model.logs import party_of
from coupefeu.model.messages import MessageId
from coupefeu.services.persons.facts import (
    Ended,
    Enrolled,
    PersonFact,
    Stated,
    enrolment_challenge,
    statement_challenge,
)
from coupefeu.services.speaker import judge_speaker

_KEYS = "keys.passkeys."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What judging needs of the line: its id (16 bytes), and the parties in the order of their logs."""

    id: bytes
    parties: tuple[str, ...]


class KnownKey(Protocol):
    """What is known of an enrolment that holds."""

    @property
    def id(self) -> MessageId:
        """Its place."""
        ...

    @property
    def post(self) -> str:
        """Whose key it is."""
        ...

    @property
    def key(self) -> PersonalKey:
        """The key itself."""
        ...


def judge_fact(fact: PersonFact, head: Head, log: int, line: Line) -> str:
    """Say why an entry that can be read has no effect; "" when it holds by itself."""
    return judge_speaker(head, party_of(log, line.parties)) or _judge(fact, head, log, line)


def judge_key(
    statement: MessageId,
    post: str,
    used: PersonalKey,
    key: KnownKey | None,
    ended: Sequence[MessageId],
    first: MessageId | None,
) -> str:
    """Say why a statement that holds by itself has no effect, by what else is on record; "" when it has.

    `key`: the enrolment that it names, if that holds; `ended`: the entries that end it; `first`: the first statement
    of the party over the same bytes.
    """
    if key is None or key.id > statement:
        return "unknown_key"
    if key.post != post:
        return "other_post"
    if _signs_as(key.key) != _signs_as(used):
        return "other_key"
    if any(each < statement for each in ended):
        return "ended_key"
    return "replayed" if first is not None and first < statement else ""


def _signs_as(key: PersonalKey) -> tuple[bytes, str, str]:
    return key.public_key, key.origin, key.rp_id


def _judge(fact: PersonFact, head: Head, log: int, line: Line) -> str:
    match fact:
        case Enrolled():
            return _judge_enrolment(fact, head, line)
        case Ended():
            return "" if head.references and _are_own(head, log, line, 0) else "missing_reference"
        case Stated():
            return _judge_statement(fact, head, log, line)


def _judge_enrolment(fact: Enrolled, head: Head, line: Line) -> str:
    challenge = enrolment_challenge(
        line_id=line.id,
        post=head.from_post,
        key=fact.key,
        admitted_by=fact.admitted_by,
        officer=fact.officer,
    )
    try:
        verify_assertion(fact.assertion, fact.key, challenge)
    except CoupefeuError as error:
        return _reason(error, "other_enrolment")
    return ""


def _judge_statement(fact: Stated, head: Head, log: int, line: Line) -> str:
    if len(head.references) != 2 or not _are_own(head, log, line, 1):
        return "missing_reference"
    about = head.references[0]
    if head.kind == Kind.PRESENCE_SHOWN and _are_own(head, log, line, 0):
        return "own_question"
    challenge = statement_challenge(
        line_id=line.id,
        post=head.from_post,
        about=(about.log, about.index),
        leaf_hash=about.leaf_hash,
        text=fact.text,
        language=fact.language,
        kind=head.kind,
    )
    try:
        verify_assertion(fact.assertion, key_of(fact), challenge)
    except CoupefeuError as error:
        return _reason(error, "other_statement")
    return ""


def key_of(fact: Stated) -> PersonalKey:
    """Give the key that a statement says it was made with; which credential id it has, only the browser needs."""
    return PersonalKey(
        credential_id=bytes(16), public_key=fact.public_key, origin=fact.origin, rp_id=fact.rp_id
    )


def _are_own(head: Head, log: int, line: Line, first: int) -> bool:
    """Whether what is referred to, from `first` on, stands on a log of the same party."""
    party = party_of(log, line.parties)
    return all(party_of(each.log, line.parties) == party for each in head.references[first:])


def _reason(error: CoupefeuError, other: str) -> str:
    """Name what does not hold; a challenge that is another one is a signature on something else."""
    if isinstance(error, PeerError):
        return "bad_key" if error.code != f"{_KEYS}malformed" else "malformed"
    reason = error.code.removeprefix(_KEYS)
    return other if reason == "other_challenge" else reason
