"""What every service shares: a command in, drafts of entries out; a recorded entry in, statements out.

    Command -> needs() -> [store selects] -> decide() -> Draft -> [store appends] -> Recorded
    the other side's entry ------------------------------------> [store appends] -> Recorded
    Recorded -> apply() -> Statement -> [store executes, same transaction]
    Recorded -> follow() <-> [store selects] -> Statement -> [store executes, same transaction]

A service never executes a statement, never reads a clock and never draws a random number.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from sqlalchemy import Executable, MetaData

from coupefeu.model.entry import Head
from coupefeu.model.instant import Moment
from coupefeu.model.logs import party_of, position_of
from coupefeu.model.precedence import Precedence

if TYPE_CHECKING:
    from coupefeu.model.agreement import Agreement

METADATA = MetaData()
"""The view tables of all services, apart from the record's own: dropped and rebuilt from the record."""

VIEWS_VERSION = 6
"""Raised by one whenever a service makes other rows of the same entries; records then rebuild their views."""

Rows = Sequence[Mapping[str, Any]]
"""What one select gave: each row as a mapping from column name to value."""

Select = Callable[["Statement"], Rows]
"""Runs a select over the view tables, as they stand with all that was shown before."""


class Statement(NamedTuple):
    """One SQLAlchemy Core executable (a fixed, module-level object) and the values to bind to it."""

    executable: Executable
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Base of all commands: something that an officer, or the node for itself, asks of a service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """The contents that go with an entry, and how its body names them once the store has drawn the seed.

    `body_with` gives the body for the commitments (32 bytes each), in the order of the contents.
    """

    contents: tuple[bytes, ...]
    body_with: Callable[[tuple[bytes, ...]], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry before it has an index, a time and a seed; the store completes and appends it.

    `references` are (log, index) pairs; the store adds the leaf hashes. Line tests and their answers are
    completed without `seen` and with a zero seed, so that the other side can rebuild them (protocol B9).
    With `attached`, what is signed is its `body_with`; `body` then has the same length, with blank commitments.
    `follows`: it refers, after its other references, to the draft before it of the same act.
    """

    kind: int
    from_post: str
    to_posts: tuple[str, ...]
    precedence: Precedence
    language: str
    body: bytes
    references: tuple[tuple[int, int], ...] = ()
    attached: Attached | None = None
    follows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry that is durably on a log that we hold.

    `arrival` is the local order (never evidence), `arrived_ms` our own clock when it was stored. `head` is
    None when the bytes did not parse (protocol A7). `erased`: its content is gone, and `body` is empty (A17).
    """

    log: int
    index: int
    arrival: int
    arrived_ms: int
    ours: bool
    head: Head | None
    body: bytes
    leaf_hash: bytes
    erased: bool = False
    attached: tuple[bytes, ...] = ()
    """Contents of an entry of ours that its author alone keeps, for its own view; of every other kind none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a rule may know beside its rows. `our_log`: the one that we write now; `parties` in the agreement's order.

    Which party a log is of, only the methods here say: a party that opened a new incarnation has several.
    """

    now: Moment
    our_log: int
    parties: tuple[str, ...]
    agreement: "Agreement"
    agreement_version: int
    earlier: "tuple[Agreement, ...]" = ()
    """The versions that were in force before."""

    @property
    def us(self) -> str:
        """Our own party."""
        return self.parties[position_of(self.our_log, len(self.parties))]

    def party_of(self, log: int) -> str:
        """Name the party of a log, which anybody may have named; nothing where there is none."""
        return party_of(log, self.parties)

    def is_ours(self, log: int) -> bool:
        """Whether a log is ours, the one that we write now or an earlier one."""
        return self.party_of(log) == self.us

    def agreement_of(self, version: int) -> "Agreement":
        """Give the text that an entry names, so that old entries keep their terms; of others, the one in force."""
        return next((each for each in self.earlier if each.version == version), self.agreement)


class Service(Protocol):
    """The contract of a service; one object per service, without state.

    `apply` gives the same statements for the same `recorded` whenever it is asked (so that `rebuild` gives
    the same rows): it looks at no clock, and it never raises for what a peer wrote (protocol A8).
    """

    @property
    def kinds(self) -> frozenset[int]:
        """The kinds of entry whose `Recorded` this service applies."""
        ...

    @property
    def commands(self) -> tuple[type[Command], ...]:
        """The commands that this service decides."""
        ...

    def needs(self, command: Command) -> tuple[Statement, ...]:
        """Name the selects, over this service's own tables, whose rows `decide` gets in this order."""
        ...

    def decide(self, command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
        """Judge a command. Raises: PolicyError (agreed rules refuse it), UsageError (it cannot be)."""
        ...

    def apply(self, recorded: Recorded, context: Context) -> tuple[Statement, ...]:
        """Give the statements that bring the view up to date with one more entry."""
        ...


@runtime_checkable
class Follower(Protocol):
    """What a service gives beside `apply` when rows of its views depend on other rows: each pair that collides, say.

    What `follow` makes depends on the rows that `apply` has made of all entries and on the agreement alone, never on
    the order in which they came: so a rebuild makes it of everything at once.
    """

    @property
    def followed(self) -> frozenset[int]:
        """The kinds of entry after which `follow` is asked; not of its own alone."""
        ...

    def complete(self, drafts: tuple[Draft, ...], context: Context, select: Select) -> tuple[Draft, ...]:
        """Give drafts of ours with what hangs on rows that only they name: what they collide with."""
        ...

    def follow(self, recorded: Recorded, context: Context, select: Select) -> Iterator[Statement]:
        """Give, one by one, the statements that bring dependent rows up to date; those of `apply` are carried out."""
        ...


@runtime_checkable
class Guard(Protocol):
    """What a service gives beside `decide` when it has a say in what others let their officers write."""

    @property
    def guarded(self) -> frozenset[int]:
        """The kinds of entry of ours before which `insist` is asked."""
        ...

    def insist(self, draft: Draft, context: Context, select: Select) -> None:
        """Let a draft through. Raises: PolicyError: it may not be written now."""
        ...


@runtime_checkable
class Concluder(Protocol):
    """What a service gives beside `apply` for what hangs on entries of every kind: once for all that came together.

    What `conclude` makes depends on the entries and their order of arrival alone, never on which of them came in one
    transaction: so a rebuild, which takes many at once, makes the same.
    """

    def conclude(self, shown: Sequence[Recorded], context: Context, select: Select) -> Iterator[Statement]:
        """Give, one by one, the statements that follow from entries, whose rows of every service stand."""
        ...
