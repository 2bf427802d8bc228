"""The watch as JSON has it, for `--json`, the control socket and the console: every text safe to put on a screen.

All `_ms` are UTC milliseconds: `since_ms` by our own clock, as everything that drives; `claimed_ms` by its author's.
"""

from dataclasses import dataclass
from typing import Literal

from coupefeu.model.messages import format_number
from coupefeu.services.messages.display import show_line
from coupefeu.services.watch.facts import OpenThing, RosterWindow
from coupefeu.services.watch.roster import Planned, Span
from coupefeu.services.watch.standing import HandOverView, RosterView, WatchStanding, WatchView
from coupefeu.services.watch.unstaffed import Unstaffed

What = Literal["message", "call", "arranged", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnstaffedValues:
    """A desk of ours without anybody: `cause` `nobody` or `gap`; whom its roster names now; until when it is a gap."""

    post: str
    cause: str
    since_ms: int
    planned: tuple[str, ...]
    gap_until_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanValues:
    """From an instant up to another, half-open."""

    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowValues:
    """Who is to be at a desk, from when until when."""

    from_ms: int
    until_ms: int
    officer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnWatchValues:
    """Somebody is on watch, as his party says: `heard`, that the alarm was heard there when it was tried.

    `hand_over`: the number of the one that he accepted; null when he took the watch. `crossed`: why nobody is relieved
    by it; "" when he is.
    """

    number: str
    officer: str
    heard: bool
    since_ms: int
    claimed_ms: int
    hand_over: str | None
    crossed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenThingValues:
    """Something open: the entry that it began with, and when the next of its clocks runs out, or ran out."""

    number: str
    what: What
    due_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedValues:
    """A hand-over that waits to be accepted; until then `officer` stands. `count`: what was open, listed or not."""

    number: str
    officer: str
    to_officer: str
    things: tuple[OpenThingValues, ...]
    count: int
    remarks: str
    since_ms: int
    claimed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterValues:
    """The roster of a post; `gaps`: the times of its span for which it names nobody."""

    number: str
    officer: str
    from_ms: int
    until_ms: int
    windows: tuple[WindowValues, ...]
    gaps: tuple[SpanValues, ...]
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedValues:
    """What a roster says of now: who, who is next, or the gap that it lies in; `is_planned` false: it says nothing."""

    is_planned: bool
    now: tuple[WindowValues, ...]
    then: WindowValues | None
    gap: SpanValues | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingValues:
    """All that a party says of the watch of one post; `said_ms`: when its newest word of it came here.

    `left_ms`: since when nobody is there by its own word; null when somebody is, or nothing was ever said.
    """

    party: str
    ours: bool
    post: str
    watch: OnWatchValues | None
    hand_over: OfferedValues | None
    roster: RosterValues | None
    planned: PlannedValues | None
    left_ms: int | None
    said_ms: int | None


def unstaffed_values(unstaffed: Unstaffed) -> UnstaffedValues:
    """Give a desk of ours without anybody."""
    return UnstaffedValues(
        post=unstaffed.post,
        cause=unstaffed.cause.value,
        since_ms=unstaffed.since_ms,
        planned=tuple(map(show_line, unstaffed.planned)),
        gap_until_ms=unstaffed.gap_until_ms,
    )


def standing_values(standing: WatchStanding, parties: tuple[str, ...], now_ms: int) -> StandingValues:
    """Give how the watch of one post stands now."""
    roster = standing.roster
    return StandingValues(
        party=standing.party,
        ours=standing.ours,
        post=standing.post,
        watch=None if standing.watch is None else _on_watch(standing.watch),
        hand_over=None if standing.hand_over is None else _offered(standing.hand_over, parties),
        roster=None if roster is None else _roster(roster),
        planned=None if roster is None else _planned(roster.at(now_ms)),
        left_ms=standing.left_ms,
        said_ms=standing.said_ms,
    )


def thing_values(thing: OpenThing, parties: tuple[str, ...]) -> OpenThingValues:
    """Give something that is open."""
    what: What = _WHATS[thing.what]
    return OpenThingValues(number=format_number(thing.entry, parties), what=what, due_ms=thing.due_ms)


_WHATS: tuple[What, ...] = ("message", "call", "arranged", "other")
"""By `OpenWhat`."""


def _on_watch(view: WatchView) -> OnWatchValues:
    return OnWatchValues(
        number=view.number,
        officer=show_line(view.officer),
        heard=view.heard,
        since_ms=view.arrived_ms,
        claimed_ms=view.claimed_ms,
        hand_over=view.hand_over or None,
        crossed=view.crossed,
    )


def _offered(view: HandOverView, parties: tuple[str, ...]) -> OfferedValues:
    return OfferedValues(
        number=view.number,
        officer=show_line(view.officer),
        to_officer=show_line(view.to_officer),
        things=tuple(thing_values(each, parties) for each in view.things),
        count=view.count,
        remarks=show_line(view.remarks),
        since_ms=view.arrived_ms,
        claimed_ms=view.claimed_ms,
    )


def _roster(view: RosterView) -> RosterValues:
    return RosterValues(
        number=view.number,
        officer=show_line(view.officer),
        from_ms=view.fact.from_ms,
        until_ms=view.fact.until_ms,
        windows=tuple(map(_window, view.windows)),
        gaps=tuple(map(_span, view.gaps)),
        since_ms=view.arrived_ms,
    )


def _planned(planned: Planned) -> PlannedValues:
    return PlannedValues(
        is_planned=planned.is_planned,
        now=tuple(map(_window, planned.now)),
        then=None if planned.then is None else _window(planned.then),
        gap=None if planned.gap is None else _span(planned.gap),
    )


def _window(window: RosterWindow) -> WindowValues:
    return WindowValues(from_ms=window.from_ms, until_ms=window.until_ms, officer=show_line(window.officer))


def _span(span: Span) -> SpanValues:
    return SpanValues(from_ms=span.from_ms, until_ms=span.until_ms)
