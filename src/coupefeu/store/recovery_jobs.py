"""What may be asked of the store of a node that recovers, or whose counterpart does, and what comes back (A13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coupefeu.record.tree import Frontier
from coupefeu.services.base import Recorded
from coupefeu.wire.log_answer import LogAnswer
from coupefeu.wire.packet import CosignatureItem, RunReceiptItem

if TYPE_CHECKING:
    from coupefeu.store.outgoing import Pending


@dataclass(frozen=True, slots=True, kw_only=True)
class TellLog:
    """Say to `holder`, which holds `size` entries of `log` with this root, how far it reaches here; give some back."""

    log: int
    size: int
    root: bytes
    holder: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRoot:
    """Give the root of a log at `size`, or at the size that it has."""

    log: int
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Take what `holder` answered about `log`, which is ours or its own, while this node recovers.

    `asked`: the size that it had here when it was asked for; what came meanwhile on the ordinary way is no repetition.
    """

    log: int
    asked: int
    answer: LogAnswer
    holder: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTold:
    """Keep a checkpoint of our own log that `source` shows: a record that recovers must come up to it."""

    source: str
    size: int
    root: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    """Judge whether the record has come up to all that is known to be signed; `marks`: of the high-water file."""

    marks: Mapping[int, tuple[int, bytes]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Make the receipts that are due, and load what has still to go; the keeper was told to sign again before it."""


RecoveryJob = TellLog | ReadRoot | TakeBack | NoteTold | Reconcile | Resume


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLog:
    """The bytes of an answer (`wire.log_answer`)."""

    answer: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RootRead:
    """A log as it stands here: its size, or the size that was asked for, and the root there."""

    log: int
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What an answer led to: new entries, and how much of the log is here now.

    `is_settled`: the other side has nothing more, and what it said of its size was proved. `fork`: in words, what our
    own key has signed that this record contradicts, at an entry before `look_at` where it is not found yet.
    `closed`: in words, that our identity opened a later log. `evidence`: what theirs has signed twice.
    `promised`: a new entry promises us attachments.
    """

    log: int
    recorded: tuple[Recorded, ...]
    size: int
    root: bytes
    is_settled: bool = False
    fork: str = ""
    look_at: int | None = None
    evidence: tuple[str, ...] = ()
    promised: bool = False
    closed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """It is kept; `held`: entries of our log that are here."""

    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The record is as new as everything that is known; `marks`: what the high-water file must say before we sign."""

    marks: Mapping[int, tuple[int, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What one party lacks of our log: all behind `cosigned`, but for the runs that it receipted."""

    holder: int
    cosigned: int
    frontier: Frontier
    runs: tuple[tuple[int, int], ...]
    pending: "tuple[Pending, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """An ordinary node again: receipts to send, by the log that they are for, and what is owed to each party.

    `wordless`: entries of our own log whose words nobody gave back, though we did not erase them.
    """

    receipts: tuple[CosignatureItem | RunReceiptItem, ...]
    owed: tuple[Owed, ...]
    wordless: tuple[int, ...] = ()


RecoveryOutcome = ToldLog | RootRead | TakenBack | Noted | Reconciled | Resumed
