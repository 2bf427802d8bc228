"""CALL PLACED to CALL WORDS: what each body holds, bytes and back (docs/spec/calls.md, section 2).

One table, `FIELDS`, says for each kind which key is which value and whether it must be there; a key that is not in it
is kept and changes nothing. Bodies hold codes, posts, times and labels, which stand for ever; words of people are
entries of their own (CALL WORDS), so that they can be erased and the facts stay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from coupefeu.errors import CoupefeuError
from coupefeu.model.calls import (
    MAX_WORDS_CHARACTERS,
    UNANSWERED,
    UNREACHED,
    CallRole,
    DeclineReason,
    LostCause,
    Media,
    MediaPath,
    Outcome,
)
from coupefeu.model.entry import Kind
from coupefeu.wire import cbor
from coupefeu.wire.deceptive import is_unseen

KINDS: Final = frozenset(kind for kind in Kind if 80 <= kind <= 92)
FINGERPRINT_BYTES: Final = 32
"""SHA-256 of a DTLS certificate (RFC 8122, section 5)."""
MAX_OFFICER_CHARACTERS: Final = 80
"""As of the label beside an act; it proves no person."""
MAX_NAME_CHARACTERS: Final = 80
MAX_POST_CHARACTERS: Final = 64
MAX_POSTS: Final = 64
MAX_RUNG: Final = 63
_LARGEST: Final = (1 << 53) - 1
"""Of milliseconds: what a browser holds exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact:
    """What the body of an entry about a call says; which fields stand is decided by its kind.

    `rung` counts from 0. `posts`: those that ring from now on (CALL RINGING), those that were rung (UNANSWERED);
    `staffed`: those of them on watch. `outcome`: of UNANSWERED and UNREACHED. All `_ms` are by the author's clock.
    """

    media: Media | None = None
    fingerprint: bytes | None = None
    officer: str = ""
    rung: int | None = None
    posts: tuple[str, ...] = ()
    staffed: tuple[str, ...] = ()
    reason: DeclineReason | None = None
    to_post: str = ""
    to_ms: int | None = None
    outcome: Outcome | None = None
    rang_ms: int | None = None
    heard_ms: int | None = None
    duration_ms: int | None = None
    cause: LostCause | None = None
    role: CallRole | None = None
    name: str = ""
    path: MediaPath | None = None
    words: str = ""


class Field(NamedTuple):
    """One key of a body: the name of its value in `CallFact`, how it is read and written, whether it must be there."""

    name: str
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]
    must: bool = True


