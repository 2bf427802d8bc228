"""Marks: what happened, or was opened and awaits something, with the entries that prove it and the time that counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from coupefeu.model.messages import MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.model.topics import Topic

MOST_COUNTED: Final = 4_096
"""Of what is more than is given one by one, so many are counted."""
REFUSED: Final = frozenset({"declined", "refused"})
UNANSWERED: Final = frozenset({"no_answer", "not_staffed", "busy", "line_down", "unanswered"})
"""What became of attempts that rules look at; of others no mark is made."""


class Role(StrEnum):
    """An event counts as the newest of its key; what was opened counts until something closes it."""

    EVENT = "event"
    OPENED = "opened"


class Bound(StrEnum):
    """Whether a claimed time was counted at the bound that the entries prove; words are `firebreak-bound-*`."""

    NONE = ""
    BEFORE = "before-bracket"
    """It claims to be older than what its author had already seen."""
    AFTER = "after-bracket"
    """It claims to be newer than an entry that shows to have seen it."""


def bound_of(counted_ms: int, claimed_ms: int) -> Bound:
    """Say at which bound a time counts."""
    if counted_ms == claimed_ms:
        return Bound.NONE
    return Bound.BEFORE if counted_ms > claimed_ms else Bound.AFTER


class Proof(NamedTuple):
    """An entry that proves a mark. `counted_ms`: claimed, or the nearer bound; `arrived_ms`: by our own clock."""

    entry: MessageId
    counted_ms: int
    claimed_ms: int
    arrived_ms: int
    mark: Bound = Bound.NONE


class Mark(NamedTuple):
    """One fact about contact, as the record shows it.

    `key`: the pair "us.secdef/ru.mod" (ids sorted), the post, the party, or the number of what was opened.
    `party`: whose act it is, or who owes what is awaited. `post`: the one concerned, "" where there is none.
    `value`: the outcome of an attempt, a step, a state, the way of a contact.
    `proofs`: never empty, the last one is the one whose time counts. Of what was opened `due_ms` says from when it is
    late, and `closed` what closed it, if that counts at the instant asked.
    """

    topic: Topic
    role: Role
    key: str
    party: str
    post: str
    precedence: Precedence | None
    value: str
    proofs: tuple[Proof, ...]
    due_ms: int | None = None
    closed: Proof | None = None

    @property
    def counted(self) -> Proof:
        """The proof whose time counts."""
        return self.proofs[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The instant asked, UTC. `known`: by what had arrived here, on our own clock; else by the signed times."""

    at_ms: int
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All marks that can matter at an instant.

    `counts`: by (key, value) how many attempts there are since the newest contact of that pair, also of those that
    are beyond the 64 newest given as marks. `begun`: entry 0 of each party's first log, for an absence that begins
    with the line itself. `sizes`: by log how many of its entries count at that instant.
    """

    asked: Asked
    marks: tuple[Mark, ...]
    sizes: Mapping[int, int]
    begun: Mapping[str, Proof] = field(default_factory=dict)
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    beyond: int = 0
    """So much more is late, or in conflict, and is not among the marks."""
    marked: int = 0
    """How many of the times that count here were counted at a bound."""
