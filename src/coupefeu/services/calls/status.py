"""What a page or a command shows of one attempt, as frozen values. All `_ms` are UTC milliseconds.

`written_ms` is what the author's clock said, only displayed (protocol A9); `arrived_ms` is our own when it was stored.
"""

from dataclasses import dataclass

from coupefeu.model.calls import UNANSWERED, CallState, DeclineReason, Media, Outcome
from coupefeu.model.entry import Author, Kind, author_of
from coupefeu.model.messages import Channel, MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.services.calls.facts import CallFact


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """One entry about an attempt. `effect`: why it has none ("" when it has). `state`: where it left the attempt.

    `fact` holds what its body says; `words`: what its author wrote beside it, "" when nothing, or when that is erased.
    """

    id: MessageId
    number: str
    kind: Kind
    party: str
    ours: bool
    post: str
    fact: CallFact
    outcome: Outcome | None
    written_ms: int
    arrived_ms: int
    effect: str
    state: CallState
    words: str = ""
    words_erased: bool = False

    @property
    def machine(self) -> bool:
        """Whether a node wrote it by itself; the others are acts of people."""
        return author_of(self.kind) is Author.MACHINE

    @property
    def officer(self) -> str:
        """The label beside the post; it proves no person."""
        return self.fact.officer


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One attempt: everything that both logs say of it.

    `party` is the other one; `ours`: we called. `effect`: why the call itself has none ("" when it has); then it rings
    nowhere. `on_their_record_ms`: when the receipt of the other side came, filled in by the desk. `outcome_step`: the
    entry that decided. `rung_posts`: every post that rang, in order. `crossed`: an outcome that crossed the one that
    stands, without effect. `fingerprints`: (ours, theirs). `arrangement`: the proposal of the arranged call that this
    is. `steps`: those with effect, in the order that both records have; `without_effect`: the others. `channel`,
    `counterpart`: of an attempt outside this line, of which there is nothing but its author's word.
    """

    id: MessageId
    number: str
    ours: bool
    from_post: str
    to_post: str
    party: str
    precedence: Precedence
    agreement_version: int
    media: Media
    officer: str
    words: str
    placed_ms: int
    arrived_ms: int
    on_their_record_ms: int | None
    state: CallState
    outcome: Outcome | None
    outcome_step: CallStep | None
    rung_posts: tuple[str, ...]
    fingerprints: tuple[bytes | None, bytes | None]
    duration_ms: int | None
    steps: tuple[CallStep, ...]
    without_effect: tuple[CallStep, ...]
    crossed: CallStep | None
    arrangement: MessageId | None
    effect: str
    words_erased: bool = False
    channel: Channel | None = None
    counterpart: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it rings, waits, or is in call."""
        return self.state is not CallState.ENDED and not self.effect

    @property
    def is_rung(self) -> bool:
        """Whether a ring of it at any post is shown, though it may have crossed the end by the caller."""
        return any(
            step.kind is Kind.CALL_RINGING and step.effect in {"", "crossed"} and step.fact.posts
            for step in (*self.steps, *self.without_effect)
        )

    @property
    def is_given_up_unrung(self) -> bool:
        """Whether a machine gave it up of which no ring is shown: no desk need have heard it."""
        return self.outcome in UNANSWERED and not self.is_rung

    @property
    def caller(self) -> str:
        """The party that called."""
        return self.from_post.partition(".")[0]

    @property
    def called(self) -> str:
        """The party that was called."""
        return self.to_post.partition(".")[0]

    @property
    def reason(self) -> DeclineReason | None:
        """Why it was declined."""
        return None if self.outcome_step is None else self.outcome_step.fact.reason

    @property
    def deferred_to_post(self) -> str:
        """To which post it was put off ("" when to none)."""
        return "" if self.outcome_step is None else self.outcome_step.fact.to_post

    @property
    def deferred_to_ms(self) -> int | None:
        """To which time it was put off."""
        return None if self.outcome_step is None else self.outcome_step.fact.to_ms

    @property
    def answered_by(self) -> str:
        """The post that answered ("" when none did)."""
        return (
            self.outcome_step.post
            if self.outcome_step is not None and self.outcome is Outcome.ANSWERED
            else ""
        )

    @property
    def answered_ms(self) -> int | None:
        """When it was answered, by our own clock."""
        return (
            self.outcome_step.arrived_ms
            if self.outcome_step is not None and self.outcome is Outcome.ANSWERED
            else None
        )