# --- values -----------------------------------------------------------------------------------------------


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST:
        raise TypeError("not a number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or "\x00" in value:
        raise TypeError("not a text")
    return value


def _fingerprint(value: Any) -> bytes:
    if not isinstance(value, bytes) or len(value) != FINGERPRINT_BYTES:
        raise TypeError("not a fingerprint")
    return value


def _posts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_POSTS:
        raise TypeError("not posts")
    return tuple(map(_text, value))


def _coded(code: Callable[[int], Any]) -> Callable[[Any], Any]:
    return lambda value: code(_number(value))


def _placed_in(outcomes: tuple[Outcome, ...]) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    return lambda value: outcomes[_number(value)], outcomes.index


_OFFICER: Final = Field("officer", _text, str, must=False)
_MAY_FINGERPRINT: Final = Field("fingerprint", _fingerprint, bytes, must=False)
_MEDIA: Final = Field("media", _coded(Media), int)

FIELDS: Final[Mapping[int, Mapping[int, Field]]] = {
    Kind.CALL_PLACED: {0: _MEDIA, 1: _MAY_FINGERPRINT, 2: _OFFICER},
    Kind.CALL_RINGING: {
        0: Field("rung", _number, int),
        1: Field("posts", _posts, list),
        2: Field("staffed", _posts, list),
    },
    Kind.CALL_ANSWERED: {0: _MEDIA, 1: _MAY_FINGERPRINT, 2: _OFFICER},
    Kind.CALL_DECLINED: {0: Field("reason", _coded(DeclineReason), int), 2: _OFFICER},
    Kind.CALL_DEFERRED: {
        0: Field("to_post", _text, str, must=False),
        1: Field("to_ms", _number, int, must=False),
        2: _OFFICER,
    },
    Kind.CALL_UNANSWERED: {
        0: Field("outcome", *_placed_in(UNANSWERED)),
        1: Field("rang_ms", _number, int),
        2: Field("posts", _posts, list),
    },
    Kind.CALL_WITHDRAWN: {2: _OFFICER},
    Kind.CALL_UNREACHED: {
        0: Field("outcome", *_placed_in(UNREACHED)),
        1: Field("heard_ms", _number, int, must=False),
    },
    Kind.CALL_ENDED: {0: Field("duration_ms", _number, int), 2: _OFFICER},
    Kind.CALL_LOST: {
        0: Field("cause", _coded(LostCause), int),
        1: Field("duration_ms", _number, int, must=False),
    },
    Kind.CALL_JOINED: {0: Field("role", _coded(CallRole), int), 1: Field("name", _text, str)},
    Kind.CALL_CONNECTED: {0: Field("path", _coded(MediaPath), int)},
    Kind.CALL_WORDS: {0: Field("words", _text, str)},
}
"""By kind and key; key 2 of an act of people is the officer's label."""


# --- bytes and back -----------------------------------------------------------------------------------------


def encode_call(kind: int, fact: CallFact) -> bytes:
    """Write the body of an entry of one kind; only what is stated takes room."""
    body = {}
    for key, field in FIELDS[kind].items():
        value = getattr(fact, field.name)
        if field.must or value not in {None, "", b""}:
            body[key] = field.write(value)
    return cbor.encode(body)


def read_call(kind: int, body: bytes) -> tuple[CallFact, str]:
    """Read the body of an entry, and name what is wrong with it ("" when nothing is); never raises."""
    return _read(kind, body) if kind == Kind.CALL_WORDS else _read_alike(kind, body)


def _read(kind: int, body: bytes) -> tuple[CallFact, str]:
    try:
        fact = _fact(FIELDS[kind], cbor.decode(body))
    except (CoupefeuError, TypeError, ValueError, IndexError):
        return CallFact(), "unreadable_body"
    return fact, call_defect(kind, fact)


_read_alike: Final = lru_cache(maxsize=1_024)(_read)
"""An attempt is folded anew at each of its entries, and most bodies are alike; words, which are erased, are not."""


def call_defect(kind: int, fact: CallFact) -> str:
    """Name what such an entry lacks or has too much of ("" when nothing)."""
    checks = {
        "long_officer": len(fact.officer) > MAX_OFFICER_CHARACTERS,
        "long_name": len(fact.name) > MAX_NAME_CHARACTERS,
        "long_words": len(fact.words) > MAX_WORDS_CHARACTERS,
        "long_post": any(
            len(each) > MAX_POST_CHARACTERS for each in (*fact.posts, *fact.staffed, fact.to_post)
        ),
        "unprintable_words": any(map(is_unseen, "".join(_written(fact)))),
        "high_rung": fact.rung is not None and fact.rung > MAX_RUNG,
        "staffed_not_rung": not set(fact.staffed) <= set(fact.posts),
        "deferred_nowhere": kind == Kind.CALL_DEFERRED and not fact.to_post and fact.to_ms is None,
        "missing_fingerprint": fact.media not in {None, Media.TEXT} and fact.fingerprint is None,
        "unexpected_fingerprint": fact.media is Media.TEXT and fact.fingerprint is not None,
    }
    return next((name for name, found in checks.items() if found), "")


def _written(fact: CallFact) -> tuple[str, ...]:
    """Give every text that its author chose."""
    return (fact.officer, fact.name, fact.words, fact.to_post, *fact.posts, *fact.staffed)


def _fact(fields: Mapping[int, Field], body: Any) -> CallFact:
    if not isinstance(body, dict):
        raise TypeError("not a map")
    values = {}
    for key, field in fields.items():
        if key in body:
            values[field.name] = field.read(body[key])
        elif field.must:
            raise TypeError(f"without {field.name}")
    return CallFact(**values)
