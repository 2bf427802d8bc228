"""How a notice stands below the desks, and a movement on its way: what readers are given."""

from dataclasses import dataclass
from enum import StrEnum

from coupefeu.model.messages import MessageId
from coupefeu.model.notices import CheckIn, CheckPoint, Level, Reached


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeVersion:
    """A version of a notice; `reopens`: it changes what units must know. `leaf_hash` empty: it is not compared."""

    id: MessageId
    leaf_hash: bytes = b""
    reopens: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeKnown:
    """What this service is told of a notice, whose `versions` begin with the one that filed it.

    `asked`: units that its author asks the other side to tell. `start_ms`, `end_ms` None: it has no window.
    """

    id: MessageId
    party: str
    versions: tuple[NoticeVersion, ...]
    start_ms: int | None = None
    end_ms: int | None = None
    lead_s: int = 0
    is_live: bool = True
    check_points: tuple[CheckPoint, ...] = ()
    asked: tuple[str, ...] = ()


class Proof(StrEnum):
    """By what it is known that a unit has a notice; the first two are the unit's own act, the third is the desk's."""

    LINK = "link"
    REPLY = "reply"
    VOICE = "voice"


class Why(StrEnum):
    """Why a unit is in the gap list."""

    NOT_PASSED_DOWN = "not_passed_down"
    """The author asked that it be told, and no desk has listed it."""
    NEVER = "never"
    CHANGED = "changed"
    """It had a version, and an amendment came since."""
    STOPPED = "stopped"
    """It has not acknowledged a STOP."""
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedView:
    """One report that a unit has a notice. `at_ms`: when, as its author says. `counts`: for how it stands now."""

    id: MessageId
    number: str
    party: str
    unit: str
    how: Reached
    proof: Proof
    at_ms: int
    arrived_ms: int
    post: str
    officer: str
    spoken_to: str
    words: str
    version: MessageId
    orders: tuple[MessageId, ...]
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitView:
    """A command or unit that a party lists. `reached`: the newest report that counts; `why`: what it lacks.

    `earlier`: the newest report of all, where none counts.
    """

    party: str
    ours: bool
    name: str
    level: Level
    key: bytes
    listed_ms: int
    listed: str
    reached: ReachedView | None
    earlier: ReachedView | None
    why: Why | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A unit that has not what it must have. `since_ms`: since when.

    Of one that is asked for and listed by nobody `party` is empty, and `level` None.
    """

    party: str
    ours: bool
    unit: str
    level: Level | None
    why: Why
    since_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """A STOP, or what took one back. `in_force`: a STOP that its party has not taken back."""

    id: MessageId
    number: str
    party: str
    ours: bool
    is_stop: bool
    in_force: bool
    post: str
    officer: str
    words: str
    said_ms: int
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    """A check point of a movement: what was said of it last, and when. `overdue_ms`: nothing came by its time."""

    name: str
    planned_ms: int | None
    check_in: CheckIn | None
    at_ms: int | None
    overdue_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """A time in which a movement stood. `ended_by` None: it stands now, and `lasted_ms` grows."""

    point: str
    party: str
    reason: str
    began_ms: int
    ended_ms: int | None
    ended_by: CheckIn | None
    lasted_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStatistics:
    """Of the holds of one movement, or of several: how many, how long in all, the longest, and how often impeded."""

    holds: int = 0
    running: int = 0
    total_ms: int = 0
    longest_ms: int = 0
    median_ms: int = 0
    impeded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One act in the thread of a notice. `effect`: why it changes nothing ("" when it does), `passing-effect-*`."""

    id: MessageId
    number: str
    kind: int
    party: str
    ours: bool
    post: str
    officer: str
    words: str
    at_ms: int
    said_ms: int
    arrived_ms: int
    units: tuple[str, ...]
    how: Reached | None
    proof: Proof | None
    spoken_to: str
    check_in: CheckIn | None
    point: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingView:
    """How one notice stands below the desks, as of `as_of_ms`.

    `stops`: every STOP in force. `starts_in_ms`: until it begins, below 0 when it has; `alarm`: its lead time has
    begun, or it is stopped, and somebody is not reached. `must_know`: the orders that a unit must have acknowledged.
    """

    id: MessageId
    number: str
    version: MessageId
    as_of_ms: int
    starts_in_ms: int | None
    lead_begins_ms: int | None
    is_live: bool
    alarm: bool
    orders: tuple[OrderView, ...]
    must_know: tuple[MessageId, ...]
    units: tuple[UnitView, ...]
    gaps: tuple[Gap, ...]
    points: tuple[PointView, ...]
    holds: tuple[HoldView, ...]
    statistics: HoldStatistics
    is_held: bool
    is_impeded: bool
    steps: tuple[StepView, ...]

    @property
    def stops(self) -> tuple[OrderView, ...]:
        """Every STOP in force."""
        return tuple(each for each in self.orders if each.in_force)
