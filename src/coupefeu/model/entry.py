"""What stands on a record: an entry's head, its references, and the kinds of entry."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from coupefeu.model.precedence import Precedence

MAX_HEAD_BYTES = 4_096
MAX_BODY_BYTES = 8_192
MAX_AGREEMENT_BODY_BYTES = 32_768
"""Entry 0 and amendments carry two post-quantum signatures; see docs/adr/0003."""
MAX_OPENING_BODY_BYTES = MAX_AGREEMENT_BODY_BYTES + 16_384
"""Entry 0 of a new incarnation carries its statement and the proof of a fork beside the agreement."""


class Kind(IntEnum):
    """The kinds of entry; an unknown number from a newer peer is stored and shown as an unknown form."""

    AGREEMENT = 0
    AMENDMENT_PROPOSED = 1
    AMENDMENT_ACCEPTED = 2
    REFUSED = 3
    KEY_STATEMENT = 4
    KEYS_PUBLISHED = 5
    INCARNATION_OPENED = 6
    ERASED = 7
    MESSAGE = 16
    SHOWN = 17
    TAKEN = 18
    READ = 19
    READ_BACK = 20
    SAY_AGAIN = 21
    PASSED_TO = 22
    OUTCOME = 23
    CONTACT_CONFIRMED = 24
    LINE_TEST = 32
    LINE_TEST_ANSWER = 33
    LINE_STATE = 36
    WITNESS_HEARD = 37
    WATCH_TAKEN = 48
    WATCH_LEFT = 49
    WATCH_HANDED_OVER = 50
    WATCH_ACCEPTED = 51
    ROSTER = 52
    COMMUNIQUE_PROPOSED = 64
    COMMUNIQUE_CONSENTED = 65
    COMMUNIQUE_REFUSED = 66
    CALL_PLACED = 80
    CALL_RINGING = 81
    CALL_ANSWERED = 82
    CALL_DECLINED = 83
    CALL_DEFERRED = 84
    CALL_UNANSWERED = 85
    CALL_WITHDRAWN = 86
    CALL_UNREACHED = 87
    CALL_ENDED = 88
    CALL_LOST = 89
    CALL_JOINED = 90
    CALL_CONNECTED = 91
    CALL_WORDS = 92
    ARRANGE_PROPOSED = 96
    ARRANGE_COUNTERED = 97
    ARRANGE_AGREED = 98
    ARRANGE_REFUSED = 99
    ARRANGE_DELEGATED = 100
    ARRANGE_WITHDRAWN = 101
    PERSONAL_KEY_ENROLLED = 104
    PERSONAL_KEY_ENDED = 105
    STATEMENT = 106
    PRESENCE_ASKED = 112
    PRESENCE_SHOWN = 113
    NOTE = 114
    NOTICE_FILED = 128
    NOTICE_AMENDED = 129
    NOTICE_WITHDRAWN = 130
    NOTICE_COMPLETED = 131
    NOTICE_ANSWERED = 132
    COUNTER_ANSWERED = 133
    POSITIONS_READ_BACK = 134
    NOTICE_STOPPED = 135
    NOTICE_RESUMED = 136
    NOTICE_PASSED_DOWN = 137
    UNIT_REACHED = 138
    CHECKED_IN = 139
    CONFLICT_SETTLED = 140
    INCIDENT_REPORTED = 144
    INCIDENT_AMENDED = 145
    INCIDENT_PAIRED = 146
    INCIDENT_QUERIED = 147
    INCIDENT_REPLIED = 148
    INCIDENT_FOLLOWED = 149
    INCIDENT_CLOSED = 150
    INCIDENT_REOPENED = 151


class Author(StrEnum):
    """Who an entry comes from: facts of machines and acts of people never look alike."""

    MACHINE = "machine"
    PERSON = "person"


MACHINE_KINDS: Final = frozenset(
    {
        Kind.AGREEMENT,
        Kind.REFUSED,
        Kind.KEYS_PUBLISHED,
        Kind.ERASED,
        Kind.SHOWN,
        Kind.LINE_TEST,
        Kind.LINE_TEST_ANSWER,
        Kind.WITNESS_HEARD,
        Kind.CALL_RINGING,
        Kind.CALL_UNANSWERED,
        Kind.CALL_UNREACHED,
        Kind.CALL_LOST,
        Kind.CALL_CONNECTED,
    }
)
"""A node writes these by itself; entry 0 is the agreement that people signed when the line was made.

ERASED is the fact that a machine erased; who ordered it, if anybody did, stands in its body.
"""
_KNOWN: Final = frozenset(Kind)


def author_of(kind: int | None) -> Author | None:
    """Say who writes entries of a kind; None: of a kind that is not known, or not readable, nobody can say."""
    if kind not in _KNOWN:
        return None
    return Author.MACHINE if kind in MACHINE_KINDS else Author.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another entry: number of its log in the agreement, index, RFC 6962 leaf hash (32 bytes)."""

    log: int
    index: int
    leaf_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The size and root (32 bytes) of a counterpart's log that the author held when writing."""

    log: int
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Who says what kind of thing to whom, when, and after having seen what (protocol A3)."""

    kind: int
    from_post: str
    to_posts: tuple[str, ...]
    precedence: Precedence
    written_ms: int
    language: str
    agreement_version: int
    references: tuple[Reference, ...] = ()
    seen: tuple[Seen, ...] = ()


_STANDING: Final = frozenset(
    {
        Kind.SHOWN,
        Kind.LINE_TEST,
        Kind.LINE_TEST_ANSWER,
        Kind.LINE_STATE,
        Kind.WITNESS_HEARD,
        Kind.WATCH_TAKEN,
        Kind.WATCH_LEFT,
        Kind.WATCH_HANDED_OVER,
        Kind.WATCH_ACCEPTED,
        Kind.ROSTER,
        Kind.PERSONAL_KEY_ENROLLED,
        Kind.PERSONAL_KEY_ENDED,
        Kind.PRESENCE_ASKED,
        Kind.PRESENCE_SHOWN,
    }
)
_OF_THE_RECORD: Final = range(16)
_COMMUNIQUES: Final = range(64, 80)
_CALLS: Final = range(80, 104)


def is_erasable(kind: int | None) -> bool:
    """Whether what entries of a kind say may be erased; None: the head cannot be read.

    What governs a line, the state in which it was declared, what machines saw, who was on watch, which personal keys
    counted, who showed presence, what was agreed to publish, and who called whom, when and with which outcome stands
    for ever; what people wrote beside a call is an entry of its own, CALL_WORDS.
    """
    if kind is None or kind == Kind.CALL_WORDS:
        return True
    stands = (_OF_THE_RECORD, _COMMUNIQUES, _CALLS)
    return kind not in _STANDING and not any(kind in each for each in stands)


def is_to(to_posts: tuple[str, ...], party: str) -> bool:
    """Whether posts of this party are among those addressed; a post is named after its party."""
    return any(post.partition(".")[0] == party for post in to_posts)
