"""ROSTER: who will be at a desk, from when until when; what it leaves open is a gap, and beyond it nothing is planned.

    {? 0: officer, 1: from, 2: until, 3: [[from, until, who], ...]}       minutes since 1970, UTC

The windows ascend and lie within the span; they may overlap, for a hand-over takes its time. A newer roster of the same
post replaces the one before, whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.services.watch.facts import (
    UNREADABLE,
    RosterWindow,
    as_count,
    as_list,
    fields_of,
    label_defect,
    read_text,
)
from coupefeu.wire import cbor

MINUTE_MS: Final = 60_000
MAX_WINDOWS: Final = 128
MAX_SPAN_DAYS: Final = 62
MAX_ROSTER_BYTES: Final = 4_096
"""As much as a body may have where a burst bearer is agreed."""
_MAX_SPAN_MS: Final = MAX_SPAN_DAYS * 86_400_000
LATEST_MS: Final = 253_402_300_800_000
"""The year 10000, from which on no clock of ours reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFact:
    """What the body of ROSTER says: the span that is planned, and who sits when; `officer` planned it."""

    from_ms: int = 0
    until_ms: int = 0
    windows: tuple[RosterWindow, ...] = ()
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From an instant up to another, UTC milliseconds, half-open."""

    from_ms: int
    until_ms: int


def encode_roster(fact: RosterFact) -> bytes:
    """Write the body; instants are cut to the minute, which `roster_defect` refuses before."""
    stated: dict[int, Any] = {0: fact.officer} if fact.officer else {}
    windows = [[_minute(each.from_ms), _minute(each.until_ms), each.officer] for each in fact.windows]
    return cbor.encode({**stated, 1: _minute(fact.from_ms), 2: _minute(fact.until_ms), 3: windows})


def read_roster(body: bytes) -> tuple[RosterFact, str]:
    """Read it, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fields = fields_of(body)
        fact = RosterFact(
            from_ms=as_count(fields.get(1)) * MINUTE_MS,
            until_ms=as_count(fields.get(2)) * MINUTE_MS,
            windows=tuple(map(_window, as_list(fields.get(3)))),
            officer=read_text(fields, 0),
        )
    except (CoupefeuError, TypeError):
        return RosterFact(), UNREADABLE
    return fact, roster_defect(fact) or ("long_roster" if len(body) > MAX_ROSTER_BYTES else "")


def roster_defect(fact: RosterFact) -> str:
    """Name what such an entry lacks or has too much of ("" when nothing)."""
    if any(label_defect(each) for each in (fact.officer, *(window.officer for window in fact.windows))):
        return "long_officer"
    if (
        not 0 < fact.until_ms - fact.from_ms <= _MAX_SPAN_MS
        or not 0 <= fact.from_ms < LATEST_MS - _MAX_SPAN_MS
    ):
        return "bad_span"
    if len(fact.windows) > MAX_WINDOWS:
        return "many_windows"
    if not all(window.officer for window in fact.windows):
        return "missing_officer"
    return _windows_defect(fact)


def _windows_defect(fact: RosterFact) -> str:
    ends = [(each.from_ms, each.until_ms) for each in fact.windows]
    if any(instant % MINUTE_MS for end in (*ends, (fact.from_ms, fact.until_ms)) for instant in end):
        return "broken_minute"
    if any(not fact.from_ms <= start < end <= fact.until_ms for start, end in ends):
        return "window_outside"
    return "" if ends == sorted(ends) else "windows_unsorted"


# --- what follows from it ---------------------------------------------------------------------------------------


def gaps(fact: RosterFact) -> tuple[Span, ...]:
    """Give the times of the planned span for which it names nobody, ascending and apart."""
    found, reached_ms = [], fact.from_ms
    for window in fact.windows:
        if window.from_ms > reached_ms:
            found.append(Span(from_ms=reached_ms, until_ms=window.from_ms))
        reached_ms = max(reached_ms, window.until_ms)
    if reached_ms < fact.until_ms:
        found.append(Span(from_ms=reached_ms, until_ms=fact.until_ms))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a roster says of one instant.

    `is_planned`: the instant lies in its span. `now`: who is to sit there; `then`: the next window that begins.
    `gap`: the time without anybody that it lies in.
    """

    is_planned: bool
    now: tuple[RosterWindow, ...] = ()
    then: RosterWindow | None = None
    gap: Span | None = None


def planned_at(fact: RosterFact, instant_ms: int) -> Planned:
    """Say what the roster plans at an instant: who, who next, or that it is a gap."""
    return Planned(
        is_planned=fact.from_ms <= instant_ms < fact.until_ms,
        now=tuple(each for each in fact.windows if each.from_ms <= instant_ms < each.until_ms),
        then=next((each for each in fact.windows if each.from_ms > instant_ms), None),
        gap=next((each for each in gaps(fact) if each.from_ms <= instant_ms < each.until_ms), None),
    )


def next_change_ms(fact: RosterFact, instant_ms: int) -> int | None:
    """Say when it says something else than at this instant; None: never again."""
    return min((each for each in _instants(fact) if each > instant_ms), default=None)


def _instants(fact: RosterFact) -> Iterable[int]:
    yield from (fact.from_ms, fact.until_ms)
    for window in fact.windows:
        yield from (window.from_ms, window.until_ms)


def _minute(instant_ms: int) -> int:
    return instant_ms // MINUTE_MS


def _window(value: Any) -> RosterWindow:
    start, end, officer = _three(as_list(value))
    if not isinstance(officer, str):
        raise TypeError("not a text")
    return RosterWindow(
        from_ms=as_count(start) * MINUTE_MS, until_ms=as_count(end) * MINUTE_MS, officer=officer
    )


def _three(row: list[Any]) -> tuple[Any, Any, Any]:
    if len(row) != 3:
        raise TypeError("not a window")
    return row[0], row[1], row[2]
