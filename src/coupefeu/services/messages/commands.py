"""What may be asked of the messages service: an officer's acts, and what the node does for itself."""

from dataclasses import dataclass
from typing import ClassVar

from coupefeu.model.attachments import Attachment
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Content, MessageId, OutcomeCode
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Command
from coupefeu.services.messages.facts import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Command):
    """Send a message. No `to_posts`: a FLASH goes to the duty desks, other messages to the post's counterparts.

    `about`: the message that a CORRECTION, CANCELLATION or REPLY names; of another form, the entry it stands beside.
    """

    content: Content
    from_post: str
    precedence: Precedence
    language: str
    to_posts: tuple[str, ...] = ()
    about: MessageId | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActCommand(Command):
    """An act of an officer about a message: `from_post` acts, `officer` is a label shown beside the post."""

    kind: ClassVar[Kind]
    message: MessageId
    from_post: str
    officer: str = ""

    def act(self) -> Act:
        """Give what the entry will say."""
        return Act(officer=self.officer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Take(ActCommand):
    """Take a message: this post deals with it. It stops the first clock of a WARNING, never the second."""

    kind = Kind.TAKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(ActCommand):
    """Say that the message was read by this post."""

    kind = Kind.READ


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack(ActCommand):
    """Type the critical fields anew, one text each, in their order. A mismatch is recorded, not refused."""

    kind = Kind.READ_BACK
    typed: tuple[str, ...]

    def act(self) -> Act:
        """See `ActCommand.act`."""
        return Act(officer=self.officer, typed=self.typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SayAgain(ActCommand):
    """Ask for it again, by either side and at any time; `field` counts the critical fields from 0."""

    kind = Kind.SAY_AGAIN
    field: int | None = None
    remark: str = ""

    def act(self) -> Act:
        """See `ActCommand.act`."""
        return Act(officer=self.officer, text=self.remark, field=self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassTo(ActCommand):
    """Say to whom the message was passed; it may be passed on more than once."""

    kind = Kind.PASSED_TO
    recipient: str

    def act(self) -> Act:
        """See `ActCommand.act`."""
        return Act(officer=self.officer, text=self.recipient)


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOutcome(ActCommand):
    """Say what became of it. PASSED TO needs a recipient, CANNOT a reason (`text`), STOPPED AT a time."""

    kind = Kind.OUTCOME
    outcome: OutcomeCode
    text: str = ""
    time_ms: int | None = None

    def act(self) -> Act:
        """See `ActCommand.act`."""
        return Act(officer=self.officer, text=self.text, outcome=self.outcome, time_ms=self.time_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmContact(ActCommand):
    """Confirm that a CONTACT BY ANOTHER CHANNEL, reported by the other side, took place."""

    kind = Kind.CONTACT_CONFIRMED
    remark: str = ""

    def act(self) -> Act:
        """See `ActCommand.act`."""
        return Act(officer=self.officer, text=self.remark)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordShown(Command):
    """The node says for itself that messages are on this many screens."""

    messages: tuple[MessageId, ...]
    screens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLineTest(Command):
    """The node, or an officer, sends a line test with this text (from 1)."""

    template: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLineTest(Command):
    """The node answers a line test of the other side."""

    test: MessageId


COMMANDS: tuple[type[Command], ...] = (
    Say, Take, Read, ReadBack, SayAgain, PassTo, GiveOutcome, ConfirmContact, RecordShown, SendLineTest,
    AnswerLineTest,
)  # fmt: skip
