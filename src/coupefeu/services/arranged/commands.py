"""What officers ask of the arranged calls: one command for each act, each an entry of its own."""

from dataclasses import dataclass

from coupefeu.model.calls import Media
from coupefeu.model.messages import MessageId
from coupefeu.services.arranged.facts import RefusalReason, Window
from coupefeu.services.base import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeCall(Command):
    """Propose that two principals speak in one of these windows.

    `post`: who of ours shall speak, where the duty desk proposes for another; "": `from_post` itself. `within_s`: asked
    answer time; None: as agreed.
    """

    from_post: str
    to_post: str
    windows: tuple[Window, ...]
    media: Media = Media.VOICE
    within_s: int | None = None
    languages: tuple[str, ...] = ()
    interpreter: bool = False
    post: str = ""
    words: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeCommand(Command):
    """An act about a proposed call, named by the entry that proposed it; `officer` is a label beside the post."""

    arrangement: MessageId
    from_post: str
    words: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterProposal(ArrangeCommand):
    """Put other windows on the table, or another post of either side; without windows those on the table stand."""

    windows: tuple[Window, ...] = ()
    post: str = ""
    within_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeToCall(ArrangeCommand):
    """Agree to one window of an offer of the other side, numbered from 0. `offer` None: the one that stands."""

    window: int
    offer: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseCall(ArrangeCommand):
    """Refuse: no call is arranged. OTHER needs words, where words may stand."""

    reason: RefusalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateCall(ArrangeCommand):
    """Say that another post of ours will speak; the arrangement stands as it is."""

    post: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawProposal(ArrangeCommand):
    """Take our proposal back, or call off what was agreed."""


COMMANDS: tuple[type[Command], ...] = (
    ProposeCall, CounterProposal, AgreeToCall, RefuseCall, DelegateCall, WithdrawProposal,
)  # fmt: skip
