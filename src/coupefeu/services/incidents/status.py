"""How an incident stands, as readers see it: its versions, what the other side says of the same event, what is owed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coupefeu.model.incidents import Closure, FollowStep, IncidentForm, IncidentState, QueryKind
from coupefeu.model.messages import MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.services.incidents.facts import IncidentActFact, IncidentFact


class Compared(StrEnum):
    """How one field reads in two versions. DISPUTED: both state it, not the same; nothing is said of who is right."""

    AGREED = "agreed"
    DISPUTED = "disputed"
    NOT_STATED_BY_US = "not-stated-by-us"
    NOT_STATED_BY_THEM = "not-stated-by-them"
    NOT_STATED = "not-stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCompared:
    """One field of two versions side by side; None: not stated. `field` is named from our side: `our_platform`.

    `distance_m`: of two positions.
    """

    field: str
    ours: Any
    theirs: Any
    how: Compared
    distance_m: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version. `fact` None: erased, or not readable. `effect`: why it changes nothing ("": it does).

    `notice`, `held`: the notice that it names, and acknowledgements of it. `changed`: fields that read otherwise than
    in the version before.
    """

    id: MessageId
    number: str
    fact: IncidentFact | None
    notice: MessageId | None
    notice_leaf: bytes
    held: tuple[MessageId, ...]
    changed: tuple[str, ...]
    officer: str
    post: str
    said_ms: int
    arrived_ms: int
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingView:
    """What the author of an incident says of it and one of the other side. `counts`: it is that party's last word.

    `effect`: why it has none ("": it has).
    """

    id: MessageId
    number: str
    party: str
    ours: bool
    incident: MessageId
    other: MessageId
    is_same: bool
    counts: bool
    post: str
    officer: str
    words: str
    said_ms: int
    arrived_ms: int
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyView:
    """One answer to a request. `replied_ms`: the time that counts; `is_late`: after the request was due."""

    id: MessageId
    number: str
    party: str
    ours: bool
    fact: IncidentActFact
    post: str
    replied_ms: int
    said_ms: int
    arrived_ms: int
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryView:
    """One request, for an explanation or a meeting.

    `of`: the party that is asked. `asked_ms`: the time that counts, from which `due_ms` runs. `reply`: the first one.
    `is_overdue`: nothing came and it is late; `is_default`: nothing came in time, which stands whatever came later.
    `about`: the request for an explanation that a meeting is about. Of a request for an explanation `meeting` is the
    first request for a meeting about it; `meeting_due_ms`: by when one is due, because nothing came in time or because
    either side asked for it; `met_ms`: when it was held; `is_meeting_overdue`: it was not, and is late.
    """

    id: MessageId
    number: str
    party: str
    ours: bool
    of: str
    asks: QueryKind
    at_ms: int | None
    words: str
    post: str
    officer: str
    asked_ms: int
    said_ms: int
    arrived_ms: int
    due_ms: int
    reply: ReplyView | None
    replies: tuple[ReplyView, ...]
    is_overdue: bool
    is_default: bool
    about: MessageId | None
    meeting: MessageId | None
    meeting_due_ms: int | None
    met_ms: int | None
    is_meeting_overdue: bool

    @property
    def is_open(self) -> bool:
        """Whether nothing came of it: no reply, and no meeting."""
        return self.reply is None and self.met_ms is None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One entry in the thread. `at_ms`: when a step was taken, as its author says. `effect`: why it changes nothing."""

    id: MessageId
    number: str
    kind: int
    party: str
    ours: bool
    post: str
    officer: str
    words: str
    step: FollowStep | None
    closure: Closure | None
    at_ms: int | None
    said_ms: int
    arrived_ms: int
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """One side's version of an incident. `fact`: as it stands; None: erased, or not readable.

    `effect`: why the report has none ("": it has). `notice_effect`: what is wrong with the notice that it names.
    `paired`: what the other side says of the same event, by the word of at least one side; `is_pairing_disputed`:
    and against that of the other. `compared`: of both, field by field, from our side. `beyond`: entries about it
    that are on the record and were not looked at.
    """

    id: MessageId
    number: str
    party: str
    ours: bool
    form: IncidentForm | None
    state: IncidentState
    precedence: Precedence
    post: str
    to_posts: tuple[str, ...]
    officer: str
    reported_ms: int
    said_ms: int
    arrived_ms: int
    fact: IncidentFact | None
    notice: MessageId | None
    notice_effect: str
    held: tuple[MessageId, ...]
    versions: tuple[VersionView, ...]
    queries: tuple[QueryView, ...]
    closed_by: StepView | None
    steps: tuple[StepView, ...]
    effect: str
    pairings: tuple[PairingView, ...] = ()
    paired: "IncidentView | None" = None
    is_pairing_disputed: bool = False
    compared: tuple[FieldCompared, ...] = ()
    beyond: int = 0

    @property
    def is_open(self) -> bool:
        """Whether its author has not closed it."""
        return self.state is not IncidentState.CLOSED and not self.effect

    @property
    def waiting(self) -> tuple[QueryView, ...]:
        """The requests to which nothing came, and those whose meeting was not held."""
        return tuple(each for each in self.queries if each.is_open or each.is_meeting_overdue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An incident of the other side that may be the same event. None: not stated by one of both.

    `distance_m`: between both positions; `gap_ms`: between both times, 0 where they meet. `is_by_report`: of one of
    both it is not stated when it happened, and the time at which it was reported stands for that.
    """

    incident: IncidentView
    distance_m: int | None
    gap_ms: int
    is_by_report: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The nearest incidents of the other side. `not_compared`: so many more lie near it by place and time."""

    near: tuple[Candidate, ...]
    not_compared: int
