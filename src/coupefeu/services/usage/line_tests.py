"""Line tests by the agreed schedule: which slots were tested and answered in time, which were missed, and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coupefeu.model.agreement import LineTestSchedule
from coupefeu.services.base import Context
from coupefeu.services.usage.asked import Asked
from coupefeu.services.usage.status import LineTestCount


@dataclass(slots=True)
class LineTested:
    """A line test: when it counts, and when the answer of each other party does; `at_bound`: one of them at a bound."""

    party: str
    counted_ms: int
    answered_ms: dict[str, int]
    at_bound: bool = False


def read_tests(rows: Iterable[tuple[Any, ...]], context: Context) -> list[LineTested]:
    """Read line tests with their answers: rows of `selects.select_line_tests`."""
    found: dict[tuple[int, int], LineTested] = {}
    for log, index, counted_ms, is_bound, answered_log, answered_ms, is_answer_bound in rows:
        test = found.setdefault(
            (log, index), LineTested(context.party_of(log), counted_ms, {}, at_bound=bool(is_bound))
        )
        other = "" if answered_log is None else context.party_of(answered_log)
        if other and other != test.party:
            test.answered_ms[other] = min(answered_ms, test.answered_ms.get(other, answered_ms))
            test.at_bound |= bool(is_answer_bound)
    return list(found.values())


def count_tests(
    tests: Iterable[LineTested],
    opened_ms: Mapping[str, int],
    asked: Asked,
    parties: tuple[str, ...],
    context: Context,
) -> tuple[LineTestCount, ...]:
    """Count the slots of the span that are over, party by party; `opened_ms`: when a party's own log begins."""
    known = list(tests)
    return tuple(
        _count(party, [each for each in known if each.party == party], opened_ms.get(party), asked, context)
        for party in parties
    )


def _count(
    party: str, tests: list[LineTested], opened_ms: int | None, asked: Asked, context: Context
) -> LineTestCount:
    due = held = tested = waits = at_bound = 0
    for schedule, from_ms, to_ms in _in_force(party, context):
        if opened_ms is None:
            continue
        span = max(from_ms, asked.from_ms, opened_ms), min(to_ms, asked.to_ms)
        first, last = _slots(schedule, span, context.now.utc_ms)
        in_time: dict[int, bool] = {}
        awaited: set[int] = set()
        moved: set[int] = set()
        for test in tests:
            slot = _slot(schedule, test.counted_ms)
            if first <= slot <= last:
                late_ms = test.counted_ms + (schedule.answer_within_s + context.agreement.skew_s) * 1_000
                is_held = _is_answered(test, late_ms, context)
                in_time[slot] = in_time.get(slot, False) or is_held
                if test.at_bound:
                    moved.add(slot)
                if not is_held and late_ms > context.now.utc_ms:
                    awaited.add(slot)
        due += max(0, last - first + 1)
        held += sum(in_time.values())
        tested += len(in_time)
        waits += sum(not in_time[slot] for slot in awaited)
        at_bound += len(moved)
    return LineTestCount(
        party=party,
        due=due - waits,
        held=held,
        without_test=due - tested,
        without_answer=tested - held - waits,
        at_bound=at_bound,
    )


def _is_answered(test: LineTested, late_ms: int, context: Context) -> bool:
    """Whether every other party answered in time."""
    others = (party for party in context.parties if party != test.party)
    return all(party in test.answered_ms and test.answered_ms[party] <= late_ms for party in others)


def _in_force(party: str, context: Context) -> Iterator[tuple[LineTestSchedule, int, int]]:
    """Give each schedule of a party with [from, to) in which the version that has it was in force."""
    versions = sorted((*context.earlier, context.agreement), key=lambda each: each.version)
    ends = [*(each.in_force_ms for each in versions[1:]), 1 << 62]
    for version, end_ms in zip(versions, ends, strict=True):
        for schedule in version.line_tests:
            if schedule.party == party:
                yield schedule, version.in_force_ms, end_ms


def _slots(schedule: LineTestSchedule, span: tuple[int, int], now_ms: int) -> tuple[int, int]:
    """Give the first and the last slot that begin in a span and are over; there is none where the last is before."""
    every_ms = schedule.every_s * 1_000
    first = _slot(schedule, span[0] + every_ms - 1)
    return first, _slot(schedule, min(span[1] - 1, now_ms - every_ms))


def _slot(schedule: LineTestSchedule, instant_ms: int) -> int:
    return (instant_ms - schedule.at_s * 1_000) // (schedule.every_s * 1_000)
