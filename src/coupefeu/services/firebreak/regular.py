"""Entries as honest nodes write them, a whole batch at once: in order, each after all that it had seen.

Whatever is otherwise is left to `times.Counting`; a property test holds the two to the same rows.
"""

import json
from bisect import bisect_left
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, literal_column, text
from sqlalchemy import select as sql_select

from coupefeu.model.logs import position_of
from coupefeu.services.base import Context, Recorded, Select, Statement
from coupefeu.services.firebreak.tables import INSERT_SIGHT, INSERT_TIME, SIGHTS, TIMES
from coupefeu.services.firebreak.times import Counting, Key, Timed, timed_of

_P: Final[Any] = bindparam("position")
_Q: Final[Any] = bindparam("other")


def _newest(position: Any) -> Any:
    newest = sql_select(func.max(TIMES.c.place)).where(TIMES.c.position == position).scalar_subquery()
    return func.coalesce(newest, literal_column("-1"))


_SELECT_AROUND: Final = sql_select(
    _newest(_P).label("newest"),
    _newest(_Q).label("other_newest"),
    exists()
    .where(SIGHTS.c.seen_position == _P, SIGHTS.c.position == _Q, SIGHTS.c.bound > bindparam("first"))
    .label("is_named"),
    func.coalesce(
        sql_select(SIGHTS.c.bound)
        .where(SIGHTS.c.position == _P, SIGHTS.c.seen_position == _Q, SIGHTS.c.place < bindparam("first"))
        .order_by(SIGHTS.c.place.desc())
        .limit(literal_column("1"))
        .scalar_subquery(),
        literal_column("0"),
    ).label("bound"),
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
                believed = replace(each, sees={**each.sees, self.ours: newest + 1})
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
        seen: dict[Key, dict[int, int]] = {pair: {} for pair in self.around}
        tops: list[list[tuple[Key, int]]] = []
        statements = []
        for each in entries:
            if each.place <= newest[each.position]:
                return None
            newest[each.position] = each.place
            places[each.position].append(each)
            statements.append(Statement(INSERT_TIME, each.row))
            for other, bound in each.sees.items():
                pair = (each.position, other)
                if bound > newest[other] + 1:
                    return None
                if bound > reached[pair]:
                    if _any_later(places[other], reached[pair], bound, each):
                        return None
                    reached[pair] = bound
                    seen[pair][bound] = each.claimed_ms + each.skew_ms
                    statements.append(Statement(INSERT_SIGHT, each.sight(other, bound)))
            tops.append([(pair, bound) for pair, bound in reached.items() if pair[0] == each.position])
        return statements if self._are_within(entries, tops, seen, places) else None

    def _are_within(
        self,
        entries: Sequence[Timed],
        tops: Sequence[Sequence[tuple[Key, int]]],
        seen: dict[Key, dict[int, int]],
        places: dict[int, list[Timed]],
    ) -> bool:
        """Whether no entry claims to be older than what its author had seen, and nothing seen claims to be newer."""
        claimed: dict[tuple[int, int], int] = {}
        for pair, bounds in seen.items():
            asked = {int(self.around[pair]["bound"]): _NOBODY_MS, **bounds}
            values = {"other": pair[1], "sights": json.dumps(list(asked.items()))}
            for row in self.select(Statement(_SELECT_SEEN, values)):
                if row["is_later"]:
                    return False
                if row["claimed_ms"] is not None:
                    claimed[pair[1], row["bound"]] = row["claimed_ms"]
        claimed |= _claimed_here(seen, places)
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
    seen: dict[Key, dict[int, int]], places: dict[int, list[Timed]]
) -> dict[tuple[int, int], int]:
    """Give when the newest of what was seen claims to be written, where that is of this batch."""
    found = {}
    for (_, other), bounds in seen.items():
        for bound in bounds:
            before = bisect_left(places[other], bound, key=lambda each: each.place)
            if before:
                found[other, bound] = places[other][before - 1].claimed_ms
    return found
