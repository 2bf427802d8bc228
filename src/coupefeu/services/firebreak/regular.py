"""Entries as honest nodes write them, a whole batch at once: in order, each after all that it had seen.

Whatever is otherwise is left to `times.Counting`; a property test holds the two to the same rows.
"""

import json
from bisect import bisect_left
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import text

from coupefeu.model.logs import position_of
from coupefeu.services.base import Context, Recorded, Select, Statement
from coupefeu.services.firebreak.tables import INSERT_SIGHT, INSERT_TIME
from coupefeu.services.firebreak.times import Counting, Key, Timed, timed_of

_LAST: Final = (
    "FROM firebreak_sights WHERE position = :position AND seen_position = :other AND place < :first"
)
_SELECT_AROUND: Final = text(
    "SELECT coalesce((SELECT max(place) FROM firebreak_times WHERE position = :position), -1) AS newest,"  # noqa: S608 - fixed texts
    " coalesce((SELECT max(place) FROM firebreak_times WHERE position = :other), -1) AS other_newest,"
    " EXISTS (SELECT 1 FROM firebreak_sights WHERE seen_position = :position AND position = :other AND bound > :first)"
    f" AS is_named, coalesce((SELECT bound {_LAST} ORDER BY place DESC LIMIT 1), 0) AS bound,"
    f" (SELECT seen_ms {_LAST} ORDER BY place DESC LIMIT 1) AS seen_ms"
)
"""Of a party and another: the newest place of both, whether what comes was named before, how far the first had seen."""
_OF_OTHER: Final = (
    "SELECT {} FROM firebreak_times WHERE position = :other AND place < json_extract(value, '$[0]')"
)
_SELECT_SEEN: Final = text(
    "SELECT json_extract(value, '$[0]') AS bound,"  # noqa: S608 - fixed texts
    f" ({_OF_OTHER.format('claimed_ms')} ORDER BY place DESC LIMIT 1) AS claimed_ms,"
    f" EXISTS ({_OF_OTHER.format('1')} AND counted_ms > json_extract(value, '$[1]')) AS is_later"
    " FROM json_each(:sights)"
)
"""Of what was seen: when the newest of it claims to be written, and whether any of it counts later than it may."""
_NOBODY_MS: Final = 1 << 60


def count_times(
    shown: Sequence[Recorded], context: Context, select: Select
) -> Generator[Statement, None, frozenset[Key]]:
    """Give the rows of entries in the order of their arrival; returns those that count at another time than before."""
    entries = [each for each in (timed_of(one, context) for one in shown) if each is not None]
    if not entries:
        return frozenset()
    positions = range(len(context.parties))
    batch = _Batch(select=select, positions=positions, ours=position_of(context.our_log, len(positions)))
    entries = batch.cap(entries)
    statements = batch.statements(entries)
    if statements is not None:
        yield from statements
        return frozenset()
    counting = Counting(select=select, positions=positions)
    for each in entries:
        yield from counting.count(each)
    return frozenset(counting.moved)


