"""What a link tells its node. None of it is evidence until `record` has verified the signatures inside."""

from dataclasses import dataclass
from typing import TypeAlias

from coupefeu.keys.generations import Generations
from coupefeu.wire.packet import (
    AttachmentAsk,
    AttachmentPart,
    Batch,
    CosignatureItem,
    IncarnationAsk,
    LineTestItem,
    LogAsk,
    LogPiece,
    MlDsaCheckpoint,
    MlDsaCosignature,
    RunReceiptItem,
)


@dataclass(frozen=True, slots=True)
class SessionUp:
    """A session and a path are there; `renewed` when only the keys changed."""

    renewed: bool


@dataclass(frozen=True, slots=True)
class SessionDown:
    """Nothing can go: `silence` or `no path`. Ring the bell only by the node's own rules."""

    reason: str


@dataclass(frozen=True, slots=True)
class Alive:
    """Whether a number of ours has lately come back in time (B5)."""

    alive: bool


@dataclass(frozen=True, slots=True)
class PathProven:
    """The other side has shown itself on this path; lift the limits on strangers (B6)."""

    path: int


@dataclass(frozen=True, slots=True)
class PathDead:
    """Nothing valid came for three seconds: close this path and dial again, without waiting for TCP."""

    path: int


@dataclass(frozen=True, slots=True)
class BatchReceived:
    """Entries and their statement, unverified. `late`: they may have been held back on the way."""

    batch: Batch
    late: bool


@dataclass(frozen=True, slots=True)
class ReceiptReceived:
    """A receipt, unverified."""

    item: CosignatureItem | RunReceiptItem


@dataclass(frozen=True, slots=True)
class LineTestReceived:
    """A line test or its answer; its proof follows (B9)."""

    item: LineTestItem


@dataclass(frozen=True, slots=True)
class HoleAsked:
    """The other side lacks [start, end) of `log`, or (in its own log) our receipt for them: offer or receipt again."""

    log: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SignalReceived:
    """Machine signalling, on no record (A18)."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class PartAsked:
    """The other side asks for a part of an attachment; whether it may have it, the record says (A14)."""

    item: AttachmentAsk


@dataclass(frozen=True, slots=True)
class PartReceived:
    """A part of an attachment, asked for or not."""

    item: AttachmentPart


@dataclass(frozen=True, slots=True)
class SignedAgain:
    """A checkpoint was signed once more with ML-DSA-44, by its author or by its holder; unverified (A15)."""

    item: MlDsaCheckpoint | MlDsaCosignature


@dataclass(frozen=True, slots=True)
class LogAsked:
    """The other side asks how far a log reaches here (A13)."""

    item: LogAsk


@dataclass(frozen=True, slots=True)
class LogPieceReceived:
    """A piece of an answer about a log, asked for or not."""

    item: LogPiece


@dataclass(frozen=True, slots=True)
class IncarnationAsked:
    """The other side shows that a log of ours has two branches, and asks for a new one; unverified (A13)."""

    item: IncarnationAsk


@dataclass(frozen=True, slots=True)
class AckBeyondOurs:
    """The other side holds entries of our log that we do not know: our record has fallen behind (A13)."""

    log: int
    cumulative: int


@dataclass(frozen=True, slots=True)
class PskToKeep:
    """Make these shared secrets durable, each such event after the one before, then call `psk_kept` (B10)."""

    generations: Generations


@dataclass(frozen=True, slots=True)
class OldGeneration:
    """The other side shows up under a shared secret replaced at `replaced_ms` (UTC): restored, or a thief of a backup.

    Nothing is answered before an officer admits it. A recovery secret has number -1.
    """

    number: int
    replaced_ms: int


@dataclass(frozen=True, slots=True)
class Violation:
    """The other side, authenticated, breaks a rule; told at most once a second for each code."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class FramesRefused:
    """Datagrams dropped since the last such event, by reason; anybody may have sent them."""

    count: int
    reasons: tuple[tuple[str, int], ...]


Event: TypeAlias = (
    SessionUp
    | SessionDown
    | Alive
    | PathProven
    | PathDead
    | BatchReceived
    | ReceiptReceived
    | LineTestReceived
    | HoleAsked
    | SignalReceived
    | PartAsked
    | PartReceived
    | SignedAgain
    | LogAsked
    | LogPieceReceived
    | IncarnationAsked
    | AckBeyondOurs
    | PskToKeep
    | OldGeneration
    | Violation
    | FramesRefused
)
