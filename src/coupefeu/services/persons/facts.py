"""PERSONAL KEY ENROLLED, PERSONAL KEY ENDED, STATEMENT, PRESENCE SHOWN: bytes and back (docs/spec/persons.md).

    enrolled   {0: credential id, 1: COSE public key, 2: origin, 3: rp id, 4: admitted by, 5: assertion, 6: officer}
    ended      {0: reason, 1: since UTC ms, 2: words, 3: officer}     references: the key, and the one in its place
    statement  {0: public key, 1: origin, 2: rp id, 3: assertion, 4: language, 5: text, 6: officer}
               references: the entry that it is about, and the key
    shown      as a statement; references: the question of presence, and the key
    assertion  [authenticatorData, clientDataJSON, signature]

What a device signs is never an entry: it is the SHA-256 of a challenge that names one, so that nobody can show what was
signed for one entry, post or line as a signature on another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.keys.passkeys import (
    AUTHENTICATOR_BYTES,
    CREDENTIAL_BYTES,
    EDDSA,
    MAX_CLIENT_BYTES,
    MAX_ORIGIN_CHARACTERS,
    MAX_RP_ID_CHARACTERS,
    MAX_SIGNATURE_BYTES,
    Assertion,
    PersonalKey,
    check_key,
)
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Command
from coupefeu.wire import cbor

KINDS: Final = frozenset(
    {Kind.PERSONAL_KEY_ENROLLED, Kind.PERSONAL_KEY_ENDED, Kind.STATEMENT, Kind.PRESENCE_SHOWN}
)
MAX_OFFICER_CHARACTERS: Final = 80
MAX_WORDS_CHARACTERS: Final = 280
MAX_TEXT_BYTES: Final = 4_096
"""Of what was on screen, in UTF-8; a longer one is not signed in part."""
MAX_LANGUAGE_CHARACTERS: Final = 16
_LARGEST: Final = (1 << 63) - 1
_SIGNED: Final[Mapping[int, bytes]] = {
    int(Kind.STATEMENT): b"coupefeu/statement/v1\x00",
    int(Kind.PRESENCE_SHOWN): b"coupefeu/presence/v1\x00",
}
"""What a device signs for one of these kinds is no signature for another."""
_ENROLMENT: Final = b"coupefeu/personal-key/v1\x00"


class EndReason(IntEnum):
    """Why a key counts no longer."""

    LOST = 0
    STOLEN = 1
    REPLACED = 2
    LEFT = 3
    """Its holder has the post no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolKey(Command):
    """Enrol a key for `from_post`; `assertion` is its own, over the challenge of this enrolment.

    `admitted_by`: who let the holder enrol, as the operator wrote it; a label, no identity.
    """

    from_post: str
    key: PersonalKey
    assertion: Assertion
    admitted_by: str
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndKey(Command):
    """Say that a key counts no longer. `since_ms`: lost or stolen since; `replaced_by`: the enrolment in its place."""

    from_post: str
    key: MessageId
    reason: EndReason
    since_ms: int | None = None
    replaced_by: MessageId | None = None
    words: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeStatement(Command):
    """Stand by an entry as a person. `leaf_hash` is that of `about`; `text` what was on screen, in `language`."""

    from_post: str
    about: MessageId
    leaf_hash: bytes
    key: MessageId
    assertion: Assertion
    language: str
    text: str
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPresence(MakeStatement):
    """Show that a person is there, to a post of the other side that asked: `about` is its PRESENCE ASKED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What the body of PERSONAL KEY ENROLLED says."""

    key: PersonalKey
    assertion: Assertion
    admitted_by: str
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What the body of PERSONAL KEY ENDED says."""

    reason: EndReason
    since_ms: int | None = None
    words: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the body of STATEMENT or PRESENCE SHOWN says; its key without the credential id."""

    public_key: bytes
    origin: str
    rp_id: str
    assertion: Assertion
    language: str
    text: str
    officer: str = ""


PersonFact = Enrolled | Ended | Stated


def statement_challenge(
    *,
    line_id: bytes,
    post: str,
    about: MessageId,
    leaf_hash: bytes,
    text: str,
    language: str,
    kind: int = Kind.STATEMENT,
) -> bytes:
    """Give what a person's device signs to stand by an entry, or to answer a question of presence (32 bytes).

    The leaf hash is the SHA-256 of the canonical entry; head and body are bound by it under their salts, so that the
    challenge tells nothing of them once they are erased.
    """
    digest = sha256(text.encode("utf-8")).digest()
    fields = {0: line_id, 1: post, 2: about[0], 3: about[1], 4: leaf_hash, 5: digest, 6: language}
    return sha256(_SIGNED[kind] + cbor.encode(fields)).digest()


def enrolment_challenge(
    *, line_id: bytes, post: str, key: PersonalKey, admitted_by: str, officer: str
) -> bytes:
    """Give what a new key signs to show that it is its holder's (32 bytes)."""
    fields = {
        0: line_id,
        1: post,
        2: key.credential_id,
        3: key.public_key,
        4: key.origin,
        5: key.rp_id,
        6: admitted_by,
        7: officer,
    }
    return sha256(_ENROLMENT + cbor.encode(fields)).digest()


def algorithm_name(public_key: bytes) -> str:
    """Name the algorithm of a key."""
    return "Ed25519" if check_key(public_key) == EDDSA else "ES256"


def key_name(public_key: bytes) -> str:
    """Give the name by which people compare a key: the SHA-256 of its COSE bytes, hexadecimal."""
    return sha256(public_key).hexdigest()


