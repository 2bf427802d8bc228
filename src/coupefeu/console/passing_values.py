"""What pages are given of notices on their way down, beside `node.passing.values`."""

from dataclasses import dataclass
from typing import Literal

from coupefeu.node.passing.values import GapValues, HoldStatisticsValues, PassingValues


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLinkValues:
    """The link of a unit that is out, without its key; `expires_ms`: until then it opens."""

    unit: str
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingPage:
    """A notice as it stands below the desks, and the links that our units have. `officer`: the session's label."""

    passing: PassingValues
    links: tuple[UnitLinkValues, ...]
    officer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLink:
    """A link that was made: it is given once. `link` "": it was ended."""

    unit: str
    link: str
    expires_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedTelephone:
    """Whom this node telephones for a unit, in this order."""

    unit: str
    telephone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapAlarm:
    """A notice whose lead time has begun, or that is `stopped`, and of which so many units are `missing`."""

    number: str
    title: str
    stopped: bool
    start_ms: int | None
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GapEvent:
    """Other units are missing than before: what is raised now, the next to begin first."""

    what: Literal["gap"] = "gap"
    alarms: tuple[GapAlarm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingLine:
    """One notice on one line of the gap list. `overdue`: check points at which nothing was heard in time."""

    number: str
    title: str
    ours: bool
    alarm: bool
    stopped: bool
    held: bool
    impeded: bool
    start_ms: int | None
    lead_begins_ms: int | None
    overdue: int
    gaps: tuple[GapValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPage:
    """Every live notice with gaps, a STOP, a hold or an overdue check-in, the next to begin first.

    `alarms`: on how many of them somebody is not reached though the lead time has begun, or a STOP stands.
    """

    rows: tuple[PassingLine, ...]
    alarms: int
    statistics: HoldStatisticsValues
    as_of_ms: int
