"""The strip chart: the level over a span of time, by the same firings that the judge looks at."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import nsmallest
from itertools import chain, groupby, pairwise, repeat
from typing import Final

from coupefeu.model.agreement import Agreement
from coupefeu.model.firebreak import GRAVITY, Level
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Context
from coupefeu.services.firebreak.firing import Clock, Firing, find_firings
from coupefeu.services.firebreak.judged import LevelSpan
from coupefeu.services.firebreak.judging import agreement_at, entries_of
from coupefeu.services.firebreak.marks import Mark, Proof
from coupefeu.services.firebreak.rows import MS

MAX_ENTRIES: Final = 16
"""Of one span: some that prove it; the judge gives all."""
_STEPS_MS: Final = tuple(hours * 3_600_000 for hours in (1, 8, 64, 512, 8_784))
"""How far back is looked at once: most levels began not long before what stands now."""
State = tuple[Level, tuple[str, ...]]


def spans(
    marks: Iterable[Mark],
    begun: Mapping[str, Proof],
    context: Context,
    from_ms: int,
    to_ms: int,
    *,
    known: bool = False,
) -> tuple[LevelSpan, ...]:
    """Give the spans of one level and the same rules, without a gap, from `from_ms` until before `to_ms`.

    `marks`: every one that matters anywhere in between; each stretch is judged by the rules in force in it.
    """
    kept = tuple(marks)
    found: list[LevelSpan] = []
    for agreement, start, end in _stretches(context, from_ms, to_ms):
        firings = find_firings(kept, begun, agreement, known=known)
        clock = Clock(known=known, skew_ms=agreement.skew_s * MS)
        for span in _Sweep(agreement, clock, start, end).over(firings):
            if found and (found[-1].level, found[-1].rules) == (span.level, span.rules):
                found[-1] = replace(found[-1], to_ms=span.to_ms)
            else:
                found.append(span)
    return tuple(found)


def grave_since(
    level: Level, at_ms: int, begun_ms: int, strip: Callable[[int, int], Sequence[LevelSpan]]
) -> int:
    """Give since when the level has been at least `level` without a break until `at_ms`; `begun_ms` at the earliest.

    `strip`: gives the spans from one instant until before another; one that begins later ends the search.
    """
    until_ms = at_ms
    for step_ms in chain(_STEPS_MS, repeat(_STEPS_MS[-1])):
        if until_ms <= begun_ms:
            break
        from_ms = max(begun_ms, until_ms - step_ms)
        for span in reversed(strip(from_ms, until_ms)):
            if GRAVITY.index(span.level) < GRAVITY.index(level):
                return until_ms
            until_ms = span.from_ms
        if until_ms > from_ms:
            return until_ms
    return max(begun_ms, until_ms)


def _stretches(context: Context, from_ms: int, to_ms: int) -> Iterator[tuple[Agreement, int, int]]:
    """Cut a span of time where another version came into force."""
    dates = {each.in_force_ms for each in (context.agreement, *context.earlier)}
    edges = [from_ms, *sorted(each for each in dates if from_ms < each < to_ms), to_ms]
    for start, end in pairwise(edges):
        if start < end:
            yield agreement_at(context, start), start, end


class _Sweep:
    """Goes over a stretch of time once, with what fires at the moment."""

    def __init__(self, agreement: Agreement, clock: Clock, start_ms: int, end_ms: int) -> None:
        self._agreement = agreement
        self._clock = clock
        self._start_ms = start_ms
        self._end_ms = end_ms
        self._groups: defaultdict[str, dict[str, _Group]] = defaultdict(dict)
        self._rules: Counter[str] = Counter()
        self._levels: dict[str, Level] = {}

    def over(self, firings: Sequence[Firing]) -> Iterator[LevelSpan]:
        """Give the spans."""
        changes = sorted(self._changes(firings), key=lambda each: each[0])
        since_ms, state, entries = self._start_ms, self._state(), self._entries()
        for at_ms, at_once in groupby(changes, key=lambda each: each[0]):
            for _, number, firing, is_on in at_once:
                self._change(number, firing, is_on=is_on)
            if self._state() == state:
                continue
            if at_ms > since_ms:
                yield _span(state, entries, since_ms, at_ms)
            since_ms, state, entries = at_ms, self._state(), self._entries()
        yield _span(state, entries, since_ms, self._end_ms)

    def _changes(self, firings: Sequence[Firing]) -> Iterator[tuple[int, int, Firing, bool]]:
        for number, each in enumerate(firings):
            if each.from_ms < self._end_ms and each.until_ms > self._start_ms:
                yield max(each.from_ms, self._start_ms), number, each, True
                if each.until_ms < self._end_ms:
                    yield each.until_ms, number, each, False

    def _change(self, number: int, firing: Firing, *, is_on: bool) -> None:
        groups = self._groups[firing.rule_id]
        group = groups.setdefault(firing.subject, _Group(firing.least))
        was = group.is_enough
        group.change(number, firing, is_on=is_on)
        if not group.firings:
            del groups[firing.subject]
        self._levels[firing.rule_id] = firing.level
        self._rules[firing.rule_id] += group.is_enough - was

    def _state(self) -> State:
        rules = tuple(sorted(rule for rule, count in self._rules.items() if count))
        return max((self._levels[rule] for rule in rules), key=GRAVITY.index, default=Level.HOLDING), rules

    def _entries(self) -> tuple[MessageId, ...]:
        """Give some entries that prove the gravest rules, of each group the newest."""
        level, rules = self._state()
        found: dict[MessageId, None] = {}
        for rule in rules:
            groups = self._groups[rule] if self._levels[rule] is level else {}
            for name in nsmallest(MAX_ENTRIES, (name for name, group in groups.items() if group.is_enough)):
                firings = sorted(groups[name].firings.values(), key=self._clock.order_of_firing)
                found |= dict.fromkeys(entries_of(firings, self._agreement)[-2:])
        return tuple(found)[:MAX_ENTRIES]


class _Group:
    """What fires together at the moment, and how many units of what its rule counts that is."""

    def __init__(self, least: int) -> None:
        self.firings: dict[int, Firing] = {}
        self._least = least
        self._units: Counter[Hashable] = Counter()

    @property
    def is_enough(self) -> bool:
        return len(self._units) >= self._least

    def change(self, number: int, firing: Firing, *, is_on: bool) -> None:
        if is_on:
            self.firings[number] = firing
            self._units[firing.unit] += 1
            return
        del self.firings[number]
        self._units[firing.unit] -= 1
        if not self._units[firing.unit]:
            del self._units[firing.unit]


def _span(state: State, entries: tuple[MessageId, ...], from_ms: int, to_ms: int) -> LevelSpan:
    level, rules = state
    return LevelSpan(level=level, from_ms=from_ms, to_ms=to_ms, rules=rules, entries=entries)
