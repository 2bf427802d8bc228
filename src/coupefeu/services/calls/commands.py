"""What may be asked of the calls service: acts of officers, and what each node says for itself.

`call` is the (log, index) of the CALL PLACED. `from_post` speaks and is a post of our own; `officer` is a label beside
it. Words go into an entry of their own.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from coupefeu.model.calls import (
    CallRole,
    DeclineReason,
    LostCause,
    Media,
    MediaPath,
    Outcome,
)
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Command
from coupefeu.services.calls.facts import CallFact


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCall(Command):
    """RING NOW: call a post of the other side. FLASH rings every rung of its ladder at once.

    `fingerprint`: SHA-256 of our console's DTLS certificate, with voice and video; `arrangement`: the proposal of the
    arranged call that this is.
    """

    from_post: str
    to_post: str
    precedence: Precedence = Precedence.IMMEDIATE
    media: Media = Media.TEXT
    fingerprint: bytes | None = None
    officer: str = ""
    words: str = ""
    arrangement: MessageId | None = None

    def fact(self) -> CallFact:
        """Give what the entry will say."""
        return CallFact(media=self.media, fingerprint=self.fingerprint, officer=self.officer)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAct(Command):
    """An act of an officer about a call."""

    kind: ClassVar[Kind]
    call: MessageId
    from_post: str
    officer: str = ""

    def fact(self) -> CallFact:
        """Give what the entry will say."""
        return CallFact(officer=self.officer)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall(CallAct):
    """Answer a call of the other side; it ends every branch that rings. `media` may be less than was asked."""

    kind = Kind.CALL_ANSWERED
    media: Media = Media.TEXT
    fingerprint: bytes | None = None

    def fact(self) -> CallFact:
        """See `CallAct.fact`."""
        return CallFact(media=self.media, fingerprint=self.fingerprint, officer=self.officer)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineCall(CallAct):
    """Decline a call of the other side, with a reason."""

    kind = Kind.CALL_DECLINED
    reason: DeclineReason
    words: str = ""

    def fact(self) -> CallFact:
        """See `CallAct.fact`."""
        return CallFact(reason=self.reason, officer=self.officer)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferCall(CallAct):
    """Put a call of the other side off: to another post of ours, to another time (UTC ms), or both."""

    kind = Kind.CALL_DEFERRED
    to_post: str | None = None
    to_ms: int | None = None
    words: str = ""

    def fact(self) -> CallFact:
        """See `CallAct.fact`."""
        return CallFact(to_post=self.to_post or "", to_ms=self.to_ms, officer=self.officer)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCall(CallAct):
    """Take back a call of ours that nobody has answered yet."""

    kind = Kind.CALL_WITHDRAWN
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(CallAct):
    """End a call that was answered; `duration_ms` by our own clock."""

    kind = Kind.CALL_ENDED
    duration_ms: int = 0

    def fact(self) -> CallFact:
        """See `CallAct.fact`."""
        return CallFact(duration_ms=self.duration_ms, officer=self.officer)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinCall(CallAct):
    """Say that somebody else is in the room, in which role; `name`: a post or a label, beside the role."""

    kind = Kind.CALL_JOINED
    role: CallRole
    name: str

    def fact(self) -> CallFact:
        """See `CallAct.fact`."""
        return CallFact(role=self.role, name=self.name)


# --- what a node says for itself -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring(Command):
    """The node that was called says which posts ring from now on (`rung` from 0), and which of them are on watch."""

    call: MessageId
    rung: int
    posts: tuple[str, ...]
    staffed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp(Command):
    """The node that was called says that nobody acted; `outcome`: NO_ANSWER, NOT_STAFFED or BUSY.

    One entry may answer up to 64 calls of one party, those that were never rung among them (0 ms, no posts).
    """

    calls: tuple[MessageId, ...]
    outcome: Outcome
    rang_ms: int = 0
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached(Command):
    """The caller's node says that it heard nothing; `outcome`: LINE_DOWN or NO_ANSWER. `heard_ms`: last, if ever."""

    call: MessageId
    outcome: Outcome
    heard_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseCall(Command):
    """A node says that a call broke off; after a restart nobody knows how long it was."""

    call: MessageId
    cause: LostCause
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaConnected(Command):
    """A node says that media flows, as its console says, and by which path."""

    call: MessageId
    path: MediaPath


OFFICER_COMMANDS: Final[tuple[type[Command], ...]] = (
    PlaceCall,
    AnswerCall,
    DeclineCall,
    DeferCall,
    WithdrawCall,
    HangUp,
    JoinCall,
)
"""What may come over the control socket and from a page."""
MACHINE_COMMANDS: Final[tuple[type[Command], ...]] = (Ring, GiveUp, Unreached, LoseCall, MediaConnected)
COMMANDS: Final = OFFICER_COMMANDS + MACHINE_COMMANDS
