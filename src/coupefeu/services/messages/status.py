"""What a page or a command shows of one message, as frozen values. All `_ms` are UTC milliseconds.

`when_ms` is the reader's own clock and drives everything; `claimed_ms` is what the author wrote and is only
displayed, with its marks (protocol A9).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from coupefeu.model.erasure import Why
from coupefeu.model.messages import Content, CriticalField, Form, MessageId
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.display import Shown, show
from coupefeu.services.messages.enclosed import AttachmentView
from coupefeu.services.messages.facts import Act
from coupefeu.services.messages.readback import Verdict


class StepName(StrEnum):
    """The steps of the chain in their order; words for readers are `step-*` in words/."""

    ON_THEIR_RECORD = "on-their-record"
    SHOWN = "shown"
    TAKEN_BY = "taken-by"
    READ_BY = "read-by"
    READ_BACK = "read-back"
    PASSED_TO = "passed-to"
    OUTCOME = "outcome"
    ANSWERED = "answered"
    """Of line tests alone: the other node answered."""


MACHINE_STEPS = frozenset({StepName.ON_THEIR_RECORD, StepName.SHOWN, StepName.ANSWERED})


class TimeMark(StrEnum):
    """Why a claimed time is not to be relied on; words for readers are `time-*` in words/."""

    BEFORE_BRACKET = "before-bracket"
    AFTER_BRACKET = "after-bracket"
    LATE = "late"
    STOPPED_BEFORE = "stopped-before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the record and the link know of one message, beside the views' rows.

    `receipts_ms`: by party, when its verified receipt for this message came. `not_before_ms`, `not_after_ms`: the
    times of the last checkpoint before it and of the first co-signature after it, where known. `announced`: a
    line test heard ahead of its proof, which no signature covers yet. `attachments_held`: the
    numbers of those that are here.
    """

    receipts_ms: Mapping[str, int] = field(default_factory=dict)
    not_before_ms: int | None = None
    not_after_ms: int | None = None
    announced: bool = False
    attachments_held: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """An agreed deadline: running while `stopped_ms` is None. `left_ms` is negative once overdue."""

    started_ms: int
    due_ms: int
    stopped_ms: int | None
    left_ms: int

    @property
    def overdue(self) -> bool:
        """Whether the deadline passed before the step was done, if it was."""
        return self.left_ms < 0

    @property
    def running(self) -> bool:
        """Whether the step is still awaited."""
        return self.stopped_ms is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """The content of a message is gone from our record: which entry of ours says so (`US/57`), and why."""

    by: str
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class ActView:
    """One act about a message. `effect`: why it has none ("" when it has). `erased`: what it said is gone."""

    id: MessageId
    number: str
    kind: int
    party: str
    post: str
    act: Act
    when_ms: int
    claimed_ms: int
    effect: str
    time_marks: tuple[TimeMark, ...]
    verdict: Verdict | None = None
    form: Form | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the chain at one party. `screens` counts for SHOWN; `idle`: nobody has acted yet."""

    name: StepName
    done: bool
    when_ms: int | None
    acts: tuple[ActView, ...]
    clock: Clock | None
    screens: int = 0
    idle: bool = False

    @property
    def machine(self) -> bool:
        """Whether this is a fact about machines; the others are acts of people."""
        return self.name in MACHINE_STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyChain:
    """The chain at one addressed party."""

    party: str
    steps: tuple[Step, ...]

    def step(self, name: StepName) -> Step:
        """Find a step by name."""
        return next(step for step in self.steps if step.name == name)

    @property
    def overdue(self) -> bool:
        """Whether a step is awaited beyond its deadline."""
        return any(step.clock and step.clock.running and step.clock.overdue for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStatus:
    """Everything to show of one message.

    `original` is exactly what was written. `effect`: what is wrong with the message
    ("" when nothing); it is shown all the same. `content` is None when the form cannot be read. `party` wrote it.
    `flash`: handled as FLASH. `sounds`: it may sound here and now. `one_sided`: a contact that the other side has
    not confirmed. `erased`: its content is gone from our record, and nothing is awaited of it.
    """

    id: MessageId
    number: str
    party: str
    ours: bool
    kind: int
    form: Form | None
    subject: Subject | None
    precedence: Precedence
    flash: bool
    from_post: str
    to_posts: tuple[str, ...]
    language: str
    agreement_version: int
    arrived_ms: int
    claimed_ms: int
    time_marks: tuple[TimeMark, ...]
    content: Content | None
    body: bytes
    original: str
    critical: tuple[CriticalField, ...]
    attachments: tuple[AttachmentView, ...]
    effect: str
    proof_follows: bool
    about: str
    corrected_by: tuple[str, ...]
    cancelled_by: tuple[str, ...]
    replies: tuple[str, ...]
    one_sided: bool
    say_again: tuple[ActView, ...]
    confirmations: tuple[ActView, ...]
    without_effect: tuple[ActView, ...]
    chains: tuple[PartyChain, ...]
    sounds: bool
    erased: Erased | None = None

    @property
    def shown(self) -> Shown:
        """Give the safe rendering of the original; a list, which shows only its beginning, never asks for it."""
        return show(self.original)

    @property
    def overdue(self) -> bool:
        """Whether anything about it is awaited beyond its deadline, at any party."""
        return any(chain.overdue for chain in self.chains)

    @property
    def waiting(self) -> tuple[tuple[str, Step], ...]:
        """The steps that are awaited against a deadline, each with its party; none: nothing is open."""
        return tuple(
            (chain.party, step)
            for chain in self.chains
            for step in chain.steps
            if step.clock is not None and step.clock.running
        )

    def chain(self, party: str) -> PartyChain:
        """Find the chain at one party."""
        return next(chain for chain in self.chains if chain.party == party)
