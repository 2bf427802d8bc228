"""What a node tells its listeners: screens, waiting officers, tests."""

from dataclasses import dataclass

from coupefeu.services.base import Recorded
from coupefeu.services.watch.unstaffed import Unstaffed


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRecorded:
    """An entry, ours or theirs, is durable here."""

    recorded: Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTaken:
    """`holder` has signed that it holds [start, end) of our log; verified and durable."""

    holder: int
    start: int
    end: int
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChanged:
    """The technical state of the link to `party` changed."""

    party: int
    up: bool
    alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that an officer or operator should know; `code` is stable. `party`: by any of its logs' numbers."""

    party: int | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChanged:
    """Another version of the agreement is in force, or other keys stand; `says` tells people which."""

    version: int
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentKept:
    """The whole content of attachment `number` of an entry of theirs is durable here."""

    log: int
    index: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovering:
    """Where the recovering of this node stands (`node.recovery.asking.Stage`); `reason` None: it has ended."""

    reason: str | None
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingChanged:
    """Another desk of ours is unstaffed, or one is so no longer; `before`: those that were."""

    before: tuple[Unstaffed, ...]
    unstaffed: tuple[Unstaffed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalHeard:
    """Machine signalling of `party`, unread; on no record, and in no journal (protocol A18)."""

    party: int
    payload: bytes


Told = (
    EntryRecorded
    | ReceiptTaken
    | LineChanged
    | Trouble
    | TermsChanged
    | AttachmentKept
    | Recovering
    | StaffingChanged
)
"""What programs that follow a node are told."""
Change = Told | SignalHeard
