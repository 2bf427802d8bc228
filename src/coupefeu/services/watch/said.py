"""What an entry about a watch says: codes and values, as they were written; `services.said` makes them safe to show.

Words are `ui-said-*` in words/. The twin is frontend/src/entries/watch.ts.
"""

from collections.abc import Iterator

from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import format_second
from coupefeu.model.messages import format_number
from coupefeu.services.watch.facts import RosterWindow, read_watch, what_of
from coupefeu.services.watch.hand_over import read_accepted, read_hand_over
from coupefeu.services.watch.roster import LATEST_MS, gaps, read_roster


def watch_said(head: Head, body: bytes, parties: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Give (code, value) of what it says; nothing where it cannot be read."""
    match head.kind:
        case Kind.WATCH_HANDED_OVER:
            yield from _hand_over(head, body, parties)
        case Kind.WATCH_ACCEPTED:
            yield from _accepted(body)
        case Kind.ROSTER:
            yield from _roster(body)
        case _:
            fact, _ = read_watch(head.kind, body)
            yield from _stated(("officer", fact.officer))
            if fact.heard is not None:
                yield ("heard" if fact.heard else "not-heard"), ""


def _hand_over(head: Head, body: bytes, parties: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    fact, defect = read_hand_over(body, len(head.references))
    if defect:
        return
    yield from _stated(("officer", fact.officer), ("to-officer", fact.to_officer))
    yield "open-count", str(fact.count)
    for reference, row in zip(head.references, fact.rows, strict=True):
        number = format_number((reference.log, reference.index), parties)
        due = "" if row.due_ms is None else f" - {_time(row.due_ms)}"
        yield f"open-{what_of(row.what).name.lower()}", f"{number}{due}"
    yield from _stated(("words", fact.remarks))


def _accepted(body: bytes) -> Iterator[tuple[str, str]]:
    fact, defect = read_accepted(body)
    if defect:
        return
    yield from _stated(("officer", fact.officer))
    yield ("heard" if fact.heard else "not-heard"), ""
    yield "seen-count", str(fact.seen)


def _roster(body: bytes) -> Iterator[tuple[str, str]]:
    fact, defect = read_roster(body)
    if defect:
        return
    yield from _stated(("officer", fact.officer))
    yield "roster-span", f"{_time(fact.from_ms)} - {_time(fact.until_ms)}"
    for window in fact.windows:
        yield "roster-window", _window(window)
    for gap in gaps(fact):
        yield "roster-gap", f"{_time(gap.from_ms)} - {_time(gap.until_ms)}"


def _window(window: RosterWindow) -> str:
    return f"{_time(window.from_ms)} - {_time(window.until_ms)}: {window.officer}"


def _stated(*rows: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Give what is stated."""
    yield from (each for each in rows if each[1])


def _time(instant_ms: int) -> str:
    return format_second(min(instant_ms, LATEST_MS - 1))
