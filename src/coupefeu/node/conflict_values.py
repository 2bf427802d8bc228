"""What readers are given of conflicts: which plans meet, where and when, what was said of it, what was compared."""

from dataclasses import dataclass
from enum import StrEnum

from coupefeu.model.notices import Settlement
from coupefeu.model.places import Position
from coupefeu.model.volumes import Separation
from coupefeu.services.notices.settling import Alarm
from coupefeu.services.notices.status import NoticeView, SettlementView


class NotChecked(StrEnum):
    """Why nobody can say that all was compared."""

    MINIMA = "minima"
    """Other minima came into force, and not all has been compared by them yet."""
    GAP = "gap"
    """Something of the other side's log has not come: a notice may be in it."""
    DAMAGED = "damaged"
    """The index cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How near two notices come: gaps, and where and when both are there.

    `place`: of ours, where it is nearest to `other_place`. `start_ms`, `end_ms`: None where no bound is stated.
    `is_at_least`: the altitude gap is at least this, for the two name altitudes over different datums.
    """

    distance_m: float
    altitude_gap_m: float
    time_gap_s: float
    place: Position
    other_place: Position
    start_ms: int | None
    end_ms: int | None
    is_within_tolerance: bool
    is_at_least: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """A conflict of a notice of ours with one of the other side.

    `said`: what each side said last of the versions that stand; `settlement`: how it stands by that, None: open.
    `found_ms`: when the later of both versions came. `alarm`: why it must be seen now; None: it need not.
    """

    ours: NoticeView
    theirs: NoticeView
    measured: Measured
    found_ms: int
    said: tuple[SettlementView, ...]
    settlement: Settlement | None
    alarm: Alarm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictGroup:
    """The conflicts of one movement of ours, or of one notice that belongs to none; one alarm stands for all."""

    movement: str
    title: str
    conflicts: tuple[ConflictView, ...]
    alarm: Alarm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What an answer about conflicts rests on: how many of each side, how new theirs are, by which minima.

    `conflicts` stand, settled ones among them. `not_checked`: why that is not all, and `since_ms` when it last was;
    None: nobody knows. `is_link_up`: None where no node runs that knows it.
    """

    ours: int
    theirs: int
    conflicts: int
    newest_theirs_ms: int | None
    is_link_up: bool | None
    separation: Separation
    not_checked: NotChecked | None
    since_ms: int | None
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictList:
    """Conflicts by movement, those that begin first in front; `total` stand, of which these are the first.

    `next_ms`: when the next one arises by the clock alone, for a movement runs late from then on; None: none will.
    """

    groups: tuple[ConflictGroup, ...]
    total: int
    compared: Compared
    next_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftConflict:
    """What a draft would conflict with, before it is filed."""

    other: NoticeView
    measured: Measured
