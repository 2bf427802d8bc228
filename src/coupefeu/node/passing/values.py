"""Passing down as values for programs and pages: keys are stable, instants are UTC milliseconds.

`coupefeu notice gaps --json` prints them with every text exactly as its author wrote it; the console gives
`text=show_line`. Codes travel; words are made where they are read. `telephone` is of our own units, and for us alone.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.passing.desk import Passing
from coupefeu.node.passing.directory import Telephone
from coupefeu.node.values import Text, exactly, kind_name
from coupefeu.services.passing.status import (
    Gap,
    HoldStatistics,
    HoldView,
    OrderView,
    PointView,
    ReachedView,
    StepView,
    UnitView,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedValues:
    """One report that a unit has a notice. `proof`: "link" and "reply" are the unit's own act, "voice" its desk's word.

    `version`, `orders`: exactly what it is about. `spoken_to`, `officer`: of a report by voice.
    """

    number: str
    proof: str
    at_ms: int
    arrived_ms: int
    post: str
    officer: str
    spoken_to: str
    words: str
    version: str
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedUnitValues:
    """A command (`level` 1) or unit (2) that a party lists. `why`: what it lacks, "" when nothing (`passing-why-*`).

    `reached`: what counts now; `earlier`: the newest of all, where none counts. `has_key`: it may sign its replies.
    """

    party: str
    ours: bool
    name: str
    level: int
    has_key: bool
    listed: str
    listed_ms: int
    reached: ReachedValues | None
    earlier: ReachedValues | None
    why: str
    telephone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapValues:
    """A unit that has not what it must have. `next`: whom to telephone first, "" where we know nobody.

    `party` "": the author asks for it, and no desk lists it; then `level` is null.
    """

    notice: str
    party: str
    ours: bool
    unit: str
    level: int | None
    why: str
    since_ms: int | None
    next: str
    telephone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderValues:
    """A STOP (`stop`), or what took one back. `in_force`: a STOP that its party has not taken back."""

    number: str
    party: str
    ours: bool
    stop: bool
    in_force: bool
    post: str
    officer: str
    words: str
    said_ms: int
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointValues:
    """A check point: `check_in` 1 passed, 2 held, 3 released, 4 impeded. `overdue_ms`: so long nothing came of it."""

    name: str
    planned_ms: int | None
    check_in: int | None
    at_ms: int | None
    overdue_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldValues:
    """A time in which a movement stood, as `party` reported it; `ended_ms` null: it stands now."""

    point: str
    party: str
    reason: str
    began_ms: int
    ended_ms: int | None
    ended_by: int | None
    lasted_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStatisticsValues:
    """Of the holds of one movement, or of several."""

    holds: int
    running: int
    total_ms: int
    longest_ms: int
    median_ms: int
    impeded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingStep:
    """One act in the thread, an entry of a person. `effect`: why it changes nothing ("" when it does).

    `at_ms`: when it happened, as its author says; `said_ms`: when it was written, by the author's clock.
    """

    number: str
    kind: str
    party: str
    ours: bool
    post: str
    officer: str
    words: str
    at_ms: int
    said_ms: int
    arrived_ms: int
    units: tuple[str, ...]
    proof: str
    spoken_to: str
    check_in: int | None
    point: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingValues:
    """How one notice stands below the desks. `alarm`: somebody is not reached, and its lead time has begun or it stops.

    `lead_begins_ms`: from when a gap is an alarm; `stopped`: a STOP is in force; `held`, `impeded`: the movement.
    """

    number: str
    version: str
    ours: bool
    title: str
    state: str
    live: bool
    as_of_ms: int
    start_ms: int | None
    end_ms: int | None
    lead_begins_ms: int | None
    alarm: bool
    stopped: bool
    held: bool
    impeded: bool
    orders: tuple[OrderValues, ...]
    units: tuple[PassedUnitValues, ...]
    gaps: tuple[GapValues, ...]
    points: tuple[PointValues, ...]
    holds: tuple[HoldValues, ...]
    statistics: HoldStatisticsValues
    steps: tuple[PassingStep, ...]


class _Saying(NamedTuple):
    """How texts are given, whom we telephone, and how entries are named."""

    text: Text
    directory: Mapping[str, Telephone]
    parties: tuple[str, ...]

    def number(self, entry: MessageId) -> str:
        return format_number(entry, self.parties)

    def telephone(self, unit: str, *, ours: bool) -> Telephone:
        return tuple(map(self.text, self.directory.get(unit, ()))) if ours else ()


def passing_values(
    found: Passing,
    directory: Mapping[str, Telephone],
    parties: tuple[str, ...],
    text: Text = exactly,
) -> PassingValues:
    """Give a notice as it stands below the desks; `directory`: whom we telephone, by unit."""
    notice, view, saying = found.notice, found.view, _Saying(text=text, directory=directory, parties=parties)
    return PassingValues(
        number=view.number,
        version=saying.number(view.version),
        ours=notice.ours,
        title="" if notice.fact is None else text(notice.fact.title),
        state=notice.state.value,
        live=view.is_live,
        as_of_ms=view.as_of_ms,
        start_ms=notice.start_ms,
        end_ms=notice.end_ms,
        lead_begins_ms=view.lead_begins_ms,
        alarm=view.alarm,
        stopped=bool(view.stops),
        held=view.is_held,
        impeded=view.is_impeded,
        orders=tuple(_order(each, saying) for each in view.orders),
        units=tuple(_unit(each, saying) for each in view.units),
        gaps=tuple(_gap(each, view.number, saying) for each in view.gaps),
        points=tuple(_point(each, saying) for each in view.points),
        holds=tuple(_hold(each, saying) for each in view.holds),
        statistics=statistics_values(view.statistics),
        steps=tuple(_step(each, saying) for each in view.steps),
    )


def statistics_values(counted: HoldStatistics) -> HoldStatisticsValues:
    """Give statistics of holds."""
    return HoldStatisticsValues(**asdict(counted))


def _reached(view: ReachedView | None, saying: _Saying) -> ReachedValues | None:
    if view is None:
        return None
    return ReachedValues(
        number=view.number,
        proof=view.proof.value,
        at_ms=view.at_ms,
        arrived_ms=view.arrived_ms,
        post=saying.text(view.post),
        officer=saying.text(view.officer),
        spoken_to=saying.text(view.spoken_to),
        words=saying.text(view.words),
        version=saying.number(view.version),
        orders=tuple(map(saying.number, view.orders)),
    )


def _unit(view: UnitView, saying: _Saying) -> PassedUnitValues:
    return PassedUnitValues(
        party=view.party,
        ours=view.ours,
        name=saying.text(view.name),
        level=int(view.level),
        has_key=bool(view.key),
        listed=view.listed,
        listed_ms=view.listed_ms,
        reached=_reached(view.reached, saying),
        earlier=_reached(view.earlier, saying),
        why="" if view.why is None else view.why.value,
        telephone=saying.telephone(view.name, ours=view.ours),
    )


def _gap(gap: Gap, notice: str, saying: _Saying) -> GapValues:
    telephone = saying.telephone(gap.unit, ours=gap.ours or not gap.party)
    return GapValues(
        notice=notice,
        party=gap.party,
        ours=gap.ours,
        unit=saying.text(gap.unit),
        level=None if gap.level is None else int(gap.level),
        why=gap.why.value,
        since_ms=gap.since_ms,
        next=telephone[0] if telephone else "",
        telephone=telephone,
    )


def _order(view: OrderView, saying: _Saying) -> OrderValues:
    return OrderValues(
        number=view.number,
        party=view.party,
        ours=view.ours,
        stop=view.is_stop,
        in_force=view.in_force,
        post=saying.text(view.post),
        officer=saying.text(view.officer),
        words=saying.text(view.words),
        said_ms=view.said_ms,
        arrived_ms=view.arrived_ms,
    )


def _point(view: PointView, saying: _Saying) -> PointValues:
    return PointValues(
        name=saying.text(view.name),
        planned_ms=view.planned_ms,
        check_in=None if view.check_in is None else int(view.check_in),
        at_ms=view.at_ms,
        overdue_ms=view.overdue_ms,
    )


def _hold(view: HoldView, saying: _Saying) -> HoldValues:
    return HoldValues(
        point=saying.text(view.point),
        party=view.party,
        reason=saying.text(view.reason),
        began_ms=view.began_ms,
        ended_ms=view.ended_ms,
        ended_by=None if view.ended_by is None else int(view.ended_by),
        lasted_ms=view.lasted_ms,
    )


def _step(view: StepView, saying: _Saying) -> PassingStep:
    return PassingStep(
        number=view.number,
        kind=kind_name(view.kind),
        party=view.party,
        ours=view.ours,
        post=saying.text(view.post),
        officer=saying.text(view.officer),
        words=saying.text(view.words),
        at_ms=view.at_ms,
        said_ms=view.said_ms,
        arrived_ms=view.arrived_ms,
        units=tuple(map(saying.text, view.units)),
        proof="" if view.proof is None else view.proof.value,
        spoken_to=saying.text(view.spoken_to),
        check_in=None if view.check_in is None else int(view.check_in),
        point=saying.text(view.point),
        effect=view.effect,
    )
