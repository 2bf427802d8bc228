"""What may be asked of the store, and what comes back after the commit."""

from dataclasses import dataclass, field

from coupefeu.record.post_quantum import MlDsaStatement
from coupefeu.record.witnessed import WitnessLine
from coupefeu.services.base import Command, Recorded
from coupefeu.store.line import Party
from coupefeu.store.recovery_jobs import RecoveryJob, RecoveryOutcome
from coupefeu.wire.checkpoint import Checkpoint
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckConflicts:
    """Compare the next few notices that wait since the minima changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindWanted:
    """Name the attachments that the party of `log` promised us, within the agreed size, and that are not held.

    On whichever of its logs; only behind this place in the order of arrival, so that none that cannot be had hides
    those behind it.
    """

    log: int
    after_arrival: int = -1
    after_number: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPart:
    """Read PART_BYTES of an attachment of ours from `offset`, for the party `holder` (protocol A14)."""

    log: int
    index: int
    number: int
    offset: int
    holder: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAttachment:
    """Keep the whole content of an attachment that another party promised us."""

    log: int
    index: int
    number: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseExpired:
    """Erase what the agreement lets be held no longer, of the entries that arrived after `after`; one bounded step."""

    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepWitnessed:
    """Keep what a witness co-signed, verified, of a head that we hold. `signature`: the log's own 64 bytes on it."""

    log: int
    size: int
    root: bytes
    signature: bytes
    witness: str
    lines: tuple[WitnessLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMlDsa:
    """Read what is known of the checkpoint of `log` at `size` that `holder` co-signed (protocol A15).

    `peer`: the position of the party with which it is exchanged.
    """

    log: int
    size: int
    holder: int
    peer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepMlDsa:
    """Keep the ML-DSA-44 signatures of its author and of `holder` on a checkpoint; made here, or verified."""

    log: int
    holder: int
    peer: int
    by_author: MlDsaStatement | None = None
    by_holder: MlDsaStatement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFork:
    """Find the proof that the party at this position signed two branches of the log that it writes now."""

    party: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFork:
    """The party `holder` shows that a log of ours has two branches, and asks for a new incarnation."""

    log: int
    proof: bytes
    holder: int


Job = (
    Act
    | Receive
    | ReceiveLineTest
    | TakeReceipt
    | NameOverdue
    | CheckConflicts
    | FindWanted
    | ReadPart
    | KeepAttachment
    | EraseExpired
    | KeepWitnessed
    | ReadMlDsa
    | KeepMlDsa
    | FindFork
    | TakeFork
    | RecoveryJob
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One of our own entries, durable: what the link carries, and what a view was told."""

    recorded: Recorded
    leaf: bytes
    entry: PackedEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """The entries that a command became.

    `gone`: bodies that an entry ERASED among them took, for what lies beside the record to be forgotten too.
    """

    entries: tuple[Stored, ...]
    gone: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What of one log is durable here: all before `complete`, and the ranges beyond it."""

    log: int
    complete: int
    beyond: Ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a batch led to: new entries, receipts to send, what we hold, what is missing before it.

    `promised`: a new entry promises us attachments.
    """

    recorded: tuple[Recorded, ...]
    receipts: tuple[Receipt, ...]
    held: Held
    missing: Ranges = ()
    withheld: tuple[int, ...] = ()
    evidence: tuple[str, ...] = ()
    promised: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictsChecked:
    """`is_done`: none waits any more."""

    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWitnessed:
    """The co-signatures of a witness are durable."""

    log: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAttachment:
    """One attachment to be fetched: whose log, the entry's index and arrival, its number from 0, its size in bytes."""

    log: int
    index: int
    arrival: int
    number: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The next attachments to fetch, at most 64, those of the entry that came first at the front."""

    items: tuple[WantedAttachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bytes of an attachment of ours; none when it has none there, or not for this party."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The content of this attachment is durable here."""

    log: int
    index: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """The entries ERASED of one step, and where the next begins.

    `after`: the arrival behind which to go on. `kept`: before which nothing has content that may go; None: not seen
    in this step. `due_ms`: when the first of what was passed over may go, UTC; None: nothing of it ever, as agreed
    now. `has_more`: the step ended at its bound. `gone`: as of `Acted`.
    """

    entries: tuple[Stored, ...]
    after: int
    kept: int | None = None
    due_ms: int | None = None
    has_more: bool = False
    gone: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MlDsaKnown:
    """What this record says of one checkpoint; `checkpoint` None: the holder has not co-signed it.

    `is_largest`: this node holds no larger tree. `newest_by_holder`: the largest size that the holder signed again.
    `author_s`, `holder_s`: the latest time that each has given to such a signature over this log, 0 for none.
    """

    author: Party
    holder: Party
    checkpoint: Checkpoint | None
    is_largest: bool
    by_author: MlDsaStatement | None
    by_holder: MlDsaStatement | None
    newest_by_holder: int
    author_s: int
    holder_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MlDsaKept:
    """The ML-DSA-44 signatures on this checkpoint are durable here."""

    log: int
    size: int
    holder: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkFound:
    """The proof, empty where there is none, of the newest log of that party."""

    log: int
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkTaken:
    """The proof is kept: our log parts at `index`. `is_closed`: we write another one already."""

    log: int
    index: int
    is_closed: bool


Outcome = (
    Acted
    | Received
    | Receipted
    | Overdue
    | ConflictsChecked
    | Wanted
    | Part
    | Kept
    | Expired
    | KeptWitnessed
    | MlDsaKnown
    | MlDsaKept
    | ForkFound
    | ForkTaken
    | RecoveryOutcome
    | Exception
)
