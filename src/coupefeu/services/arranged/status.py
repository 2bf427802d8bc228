"""An arranged call as it is read: what is on the table, who owes an answer by when, what was agreed, every act."""

from dataclasses import dataclass

from coupefeu.model.calls import Media
from coupefeu.model.messages import MessageId
from coupefeu.services.arranged.facts import RefusalReason, Window
from coupefeu.services.arranged.table import OPEN, ArrangeState


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """Windows that one side put on the table, and how its clock stands.

    `speakers`: who would speak, the proposer's post first. `stands`: it may be agreed to, and no later one of its
    author takes its place. `due_ms`: by our own clock, from sending or arrival. `stopped_ms`: when the other side had
    answered, or its author put another one, or took it back, and `stopped_by` which entry did so; `answered`: that it
    was an answer. `left_ms`: until
    `due_ms`, now or when it stopped; below 0: no answer by then.
    """

    id: MessageId
    number: str
    party: str
    ours: bool
    post: str
    officer: str
    windows: tuple[Window, ...]
    speakers: tuple[str, str]
    words: str
    written_ms: int
    arrived_ms: int
    stands: bool
    due_ms: int
    stopped_ms: int | None
    answered: bool
    left_ms: int
    stopped_by: MessageId | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether an answer is owed now."""
        return self.stands and self.stopped_ms is None

    @property
    def is_overdue(self) -> bool:
        """Whether no answer came in the agreed time."""
        return self.left_ms < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeStep:
    """One act: an entry of its author's. `effect`: why it changes nothing ("" when it does), words `arrange-effect-*`.

    `crossed`: it has no effect, and its author could not have known why. `state`: how the arrangement stood after it.
    """

    id: MessageId
    number: str
    kind: int
    party: str
    ours: bool
    post: str
    officer: str
    words: str
    windows: tuple[Window, ...]
    reason: RefusalReason | None
    named_post: str
    written_ms: int
    arrived_ms: int
    effect: str
    crossed: bool
    state: ArrangeState


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedCall:
    """What both have: the window, the posts that will speak (the proposer's first), and the entry that agreed."""

    window: Window
    speakers: tuple[str, str]
    number: str
    party: str
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementView:
    """An arranged call. `proposer`, `asked`: the two parties. `effect`: why the proposal itself has none.

    `from_post`, `to_post`: who was to speak at first; `by_post`: which post proposed it. `speakers`: who is to speak
    now, the proposer's post first.
    `agreed` stays when the call was called off later: `state` says that.
    """

    id: MessageId
    number: str
    ours: bool
    proposer: str
    asked: str
    effect: str
    state: ArrangeState
    from_post: str
    to_post: str
    by_post: str
    speakers: tuple[str, str]
    media: Media
    languages: tuple[str, ...]
    interpreter: bool
    words: str
    officer: str
    written_ms: int
    arrived_ms: int
    offers: tuple[OfferView, ...]
    agreed: AgreedCall | None
    steps: tuple[ArrangeStep, ...]

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer or a decision."""
        return not self.effect and self.state in OPEN

    @property
    def awaited(self) -> tuple[OfferView, ...]:
        """The offers that the other side of each owes an answer to."""
        return tuple(each for each in self.offers if each.is_awaited)

    @property
    def changed_ms(self) -> int:
        """When the last act about it was stored here."""
        return max((each.arrived_ms for each in self.steps), default=self.arrived_ms)
