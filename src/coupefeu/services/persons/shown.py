"""What persons signed among entries that a reader is shown: a record, a communique or one entry, without a node.

Entries are given in the order of each log. What is not shown is not guessed: a key whose enrolment is not among them,
or an end that is not, is named as that.
"""

from dataclasses import dataclass
from typing import Final

from coupefeu.keys.passkeys import PersonalKey
from coupefeu.model.entry import Head
from coupefeu.model.messages import MessageId
from coupefeu.services.persons.facts import (
    KINDS,
    Ended,
    Enrolled,
    Stated,
    algorithm_name,
    key_name,
    read_person,
)
from coupefeu.services.persons.judging import Line, judge_fact, judge_key, key_of

MAX_KEPT: Final = 65_536
"""Entries about persons that are judged of what is shown; what is beyond is counted."""
KEY_NOT_SHOWN: Final = "key_not_shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStatement:
    """One statement. `effect`: why it has none; "" when it has, `key_not_shown` where only its signature could be."""

    id: MessageId
    kind: int
    about: MessageId | None
    post: str
    language: str
    algorithm: str
    key_name: str
    key: MessageId | None
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Enrolment:
    id: MessageId
    post: str
    key: PersonalKey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    id: MessageId
    head: Head
    fact: Stated | None
    effect: str


class ShownPersons:
    """Takes entries, and judges what persons signed."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._keys: dict[MessageId, _Enrolment] = {}
        self._ends: dict[MessageId, list[MessageId]] = {}
        self._statements: list[_Statement] = []
        self._first: dict[bytes, MessageId] = {}
        self.left_out = 0

    @property
    def keys(self) -> int:
        """How many enrolments hold by themselves."""
        return len(self._keys)

    @property
    def ended(self) -> int:
        """How many of these were ended."""
        return sum(key in self._ends for key in self._keys)

    def take(self, entry: MessageId, head: Head, body: bytes | None) -> None:
        """Take one entry of any kind; others than those about persons say nothing here."""
        if head.kind not in KINDS or body is None:
            return
        if len(self._keys) + len(self._statements) >= MAX_KEPT:
            self.left_out += 1
            return
        fact, defect = read_person(head.kind, body)
        effect = defect or ("" if fact is None else judge_fact(fact, head, entry[0], self._line))
        match fact:
            case Enrolled() if not effect:
                self._keys[entry] = _Enrolment(id=entry, post=head.from_post, key=fact.key)
            case Ended() if not effect:
                named = head.references[0]
                self._ends.setdefault((named.log, named.index), []).append(entry)
            case Stated():
                self._take_statement(entry, head, fact, effect)
            case _:
                return

    def _take_statement(self, entry: MessageId, head: Head, fact: Stated, effect: str) -> None:
        self._statements.append(_Statement(id=entry, head=head, fact=fact, effect=effect))
        digest = fact.assertion.digest
        if not effect and self._first.get(digest, entry) >= entry:
            self._first[digest] = entry

    def statements(self) -> tuple[ShownStatement, ...]:
        """Judge every statement by all that was taken, in the order in which they came."""
        return tuple(self._shown(each) for each in self._statements)

    def _shown(self, each: _Statement) -> ShownStatement:
        fact, references = each.fact, each.head.references
        assert fact is not None
        return ShownStatement(
            id=each.id,
            kind=each.head.kind,
            about=(references[0].log, references[0].index) if references else None,
            post=each.head.from_post,
            language=fact.language,
            algorithm=algorithm_name(fact.public_key),
            key_name=key_name(fact.public_key),
            key=(references[1].log, references[1].index) if len(references) > 1 else None,
            effect=each.effect or self._judge(each, fact),
        )

    def _judge(self, each: _Statement, fact: Stated) -> str:
        named = each.head.references[1]
        key = (named.log, named.index)
        if key not in self._keys:
            return KEY_NOT_SHOWN
        return judge_key(
            each.id,
            each.head.from_post,
            key_of(fact),
            self._keys[key],
            self._ends.get(key, []),
            self._first.get(fact.assertion.digest),
        )