# --- bytes ------------------------------------------------------------------------------------------------


def encode_enrolled(fact: Enrolled) -> bytes:
    """Write the body of PERSONAL KEY ENROLLED."""
    key = fact.key
    body: dict[int, Any] = {0: key.credential_id, 1: key.public_key, 2: key.origin, 3: key.rp_id}
    body |= {4: fact.admitted_by, 5: _assertion_row(fact.assertion)}
    return cbor.encode(body | ({6: fact.officer} if fact.officer else {}))


def encode_ended(fact: Ended) -> bytes:
    """Write the body of PERSONAL KEY ENDED."""
    optional = {1: fact.since_ms, 2: fact.words or None, 3: fact.officer or None}
    given = {key: value for key, value in optional.items() if value is not None}
    return cbor.encode({0: int(fact.reason)} | given)


def encode_statement(fact: Stated) -> bytes:
    """Write the body of STATEMENT."""
    body: dict[int, Any] = {0: fact.public_key, 1: fact.origin, 2: fact.rp_id}
    body |= {3: _assertion_row(fact.assertion), 4: fact.language, 5: fact.text}
    return cbor.encode(body | ({6: fact.officer} if fact.officer else {}))


def read_person(kind: int, body: bytes) -> tuple[PersonFact | None, str]:
    """Read the body of any of the four kinds, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fact = _READERS[kind](cbor.decode(body))
    except (CoupefeuError, TypeError, ValueError, UnicodeError):
        return None, "unreadable_body"
    return fact, person_defect(fact)


def person_defect(fact: PersonFact) -> str:
    """Name what such an entry has too much of, or lacks ("" when nothing)."""
    if len(fact.officer) > MAX_OFFICER_CHARACTERS:
        return "long_officer"
    match fact:
        case Ended():
            return "long_words" if len(fact.words) > MAX_WORDS_CHARACTERS else ""
        case Enrolled():
            return "" if 0 < len(fact.admitted_by) <= MAX_OFFICER_CHARACTERS else "not_admitted"
        case Stated():
            return "" if 0 < len(fact.text.encode()) <= MAX_TEXT_BYTES else "bad_text"


def _enrolled(fields: Any) -> Enrolled:
    _check_keys(fields, range(6), range(7))
    credential = fields[0]
    if not isinstance(credential, bytes) or len(credential) not in CREDENTIAL_BYTES:
        raise TypeError("not a credential id")
    key = PersonalKey(
        credential_id=credential, public_key=_key(fields[1]), origin=_origin(fields, 2), rp_id=_rp(fields, 3)
    )
    return Enrolled(
        key=key, assertion=_assertion(fields[5]), admitted_by=_text(fields, 4), officer=_text(fields, 6)
    )


def _ended(fields: Any) -> Ended:
    _check_keys(fields, range(1), range(4))
    since_ms = fields.get(1)
    if since_ms is not None and (type(since_ms) is not int or not 0 <= since_ms <= _LARGEST):
        raise TypeError("not a time")
    if type(fields[0]) is not int:
        raise TypeError("not a reason")
    reason = EndReason(fields[0])
    return Ended(reason=reason, since_ms=since_ms, words=_text(fields, 2), officer=_text(fields, 3))


def _statement(fields: Any) -> Stated:
    _check_keys(fields, range(6), range(7))
    return Stated(
        public_key=_key(fields[0]),
        origin=_origin(fields, 1),
        rp_id=_rp(fields, 2),
        assertion=_assertion(fields[3]),
        language=_bounded(fields, 4, MAX_LANGUAGE_CHARACTERS),
        text=_text(fields, 5),
        officer=_text(fields, 6),
    )


_READERS: Final[Mapping[int, Callable[[Any], PersonFact]]] = {
    int(Kind.PERSONAL_KEY_ENROLLED): _enrolled,
    int(Kind.PERSONAL_KEY_ENDED): _ended,
    int(Kind.STATEMENT): _statement,
    int(Kind.PRESENCE_SHOWN): _statement,
}


def _check_keys(fields: Any, least: range, most: range) -> None:
    if not isinstance(fields, dict) or not set(least) <= fields.keys() <= set(most):
        raise TypeError("not these fields")


def _key(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("not a key")
    check_key(value)
    return value


def _origin(fields: Any, key: int) -> str:
    return _bounded(fields, key, MAX_ORIGIN_CHARACTERS)


def _rp(fields: Any, key: int) -> str:
    return _bounded(fields, key, MAX_RP_ID_CHARACTERS)


def _bounded(fields: Any, key: int, most: int) -> str:
    text = _text(fields, key)
    if not 0 < len(text) <= most or not text.isascii() or not text.isprintable():
        raise ValueError("not an address")
    return text


def _text(fields: Any, key: int) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("not text")
    return value


def _assertion(row: Any) -> Assertion:
    if not isinstance(row, list) or len(row) != 3 or not all(isinstance(each, bytes) for each in row):
        raise TypeError("not an assertion")
    authenticator, client, signature = row
    within = (
        len(authenticator) == AUTHENTICATOR_BYTES
        and 0 < len(client) <= MAX_CLIENT_BYTES
        and 0 < len(signature) <= MAX_SIGNATURE_BYTES
    )
    if not within:
        raise ValueError("not an assertion")
    return Assertion(authenticator_data=authenticator, client_data=client, signature=signature)


def _assertion_row(assertion: Assertion) -> list[bytes]:
    return [assertion.authenticator_data, assertion.client_data, assertion.signature]
