"""What is asked about a notice that is in force: one command for each act, each an entry of its own.

`notice`: the entry that filed it; `version`: the one that states it now. Whether the notice may be acted on is judged
where notices are known (`node.passing`); here is judged what this service knows.
"""

from dataclasses import dataclass

from coupefeu.model.messages import MessageId
from coupefeu.model.notices import CheckIn
from coupefeu.services.base import Command
from coupefeu.services.passing.facts import NamedUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingCommand(Command):
    """An act about a notice; `officer` is a label beside the post."""

    notice: MessageId
    version: MessageId
    from_post: str
    words: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDown(PassingCommand):
    """List commands and units that are to have the notice; one of the level None is listed no longer."""

    units: tuple[NamedUnit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportByVoice(PassingCommand):
    """Report that the desk told a unit by voice: when (UTC ms), and whom. `orders`: the STOP or RESUMED it was told."""

    unit: str
    at_ms: int
    spoken_to: str
    orders: tuple[MessageId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAsUnit(PassingCommand):
    """Record that a unit acknowledged by itself: it pressed on its one-time link, or sent a signed reply.

    `signature`: 64 bytes over `reply_octets`, by the key under which the unit is listed; empty: by its link.
    """

    unit: str
    orders: tuple[MessageId, ...] = ()
    signature: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopNotice(PassingCommand):
    """Say STOP to what a notice announces, of either side; `words` say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeNotice(PassingCommand):
    """Take our own STOP back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCheckIn(PassingCommand):
    """Say what became of a movement at a point, and when (UTC ms); HELD and IMPEDED need words."""

    point: str
    check_in: CheckIn
    at_ms: int


COMMANDS: tuple[type[Command], ...] = (
    PassDown, ReportByVoice, AcknowledgeAsUnit, StopNotice, ResumeNotice, ReportCheckIn,
)  # fmt: skip
