"""How a notice stands, as readers see it: its versions, who answered what, and what is still owed."""

from dataclasses import dataclass
from enum import StrEnum

from coupefeu.model.messages import MessageId
from coupefeu.model.notices import Answer, NoticeForm, Settlement
from coupefeu.model.volumes import Volume
from coupefeu.services.notices.changes import Change
from coupefeu.services.notices.facts import NoticeFact


class NoticeState(StrEnum):
    """How a notice stands. EXPIRED: its last window has passed, and nobody has said that it is over.

    LATE: the same of a movement that may still be under way; it is in force.
    """

    LIVE = "live"
    LATE = "late"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    ERASED = "erased"


class RequestState(StrEnum):
    """What became of what one party was asked. Each is of the version that stands."""

    NOT_ASKED = "not-asked"
    AWAITED = "awaited"
    AGREED = "agreed"
    DENIED = "denied"
    COUNTERED = "countered"
    COUNTER_ACCEPTED = "counter-accepted"
    COUNTER_REFUSED = "counter-refused"
    EXPLAINED = "explained"


class CounterState(StrEnum):
    """What the notice's author said of a counter-proposal."""

    AWAITED = "awaited"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version. `fact` None: erased, or not readable. `effect`: why it changes nothing ("": it does).

    `changes`: from the version before it. `reopens`: it asks for every acknowledgement again. `lead_s`: from writing
    to its beginning, by its author's clock; `arrived_lead_s`: from its arrival here, by ours; None: no beginning.
    """

    id: MessageId
    number: str
    fact: NoticeFact | None
    officer: str
    from_post: str
    written_ms: int
    arrived_ms: int
    changes: tuple[Change, ...]
    reopens: bool
    lead_s: int | None
    arrived_lead_s: int | None
    is_short_notice: bool
    counter: MessageId | None
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterAnswerView:
    """The author's answer to a counter-proposal."""

    id: MessageId
    number: str
    is_accepted: bool
    words: str
    officer: str
    written_ms: int
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """One answer. `is_about_newest`: nothing but remarks changed since the version that it is about.

    `is_late`: it came after the answer was due. `counter_state`: of a counter-proposal; None: of any other.
    """

    id: MessageId
    number: str
    party: str
    ours: bool
    from_post: str
    answer: Answer | None
    version: MessageId
    is_about_newest: bool
    words: str
    officer: str
    volumes: tuple[Volume, ...]
    written_ms: int
    arrived_ms: int
    is_late: bool
    counter_state: CounterState | None
    counter_answer: CounterAnswerView | None
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBackView:
    """Positions as the other side read them. `differences`: what does not match.

    `is_understood`: every key position, in order, and each the same within what was written.
    """

    id: MessageId
    number: str
    party: str
    ours: bool
    from_post: str
    version: MessageId
    is_about_newest: bool
    positions: tuple[str, ...]
    differences: tuple["PositionDifference", ...]
    is_understood: bool
    words: str
    officer: str
    written_ms: int
    arrived_ms: int
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionDifference:
    """One position that was not read back as it stands. `reason`: missing, extra, unreadable, coarse, elsewhere.

    `distance_m`: how far off it is, rounded; None: nobody can say.
    """

    number: int
    read: str
    reason: str
    distance_m: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementView:
    """What one side said of a conflict of this notice. `ours_version`, `other_version`: which it speaks of."""

    id: MessageId
    number: str
    party: str
    ours: bool
    from_post: str
    other: MessageId
    version: MessageId
    other_version: MessageId
    settlement: Settlement | None
    words: str
    officer: str
    written_ms: int
    arrived_ms: int
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingView:
    """The withdrawal, or the word that it is over."""

    id: MessageId
    number: str
    state: NoticeState
    words: str
    officer: str
    from_post: str
    written_ms: int
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A notice. `fact`: of the newest version that has effect; None: erased, or it cannot be read.

    `missing`: numbers of the fields that its form cannot do without and that are not stated. `start_ms`, `end_ms`:
    first beginning and last end of its volumes; None: not stated. `until_ms`: until when it stands, None: no end;
    `heard_ms`: of when the last word about a movement is, `left_ms`: since when it is not by its plan, `ahead`: where
    it may still come, `is_unheard`: it runs late, and was not heard of for long. `lead_s`: the lead time that is
    agreed for it. `answer_due_ms`: of the version that stands, by our own clock; None: nothing is asked. `requests`:
    by party that was addressed. `has_changed_since_acknowledged`: the other side spoke of it, and it reads otherwise
    now; `unseen`: what changed since. `conflicts_named`: the notices of the other side that it names,
    `conflicts_known` how many there were in all; None: not checked. `effect`: why the notice has none.
    """

    id: MessageId
    number: str
    party: str
    ours: bool
    from_post: str
    to_posts: tuple[str, ...]
    form: NoticeForm | None
    fact: NoticeFact | None
    missing: tuple[int, ...]
    versions: tuple[VersionView, ...]
    state: NoticeState
    closing: ClosingView | None
    start_ms: int | None
    end_ms: int | None
    until_ms: int | None
    heard_ms: int | None
    left_ms: int | None
    ahead: tuple[Volume, ...]
    is_unheard: bool
    lead_s: int
    is_short_notice: bool
    asks: bool
    requests: tuple[tuple[str, RequestState], ...]
    answers: tuple[AnswerView, ...]
    answer_due_ms: int | None
    is_answer_overdue: bool
    has_changed_since_acknowledged: bool
    unseen: tuple[Change, ...]
    read_backs: tuple[ReadBackView, ...]
    settlements: tuple[SettlementView, ...]
    conflicts_named: tuple[MessageId, ...]
    conflicts_known: int | None
    written_ms: int
    arrived_ms: int
    effect: str

    @property
    def version(self) -> MessageId:
        """The newest version that has effect; the notice itself where none has."""
        return next((each.id for each in reversed(self.versions) if not each.effect), self.id)

    @property
    def is_live(self) -> bool:
        """Whether it counts: it is compared with the other side's, and may be answered."""
        return not self.effect and self.state in {NoticeState.LIVE, NoticeState.LATE}

    @property
    def other_since_ms(self) -> int | None:
        """Since when a movement is not where its plan says, or no longer; None: its plan holds."""
        return self.left_ms if self.left_ms is not None or self.state is not NoticeState.LATE else self.end_ms
