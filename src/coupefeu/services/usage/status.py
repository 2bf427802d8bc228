"""What usage figures say, as `--json` and the console have it: every text safe to put on a screen.

All `_ms` are milliseconds, and instants are UTC. `at_bound`: how many are counted by a time that is not the claimed
one, but the nearer bound that the entries prove. Codes are those of `figures-*` and of the services that they are of,
in words/.
"""

from dataclasses import dataclass
from enum import StrEnum


class AnswerWhat(StrEnum):
    """How something was answered."""

    TAKEN = "taken"
    READ_BACK = "read_back"
    REPLY = "reply"
    CALL = "call"


class NoticeOutcome(StrEnum):
    """What became of a notice; of several the first in this order.

    What the other side did with it comes before what its author did: who withdraws an impeded movement hides nothing.
    """

    IMPEDED = "impeded"
    """It was reported on its way that it could not go on."""
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    FACILITATED = "facilitated"
    """What was asked was agreed, nothing impeded it, and it is over."""
    NOT_AGREED = "not_agreed"
    """Something else was proposed, and that was not taken."""
    UNANSWERED = "unanswered"
    """The agreed time for an answer, or the notice itself, is over."""
    PENDING = "pending"
    NOT_ASKED = "not_asked"
    """It asked for nothing."""
    WITHOUT_EFFECT = "without_effect"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """Entries of a party by kind, by the name of `Kind`, or `KIND_250` where it is not known here.

    None: the head cannot be read, so that they are counted by their arrival.
    """

    party: str
    kind: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCount:
    """Messages of a party, by the names of `Form`, `Subject`, `Precedence`; None: not readable, or erased."""

    party: str
    form: str | None
    subject: str | None
    precedence: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTestCount:
    """Line tests that a party owed by the agreed schedule: `due` slots are over.

    `held`: tested and answered in time; `without_test`: the slot went by; `without_answer`: no answer, or too late.
    `at_bound`: slots with a test that counts at a bound, or of which an answer does.
    """

    party: str
    due: int
    held: int
    without_test: int
    without_answer: int
    at_bound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCount:
    """Attempts of a party by what became of them, in the words of `model.calls.Outcome`; "open": nothing yet."""

    party: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTime:
    """How fast a party answered. `post` "": all its posts; `precedence` None: all.

    `asked`: how many there were to be answered, where that is known, and so how many never were. Of an even number
    the lower of the two in the middle is the median.
    """

    what: AnswerWhat
    party: str
    post: str
    precedence: str | None
    asked: int | None
    answered: int
    median_ms: int | None
    worst_ms: int | None
    at_bound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCount:
    """Notices of a party by form (None: not readable, or erased) and outcome."""

    party: str
    form: int | None
    outcome: NoticeOutcome
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCount:
    """How often and how long movements of a party's notices stood, and how often one was impeded."""

    party: str
    holds: int
    running: int
    impeded: int
    total_ms: int
    median_ms: int
    longest_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCount:
    """Incidents that a party reported, by the name of `IncidentForm` (None: not readable, or erased); `closed` of them.

    `notices`: of STRUCK AFTER NOTICE, how many notices of that party there were: what happened to what was notified.
    """

    party: str
    form: str | None
    count: int
    closed: int
    notices: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCount:
    """Entries of a party that count at a bound, as `services.firebreak.marks.Bound` names it, not when they claim."""

    party: str
    bound: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The figures of [from_ms, to_ms) of one party, or of all where `party` is "".

    `before_asked`: answers that count before what they answer, as within the agreed skew they may; they are counted as
    at once.
    """

    from_ms: int
    to_ms: int
    as_of_ms: int
    party: str
    parties: tuple[str, ...]
    entries: int
    kinds: tuple[KindCount, ...]
    messages: tuple[MessageCount, ...]
    line_tests: tuple[LineTestCount, ...]
    calls: tuple[CallCount, ...]
    answers: tuple[AnswerTime, ...]
    notices: tuple[NoticeCount, ...]
    holds: tuple[HoldCount, ...]
    incidents: tuple[IncidentCount, ...]
    before_asked: int
    bounds: tuple[BoundCount, ...]