@dataclass(slots=True)
class _Batch:
    """Some entries that came together. `around`: by pair of positions, what stood before them."""

    select: Select
    positions: Sequence[int]
    ours: int
    around: dict[Key, Any] = field(default_factory=dict)

    def cap(self, entries: Sequence[Timed]) -> list[Timed]:
        """Believe nobody who had seen what we had not written: what is ours stands here before all that follows it."""
        first: dict[int, int] = {}
        for each in entries:
            first[each.position] = min(each.place, first.get(each.position, each.place))
        for position, place in first.items():
            for other in self.positions:
                if other != position:
                    values = {"position": position, "other": other, "first": place}
                    self.around[position, other] = self.select(Statement(_SELECT_AROUND, values))[0]
        newest, capped = self._newest(self.ours), []
        for each in entries:
            believed = each
            if each.position == self.ours:
                newest = max(newest, each.place)
            elif each.sees.get(self.ours, 0) > newest + 1:
                believed = each._replace(sees={**each.sees, self.ours: newest + 1})
            capped.append(believed)
        return capped

    def _newest(self, position: int) -> int:
        """Give the newest place of a party before these entries; of one that nobody here is beside, none is asked."""
        for (one, other), row in self.around.items():
            if one == position:
                return int(row["newest"])
            if other == position:
                return int(row["other_newest"])
        return -1

    def statements(self, entries: Sequence[Timed]) -> list[Statement] | None:
        """Give the rows of entries that are in order and within their bounds; None: one is not."""
        if any(row["is_named"] for row in self.around.values()):
            return None
        newest = {each: self._newest(each) for each in self.positions}
        reached = {pair: int(row["bound"]) for pair, row in self.around.items()}
        places: dict[int, list[Timed]] = {each: [] for each in self.positions}
        seen: dict[Key, dict[int, Timed]] = {pair: {} for pair in self.around}
        tops: list[list[tuple[Key, int]]] = []
        for each in entries:
            if each.place <= newest[each.position]:
                return None
            newest[each.position] = each.place
            places[each.position].append(each)
            for other, bound in each.sees.items():
                pair = (each.position, other)
                if bound > newest[other] + 1:
                    return None
                if bound > reached[pair]:
                    if _any_later(places[other], reached[pair], bound, each):
                        return None
                    reached[pair] = bound
                    seen[pair][bound] = each
            tops.append([(pair, bound) for pair, bound in reached.items() if pair[0] == each.position])
        claimed = self._claimed(seen, places)
        if claimed is None or not _are_within(entries, tops, claimed):
            return None
        times = [Statement(INSERT_TIME, each.row) for each in entries]
        sights = [
            Statement(INSERT_SIGHT, each.sight(other, bound, claimed.get((other, bound))))
            for (_, other), bounds in seen.items()
            for bound, each in bounds.items()
        ]
        return times + sights

    def _claimed(
        self, seen: dict[Key, dict[int, Timed]], places: dict[int, list[Timed]]
    ) -> dict[tuple[int, int], int] | None:
        """Give when the newest of what was seen claims to be written; None: something seen counts later than it may."""
        claimed: dict[tuple[int, int], int] = {}
        for pair, bounds in seen.items():
            around = self.around[pair]
            asked = {bound: each.claimed_ms + each.skew_ms for bound, each in bounds.items()}
            if around["seen_ms"] is not None:
                claimed[pair[1], around["bound"]] = around["seen_ms"]
            values = {"other": pair[1], "sights": json.dumps(list(asked.items()))}
            for row in self.select(Statement(_SELECT_SEEN, values)) if asked else ():
                if row["is_later"]:
                    return None
                if row["claimed_ms"] is not None:
                    claimed[pair[1], row["bound"]] = row["claimed_ms"]
        return claimed | _claimed_here(seen, places)


def _are_within(
    entries: Sequence[Timed],
    tops: Sequence[Sequence[tuple[Key, int]]],
    claimed: dict[tuple[int, int], int],
) -> bool:
    """Whether no entry claims to be older than what its author had seen."""
    return all(
        claimed.get((pair[1], bound), -_NOBODY_MS) - each.skew_ms <= each.claimed_ms
        for each, top in zip(entries, tops, strict=True)
        for pair, bound in top
    )


def _any_later(theirs: Sequence[Timed], start: int, end: int, seer: Timed) -> bool:
    """Whether an entry of this batch that is seen first now claims to be later than its seer."""
    latest_ms = seer.claimed_ms + seer.skew_ms
    first = bisect_left(theirs, start, key=lambda each: each.place)
    last = bisect_left(theirs, end, key=lambda each: each.place)
    return any(each.claimed_ms > latest_ms for each in theirs[first:last])


def _claimed_here(
    seen: dict[Key, dict[int, Timed]], places: dict[int, list[Timed]]
) -> dict[tuple[int, int], int]:
    """Give when the newest of what was seen claims to be written, where that is of this batch."""
    found = {}
    for (_, other), bounds in seen.items():
        for bound in bounds:
            before = bisect_left(places[other], bound, key=lambda each: each.place)
            if before:
                found[other, bound] = places[other][before - 1].claimed_ms
    return found
