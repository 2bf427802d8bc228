"""What may be asked of the store, and what comes back after the commit."""

from dataclasses import dataclass

from coupefeu.services.base import Command, Recorded
from coupefeu.wire.packet import Batch, CosignatureItem, LineTestItem, PackedEntry, RunReceiptItem

Ranges = tuple[tuple[int, int], ...]
"""Half-open ranges of indices, ascending."""

Receipt = CosignatureItem | RunReceiptItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An officer, or the node for itself, asks a service for something."""

    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Receive:
    """Entries came from another party, under the one statement that covers them."""

    batch: Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveLineTest:
    """A line test or its answer came, unsigned (protocol B9)."""

    item: LineTestItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Our own log at one size, signed: its root and the 64 bytes under that checkpoint."""

    root: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeReceipt:
    """A receipt for our entries came from `holder`; `sealed`: what it co-signs, where we have just signed it."""

    item: Receipt
    holder: int
    sealed: Sealed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameOverdue:
    """Name in our own log what others owe it beyond the agreed time (protocol A7); to be asked now and then."""


Job = Act | Receive | ReceiveLineTest | TakeReceipt | NameOverdue


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One of our own entries, durable: what the link carries, and what a view was told."""

    recorded: Recorded
    entry: PackedEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """The entries that a command became."""

    entries: tuple[Stored, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What of one log is durable here: all before `complete`, and the ranges beyond it."""

    log: int
    complete: int
    beyond: Ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a batch led to: new entries, receipts to send, what we hold, what is missing before it."""

    recorded: tuple[Recorded, ...]
    receipts: tuple[Receipt, ...]
    held: Held
    missing: Ranges = ()
    withheld: tuple[int, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipted:
    """A verified receipt is durable: `holder` holds [start, end) of our log."""

    holder: int
    start: int
    end: int
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """Entries [start, end) of a log that are not held whole, to be asked for again."""

    log: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """The entries in which we named what is overdue, and what is lacking still."""

    entries: tuple[Stored, ...]
    lacking: tuple[Lacking, ...]


Outcome = Acted | Received | Receipted | Overdue | Exception
